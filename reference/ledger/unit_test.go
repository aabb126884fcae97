package ledger

import (
	"crypto/sha3"
	"errors"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

const today = 20010

// A world has one ledger and the authority above it.
type world struct {
	t         *testing.T
	authority *cert.Authority
	ledger    *Ledger
}

func newWorld(t *testing.T, edit ...func(*Parts)) *world {
	t.Helper()
	return newWorldOf(t, 0, edit...)
}

// newWorldOf is a world of a family of value.
func newWorldOf(t *testing.T, family uint64, edit ...func(*Parts)) *world {
	t.Helper()
	p := cert.DefaultParameters()
	p.Family = family
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519}
	w := &world{t: t, authority: cert.NewAuthority([]byte("ledger test"), p)}
	random := sha3.NewSHAKE128()
	parts := Standard(w.authority, wire.Policy{
		PolicyVersion: 1, Suites: []suite.Suite{suite.Ed25519}, Provenance: wire.Provenance{MaxHops: 5},
		Fresh:  wire.Freshness{Grace: 3},
		Limits: []wire.Limits{{Class: 1, MaxHolding: wire.LimitOf(10000)}},
	}, random)
	parts.Epoch, parts.Retention = today, 16
	for _, e := range edit {
		e(&parts)
	}
	var err error
	if w.ledger, err = New(parts); err != nil {
		t.Fatal(err)
	}
	w.ledger.OpenAccount("bank", 1_000_000)
	return w
}

// A unit signs what a device would sign, and also what it would not.
type unit struct {
	*world
	id      cert.Identity
	did     wire.DID
	counter uint64
	prev    wire.ID
	held    money.Amount
	totals  wire.Totals
	log     []wire.LogEntry
	heads   []wire.ID
	requests,
	fundings uint64
	pending []wire.ID
	parts   []wire.Fragment // of what it pays next, in family T
}

func (w *world) unit(name string) *unit {
	w.t.Helper()
	key := cert.DeriveKey(suite.Ed25519, []byte("unit"), name)
	u := &unit{world: w, id: cert.Identity{Key: key, Cert: w.authority.IssueDevice(key.Public(), cert.DeviceOptions{})}}
	u.did = u.id.Cert.Device()
	u.heads = []wire.ID{wire.LogStart(u.did)}
	w.ledger.OpenAccount(name, 5000)
	if _, err := w.ledger.Register(name, u.id.Cert.Raw); err != nil {
		w.t.Fatal(err)
	}
	return u
}

// clone returns a unit with the same key and a copy of the state.
func (u *unit) clone() *unit {
	c := *u
	c.log, c.heads, c.pending = slices.Clone(u.log), slices.Clone(u.heads), slices.Clone(u.pending)
	return &c
}

func (u *unit) enter(kind uint64, ref wire.ID, amt money.Amount, x uint64) {
	e := wire.LogEntry{Number: uint64(len(u.log)) + 1, Kind: kind, Ref: ref, Amount: amt, X: x, Epoch: today}
	u.log = append(u.log, e)
	u.heads = append(u.heads, wire.LogNext(u.heads[len(u.heads)-1], e.Number, e.Digest()))
	if sum := totalOf(&u.totals, kind); sum != nil {
		*sum += amt
	}
}

func (u *unit) fundReq(number uint64, amt money.Amount, status uint64) []byte {
	return u.id.Sign(wire.TypeFundReq, wire.FundReq{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519,
		Currency: u.authority.Place.Currency, Exponent: u.authority.Place.Exponent,
		Amount: amt, Nonce: wire.Nonce{byte(number)}, Cert: u.id.Cert.ID, Request: number, Status: status,
	}.Encode())
}

// fund runs a whole funding.
func (u *unit) fund(amt money.Amount) {
	u.t.Helper()
	u.fundings++
	voucher, err := u.ledger.IssueFunding(u.fundReq(u.fundings, amt, wire.FundRequest))
	if err != nil {
		u.t.Fatal(err)
	}
	o := u.open(voucher, wire.TypeFund)
	u.held += amt
	u.enter(wire.LogFund, o.ID(wire.TypeFund), amt, u.fundings)
}

// open checks a signature of the service.
func (u *unit) open(b []byte, t wire.Type) wire.Object {
	u.t.Helper()
	o, err := wire.DecodeObject(b, t.MaxBytes())
	if err != nil {
		u.t.Fatal(err)
	}
	if err := u.authority.Service.Cert.Verify(o, t); err != nil {
		u.t.Fatalf("%s: %v", t, err)
	}
	return o
}

func (u *unit) defund(amt money.Amount, nonce wire.Nonce) []byte {
	u.counter++
	b := u.id.Sign(wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519,
		Currency: u.authority.Place.Currency, Exponent: u.authority.Place.Exponent,
		Amount: amt, Nonce: nonce, Cert: u.id.Cert.ID, Counter: u.counter, Prev: u.prev,
		Lots: []wire.Lot{{Amount: amt}}, PolicyVersion: 1, Epoch: today, Family: u.authority.Place.Spoken(),
	}.Encode())
	u.debited(b, wire.TypeDefund, wire.LogDefund, amt)
	return b
}

func (u *unit) debited(b []byte, t wire.Type, kind uint64, amt money.Amount) {
	o, err := wire.DecodeObject(b, t.MaxBytes())
	if err != nil {
		u.t.Fatal(err)
	}
	u.prev = o.ID(t)
	u.held -= min(u.held, amt)
	u.enter(kind, u.prev, amt, u.counter)
}

