package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

func rekeyCuts(t *T) {
	base := int(t.env.realm.base)
	writes := t.rekeyWrites(base)
	for _, i := range t.Sample(writes*len(cutModes), 12) {
		payer, kit := t.Funded(1000), t.Kit(KitOptions{})
		s, m2 := kit.Invite(payer, 250, Invitation{})
		t.Control(s.Take(m2), "pay")
		pending := s.Paid.Encode()
		before := payer.keepsake()
		t.Control(payer.do(adapter.CutWrite{Write: i/len(cutModes) + 1, Byte: 1, Mode: cutModes[i%len(cutModes)]}), "arm a power cut")
		payer.do(adapter.Provision{Rekey: base})
		n := payer.Renew(spec.LCM04, base)
		answer := n.Certify(nil)
		if n.Install(answer).Done == nil {
			t.For(spec.LCM04, "after a cut the same answer was refused").Expect(n.Install(answer)).To(BeDone())
		}
		t.Control(payer.do(adapter.CutWrite{}), "disarm the power cut")
		n.Done(answer)
		payer.same(before)
		again, objects := kit.Meeting(payer)
		t.For(spec.LCM04, "after a re-key that was cut what is pending is not sent again exactly once").Expect(objects).To(gomega.HaveLen(1))
		t.For(spec.LCM04, "after a re-key that was cut what is pending has other bytes").Expect(objects[0].Encode()).To(gomega.Equal(pending))
		t.Control(payer.do(adapter.Acknowledge{Session: again.Session, Message: again.Answer(nil)}), "acknowledge")
		t.MustTransfer(payer, t.Device(), 10)
		t.forget()
	}
}

// rekeyWrites finds by a dry run how many persistent writes a re-key makes.
func (t *T) rekeyWrites(base int) int {
	unit := t.Funded(10)
	t.Control(unit.do(adapter.CutWrite{Write: 1 << 20}), "count persistent writes")
	unit.Rekey(spec.LCM04, base)
	writes := t.Control(unit.do(adapter.CutWrite{}), "count persistent writes").Writes
	t.forget()
	return writes
}
