package device

import (
	"bytes"
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func (c *card) poster(amount money.Amount, most uint64) Standing {
	c.r.t.Helper()
	s, err := c.StaticRequest(Terms{Demand: Demand{Amount: amount, Label: "poster"}, Expiry: c.r.epoch + 10, Max: most})
	c.r.must(err)
	return s
}

func (c *card) payPoster(s Standing, amount money.Amount) []byte {
	c.r.t.Helper()
	capsule, err := c.PayOneWay(s.Object, s.Certs, amount, PayOptions{Verified: true})
	c.r.must(err)
	return capsule
}

// receiptOf reads the record of a RECEIPT and hands it to the payer.
func (c *card) receiptOf(record []byte) (Outcome, error) {
	c.r.t.Helper()
	r, err := settlement.Parse(record)
	c.r.must(err)
	return c.Receipt(r.Object, r.Certificates)
}

func refused(t *testing.T, err error) *Refusal {
	t.Helper()
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("%v is no refusal", err)
	}
	return r
}

func TestAPosterIsPaidByMany(t *testing.T) {
	r := newRealm(t)
	a, b, c := r.card(1), r.card(2), r.card(3)
	a.fund(1000)
	c.fund(1000)
	poster := b.poster(0, 3)
	var records [][]byte
	for _, pay := range []struct {
		by     *card
		amount money.Amount
	}{{a, 100}, {c, 250}, {a, 100}} {
		record, err := b.AcceptOneWay(pay.by.payPoster(poster, pay.amount))
		r.must(err)
		if out, err := pay.by.receiptOf(record); err != nil || out.Refunded {
			t.Errorf("receipt: %+v, %v", out, err)
		}
		records = append(records, record)
	}
	if a.balance() != 800 || b.balance() != 450 || c.balance() != 750 {
		t.Errorf("balances %d, %d, %d; want 800, 450, 750", a.balance(), b.balance(), c.balance())
	}
	// The list is full: the fourth is refused without a signature, and nothing
	// is written.
	late := c.payPoster(poster, 5)
	steps := len(b.steps)
	_, err := b.AcceptOneWay(late)
	item, wrong := wire.DecodeItem(refused(t, err).Message)
	if wrong != nil || item.Why != spec.EReqUsed || len(b.steps) != steps+1 || b.steps[steps] != EmitAbort {
		t.Errorf("a full list: %+v, %v, steps %v", item, wrong, b.steps[steps:])
	}
	if len(records) != 3 {
		t.Fatal("no receipts")
	}
}

func TestACapsuleIsTheSameBytesThroughEveryCut(t *testing.T) {
	r := newRealm(t)
	b := r.card(2)
	poster := b.poster(100, 2)
	for write := 1; ; write++ {
		a := r.card(1)
		a.fund(1000)
		a.mem.Arm(nvm.Cut{Write: write, Byte: 3, Mode: nvm.Noise})
		_, err := a.PayOneWay(poster.Object, poster.Certs, 100, PayOptions{Verified: true})
		if err == nil {
			if write < 4 {
				t.Fatalf("%d writes; want some for each of P1 and P2", write-1)
			}
			return
		}
		if !errors.Is(err, nvm.ErrTorn) {
			t.Fatalf("write %d: %v; want a tear", write, err)
		}
		a.power()
		first, err := a.ResendOneWay()
		r.must(err)
		a.power()
		again, err := a.ResendOneWay()
		r.must(err)
		st, err := a.Query()
		r.must(err)
		if st.Balance+st.PendingOutgoing != 1000 || len(first) != len(st.Pending) {
			t.Errorf("write %d: balance %d, outgoing %d, %d capsules", write, st.Balance, st.PendingOutgoing, len(first))
		}
		for i := range first {
			if !bytes.Equal(first[i], again[i]) {
				t.Errorf("write %d: capsule %d differs after a loss of power", write, i)
			}
		}
	}
}

