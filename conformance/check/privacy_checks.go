package check

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// framesShowNothing makes two payments between the same units and holds each
// frame, as it appears, against what a listener must not see.
func framesShowNothing(t *T) {
	const amount = 0x1234 // two bytes that stand for themselves in CBOR
	payer, payee := t.Funded(2*amount+100), t.Device()
	l := t.listener(payer, payee, uint64(t.env.scale.minor(amount)))
	for range 2 {
		p := t.Payment(payer, payee, amount)
		t.Control(p.Start(), "start")
		l.hears("M1", p.M1)
		l.hello(p.M1)
		t.Control(p.Request(), "request")
		l.hears("M2", p.M2)
		l.opening(p.M2)
		t.Control(p.Pay(), "pay")
		l.hears("M3", p.M3)
		l.frame("M3", p.M3)
		t.Control(p.Accept(), "accept")
		l.hears("M4", p.M4)
		l.frame("M4", p.M4)
		t.Control(p.Acknowledge(), "acknowledge")
	}
}

// What of an identifier, and of longer secrets, a frame must not hold in one
// piece. A certificate has twelve bytes in common with a right CAPS: realm,
// suite and the heads between them.
const (
	pieceOfID     = 8
	pieceOfSecret = 16
)

// A listener knows what it must not hear, and what it has heard.
type listener struct {
	t       *T
	amount  []byte
	ids     map[[pieceOfID]byte]string
	secrets map[[pieceOfSecret]byte]string
	heard   map[string]bool // whatever has to be fresh
}

func (t *T) listener(payer, payee *Unit, amount uint64) *listener {
	l := &listener{
		t: t, amount: wire.AppendUint(nil, amount), ids: map[[pieceOfID]byte]string{},
		secrets: map[[pieceOfSecret]byte]string{}, heard: map[string]bool{},
	}
	for i, u := range []*Unit{payer, payee} {
		side := []string{"payer", "payee"}[i]
		for at := 0; at+pieceOfID <= len(u.ID); at++ {
			l.ids[[pieceOfID]byte(u.ID[at:])] = "the " + side + "'s device id"
		}
		for _, c := range u.Certificates {
			parsed, err := cert.Parse(c)
			if err != nil {
				t.harness("a certificate that the harness issued: " + err.Error())
			}
			key := parsed.Key.COSE()
			digest := wire.KeyDigest(key)
			l.secret("the "+side+"'s certificate", c)
			l.secret("the identifier of the "+side+"'s certificate", parsed.ID[:])
			l.secret("the "+side+"'s device key", key)
			l.secret("the digest of the "+side+"'s device key", digest[:])
		}
	}
	return l
}

func (l *listener) secret(name string, b []byte) {
	for at := 0; at+pieceOfSecret <= len(b); at++ {
		piece := [pieceOfSecret]byte(b[at:])
		if l.secrets[piece] == "" { // two certificates have pieces in common
			l.secrets[piece] = name
		}
	}
}

// hears searches a frame for pieces of what it must not show.
func (l *listener) hears(name string, frame []byte) {
	found := ""
	for at := 0; found == "" && at+pieceOfSecret <= len(frame); at++ {
		found = l.secrets[[pieceOfSecret]byte(frame[at:])]
	}
	for at := 0; found == "" && at+pieceOfID <= len(frame); at++ {
		found = l.ids[[pieceOfID]byte(frame[at:])]
	}
	l.t.For(spec.PVY02, "a frame on the link shows an identifier, a key or a certificate").Expect(found).To(gomega.BeEmpty(), name)
}

// fresh expects a value that nobody has shown in that place before.
func (l *listener) fresh(what, value string) {
	again := l.heard[what+value]
	l.heard[what+value] = true
	l.t.For(spec.PVY02, "two payments of one device show one nonce, ephemeral key or optional member").Expect(again).To(gomega.BeFalse(), what)
}

// clear judges what a HELLO or CAPS shows beside what is random.
func (l *listener) clear(what string, nonce wire.Nonce, extra []wire.Member, rest []byte) {
	l.fresh("nonce of "+what, string(nonce[:]))
	for _, m := range extra {
		if len(m.Value) > 1 { // a single byte tells next to nothing
			l.fresh(fmt.Sprintf("member %d of %s", m.Key, what), string(m.Value))
		}
	}
	l.t.For(spec.PVY02, "a frame shows the amount in clear").Expect(bytes.Contains(rest, l.amount)).To(gomega.BeFalse(), what)
}

