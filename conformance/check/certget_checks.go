package check

import (
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// certGetChecks are about certificates that are asked for, and kept.
func certGetChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	return []Check{
		{ID: "PVY-06.payee", Title: "a payee tells of its own path alone", Cites: []spec.ID{spec.PVY06}, RP: true, Needs: query, Receives: true, Run: payeeTellsItself},
		{ID: "PVY-06.payer", Title: "a payer tells of its own path alone, and after it has paid", Cites: []spec.ID{spec.PVY06}, RP: true, Needs: query, Run: payerTellsItself},
		{ID: "CRY-01.kept", Title: "a certificate with a wrong signature does not keep the right one out", Cites: []spec.ID{spec.CRY01}, RP: true, Needs: query, Receives: true, Run: wrongCopyFirst},
	}
}

// ask sends a CERT_GET in a session and reads what comes back.
func (t *T) ask(l *link.Link, on func(frame []byte) adapter.Answer, ids ...wire.ID) (adapter.Answer, wire.Item) {
	a := on(l.Send(wire.Item{Type: wire.TypeCertGet, IDs: ids}))
	var item wire.Item
	reply := []byte(nil)
	switch {
	case a.Done != nil:
		reply = a.Done.Message
	case a.Refused != nil:
		reply = a.Refused.Message
	}
	if len(reply) > 0 {
		item, _, _ = l.Receive(reply)
	}
	return a, item
}

// tellsOwn asks for a stranger's certificates, which are refused, and then for
// the unit's own.
func (t *T) tellsOwn(l *link.Link, on func(frame []byte) adapter.Answer, own *cert.Certificate, strangers map[string]wire.ID) {
	const message = "a certificate was handed out that is not of the own path"
	for _, name := range sortedNames(strangers) {
		a, item := t.ask(l, on, strangers[name])
		t.For(spec.PVY06, message).Expect(item.Type).NotTo(gomega.Equal(wire.TypeCerts), name)
		t.For(spec.PVY06, message).Expect(a).To(t.Refused(spec.ECertNeeded), name)
		a, item = t.ask(l, on, own.ID, strangers[name])
		t.For(spec.PVY06, message).Expect(item.Type).NotTo(gomega.Equal(wire.TypeCerts), "beside the own one: "+name)
		t.For(spec.PVY06, message).Expect(a).To(t.Refused(spec.ECertNeeded), "beside the own one: "+name)
	}
	a, item := t.ask(l, on, own.ID, t.env.realm.Provider.Cert.ID)
	t.For(spec.PVY06, "the own path was not handed out").Expect(a).To(BeDone())
	t.For(spec.PVY06, "what was handed out is not the own path").Expect(item.Certs).To(gomega.Equal([][]byte{own.Raw, t.env.realm.Provider.Cert.Raw}))
}

func sortedNames(m map[string]wire.ID) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func payeeTellsItself(t *T) {
	payee, met, kit := t.Device(), t.Kit(KitOptions{}), t.Kit(KitOptions{})
	paid, _ := met.Meet(payee, 20).Pay() // whom the payee knows from now on
	t.Control(paid, "a payment by somebody else")
	s := kit.Meet(payee, 30)
	on := func(frame []byte) adapter.Answer { return payee.do(adapter.Accept{Session: s.Session, Message: frame}) }
	t.tellsOwn(s.link, on, s.PayeeCert, map[string]wire.ID{
		"an earlier payer's": met.Cert.ID, "a certificate of nobody": {1, 2, 3}, "the service's": t.env.realm.Service.Cert.ID,
	})
	paid, _ = s.Pay()
	t.For(spec.PVY06, "after questions the payment was refused").Expect(paid).To(BeDone())
	t.For(spec.PVY06, "questions changed what was credited").Expect(payee.Held()).To(gomega.Equal(uint64(50)))
}

func payerTellsItself(t *T) {
	payer, met, kit := t.Funded(1000), t.Kit(KitOptions{}), t.Kit(KitOptions{})
	s, m2 := met.Invite(payer, 20, Invitation{})
	t.Control(s.Take(m2), "a payment to somebody else")
	t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	balance := payer.Spendable()
	curious, _ := kit.Invite(payer, 30, Invitation{})
	own, err := cert.Parse(payer.Certificates[0])
	if err != nil {
		t.harness("a certificate of the harness: " + err.Error())
	}
	refused := payer.do(adapter.Pay{Session: curious.Session, Message: curious.curiosity(own.ID), Secret: t.secret(), Amount: 30})
	t.For(spec.PVY06, "a payer told who it is before it had paid").Expect(refused).To(t.Refused(spec.ECertNeeded))
	t.For(spec.PVY06, "a question changed the balance").Expect(payer.Spendable()).To(gomega.Equal(balance))
	s, m2 = kit.Invite(payer, 30, Invitation{})
	t.Control(s.Take(m2), "pay")
	on := func(frame []byte) adapter.Answer {
		return payer.do(adapter.Acknowledge{Session: s.Session, Message: frame})
	}
	t.tellsOwn(s.link, on, own, map[string]wire.ID{"an earlier payee's": met.Cert.ID, "a certificate of nobody": {1, 2, 3}})
	t.For(spec.PVY06, "after questions a receipt was refused").Expect(on(s.Answer(nil))).To(BeDone())
	t.For(spec.PVY06, "after questions a payment is still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
}

// curiosity is an M2 that asks for a certificate in place of money.
func (s *KitPayee) curiosity(id wire.ID) []byte {
	s.m2(Invitation{}) // the right one, for its CAPS
	l, err := link.NewPayee(s.rand, s.M1, s.Caps.Encode(), s.Hello.KEMKey)
	if err != nil {
		s.t.Inconclusive("positive control: the payer's M1 has a key", err.Error())
	}
	return l.Send(wire.Item{Type: wire.TypeCertGet, IDs: []wire.ID{id}})
}

func wrongCopyFirst(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	wrong := slices.Clone(kit.Cert.Raw)
	wrong[len(wrong)-1] ^= 1
	for _, carried := range [][]byte{wrong, wrong} {
		kit.Carried = [][]byte{carried}
		s := kit.Meet(payee, 25)
		a, _ := s.Deliver(s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode()).Encode())
		t.For(spec.CRY01, "a certificate with a wrong signature was accepted").Expect(a).To(t.Refused(spec.ESig))
		payee.do(adapter.Cancel{})
	}
	kit.Carried = [][]byte{kit.Cert.Raw}
	paid, _ := kit.Meet(payee, 25).Pay()
	t.For(spec.CRY01, "a certificate with a wrong signature kept the right one out").Expect(paid).To(BeDone())
	kit.Carried = [][]byte{wrong}
	paid, _ = kit.Meet(payee, 25).Pay()
	t.For(spec.CRY01, "a certificate that is known was not known beside a wrong copy of it").Expect(paid).To(BeDone())
}