func TestACreditIsAnsweredAgainAndARefusalToo(t *testing.T) {
	r := newRealm(t)
	a, b := r.card(1), r.card(2)
	a.fund(1000)
	poster := b.poster(0, 8)
	good := a.payPoster(poster, 100)
	first, err := b.AcceptOneWay(good)
	r.must(err)
	b.power()
	again, err := b.AcceptOneWay(good)
	r.must(err)
	if !bytes.Equal(first, again) || b.balance() != 100 {
		t.Errorf("the second answer differs, or balance %d", b.balance())
	}
	// A holding limit that a new policy lowers refuses for good.
	late := a.payPoster(poster, 50)
	r.policy.PolicyVersion, r.policy.Limits = 2, []wire.Limits{{Class: 1, MaxHolding: wire.LimitOf(120)}}
	r.must(b.ApplyPolicy(r.auth.SignPolicy(r.policy)))
	_, err = b.AcceptOneWay(late)
	no := refused(t, err)
	r.policy.PolicyVersion, r.policy.Limits = 3, []wire.Limits{{Class: 1}}
	r.must(b.ApplyPolicy(r.auth.SignPolicy(r.policy)))
	b.power()
	_, err = b.AcceptOneWay(late)
	if second := refused(t, err); no.Code != spec.EHolding || second.Code != no.Code || !bytes.Equal(second.Message, no.Message) {
		t.Errorf("refused with %d, then %d", no.Code, second.Code)
	}
	out, err := a.receiptOf(no.Message)
	if err != nil || !out.Refunded || out.Why != spec.EHolding || a.balance() != 900 {
		t.Errorf("refund: %+v, %v, balance %d", out, err, a.balance())
	}
	// One bad payment does not close the poster.
	if _, err := b.AcceptOneWay(a.payPoster(poster, 20)); err != nil || b.balance() != 120 {
		t.Errorf("after a refusal: %v, balance %d", err, b.balance())
	}
}

// oneWay is a transfer that the payer's key signs, right or as edited.
func (c *card) oneWay(s Standing, counter uint64, prev wire.ID, payee wire.DID, edit func(*wire.Transfer)) ([]byte, wire.Nonce) {
	c.r.t.Helper()
	o, err := wire.DecodeObject(s.Object, 8192)
	c.r.must(err)
	m, err := wire.DecodeStaticReq(o.Payload)
	c.r.must(err)
	nonce := wire.Nonce{9}
	own := c.ownCertificate()
	t := wire.Transfer{
		Version: 1, Realm: m.Realm, Suite: own.Body.Suite, Currency: m.Currency, Exponent: m.Exponent, Amount: 100,
		Cert: own.ID, Request: m.Request, PayeeTag: wire.PayeeTag(payee, nonce), Counter: counter, Prev: prev,
		Lots: []wire.Lot{{Hop: 1, Amount: 100}}, RequestHash: o.ID(wire.TypeStaticReq), PolicyVersion: 1,
		Epoch: c.r.epoch, Flags: wire.TransferOneWay, Family: 1, Expiry: m.Expiry,
	}
	if edit != nil {
		edit(&t)
	}
	return c.sign(t.Suite, wire.TypeTransfer, t.Encode()).Encode(), nonce
}

func TestOneWayTransfersThatAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		edit   func(*wire.Transfer)
		code   spec.Code
		signed bool
	}{
		{"another request number", func(m *wire.Transfer) { m.Request++ }, spec.EMismatch, true},
		{"another request", func(m *wire.Transfer) { m.RequestHash[0] ^= 1 }, spec.EReqUnknown, false},
		{"another payee", func(m *wire.Transfer) { m.PayeeTag[0] ^= 1 }, spec.EMismatch, false},
		{"another amount", func(m *wire.Transfer) { m.Amount, m.Lots[0].Amount = 99, 99 }, spec.EMismatch, true},
		{"another family", func(m *wire.Transfer) { m.Family = 2 }, spec.EMismatch, true},
		{"a claim, and not one way", func(m *wire.Transfer) { m.Flags = wire.TransferClaim }, spec.EMismatch, true},
		{"a claim", func(m *wire.Transfer) { m.Flags |= wire.TransferClaim }, spec.EMismatch, true},
		{"expired", func(m *wire.Transfer) { m.Expiry = m.Epoch - 1 }, spec.EReqExpired, true},
		{"beyond the request", func(m *wire.Transfer) { m.Expiry++ }, spec.EReqExpired, true},
		{"too many hops", func(m *wire.Transfer) { m.Lots[0].Hop = 6 }, spec.EHop, true},
		{"an old peer", func(m *wire.Transfer) { m.Epoch = 1 }, spec.EPeerOld, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRealm(t)
			r.policy.MinEpoch = 10
			a, b := r.card(1), r.card(2)
			poster := b.poster(100, 4)
			show := func(edit func(*wire.Transfer)) error {
				object, nonce := a.oneWay(poster, 1, wire.ID{}, b.DID(), edit)
				_, err := b.DeliverOneWay(settlement.Record{Object: object, Certificates: [][]byte{a.certs[1].Raw},
					Opening: &settlement.Opening{Payee: b.DID(), Nonce: nonce}})
				return err
			}
			no := refused(t, show(tt.edit))
			_, wrong := settlement.Parse(no.Message)
			if no.Code != tt.code || (wrong == nil) != tt.signed {
				t.Errorf("refused with %d, signed %t; want %d, %t", no.Code, wrong == nil, tt.code, tt.signed)
			}
			if again := refused(t, show(tt.edit)); again.Code != tt.code || b.balance() != 0 {
				t.Errorf("again: %d, balance %d", again.Code, b.balance())
			}
			// The twin: the same payer's next transfer is credited.
			object, nonce := a.oneWay(poster, 2, wire.ID{7}, b.DID(), nil)
			_, err := b.DeliverOneWay(settlement.Record{Object: object, Certificates: [][]byte{a.certs[1].Raw},
				Opening: &settlement.Opening{Payee: b.DID(), Nonce: nonce}})
			if err != nil || b.balance() != 100 {
				t.Errorf("twin: %v, balance %d", err, b.balance())
			}
		})
	}
}

