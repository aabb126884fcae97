package check

import (
	"crypto/elliptic"
	"math/big"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// lowS has the device pay and be paid with P-256, alone or as a half.
func lowS(t *T) {
	codes := []spec.Code{spec.ESig}
	t.each(ecdsaSuites, func(_ suite.Suite, device DeviceOptions, kit KitOptions) {
		payer, payee := t.DeviceWith(device), t.Kit(kit)
		t.Control(payer.Fund(t.coins(5000, 100)), "funding")
		for range 8 { // a signer that does not look at s makes eight low ones in 1 of 256
			s, m2 := payee.Invite(payer, 10, Invitation{})
			t.Control(s.Take(m2), "pay")
			high := upperHalf(scalarOf(s.Paid.Signature))
			t.For(spec.CRY10, "a P-256 signature was made with s in the upper half").Expect(high).To(gomega.BeFalse())
			t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
		}
		t.refuses(spec.CRY10, "a P-256 signature with s in the upper half was accepted", device, kit, []badTransfer{
			{name: "n minus s in place of s", kit: kit, codes: codes, object: func(o *wire.Object) {
				s := scalarOf(o.Signature)
				s.Sub(elliptic.P256().Params().N, s).FillBytes(o.Signature[classicalBytes/2 : classicalBytes])
			}},
		})
	})
}

// scalarOf is s of a signature, or half, of P-256: zero where there is none.
func scalarOf(sig []byte) *big.Int {
	if len(sig) < classicalBytes {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(sig[classicalBytes/2 : classicalBytes])
}

// upperHalf reports s > n/2.
func upperHalf(s *big.Int) bool {
	return new(big.Int).Lsh(s, 1).Cmp(elliptic.P256().Params().N) > 0
}
