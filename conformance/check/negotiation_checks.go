package check

import (
	"bytes"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// negotiationChecks hold both sides to what opens a session, before anything is
// signed for it.
func negotiationChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	rp := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: query, Run: run}
	}
	return []Check{
		receives(rp(spec.ENC01, "hello", "one encoding of a greeting is accepted", greetingEncoding)),
		receives(rp(spec.ENC02, "hello", "a greeting holds what its grammar has", greetingFields)),
		receives(rp(spec.ENC05, "hello", "a greeting of another realm is refused", greetingRealm)),
		receives(rp(spec.CRY06, "hello", "a greeting without a common suite is refused", greetingSuites)),
		receives(rp(spec.CRY11, "hello", "a greeting whose key agrees with nobody is refused", greetingKey)),
		rp(spec.ENC05, "answer", "an answer of another realm or family is refused", answerRealm),
		rp(spec.ENC06, "request", "a request signed as another message is not paid", requestDomain),
		rp(spec.CRY06, "request", "suite and version of a request are held to", requestSuite),
		rp(spec.CRY03, "class", "software is not paid as if it were a trusted device", requestClass),
		rp(spec.INT04, "session", "a request of another session is not paid", requestOfSession),
	}
}

// A badHello is an M1 one mutation away from the right one.
type badHello struct {
	name  string
	codes []spec.Code
	body  func(*wire.Hello)
	bytes func([]byte) []byte
}

// refusesHello hands a payee each bad M1, for a payment and to finish one, and
// the right one before and after.
func (t *T) refusesHello(id spec.ID, message string, cases []badHello) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	paid, _ := kit.Meet(payee, 10).Pay()
	t.Control(paid, "the twin of the bad greetings")
	held := payee.Held()
	for _, c := range cases {
		m1 := kit.Greet(c.body).M1
		if c.bytes != nil {
			bad := c.bytes(m1)
			if bytes.Equal(bad, m1) {
				t.harness("the mutation " + c.name + " changed nothing")
			}
			m1 = bad
		}
		for _, v := range []adapter.RequestPayment{{Amount: 50, Message: m1}, {Finish: true, Message: m1}} {
			if v.Finish && !t.Has(adapter.CapResend) {
				continue
			}
			t.For(id, message).Expect(payee.do(v)).To(t.Refused(c.codes...), c.name)
		}
	}
	t.For(id, "a refused greeting changed the balance").Expect(payee.Held()).To(gomega.Equal(held))
	paid, _ = kit.Meet(payee, 10).Pay()
	t.For(id, "after refusals the right greeting is refused").Expect(paid).To(BeDone())
}

func greetingEncoding(t *T) {
	t.refusesHello(spec.ENC01, "a greeting in another encoding was accepted", []badHello{
		{name: "an integer not in its shortest form", codes: []spec.Code{spec.ECanon}, bytes: func(p []byte) []byte {
			return append([]byte{p[0], 0x01, 0x18, 0x01}, p[3:]...)
		}},
		{name: "keys out of order", codes: []spec.Code{spec.ECanon}, bytes: func(p []byte) []byte {
			return append([]byte{p[0], p[3], p[4], p[1], p[2]}, p[5:]...)
		}},
	})
}

func greetingFields(t *T) {
	t.refusesHello(spec.ENC02, "a greeting with a field too many was accepted", []badHello{
		{name: "an unknown field", codes: []spec.Code{spec.EField}, bytes: func(p []byte) []byte {
			return append(append([]byte{p[0] + 1}, p[1:]...), 0x18, 0x61, 0x00)
		}},
		{name: "trailing bytes", codes: []spec.Code{spec.EMalformed}, bytes: func(p []byte) []byte {
			return append(append([]byte{}, p...), 0x00)
		}},
	})
}

func greetingRealm(t *T) {
	t.refusesHello(spec.ENC05, "a greeting of another realm was accepted", []badHello{
		{name: "another realm", codes: []spec.Code{spec.ERealm}, body: func(h *wire.Hello) { h.Realm[0] ^= 1 }},
	})
}

func greetingSuites(t *T) {
	codes := []spec.Code{spec.ENocommon}
	t.refusesHello(spec.CRY06, "a greeting without a common suite or KEM was accepted", []badHello{
		{name: "an unknown suite alone", codes: codes, body: func(h *wire.Hello) { h.Suites = []suite.Suite{99} }},
		{name: "an unknown KEM alone", codes: codes, body: func(h *wire.Hello) { h.KEMs, h.KEM = []wire.KEM{0x7fff}, 0x7fff }},
	})
}

