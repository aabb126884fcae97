package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// certLifeChecks are about what a certificate says over its life: what it is for,
// whose limits hold, and what is left when it ends.
func certLifeChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	policy := []adapter.Capability{adapter.CapQuery, adapter.CapPolicy}
	rp := func(id spec.ID, word, title string, needs []adapter.Capability, run func(*T)) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	expired := rp(spec.LCM04, "expired", "value of an expired device goes home, and a new key ends the wait",
		[]adapter.Capability{adapter.CapQuery, adapter.CapPolicy, adapter.CapRekey, adapter.CapDefund, adapter.CapSynchronise}, expiredOffline)
	respend := rp(spec.CRY03, "respend", "who may not pay on holds what was received", query, uncertifiedRespend)
	class := rp(spec.LIM01, "class", "the limits are those of the class that is certified", policy, limitsOfClass)
	expired.Fresh, respend.Fresh, class.Fresh = true, true, true // certified otherwise than the next check expects
	several := rp(spec.CRY08, "several", "of several certificates the strongest is used", query, strongestIsUsed)
	several.Suites = []int{1, 5}
	return []Check{
		rp(spec.LCM02, "count", "a revocation set serves as many payments as the policy says", policy, revocationsCount),
		expired, respend, class, several,
		receives(rp(spec.INT01, "unknown", "numbers and members that nobody knows are skipped", query, unknownIsSkipped)),
		rp(spec.INT01, "unknown-answer", "numbers and members of an answer that nobody knows are skipped", query, unknownAnswerIsSkipped),
	}
}

func revocationsCount(t *T) {
	const serves = 2
	realm := t.env.realm
	payer, payee, other := t.Funded(1000), t.Device(), t.Funded(1000)
	short := realm.Policy(2, func(m *wire.Policy) { m.Fresh.MaxCount = serves })
	for _, u := range []*Unit{payer, payee} {
		t.Control(u.do(adapter.ApplyPolicy{Message: short}), "apply a policy")
		t.Control(u.block(2, realm.epoch), "apply a revocation set")
	}
	for range serves {
		t.MustTransfer(payer, payee, 10)
	}
	t.For(spec.LCM02, "more payments were made on a revocation set than the policy allows").Expect(t.Transfer(payer, other, 10)).To(t.Refused(spec.ERevOld))
	t.For(spec.LCM02, "a payment on a used-up revocation set was debited").Expect(payer.Spendable()).To(gomega.Equal(uint64(980)))
	t.For(spec.LCM02, "more payments were received on a revocation set than the policy allows").Expect(t.Transfer(other, payee, 10)).To(t.Refused(spec.ERevOld))
	t.Control(payer.block(3, realm.epoch), "apply a newer revocation set")
	t.For(spec.LCM02, "a newer revocation set does not serve again").Expect(t.Transfer(payer, other, 10)).To(BeDone())
}

// expiredOffline lets a device's certificate end, and with it whatever its
// provider's would: a validity lies within the issuer's.
func expiredOffline(t *T) {
	realm, end := t.env.realm, t.env.realm.epoch+2
	unit := t.DeviceWith(DeviceOptions{Certify: func(c *Certification) {
		c.Options.Edit = func(b *wire.Cert) { b.NotAfter = end }
	}})
	t.Control(unit.Fund(500), "funding")
	other := t.Funded(100)
	t.Control(t.Transfer(unit, other, 50), "a payment before the end")
	after := end + realm.policy.Fresh.Grace + 1
	t.Control(unit.later(2, after), "apply a revocation set of a later epoch")
	t.Control(other.later(2, after), "apply a revocation set of a later epoch")
	balance, held := unit.Spendable(), other.Held()
	t.For(spec.LCM04, "an expired device has paid").Expect(t.Transfer(unit, other, 50)).NotTo(BeDone())
	t.For(spec.LCM04, "a payment of an expired device was credited").Expect(other.Held()).To(gomega.Equal(held))
	t.PaymentsEnd(unit, other)
	t.For(spec.LCM04, "the end of a certificate took value").Expect(unit.Spendable()).To(gomega.Equal(balance))
	t.For(spec.LCM04, "the report of an expired device was refused").Expect(unit.Sync(true)).To(BeDone())
	t.For(spec.LCM04, "the value of an expired device cannot be taken home").Expect(unit.Defund(100)).To(BeDone())
	n := unit.Renew(spec.LCM04, int(realm.base))
	answer := n.Certify(nil)
	answer.Issuers = []adapter.Bytes{realm.Provider.Cert.Raw}
	t.For(spec.LCM04, "an expired device was given no other key").Expect(n.Install(answer)).To(BeDone())
	n.Done(answer)
	t.For(spec.LCM04, "after its re-key a device that had expired does not pay").Expect(t.Transfer(unit, other, 50)).To(BeDone())
}

func uncertifiedRespend(t *T) {
	device := DeviceOptions{Certify: func(c *Certification) {
		c.Options.Edit = func(b *wire.Cert) { b.Usage &^= wire.UseRespend }
	}}
	unit, free, payer, payee := t.DeviceWith(device), t.Device(), t.Funded(1000), t.Device()
	t.Control(unit.Fund(100), "funding")
	for _, u := range []*Unit{unit, free} {
		t.MustTransfer(payer, u, 200)
	}
	t.For(spec.CRY03, "a device whose certificate lacks respend has paid on what it received").Expect(t.Transfer(unit, payee, 150)).To(t.Refused(spec.EHop, spec.EFunds))
	t.For(spec.CRY03, "what a device without respend received is gone").Expect(unit.Held()).To(gomega.Equal(uint64(300)))
	t.For(spec.CRY03, "a device whose certificate lacks respend does not pay what it was funded with").Expect(t.Transfer(unit, payee, 100)).To(BeDone())
	if respend := t.Profile().Respend; respend == nil || *respend {
		t.For(spec.CRY03, "a device whose certificate has respend does not pay on").Expect(t.Transfer(free, payee, 150)).To(BeDone())
	}
}