// software returns a payee of class NOSE: a device whose certificate may not
// spend. It is enough to ask and to sign.
func (r *realm) software(seed byte) *card {
	r.t.Helper()
	c := r.card(seed)
	key, _ := c.PublicKey(r.suites[0])
	soft := r.auth.IssueDevice(key, cert.DeviceOptions{Subject: c.DID(), Suites: r.suites, Edit: func(m *wire.Cert) {
		m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6
	}})
	r.must(c.Edit(func(s *State) { s.Keys[0].Cert = soft.Raw }))
	return c
}

func TestAPaymentToSoftwareIsAClaim(t *testing.T) {
	r := newRealm(t)
	a, b := r.card(1), r.software(2)
	a.fund(1000)
	m1, err := a.Start(0, 0)
	r.must(err)
	m2, err := b.Request(0, m1, Demand{Amount: 100})
	r.must(err)
	// A device's own PAY_REQ says SE, and the certificate says NOSE.
	if _, err = a.Pay(0, m2, PayOptions{Verified: true}); r.code(err) != spec.EUsage || a.balance() != 1000 {
		t.Errorf("class and flag differ: %v, balance %d", err, a.balance())
	}
	number := r.suites[0]
	ask := wire.StaticReq{
		Version: 1, Realm: r.auth.Place.Realm, Suite: number, Currency: r.auth.Number, Exponent: r.auth.Exponent,
		Nonce: wire.Nonce{1}, Cert: b.certs[number].ID, Request: 1, Epoch: r.epoch, Family: 1, MaxHop: 5,
		KEM: wire.KEMX25519, KEMKey: append([]byte{9}, make([]byte, 31)...), Expiry: r.epoch + 100, Max: 4,
	}
	object := b.sign(number, wire.TypeStaticReq, ask.Encode()).Encode()
	_, err = a.PayOneWay(object, [][]byte{b.certs[number].Raw}, 100, PayOptions{Verified: true})
	r.must(err)
	slot := a.State().Slots[0]
	m, err := wire.DecodeTransfer(slot.Payload)
	r.must(err)
	if m.Flags&^wire.TransferUV != wire.TransferClaim|wire.TransferOneWay || m.Expiry != r.epoch+ClaimTerm {
		t.Errorf("flags %d, xe %d", m.Flags, m.Expiry)
	}
	// The device of the same did refuses in the name of class SE: a refund would
	// leave the claim to be deposited.
	se := r.card(2)
	refusal := wire.Receipt{Version: 1, Realm: m.Realm, Suite: number, Cert: se.certs[number].ID,
		RequestHash: m.RequestHash, TransferHash: slot.ID, Status: wire.ReceiptRefused, Why: 165}
	word := se.sign(number, wire.TypeReceipt, refusal.Encode()).Encode()
	if _, err := a.Receipt(word, [][]byte{se.certs[number].Raw}); r.code(err) != spec.EUsage || a.balance() != 900 {
		t.Errorf("REFUSED of a claim: %v, balance %d", err, a.balance())
	}
	refusal.Status, refusal.Why, refusal.Cert = wire.ReceiptAccepted, 0, b.certs[number].ID
	word = b.sign(number, wire.TypeReceipt, refusal.Encode()).Encode()
	if _, err := a.Receipt(word, [][]byte{b.certs[number].Raw}); err != nil || len(a.state.pendingIDs()) != 0 {
		t.Errorf("ACCEPTED of a claim: %v", err)
	}
}

func TestAStaticRequestIsForgottenOnlyWhenItIsOver(t *testing.T) {
	r := newRealm(t)
	b := r.card(2)
	for range b.cfg.Statics {
		b.poster(0, 2)
	}
	if _, err := b.StaticRequest(Terms{Expiry: r.epoch, Max: 1}); r.code(err) != spec.EPendingFull {
		t.Errorf("one too many: %v; want 220", err)
	}
	book := StaticBook{Slots: []Static{
		{Number: 1, Expiry: 10, Entries: []StaticEntry{{Log: 5}}},
		{Number: 2, Expiry: 10},
	}}
	for _, tt := range []struct {
		epoch, acked uint64
		left         int
	}{{12, 5, 2}, {13, 4, 1}, {13, 5, 0}} {
		if book.forget(tt.epoch, 2, tt.acked); len(book.Slots) != tt.left {
			t.Errorf("epoch %d, %d acknowledged: %d left; want %d", tt.epoch, tt.acked, len(book.Slots), tt.left)
		}
	}
}

