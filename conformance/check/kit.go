package check

import (
	"io"
	"math/rand/v2"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Kit is a counterparty that the harness plays itself in class RP: it holds a
// key that the harness certified, rightly or wrongly, and can say anything.
type Kit struct {
	t    *T
	rand io.Reader
	Key  suite.PrivateKey
	Cert *cert.Certificate
	// Carried are the certificates that it sends by value.
	Carried [][]byte
	// Counter and Prev are of its last transfer that was accepted.
	Counter uint64
	Prev    wire.ID
	offered []suite.Suite
	// request is the number of its last request.
	request uint64
	// sources are what it draws from under CHAIN provenance, by hop.
	sources map[uint64]wire.ID
	// wallet is what it pays with in family T, and under CHAIN deeper what it pays
	// with at higher hops.
	wallet *wallet
	deeper map[uint64]*wallet
	// coins are what it pays with in family E, and minted how many it had.
	coins  []kitCoin
	minted int
}

// KitOptions say what is unusual about a kit. The zero value is a device like
// any other, of the base suite.
type KitOptions struct {
	Suite   suite.Suite
	Realm   *cert.Authority // who certifies; nil: the run's realm
	Certify cert.DeviceOptions
	// Offer are the suites that it offers; nil: those that it is certified for.
	Offer []suite.Suite
	// Carry changes the certificates that are sent by value.
	Carry func(own []byte, realm *cert.Authority) [][]byte
}

// Kit makes a counterparty.
func (t *T) Kit(o KitOptions) *Kit {
	t.made++
	if o.Suite == 0 {
		o.Suite = t.env.realm.base
	}
	if o.Realm == nil {
		o.Realm = t.env.realm.Authority
	}
	seed := seedOf(t.env.Seed, t.check.ID, "kit "+string(rune('a'+t.made)))
	k := &Kit{t: t, rand: rand.NewChaCha8(seed), Key: cert.DeriveKey(o.Suite, seed[:], "kit")}
	k.Cert = o.Realm.IssueDevice(k.Key.Public(), o.Certify)
	if k.offered = o.Offer; k.offered == nil {
		k.offered = k.Cert.Body.Suites
	}
	k.Carried = [][]byte{k.Cert.Raw}
	if o.Carry != nil {
		k.Carried = o.Carry(k.Cert.Raw, o.Realm)
	}
	return k
}

// DID is the kit's device id.
func (k *Kit) DID() wire.DID { return k.Cert.Device() }

func (k *Kit) nonce() (n wire.Nonce) {
	k.read(n[:])
	return n
}

func (k *Kit) read(b []byte) {
	if _, err := io.ReadFull(k.rand, b); err != nil {
		k.t.harness("kit: " + err.Error())
	}
}

// Sign signs a body as the kit, a TRANSFER in the form of the realm.
func (k *Kit) Sign(typ wire.Type, payload []byte) wire.Object {
	if typ == wire.TypeTransfer {
		payload = k.provenance(payload)
	}
	return cert.SignObject(k.Key, typ, payload)
}

// A KitPayer is one session in which the kit pays a unit under test.
type KitPayer struct {
	*Kit
	Payee     *Unit
	Session   int
	Hello     wire.Hello
	Request   wire.PayReq
	RequestID wire.ID
	PayeeDID  wire.DID
	PayeeCert *cert.Certificate

	ephemeral *link.Ephemeral
	link      *link.Link
	M1, M2    []byte
}

// offer is what the kit puts into HELLO and CAPS: everything.
func (k *Kit) offer() (versions []uint64, suites []suite.Suite, kems []wire.KEM) {
	return []uint64{wire.V1}, k.offered, k.t.env.realm.policy.KEMs
}

// Greet makes a session's HELLO, with changes.
func (k *Kit) Greet(change func(*wire.Hello)) *KitPayer {
	s := &KitPayer{Kit: k}
	versions, suites, kems := k.offer()
	e, err := link.NewEphemeralFor(link.HighestKEM(kems), k.rand)
	if err != nil {
		k.t.harness("kit: " + err.Error())
	}
	s.ephemeral = e
	s.Hello = wire.Hello{
		Version: wire.V1, Realm: k.t.env.realm.Place.Realm, Nonce: k.nonce(), Flags: wire.HelloByValue,
		Versions: versions, Suites: suites, KEMs: kems, KEM: e.KEM(), KEMKey: e.Public(), MTU: 4096,
	}
	if change != nil {
		change(&s.Hello)
	}
	s.M1 = s.Hello.Encode()
	return s
}

// Meet opens a session with a payee that asks for an amount, as controls.
func (k *Kit) Meet(payee *Unit, amount uint64) *KitPayer {
	s := k.Greet(nil)
	s.Payee = payee
	armed := k.t.Control(payee.do(adapter.RequestPayment{Amount: adapter.Amount(amount), Message: s.M1}), "request")
	s.Session, s.M2 = armed.Session, armed.Message
	if err := s.open(armed.Message); err != nil {
		k.t.Inconclusive("positive control: the payee's M2 can be read", err.Error())
	}
	return s
}

// open reads M2: who asks, and what for.
func (s *KitPayer) open(m2 []byte) error {
	opening, err := wire.DecodeOpening(m2)
	if err != nil {
		return err
	}
	l, item, err := link.NewPayer(s.ephemeral, s.M1, opening)
	if err != nil {
		return err
	}
	s.link = l
	o, err := wire.DecodeObject(item.Object, wire.TypePayReq.MaxBytes())
	if err != nil {
		return err
	}
	if s.Request, err = wire.DecodePayReq(o.Payload); err != nil {
		return err
	}
	s.RequestID = o.ID(wire.TypePayReq)
	for _, c := range cert.Carried(item.Certs) {
		if c.ID == s.Request.Cert {
			s.PayeeCert, s.PayeeDID = c, c.Device()
		}
	}
	return nil
}

// Transfer is the right answer to the request, with changes.
func (s *KitPayer) Transfer(change func(*wire.Transfer)) wire.Transfer {
	m := wire.Transfer{
		Version: wire.V1, Realm: s.Request.Realm, Suite: s.Key.Public().Suite(),
		Currency: s.Request.Currency, Exponent: s.Request.Exponent, Amount: s.Request.Amount,
		Cert: s.Cert.ID, Request: s.Request.Request, PayeeTag: wire.PayeeTag(s.PayeeDID, s.Request.Nonce),
		Counter: s.Counter + 1, Prev: s.Prev, Lots: []wire.Lot{{Hop: 1, Amount: s.Request.Amount}},
		RequestHash: s.RequestID, PolicyVersion: s.Request.PolicyVersion, Epoch: s.Request.Epoch,
		Flags: wire.TransferUV, Family: s.Request.Family, Reserved: s.Request.Family == wire.FamilyIOU,
	}
	if change != nil {
		change(&m)
	}
	return m
}

// Deliver seals a TRANSFER object into M3 and hands it over.
func (s *KitPayer) Deliver(object []byte) (adapter.Answer, wire.Item) {
	links, certs := s.beside(object)
	return s.DeliverWith(object, links, certs)
}

// Pay delivers the right transfer; when it is accepted the book and the kit's
// counter know of it.
func (s *KitPayer) Pay() (adapter.Answer, wire.Item) {
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	a, item := s.Deliver(o.Encode())
	if a.Done != nil {
		s.Accepted(o)
	}
	return a, item
}

// Accepted records that a transfer of the kit was credited.
func (s *KitPayer) Accepted(o wire.Object) {
	s.t.book.injected += uint64(s.Request.Amount)
	s.Counter++
	s.Prev = o.ID(wire.TypeTransfer)
}

// A KitPayee is one session in which a unit under test pays the kit.
type KitPayee struct {
	*Kit
	Payer    *Unit
	Session  int
	Hello    wire.Hello
	Caps     wire.Caps
	Request  wire.PayReq
	Amount   uint64
	Transfer wire.Transfer // what it was paid with
	Paid     wire.Object
	Links    []wire.Link // that came beside it, in family T the TOKENs
	Shown    []wire.Link // in family T under CHAIN, the links
	Certs    [][]byte

	link *link.Link
	M1   []byte
	// answered is the identifier of its last answer.
	answered wire.ID
}

// Invitation is what may be unusual about the kit's M2.
type Invitation struct {
	Hello   func(m1 []byte) []byte // what a relay makes of the payer's M1
	Caps    func(*wire.Caps)
	Request func(*wire.PayReq)
	Resign  func(s *KitPayee, payload []byte) wire.Object // in place of the kit's signature
	Object  func(*wire.Object)
	Bytes   func([]byte) []byte // of the encoded PAY_REQ object
}

// Invite asks a payer for an amount: the unit's start, and the kit's M2.
func (k *Kit) Invite(payer *Unit, amount uint64, in Invitation) (*KitPayee, []byte) {
	started := k.t.Control(payer.do(adapter.Start{}), "start")
	s := &KitPayee{Kit: k, Payer: payer, Session: started.Session, Amount: amount, M1: started.Message}
	if in.Hello != nil {
		s.M1 = in.Hello(s.M1)
	}
	var err error
	if s.Hello, err = wire.DecodeHello(s.M1); err != nil {
		k.t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
	}
	return s, s.m2(in)
}

func (s *KitPayee) m2(in Invitation) []byte {
	k := s.Kit
	versions, suites, kems := k.offer()
	s.Caps = wire.Caps{
		Version: wire.V1, Realm: k.t.env.realm.Place.Realm, Suite: k.Key.Public().Suite(), Nonce: k.nonce(),
		Flags: wire.HelloByValue, Versions: versions, Suites: suites, KEMs: kems, KEM: s.Hello.KEM, MTU: 4096,
	}
	if in.Caps != nil {
		in.Caps(&s.Caps)
	}
	l, err := link.NewPayeeFor(s.Hello.KEM, k.rand, s.M1, s.Caps.Encode(), s.Hello.KEMKey)
	if err != nil {
		k.t.Inconclusive("positive control: the payer's M1 has a key", err.Error())
	}
	s.link = l
	k.request++
	place := k.t.env.realm.Place
	s.Request = wire.PayReq{
		Version: wire.V1, Realm: place.Realm, Suite: k.Key.Public().Suite(), Currency: place.Currency,
		Exponent: place.Exponent, Amount: money.Amount(s.Amount), Transcript: l.Transcript(), Nonce: k.nonce(), Cert: k.Cert.ID,
		Request: k.request, PolicyVersion: 1, RevocationVersion: 1, Epoch: k.t.env.realm.epoch,
		Flags: wire.PayReqSE, Family: k.t.env.realm.Place.Spoken(), MaxHop: k.t.env.realm.policy.Provenance.MaxHops,
	}
	if in.Request != nil {
		in.Request(&s.Request)
	}
	o := k.Sign(wire.TypePayReq, s.Request.Encode())
	if in.Resign != nil {
		o = in.Resign(s, s.Request.Encode())
	}
	if in.Object != nil {
		in.Object(&o)
	}
	encoded := o.Encode()
	if in.Bytes != nil {
		encoded = in.Bytes(encoded)
	}
	return l.Send(wire.Item{Type: wire.TypePayReq, Object: encoded, Certs: k.Carried})
}

// Take hands the payer M2 and reads what it pays with.
func (s *KitPayee) Take(m2 []byte) adapter.Answer {
	a := s.hand(m2, s.Amount)
	if a.Done != nil {
		s.t.book.paidOut += s.Amount
		s.read3(a.Done.Message)
	}
	return a
}

// hand hands the payer M2, and answers what it asks about it.
func (s *KitPayee) hand(m2 []byte, amount uint64) adapter.Answer {
	v := adapter.Pay{Session: s.Session, Message: m2, Secret: s.t.secret(), Amount: adapter.Amount(amount)}
	a := s.Payer.do(v)
	if s.t.exact(s.Payer, a) {
		a = s.Payer.do(v)
	}
	for a.Done != nil && a.Done.Again {
		v.Message = s.told(s.link, a.Done.Message)
		a = s.Payer.do(v)
	}
	return a
}

// told is the kit's answer to a CERT_GET: the certificates that it carries, or
// its provider's, or an ABORT when it has none of that name.
func (k *Kit) told(l *link.Link, question []byte) []byte {
	item, reaction, err := l.Receive(question)
	if reaction != link.Deliver || err != nil || item.Type != wire.TypeCertGet {
		k.t.Inconclusive("positive control: what a unit asks for is a CERT_GET", "it is not")
	}
	known := append(cert.Carried(k.Carried), k.Cert, k.t.env.realm.Provider.Cert)
	answer := wire.Item{Type: wire.TypeCerts}
	for _, id := range item.IDs {
		for _, c := range known {
			if c.ID == id {
				answer.Certs = append(answer.Certs, c.Raw)
				break
			}
		}
	}
	if len(answer.Certs) != len(item.IDs) {
		answer = wire.Item{Type: wire.TypeAbort, Why: spec.ECertNeeded}
	}
	return l.Send(answer)
}

// read3 reads M3; what cannot be read is inconclusive.
func (s *KitPayee) read3(m3 []byte) {
	item, reaction, err := s.link.Receive(m3)
	if reaction != link.Deliver || err != nil {
		s.t.Inconclusive("positive control: the payer's M3 opens", "it does not")
	}
	o, err := wire.DecodeObject(item.Object, wire.TypeTransfer.MaxBytes())
	if err == nil {
		s.Paid, s.Links, s.Certs = o, item.Links, item.Certs
		s.Transfer, err = s.t.env.realm.decodeTransfer(o.Payload)
		if s.t.env.realm.parted() && s.t.env.realm.chained() {
			s.Links, s.Shown = provenance.Split(s.Transfer.Fragments, item.Links)
		}
	}
	if err != nil {
		s.t.Inconclusive("positive control: the payer's TRANSFER can be read", err.Error())
	}
}

// Answer is M4: the receipt of what the kit was paid with, with changes.
func (s *KitPayee) Answer(change func(*wire.Receipt)) []byte {
	m := wire.Receipt{
		Version: wire.V1, Realm: s.Request.Realm, Suite: s.Key.Public().Suite(), Cert: s.Cert.ID,
		RequestHash: s.Transfer.RequestHash, TransferHash: s.Paid.ID(wire.TypeTransfer), Status: wire.ReceiptAccepted,
	}
	if change != nil {
		change(&m)
	}
	o := s.Sign(wire.TypeReceipt, m.Encode())
	s.answered = o.ID(wire.TypeReceipt)
	return s.link.Send(wire.Item{Type: wire.TypeReceipt, Object: o.Encode()})
}

// MeetAgain arms the kit to finish and returns the TRANSFER objects that the
// payer sends again.
func (k *Kit) MeetAgain(payer *Unit) ([]wire.Object, adapter.Answer) {
	return k.meetAgain(payer, nil, nil)
}

// meetAgain changes the body of the kit's PEER and spoils the signed object.
func (k *Kit) meetAgain(payer *Unit, change func(*wire.Peer), spoil func(*wire.Object)) ([]wire.Object, adapter.Answer) {
	started := k.t.Control(payer.do(adapter.Start{}), "start")
	s := &KitPayee{Kit: k, Payer: payer, Session: started.Session, M1: started.Message}
	var err error
	if s.Hello, err = wire.DecodeHello(s.M1); err != nil {
		k.t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
	}
	a := payer.do(adapter.Resend{Session: s.Session, Message: s.peer(change, spoil)})
	if a.Done == nil {
		return nil, a
	}
	var all []wire.Object
	for _, m3 := range a.Done.Messages {
		s.read3(m3)
		all = append(all, s.Paid)
	}
	return all, a
}

// peer is M2 of a kit that is armed to finish.
func (s *KitPayee) peer(change func(*wire.Peer), spoil func(*wire.Object)) []byte {
	k := s.Kit
	versions, suites, kems := k.offer()
	realm := k.t.env.realm.Place.Realm
	s.Caps = wire.Caps{
		Version: wire.V1, Realm: realm, Suite: k.Key.Public().Suite(), Nonce: k.nonce(), Flags: wire.HelloByValue,
		Versions: versions, Suites: suites, KEMs: kems, KEM: s.Hello.KEM, MTU: 4096,
	}
	l, err := link.NewPayeeFor(s.Hello.KEM, k.rand, s.M1, s.Caps.Encode(), s.Hello.KEMKey)
	if err != nil {
		k.t.Inconclusive("positive control: the payer's M1 has a key", err.Error())
	}
	s.link = l
	body := wire.Peer{Version: wire.V1, Realm: realm, Suite: k.Key.Public().Suite(), Transcript: l.Transcript(), Nonce: k.nonce(), Cert: k.Cert.ID}
	if change != nil {
		change(&body)
	}
	o := k.Sign(wire.TypePeer, body.Encode())
	if spoil != nil {
		spoil(&o)
	}
	return l.Send(wire.Item{Type: wire.TypePeer, Object: o.Encode(), Certs: k.Carried})
}
