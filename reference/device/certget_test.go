package device

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func byReference(_ *Parts, c *Config) { c.ByReference = true }

// meet runs a payment by reference and returns how many CERT_GETs it took.
func meet(payer, payee *card, amount uint64) (questions int) {
	r := payer.r
	r.t.Helper()
	m1, err := payer.Start(0, 0)
	r.must(err)
	message, err := payee.Request(0, m1, Demand{Amount: 250})
	r.must(err)
	message, err = payer.Pay(0, message, PayOptions{Verified: true})
	r.must(err)
	for payer.Asks(0) {
		questions++
		message, err = payee.Accept(0, message)
		r.must(err)
		message, err = payer.Pay(0, message, PayOptions{Verified: true})
		r.must(err)
	}
	message, err = payee.Accept(0, message)
	r.must(err)
	for payee.Asks(0) {
		questions++
		out, err := payer.Acknowledge(0, message)
		r.must(err)
		message, err = payee.Accept(0, out.Answer)
		r.must(err)
	}
	_, err = payer.Acknowledge(0, message)
	r.must(err)
	return questions
}

func TestCertificatesByReference(t *testing.T) {
	for _, tt := range []struct {
		suite suite.Suite
		first int
	}{{suite.Ed25519, 0}, {suite.MLDSA44, 2}} {
		r := newRealm(t, tt.suite)
		payer, payee := r.card(1, byReference), r.card(2, byReference)
		payer.fund(5000)
		if got := meet(payer, payee, 250); got != tt.first {
			t.Errorf("suite %d: %d CERT_GETs at the first meeting, want %d", tt.suite, got, tt.first)
		}
		if got := meet(payer, payee, 250); got != 0 {
			t.Errorf("suite %d: %d CERT_GETs between devices that know one another", tt.suite, got)
		}
		payee.power()
		if got := meet(payer, payee, 250); got != tt.first/2 {
			t.Errorf("suite %d: %d CERT_GETs after a loss of power", tt.suite, got)
		}
		byValue := r.card(3)
		byValue.fund(1000)
		if got := meet(byValue, payee, 250); got != 0 && tt.suite == suite.Ed25519 {
			t.Errorf("suite %d: %d CERT_GETs by a device that asks for certificates by value", tt.suite, got)
		}
		if got := payee.balance(); got != 1000 {
			t.Errorf("suite %d: credited %d", tt.suite, got)
		}
	}
}

// asking is a session in which a payer has sent M3, and its two ends.
func asking(t *testing.T) (*realm, *card, *card, []byte) {
	r := newRealm(t, suite.MLDSA44)
	payer, payee := r.card(1), r.card(2, byReference)
	payer.fund(5000)
	m1, err := payer.Start(0, 0)
	r.must(err)
	m2, err := payee.Request(0, m1, Demand{Amount: 250})
	r.must(err)
	m3, err := payer.Pay(0, m2, PayOptions{Verified: true})
	r.must(err)
	return r, payer, payee, m3
}

func TestNothingButTheOwnPathIsTold(t *testing.T) {
	r, payer, payee, m3 := asking(t)
	question, err := payee.Accept(0, m3)
	r.must(err)
	if !payee.Asks(0) {
		t.Fatal("the payee knows a certificate that it was not told")
	}
	again, err := payee.Accept(0, m3)
	if err != nil || string(again) != string(question) {
		t.Errorf("the same M3 again: another answer, %v", err)
	}
	stranger := r.card(9).certs[suite.MLDSA44]
	s := payer.sessions[0]
	for _, ids := range [][]wire.ID{{stranger.ID}, {r.auth.Service.Cert.ID}, {payer.certs[suite.MLDSA44].ID, stranger.ID}} {
		if _, err := payer.certsFor(s, ids); r.code(err) != spec.ECertNeeded {
			t.Errorf("asked for %x: %v; want 126", ids, err)
		}
	}
}

// A CERTS with another certificate, or with a wrong signature, is refused, not
// remembered, and the right one is taken afterwards.
func TestAWrongAnswerIsNotRemembered(t *testing.T) {
	for _, tt := range []struct {
		name string
		with func(r *realm, own *cert.Certificate) []byte
		code spec.Code
	}{
		{"another certificate", func(r *realm, _ *cert.Certificate) []byte { return r.auth.Provider.Cert.Raw }, spec.ECertid},
		{"a wrong signature", func(_ *realm, own *cert.Certificate) []byte {
			b := append([]byte(nil), own.Raw...)
			b[len(b)-1] ^= 1
			return b
		}, spec.ESig},
	} {
		r, payer, payee, m3 := asking(t)
		_, err := payee.Accept(0, m3)
		r.must(err)
		own := payer.certs[suite.MLDSA44]
		wrong := payer.sessions[0].link.Send(wire.Item{Type: wire.TypeCerts, Certs: [][]byte{tt.with(r, own)}})
		_, err = payee.Accept(0, wrong)
		if r.code(err) != tt.code {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.code)
		}
		if payee.store.Find(own.ID) != nil {
			t.Errorf("%s: remembered", tt.name)
		}
		m1, err := payer.Start(1, 0)
		r.must(err)
		m2, err := payee.RequestFinish(1, m1)
		r.must(err)
		frames, err := payer.Resend(1, m2)
		r.must(err)
		if _, err := payee.Accept(1, frames[0]); err != nil { // it brings its certificate
			t.Errorf("%s: the right certificate afterwards: %v", tt.name, err)
		}
		if payee.balance() != 250 {
			t.Errorf("%s: credited %d", tt.name, payee.balance())
		}
	}
}
