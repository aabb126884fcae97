package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// cardCertGetChecks ask a card for its certificates.
func cardCertGetChecks() []Check {
	card := func(word, title string, run func(*T)) Check {
		return Check{
			ID: "INT-18." + word, Title: title, Cites: []spec.ID{spec.INT18, spec.PVY06}, RP: true, Steps: true, Run: run,
			Needs: []adapter.Capability{adapter.CapAPDU, adapter.CapQuery, adapter.CapStart},
		}
	}
	return []Check{
		card("payer", "a card that has paid tells its own path to who asks, and no other", askedCardPays),
		receives(card("payee", "a card that is paid tells its own path to who asks, and no other", askedCardIsPaid)),
	}
}

// certificate is the unit's certificate of the base suite.
func (u *Unit) certificate() *cert.Certificate {
	own, err := cert.Parse(u.Certificates[0])
	if err != nil {
		u.t.harness("a certificate of the harness: " + err.Error())
	}
	return own
}

// frames hands a card frames of a role and number in place of a verb.
func (c *Card) frames(role, number byte) func([]byte) adapter.Answer {
	return func(frame []byte) adapter.Answer {
		body, err := c.Reader.Do(apdu.InsExchange, role, number, frame)
		code, whole := codeOf(err)
		switch {
		case !whole:
			c.t.Inconclusive("a card gives a whole answer", err.Error())
		case err != nil:
			return adapter.Answer{Refused: &adapter.Refusal{Code: int(code)}}
		}
		return adapter.Answer{Done: &adapter.Result{Message: body}}
	}
}

// answersItself asks a card for its own path, and last for another certificate:
// what a card says to that is sealed, and a host need not ask for it.
func (t *T) answersItself(l *link.Link, on func([]byte) adapter.Answer, own *cert.Certificate) {
	provider := t.env.realm.Provider.Cert
	for _, want := range [][]*cert.Certificate{{own}, {own, provider}} {
		var ids []wire.ID
		var raw [][]byte
		for _, c := range want {
			ids, raw = append(ids, c.ID), append(raw, c.Raw)
		}
		a, item := t.ask(l, on, ids...)
		t.For(spec.INT18, "a card does not answer who asks for its certificates").Expect(a).To(BeDone())
		t.For(spec.INT18, "what a card answers are not its certificates").Expect(item.Certs).To(gomega.Equal(raw))
	}
	a, item := t.ask(l, on, t.env.realm.Service.Cert.ID)
	t.For(spec.PVY06, "a certificate was handed out that is not of the own path").Expect(a).To(t.Refused(spec.ECertNeeded))
	t.For(spec.PVY06, "a certificate was handed out that is not of the own path").Expect(item.Type).NotTo(gomega.Equal(wire.TypeCerts))
}

func askedCardPays(t *T) {
	c, kit := t.Funded(300).Card(), t.Kit(KitOptions{})
	s, m2 := kit.InviteCard(c, 30)
	c.verify()
	c.control(s.TakeCard(c, m2), "a payment")
	t.answersItself(s.link, c.frames(apdu.RolePayer, 4), c.certificate())
	_, err := apdu.CardPayer{Terminal: c.Reader}.Acknowledge(s.Answer(nil))
	t.For(spec.INT18, "after questions a receipt was refused").Expect(err).NotTo(gomega.HaveOccurred())
	t.For(spec.INT18, "questions changed how a payment ends").Expect(c.end(0)).To(gomega.Equal(end0(270)))
}

func askedCardIsPaid(t *T) {
	c, kit := t.Device().Card(), t.Kit(KitOptions{})
	s, err := kit.MeetCard(c, 30)
	c.control(err, "a request")
	t.answersItself(s.link, c.frames(apdu.RolePayee, 3), s.PayeeCert)
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	_, err = apdu.CardPayee{Terminal: c.Reader}.Accept(s.frame(o.Encode()))
	t.For(spec.INT18, "after questions a transfer was refused").Expect(err).NotTo(gomega.HaveOccurred())
	s.Accepted(o)
	t.For(spec.INT18, "questions changed how a payment ends").Expect(c.end(0)).To(gomega.Equal(end0(30)))
}
