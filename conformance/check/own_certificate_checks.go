package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ownCertificateChecks are of a device whose own certificate ends.
func ownCertificateChecks() []Check {
	own := func(word, title string, run func(*T), more ...adapter.Capability) Check {
		needs := append([]adapter.Capability{adapter.CapQuery, adapter.CapPolicy}, more...)
		// Its units are certified otherwise than the next check expects.
		return Check{ID: "CRY-12." + word, Title: title, Cites: []spec.ID{spec.CRY12}, RP: true, Needs: needs, Fresh: true, Run: run}
	}
	return []Check{
		own("payer", "a payer whose certificate has ended pays nobody and keeps its value", endedPayer, adapter.CapStart),
		receives(own("payee", "a payee whose certificate has ended asks for no payment", endedPayee)),
		own("one-way", "a payer whose certificate has ended pays no static request", endedOneWay, adapter.CapOneWay),
	}
}

const endedMessage = "a device whose certificate has ended does as before, or refuses otherwise"

// ending is a unit whose certificate ends one epoch from now, in its last epoch,
// grace included. The function returned brings the next epoch.
func (t *T) ending() (u *Unit, end func()) {
	realm := t.env.realm
	last := realm.epoch + 1
	u = t.DeviceWith(DeviceOptions{Certify: func(c *Certification) {
		c.Options.Edit = func(b *wire.Cert) { b.NotAfter = last }
	}})
	last += realmGrace(t)
	t.Control(u.later(2, last), "apply a revocation set of the certificate's last epoch")
	return u, func() { t.Control(u.later(3, last+1), "apply a revocation set of the epoch after it") }
}

func endedPayer(t *T) {
	payer, end := t.ending()
	kit := t.Kit(KitOptions{})
	t.Control(payer.Fund(500), "funding")
	pay := func() adapter.Answer {
		s, m2 := kit.Invite(payer, 50, Invitation{})
		a := s.Take(m2)
		if a.Done != nil {
			t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
		}
		return a
	}
	t.For(spec.CRY12, "a payer in the last epoch of its certificate does not pay").Expect(pay()).To(BeDone())
	end()
	t.For(spec.CRY12, endedMessage).Expect(pay()).To(t.Refused(spec.EExpired))
	t.For(spec.CRY12, "a payment under a certificate that has ended was debited").Expect(payer.end(0)).To(gomega.Equal(end0(450)))
}

// end0 is how it ends with a balance, and nothing pending.
func end0(held uint64) end { return end{0, held, 0} }

func endedPayee(t *T) {
	payee, end := t.ending()
	kit := t.Kit(KitOptions{})
	paid, _ := kit.Meet(payee, 50).Pay()
	t.For(spec.CRY12, "a payee in the last epoch of its certificate is not paid").Expect(paid).To(BeDone())
	end()
	ask := payee.do(adapter.RequestPayment{Amount: 50, Message: kit.Greet(nil).M1})
	t.For(spec.CRY12, endedMessage).Expect(ask).To(t.Refused(spec.EExpired))
	if t.Has(adapter.CapOneWay) {
		a := payee.do(adapter.StaticRequest{Uses: 1, Epochs: 1})
		t.For(spec.CRY12, endedMessage).Expect(a).To(t.Refused(spec.EExpired), "a static request")
	}
	t.For(spec.CRY12, "the end of a certificate took value").Expect(payee.end(0)).To(gomega.Equal(end0(50)))
}

func endedOneWay(t *T) {
	payer, end := t.ending()
	kit := t.Kit(KitOptions{})
	t.Control(payer.Fund(500), "funding")
	poster := func() *KitPoster {
		return kit.KitPoster(func(m *wire.StaticReq) { m.Expiry += realmGrace(t) })
	}
	p := poster()
	t.For(spec.CRY12, "a payer in the last epoch of its certificate does not pay one way").Expect(p.PaidBy(payer, 50)).To(BeDone())
	receipt := p.Receipt(kit.Cert, wire.ReceiptAccepted, 0)
	t.Control(payer.do(adapter.AcknowledgeOneWay{Message: receipt}), "a receipt")
	end()
	t.For(spec.CRY12, endedMessage).Expect(poster().PaidBy(payer, 50)).To(t.Refused(spec.EExpired))
	t.For(spec.CRY12, "a payment under a certificate that has ended was debited").Expect(payer.end(0)).To(gomega.Equal(end0(450)))
}

// realmGrace is for how many epochs a certificate serves after its end.
func realmGrace(t *T) uint64 { return t.env.realm.policy.Fresh.Grace }