// greetingKey sends keys of zeros: no point of P-256, and one of small order of
// X25519, alone or as the half of X-Wing whose other half is right.
func greetingKey(t *T) {
	codes := []spec.Code{spec.ELink}
	t.refusesHello(spec.CRY11, "a greeting whose key agrees with nobody was accepted", []badHello{
		{name: "a key of zeros", codes: codes, body: func(h *wire.Hello) { clear(h.KEMKey) }},
		{name: "zeros at the end of the key", codes: codes, body: func(h *wire.Hello) { clear(h.KEMKey[len(h.KEMKey)-32:]) }},
		{name: "a key that is a byte short", codes: codes, body: func(h *wire.Hello) { h.KEMKey = h.KEMKey[1:] }},
	})
}

func answerRealm(t *T) {
	t.refusesToPay(spec.ENC05, "an answer of another realm or family was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "CAPS of another realm", codes: []spec.Code{spec.ERealm}, in: Invitation{Caps: func(c *wire.Caps) { c.Realm[0] ^= 1 }}},
		{name: "another exponent", codes: []spec.Code{spec.ECurrency}, in: Invitation{Request: func(m *wire.PayReq) { m.Exponent = otherExponent(m.Exponent) }}},
		{name: "another family", codes: []spec.Code{spec.EFamily, spec.EField}, in: Invitation{Request: func(m *wire.PayReq) { m.Family = m.Family%5 + 1 }}},
	})
	t.refuses(spec.ENC05, "a transfer of another family was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "another family", codes: []spec.Code{spec.EMismatch, spec.EField}, body: func(_ *KitPayer, m *wire.Transfer) { m.Family = m.Family%5 + 1 }},
		{name: "a claim", codes: []spec.Code{spec.EMismatch}, body: func(_ *KitPayer, m *wire.Transfer) { m.Flags |= wire.TransferClaim }},
		{name: "one way", codes: []spec.Code{spec.EMismatch}, body: func(_ *KitPayer, m *wire.Transfer) { m.Flags |= wire.TransferOneWay }},
	})
}

func requestDomain(t *T) {
	codes := []spec.Code{spec.ESig}
	var cases []badRequest
	for _, other := range []wire.Type{wire.TypeTransfer, wire.TypeReceipt, wire.TypePeer, wire.TypeCert} {
		cases = append(cases, badRequest{name: "signed as " + other.String(), codes: codes, in: Invitation{
			Resign: func(s *KitPayee, payload []byte) wire.Object { return s.Sign(other, payload) },
		}})
	}
	cases = append(cases, badRequest{name: "a wrong signature", codes: codes, in: Invitation{
		Object: func(o *wire.Object) { o.Signature[7] ^= 1 },
	}})
	t.refusesToPay(spec.ENC06, "a request whose signature is not one was paid", DeviceOptions{}, KitOptions{}, cases)
}

func requestSuite(t *T) {
	other := suite.P256
	if t.env.realm.base == other {
		other = suite.Ed25519
	}
	t.refusesToPay(spec.CRY06, "a request that names another suite or version was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "another suite", codes: []spec.Code{spec.ESuite}, in: Invitation{Request: func(m *wire.PayReq) { m.Suite = other }}},
		{name: "another algorithm in the header", codes: []spec.Code{spec.ESuite, spec.EHdr}, in: Invitation{
			Resign: func(s *KitPayee, payload []byte) wire.Object {
				o := wire.Object{Alg: -8, Payload: payload}
				o.Signature = s.Key.Sign(o.ToBeSigned(wire.TypePayReq))
				return o
			},
		}},
		{name: "version 2", codes: []spec.Code{spec.EVersion}, in: Invitation{Request: func(m *wire.PayReq) { m.Version = 2 }}},
		{name: "version 2 in CAPS", codes: []spec.Code{spec.EVersion}, in: Invitation{Caps: func(c *wire.Caps) { c.Version = 2 }}},
	})
}

func requestClass(t *T) {
	software := KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Class, b.Usage = wire.ClassNOSE, wire.UseReceive }}}
	t.refusesToPay(spec.CRY03, "a payee that is no trusted device was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "software that says it is a device", kit: software, codes: []spec.Code{spec.EUsage}},
		{name: "a request without the flag", codes: []spec.Code{spec.EUsage}, in: Invitation{Request: func(m *wire.PayReq) { m.Flags &^= wire.PayReqSE }}},
	})
}

func requestOfSession(t *T) {
	t.refusesToPay(spec.INT04, "a request of another session was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "another transcript", codes: []spec.Code{spec.ETranscript}, in: Invitation{Request: func(m *wire.PayReq) { m.Transcript[0] ^= 1 }}},
	})
}
