package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func evidenceAcrossKeys(t *T) {
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	next, word := kit.rekeyed(nil, nil)
	for _, spends := range []struct {
		payee *Unit
		kit   *Kit
	}{{one, kit}, {two, next}} {
		s := spends.kit.Meet(spends.payee, 400)
		a, _ := s.Deliver(s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode()).Encode())
		t.Control(a, "each of two transfers with one counter, under two keys")
		t.book.injected += 400
		t.Control(spends.payee.Sync(true), "synchronise")
	}
	accused := func() (list []wire.DID) {
		for _, f := range t.ledger.Findings() {
			proven, err := evidence.Verify(f.Evidence, t.env.realm.Root.Cert)
			t.For(spec.DET04, "evidence does not verify with public keys alone").Expect(err).NotTo(gomega.HaveOccurred())
			if !proven.Unlinked {
				list = append(list, proven.Accused)
			}
		}
		return list
	}
	t.For(spec.DET04, "a device was accused by a key that its provider alone has linked to it").Expect(accused()).To(gomega.BeEmpty())
	_, forged := kit.rekeyed(nil, func(o *wire.Object) { o.Signature[5] ^= 1 })
	t.For(spec.DET04, "a forged word about a device's next key was taken").Expect(
		t.ledger.do(adapter.Upload{Records: []adapter.Bytes{forged}})).To(t.Refused(spec.ESig))
	_, other := kit.rekeyed(func(m *wire.RekeyReq) { m.Suite = 99 }, nil)
	t.For(spec.DET04, "a word that names another suite than its signer's was taken").Expect(
		t.ledger.do(adapter.Upload{Records: []adapter.Bytes{other}})).To(t.Refused(spec.ESuite))
	t.For(spec.DET04, "a device was accused by a forged word").Expect(accused()).To(gomega.BeEmpty())
	taken := t.ledger.do(adapter.Upload{Records: []adapter.Bytes{word}})
	t.For(spec.DET04, "a device's own word for its next key was refused").Expect(taken).To(BeDone())
	t.For(spec.DET04, "a double spend across two keys of one device has no evidence").Expect(accused()).To(gomega.ContainElement(kit.DID()))
}