func limitsOfClass(t *T) {
	realm := t.env.realm
	classes := realm.Policy(2, func(m *wire.Policy) {
		low := m.Limits[0]
		low.Class, low.MaxTx = 2, wire.LimitOf(50)
		m.Limits = append(m.Limits, low)
	})
	of := func(class uint64) *Unit {
		u := t.DeviceWith(DeviceOptions{Certify: func(c *Certification) {
			c.Options.Edit = func(b *wire.Cert) { b.Limits = class }
		}})
		t.Control(u.do(adapter.ApplyPolicy{Message: classes}), "apply a policy of two classes")
		return u
	}
	first, second, third, payee := of(1), of(2), of(3), t.Device()
	for _, u := range []*Unit{first, second} {
		t.Control(u.Fund(300), "funding")
	}
	t.For(spec.LIM01, "a device of a class was held to the limits of another").Expect(t.Transfer(first, payee, 51)).To(BeDone())
	t.For(spec.LIM01, "a payment above the limit of its class was made").Expect(t.Transfer(second, payee, 51)).To(t.Refused(spec.EMaxTx))
	t.For(spec.LIM01, "a payment of exactly the limit of its class was refused").Expect(t.Transfer(second, payee, 50)).To(BeDone())
	t.For(spec.LIM01, "a device of a class that the policy does not name was funded").Expect(third.Fund(10)).NotTo(BeDone())
}

var bothSuites = []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}

func strongestIsUsed(t *T) {
	const message = "two devices with two suites each did not use the stronger"
	strong := t.Kit(KitOptions{Suite: suite.Ed25519MLDSA44, Certify: cert.DeviceOptions{Suites: bothSuites}})
	unit := t.DeviceWith(DeviceOptions{Suites: []int{1, 5}})
	t.Control(unit.Fund(1000), "funding")
	s, m2 := strong.Invite(unit, 100, Invitation{})
	t.For(spec.CRY08, message).Expect(s.Take(m2)).To(BeDone())
	t.For(spec.CRY08, message).Expect(s.Transfer.Suite).To(gomega.Equal(suite.Ed25519MLDSA44))
	t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	asked := strong.Meet(unit, 100)
	t.For(spec.CRY08, message).Expect(asked.Request.Suite).To(gomega.Equal(suite.Ed25519MLDSA44))
	paid, _ := asked.Pay()
	t.For(spec.CRY08, message).Expect(paid).To(BeDone())
	weak := t.Kit(KitOptions{Suite: suite.Ed25519, Certify: cert.DeviceOptions{Suites: []suite.Suite{suite.Ed25519}}})
	asked = weak.Meet(unit, 100)
	t.For(spec.CRY08, "a device with two suites does not meet one with the weaker alone").Expect(asked.Request.Suite).To(gomega.Equal(suite.Ed25519))
}

// nobodyKnows adds what no edition has: it has to be skipped.
func nobodyKnows(versions *[]uint64, suites *[]suite.Suite, kems *[]wire.KEM, extra *[]wire.Member) {
	*versions, *suites, *kems = append(*versions, 2000), append(*suites, 2000), append(*kems, 0x7ffff)
	*extra = []wire.Member{{Key: 131, Value: wire.AppendBytes(nil, []byte("grease"))}, {Key: 159, Value: []byte{0x80}}}
}

func unknownIsSkipped(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	s := kit.Greet(func(h *wire.Hello) { nobodyKnows(&h.Versions, &h.Suites, &h.KEMs, &h.Extra) })
	s.Payee = payee
	armed := payee.do(adapter.RequestPayment{Amount: 50, Message: s.M1})
	t.For(spec.INT01, "a greeting with numbers and members that nobody knows was refused").Expect(armed).To(BeDone())
	s.Session, s.M2 = armed.Done.Session, armed.Done.Message
	if err := s.open(armed.Done.Message); err != nil {
		t.Inconclusive("positive control: the payee's M2 can be read", err.Error())
	}
	paid, _ := s.Pay()
	t.For(spec.INT01, "a payment whose greeting has unknown numbers failed").Expect(paid).To(BeDone())
	t.For(spec.INT01, "a payment whose greeting has unknown numbers was not credited").Expect(payee.Held()).To(gomega.Equal(uint64(50)))
}

func unknownAnswerIsSkipped(t *T) {
	payer, kit := t.Funded(1000), t.Kit(KitOptions{})
	s, m2 := kit.Invite(payer, 60, Invitation{Caps: func(c *wire.Caps) { nobodyKnows(&c.Versions, &c.Suites, &c.KEMs, &c.Extra) }})
	t.For(spec.INT01, "an answer with numbers and members that nobody knows was refused").Expect(s.Take(m2)).To(BeDone())
	t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	t.For(spec.INT01, "what was paid is another amount").Expect(payer.Spendable()).To(gomega.Equal(uint64(940)))
}