// request returns a PAY_REQ of the payee.
func (u *unit) request(amt money.Amount) (wire.PayReq, []byte) {
	u.requests++
	m := wire.PayReq{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519,
		Currency: u.authority.Place.Currency, Exponent: u.authority.Place.Exponent,
		Amount: amt, Nonce: wire.RequestNonce([32]byte(wire.KeyDigest(u.did[:])), u.requests), Cert: u.id.Cert.ID,
		Request: u.requests, Epoch: today, Flags: wire.PayReqSE, Family: u.authority.Place.Spoken(), MaxHop: 5,
	}
	return m, u.id.Sign(wire.TypePayReq, m.Encode())
}

// payment is a transfer with what belongs to it.
type payment struct {
	record, request []byte
	id              wire.ID
	body            wire.Transfer
}

// pay answers a request of the payee, which does not credit it yet.
func (u *unit) pay(payee *unit, amt money.Amount) payment {
	m, request := payee.request(amt)
	return u.answer(payee, m, request)
}

func (u *unit) answer(payee *unit, m wire.PayReq, request []byte) payment {
	u.t.Helper()
	o, err := wire.DecodeObject(request, wire.TypePayReq.MaxBytes())
	if err != nil {
		u.t.Fatal(err)
	}
	u.counter++
	body := wire.Transfer{
		Version: wire.V1, Realm: m.Realm, Suite: suite.Ed25519, Currency: m.Currency, Exponent: m.Exponent,
		Amount: m.Amount, Cert: u.id.Cert.ID, Request: m.Request, PayeeTag: wire.PayeeTag(payee.did, m.Nonce),
		Counter: u.counter, Prev: u.prev, Lots: []wire.Lot{{Hop: 1, Amount: m.Amount}},
		RequestHash: o.ID(wire.TypePayReq), PolicyVersion: 1, Epoch: today, Family: u.authority.Place.Spoken(),
	}
	if body.Family == wire.FamilyIOU {
		body.Reserved, body.Reservation = true, u.fundings
	}
	for _, f := range u.parts {
		f.Hop = 1
		body.Fragments = append(body.Fragments, f)
	}
	b := u.id.Sign(wire.TypeTransfer, body.Encode())
	u.debited(b, wire.TypeTransfer, wire.LogPay, m.Amount)
	return payment{
		record: settlement.Append(nil, settlement.Record{
			Object: b, Certificates: [][]byte{u.id.Cert.Raw},
			Opening: &settlement.Opening{Payee: payee.did, Nonce: m.Nonce},
		}),
		request: settlement.Append(nil, settlement.Record{Object: request, Certificates: [][]byte{payee.id.Cert.Raw}}),
		id:      u.prev, body: body,
	}
}

func (u *unit) credit(p payment) {
	u.held += p.body.Amount
	u.enter(wire.LogReceive, p.id, p.body.Amount, p.body.Request)
}

// receipt returns the record of a RECEIPT.
func (u *unit) receipt(p payment, status uint64) []byte {
	m := wire.Receipt{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519, Cert: u.id.Cert.ID,
		RequestHash: p.body.RequestHash, TransferHash: p.id, Status: status,
	}
	if status == wire.ReceiptRefused {
		m.Why = uint64(spec.EReqClosed)
	}
	return settlement.Append(nil, settlement.Record{
		Object: u.id.Sign(wire.TypeReceipt, m.Encode()), Certificates: [][]byte{u.id.Cert.Raw},
	})
}

// report returns a SYNC over the entries after the last acknowledged one.
func (u *unit) report(edit ...func(*wire.Sync)) []byte {
	u.t.Helper()
	challenge, err := u.ledger.Challenge(u.did)
	if err != nil {
		u.t.Fatal(err)
	}
	chal, err := wire.DecodeSyncChal(u.open(challenge, wire.TypeSyncChal).Payload)
	if err != nil {
		u.t.Fatal(err)
	}
	from := min(chal.Last, uint64(len(u.log)))
	m := wire.Sync{
		Version: wire.V1, Realm: chal.Realm, Suite: suite.Ed25519,
		Currency: u.authority.Place.Currency, Exponent: u.authority.Place.Exponent,
		Nonce: chal.Nonce, Cert: u.id.Cert.ID, Counter: u.counter, Prev: u.prev, PolicyVersion: 1, Epoch: today,
		First: from + 1, HeadBefore: u.heads[from], Last: uint64(len(u.log)), Head: u.heads[len(u.log)],
		Totals: u.totals, Pending: u.pending, NextRequest: u.requests + 1, Mode: wire.SyncFull,
	}
	if u.held > 0 {
		m.Lots = []wire.Lot{{Amount: u.held}}
	}
	for _, e := range u.log[from:] {
		m.Entries = append(m.Entries, e.Encode())
	}
	for _, e := range edit {
		e(&m)
	}
	return u.id.Sign(wire.TypeSync, m.Encode())
}

// sync reports and returns the acknowledgement.
func (u *unit) sync(records ...[]byte) (Reconciliation, wire.SyncAck) {
	u.t.Helper()
	r, err := u.ledger.Reconcile(u.report(), records, SecondFactor)
	if err != nil {
		u.t.Fatal(err)
	}
	ack, err := wire.DecodeSyncAck(u.open(r.Ack, wire.TypeSyncAck).Payload)
	if err != nil {
		u.t.Fatal(err)
	}
	return r, ack
}

// wantCode checks that an error is a refusal with the code, or none for 0.
func wantCode(t *testing.T, what string, err error, code spec.Code) {
	t.Helper()
	refused, ok := errors.AsType[*Refusal](err)
	switch {
	case code == 0 && err != nil:
		t.Errorf("%s: %v, want no refusal", what, err)
	case code != 0 && (!ok || refused.Code != code):
		t.Errorf("%s: %v, want code %d", what, err, code)
	}
}
