package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/spec"
)

// interfaceChecks pay from one device over two of its interfaces.
func interfaceChecks() []Check {
	return []Check{{
		ID: "DSP-03.interfaces", Title: "two interfaces of one device do not spend the same value", Cites: []spec.ID{spec.DSP03}, RP: true,
		Needs: []adapter.Capability{adapter.CapAPDU, adapter.CapQuery, adapter.CapStart}, Steps: true, Run: twoInterfaces,
	}}
}

// twoInterfaces has a session on its way over frames while another one is over
// APDUs, in either order of paying.
func twoInterfaces(t *T) {
	for _, cardFirst := range []bool{true, false} {
		payer, one, two := t.Funded(60), t.Kit(KitOptions{}), t.Kit(KitOptions{})
		card := payer.Card()
		framed, m2 := one.Invite(payer, 40, Invitation{})
		carded, m2c := two.InviteCard(card, 40)
		card.verify()
		frames := func() bool {
			a := framed.Take(m2)
			if a.Done == nil {
				return false
			}
			t.Control(payer.do(adapter.Acknowledge{Session: framed.Session, Message: framed.Answer(nil)}), "the receipt over frames")
			return true
		}
		apdus := func() bool {
			if carded.TakeCard(card, m2c) != nil {
				return false
			}
			_, err := apdu.CardPayer{Terminal: card.Reader}.Acknowledge(carded.Answer(nil))
			card.control(err, "the receipt over APDUs")
			return true
		}
		first, second := frames, apdus
		if cardFirst {
			first, second = apdus, frames
		}
		paid, again := first(), second()
		if !paid && !again {
			t.Inconclusive("positive control: one of two interfaces can pay", "neither did")
		}
		t.For(spec.DSP03, "two interfaces of one device spent the same value").Expect(paid && again).To(gomega.BeFalse())
		const left = "the balance after two interfaces is not what one payment leaves"
		t.For(spec.DSP03, left).Expect(payer.Spendable()).To(gomega.Equal(uint64(20)))
		// Each interface has seen what the other spent.
		s, m2 := one.Invite(payer, 40, Invitation{})
		t.For(spec.DSP03, "frames spent what was spent over APDUs").Expect(s.Take(m2)).To(t.Refused(spec.EFunds))
		got, _ := two.paidByCard(payer.Card(), 40, nil)
		t.For(spec.DSP03, "APDUs spent what was spent over frames").Expect(got).To(gomega.Equal(end{spec.EFunds, 20, 0}))
		t.For(spec.DSP03, left).Expect(payer.Spendable()).To(gomega.Equal(uint64(20)))
	}
}