func TestStaticRequestsThatArePaidByNobody(t *testing.T) {
	r := newRealm(t)
	a, b := r.card(1), r.card(2)
	a.fund(1000)
	poster := b.poster(100, 4)
	o, err := wire.DecodeObject(poster.Object, 8192)
	r.must(err)
	good, err := wire.DecodeStaticReq(o.Payload)
	r.must(err)
	for _, tt := range []struct {
		name   string
		edit   func(*wire.StaticReq)
		amount money.Amount
		code   spec.Code
	}{
		{"another amount", nil, 99, spec.EMismatch},
		{"no amount", func(m *wire.StaticReq) { m.Amount = 0 }, 0, spec.EAmount},
		{"expired", func(m *wire.StaticReq) { m.Expiry = r.epoch - 1 }, 100, spec.EReqExpired},
		{"class NOSE without its certificate", func(m *wire.StaticReq) { m.Flags = 0 }, 100, spec.EUsage},
		{"another KEM", func(m *wire.StaticReq) { m.KEM = 0x10 }, 100, spec.ENocommon},
		{"a key of small order", func(m *wire.StaticReq) { m.KEMKey = make([]byte, 32) }, 100, spec.ELink},
		{"a key of another length", func(m *wire.StaticReq) { m.KEMKey = make([]byte, 31) }, 100, spec.ELink},
		{"another family", func(m *wire.StaticReq) { m.Family = 2 }, 100, spec.EFamily},
		{"another realm", func(m *wire.StaticReq) { m.Realm[0] ^= 1 }, 100, spec.ERealm},
		{"no hop", func(m *wire.StaticReq) { m.MaxHop = 0 }, 100, spec.EHop},
		{"more than there is", func(m *wire.StaticReq) { m.Amount = 0 }, 1001, spec.EFunds},
		{"above the limit", func(m *wire.StaticReq) { m.Amount = 0 }, 50001, spec.EMaxTx},
	} {
		m := good
		m.KEMKey = bytes.Clone(good.KEMKey)
		if tt.edit != nil {
			tt.edit(&m)
		}
		object := b.sign(m.Suite, wire.TypeStaticReq, m.Encode()).Encode()
		_, err := a.PayOneWay(object, poster.Certs, tt.amount, PayOptions{Verified: true})
		if got := r.code(err); got != tt.code || a.balance() != 1000 {
			t.Errorf("%s: %d, balance %d; want %d, 1000", tt.name, got, a.balance(), tt.code)
		}
	}
	spoilt := bytes.Clone(poster.Object)
	spoilt[len(spoilt)-1] ^= 1
	if _, err := a.PayOneWay(spoilt, poster.Certs, 100, PayOptions{Verified: true}); r.code(err) != spec.ESig {
		t.Errorf("a spoilt signature: %v", err)
	}
	if _, err := b.PayOneWay(poster.Object, poster.Certs, 100, PayOptions{Verified: true}); r.code(err) != spec.ESelf {
		t.Errorf("the own poster: %v", err)
	}
	a.payPoster(poster, 100)
}

func TestCapsulesThatDoNotOpen(t *testing.T) {
	r := newRealm(t)
	a, b, c := r.card(1), r.card(2), r.card(3)
	a.fund(1000)
	capsule := a.payPoster(b.poster(100, 4), 100)
	c.poster(100, 4)
	spoilt := bytes.Clone(capsule)
	spoilt[len(spoilt)-1] ^= 1
	for _, tt := range []struct {
		name  string
		payee *card
		bytes []byte
		code  spec.Code
	}{
		{"another payee", c, capsule, spec.EReqUnknown},
		{"a bit changed", b, spoilt, spec.EReqUnknown},
		{"truncated", b, capsule[:len(capsule)-1], spec.EMalformed},
		{"trailing", b, append(bytes.Clone(capsule), 0), spec.EMalformed},
	} {
		before := tt.payee.State()
		_, err := tt.payee.AcceptOneWay(tt.bytes)
		if r.code(err) != tt.code || tt.payee.balance() != before.Lots.Sum() {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.code)
		}
	}
	if _, err := b.AcceptOneWay(capsule); err != nil || b.balance() != 100 {
		t.Errorf("twin: %v, balance %d", err, b.balance())
	}
}