func (l *listener) hello(m1 []byte) {
	h, err := wire.DecodeHello(m1)
	if err != nil {
		l.t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
	}
	l.fresh("ephemeral key of HELLO", string(h.KEMKey))
	nonce := h.Nonce
	h.Nonce, h.Realm, h.KEMKey = wire.Nonce{}, wire.Realm{}, make([]byte, len(h.KEMKey))
	l.clear("HELLO", nonce, h.Extra, h.Encode())
}

func (l *listener) opening(m2 []byte) {
	o, err := wire.DecodeOpening(m2)
	if err != nil {
		l.t.Inconclusive("positive control: the payee's M2 can be read", err.Error())
	}
	c, err := wire.DecodeCaps(o.Caps)
	if err != nil {
		l.t.Inconclusive("positive control: the payee's CAPS can be read", err.Error())
	}
	l.fresh("encapsulated key", string(o.Enc))
	nonce := c.Nonce
	c.Nonce, c.Realm = wire.Nonce{}, wire.Realm{}
	l.clear("CAPS", nonce, c.Extra, c.Encode())
	l.sealed("M2", o.Ciphertext)
}

func (l *listener) frame(name string, b []byte) {
	f, err := wire.DecodeFrame(b)
	if err != nil {
		l.t.Inconclusive("positive control: "+name+" can be read", err.Error())
	}
	l.sealed(name, f.Ciphertext)
}

// sealed expects a ciphertext of whole steps and its tag.
func (l *listener) sealed(name string, ciphertext []byte) {
	const stepBytes, tagBytes = 64, 16
	whole := len(ciphertext) > tagBytes && (len(ciphertext)-tagBytes)%stepBytes == 0
	l.t.For(spec.PVY02, "what is sealed shows its length").Expect(whole).To(gomega.BeTrue(), fmt.Sprintf("%s seals %d bytes", name, len(ciphertext)))
}

// reportHoldsPermitted has a unit fund, pay, receive and leave a payment
// pending under a policy of totals, and reads its report.
func reportHoldsPermitted(t *T) {
	unit, other := t.Funded(1000), t.Funded(200)
	totals := t.env.realm.Policy(2, func(m *wire.Policy) { m.SyncMode = wire.SyncTotals })
	t.Control(unit.do(adapter.ApplyPolicy{Message: totals}), "apply a policy of totals")
	t.MustTransfer(unit, other, 100)
	t.MustTransfer(other, unit, 40)
	pending := t.Payment(unit, other, 30).Open()
	t.Control(pending.Pay(), "a payment that is not acknowledged")
	m, report := unit.report()
	t.For(spec.PVY01, "a report is not in the mode that the policy names").Expect(m.Mode).To(gomega.Equal(uint64(wire.SyncTotals)))
	for _, e := range entriesOf(t, m) {
		permitted := e.Kind == wire.LogFund || e.Kind == wire.LogDefund || e.Kind == wire.LogFundCancel
		t.For(spec.PVY01, "a report of totals tells of payments").Expect(permitted).To(gomega.BeTrue())
	}
	t.For(spec.PVY01, "a report of totals names a counterparty").Expect(bytes.Contains(report.Message, other.ID)).To(gomega.BeFalse())
	for _, b := range report.Messages {
		if t.env.realm.ecash() && isDeposit(b) {
			t.For(spec.PVY01, "tokens come home with the name of their payer").Expect(bytes.Contains(b, other.ID)).To(gomega.BeFalse())
			continue
		}
		t.For(spec.PVY01, "a report of totals brings records of payments that are not pending").Expect(isPending(b, m.Pending)).To(gomega.BeTrue())
	}
	minor := func(n uint64) money.Amount { return money.Amount(t.env.scale.minor(n)) }
	t.For(spec.PVY01, "a report's totals are wrong").Expect(m.Totals).To(gomega.Equal(wire.Totals{In: minor(40), Out: minor(130), Funded: minor(1000)}))
	t.Finish(unit, other)
}

// isPending reports whether a record is the TRANSFER of a pending debit.
func isPending(record []byte, pending []wire.ID) bool {
	r, err := settlement.Parse(record)
	if err != nil {
		return false
	}
	o, err := wire.DecodeObject(r.Object, wire.TypeTransfer.MaxBytes())
	return err == nil && slices.Contains(pending, o.ID(wire.TypeTransfer))
}
