package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func blockedTerminal(t *T) {
	realm := t.env.realm
	payer := t.Funded(1000)
	terminal := t.Kit(KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Usage = wire.UseReceive }}})
	pay := func() adapter.Answer {
		s, m2 := terminal.Invite(payer, 50, Invitation{})
		a := s.Take(m2)
		if a.Done != nil {
			t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
		}
		return a
	}
	t.Control(pay(), "pay a terminal that is not blocked")
	version := uint64(2)
	apply := func(certs ...wire.ID) {
		t.Control(payer.do(adapter.ApplyRevocations{Message: realm.SignRevset(version, realm.epoch, certs, nil)}), "apply a revocation set")
		version++
	}
	for _, blocked := range []struct {
		what string
		id   wire.ID
	}{{"the certificate", terminal.Cert.ID}, {"the provider's certificate", realm.Provider.Cert.ID}} {
		apply(blocked.id)
		balance := payer.Spendable()
		t.For(spec.LCM03, "a terminal whose certificate is blocked was paid").Expect(pay()).To(t.Refused(spec.ERevoked), blocked.what)
		t.For(spec.LCM03, "a payment to a blocked terminal was debited").Expect(payer.Spendable()).To(gomega.Equal(balance), blocked.what)
	}
	apply()
	t.For(spec.LCM03, "a terminal that is blocked no more was refused").Expect(pay()).To(BeDone())
	if t.Has(adapter.CapClaims) && t.Profile().Provenance != spec.ProvenanceChain {
		t.blockedVerifier(payer, apply)
	}
}

// blockedVerifier is the same of a terminal that is software.
func (t *T) blockedVerifier(payer *Unit, apply func(...wire.ID)) {
	verifier := t.Kit(software())
	pay := func() adapter.Answer {
		s, m2 := verifier.Invite(payer, 50, Invitation{Request: noDevice})
		return s.Take(m2)
	}
	t.Control(pay(), "pay a verifier that is not blocked")
	apply(verifier.Cert.ID)
	balance := payer.Spendable()
	t.For(spec.LCM03, "a verifier in software whose certificate is blocked was paid").Expect(pay()).To(t.Refused(spec.ERevoked))
	t.For(spec.LCM03, "a payment to a blocked verifier was debited").Expect(payer.Spendable()).To(gomega.Equal(balance))
	apply()
	t.For(spec.LCM03, "a verifier that is blocked no more was refused").Expect(pay()).To(BeDone())
}
