package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func migration(t *T) {
	const classical, hybrid = int(suite.Ed25519), int(suite.Ed25519MLDSA44)
	both := []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}
	kit := func(number suite.Suite, certified ...suite.Suite) *Kit {
		return t.Kit(KitOptions{Suite: number, Certify: cert.DeviceOptions{Suites: certified}})
	}
	unit := t.DeviceWith(DeviceOptions{Suites: []int{classical}})
	t.Control(unit.Fund(1000), "funding")
	old := kit(suite.Ed25519, suite.Ed25519)
	s, m2 := old.Invite(unit, 100, Invitation{})
	t.Control(s.Take(m2), "pay with the suite before")
	t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	counter, before := s.Transfer.Counter, unit.keepsake()
	unit.Rekey(spec.PQC04, hybrid)
	after := unit.keepsake()
	after.log = before.log
	t.For(spec.PQC04, "a key of another suite changed value or counters").Expect(after).To(gomega.Equal(before))
	drop := t.env.realm.Policy(2, func(m *wire.Policy) { m.Suites = []suite.Suite{suite.Ed25519MLDSA44} })
	t.For(spec.PQC04, "a policy that drops a suite was refused").Expect(unit.do(adapter.ApplyPolicy{Message: drop})).To(BeDone())
	next := kit(suite.Ed25519MLDSA44, both...)
	s, m2 = next.Invite(unit, 60, Invitation{})
	t.For(spec.PQC04, "a device does not pay with its new suite").Expect(s.Take(m2)).To(BeDone())
	t.For(spec.PQC04, "a payment has the suite that the policy dropped").Expect(s.Transfer.Suite).To(gomega.Equal(suite.Ed25519MLDSA44))
	t.For(spec.PQC04, "a key of another suite changed the counter").Expect(s.Transfer.Counter).To(gomega.Equal(counter + 1))
	t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	paid, _ := next.Meet(unit, 40).Pay()
	t.For(spec.PQC04, "a device is not paid with its new suite").Expect(paid).To(BeDone())
	t.refusesDropped(unit, old, next)
	t.For(spec.PQC04, "value changed by what was refused").Expect(unit.Held()).To(gomega.Equal(uint64(880)))
}

// refusesDropped meets counterparties whose certificate is of the suite dropped:
// one that says so, and one that claims the new suite in clear.
func (t *T) refusesDropped(unit *Unit, old, next *Kit) {
	codes := []spec.Code{spec.ENocommon, spec.EDowngrade, spec.ESuite}
	greeting := old.Greet(nil)
	refused := unit.do(adapter.RequestPayment{Amount: 20, Message: greeting.M1})
	t.For(spec.PQC04, "a payer of the suite dropped was asked for money").Expect(refused).To(t.Refused(codes...))
	s, m2 := old.Invite(unit, 20, Invitation{})
	t.For(spec.PQC04, "a payee of the suite dropped was paid").Expect(s.Take(m2)).To(t.Refused(codes...))
	disguised := *old
	disguised.offered = []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}
	s, m2 = disguised.Invite(unit, 20, Invitation{Caps: func(c *wire.Caps) { c.Suite = suite.Ed25519MLDSA44 }})
	t.For(spec.PQC04, "a payee with a certificate of the suite dropped was paid").Expect(s.Take(m2)).To(t.Refused(codes...))
	p := next.Meet(unit, 20)
	p.Kit = old
	o := p.Sign(wire.TypeTransfer, p.Transfer(nil).Encode())
	a, _ := p.Deliver(o.Encode())
	if a.Done != nil {
		p.Accepted(o)
	}
	t.For(spec.PQC04, "a transfer of the suite dropped was credited").Expect(a).To(t.Refused(codes...))
}
