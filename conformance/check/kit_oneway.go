package check

import (
	"bytes"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Poster makes a static request of the unit that takes uses transfers, as a
// control: in class RP the record of a STATIC_REQ.
func (u *Unit) Poster(amount uint64, uses int) []byte {
	v := adapter.StaticRequest{Uses: uses, Epochs: posterEpochs}
	if amount > 0 {
		v.Amount = u.t.env.scale.minor(amount)
	}
	return u.t.Control(u.do(v), "a static request").Message
}

// posterEpochs is for how long a static request of a check serves.
const posterEpochs = 10

// PayPoster pays a static request.
func (u *Unit) PayPoster(request []byte, amount uint64) adapter.Answer {
	return u.do(adapter.PayOneWay{Message: request, Amount: u.t.env.scale.minor(amount), Secret: u.t.secret()})
}

// A KitSender pays one static request of a unit under test, one way.
type KitSender struct {
	*Kit
	Payee   *Unit
	Request wire.StaticReq

	hash  wire.ID
	payee wire.DID
}

// Sender reads a unit's static request, as a control.
func (k *Kit) Sender(payee *Unit, request []byte) *KitSender {
	s := &KitSender{Kit: k, Payee: payee}
	record, err := settlement.Parse(request)
	var o wire.Object
	if err == nil {
		o, err = wire.DecodeObject(record.Object, wire.TypeStaticReq.MaxBytes())
	}
	if err == nil {
		s.Request, err = wire.DecodeStaticReq(o.Payload)
	}
	if err != nil {
		k.t.Inconclusive("positive control: the payee's STATIC_REQ can be read", err.Error())
	}
	s.hash = o.ID(wire.TypeStaticReq)
	for _, c := range cert.Carried(record.Certificates) {
		if c.ID == s.Request.Cert {
			s.payee = c.Device()
		}
	}
	return s
}

// Transfer is a right answer to the request, with changes.
func (s *KitSender) Transfer(amount uint64, nonce wire.Nonce, change func(*wire.Transfer)) wire.Transfer {
	m := wire.Transfer{
		Version: wire.V1, Realm: s.Request.Realm, Suite: s.Key.Public().Suite(), Currency: s.Request.Currency,
		Exponent: s.Request.Exponent, Amount: money.Amount(amount), Cert: s.Cert.ID, Request: s.Request.Request,
		PayeeTag: wire.PayeeTag(s.payee, nonce), Counter: s.Counter + 1, Prev: s.Prev,
		Lots: []wire.Lot{{Hop: 1, Amount: money.Amount(amount)}}, RequestHash: s.hash,
		PolicyVersion: s.Request.PolicyVersion, Epoch: s.Request.Epoch,
		Flags: wire.TransferOneWay | wire.TransferUV, Family: s.Request.Family, Expiry: s.Request.Expiry,
		Reserved: s.Request.Family == wire.FamilyIOU,
	}
	if change != nil {
		change(&m)
	}
	return m
}

// Send seals a transfer for the request and hands it over. One that is credited
// is entered in the book; one with a final answer has used up its counter.
func (s *KitSender) Send(amount uint64, change func(*wire.Transfer)) adapter.Answer {
	nonce := s.nonce()
	o := s.Sign(wire.TypeTransfer, s.Transfer(amount, nonce, change).Encode())
	item := wire.OneWay{Object: o.Encode(), Nonce: nonce, Certs: s.Carried}
	capsule, err := link.SealCapsule(s.rand, s.Request.KEM, s.Request.KEMKey, s.hash, item)
	if err != nil {
		s.t.Inconclusive("positive control: the STATIC_REQ has a key", err.Error())
	}
	a := s.Payee.do(adapter.AcceptOneWay{Message: capsule})
	if a.Done != nil {
		s.t.book.injected += amount
	}
	if a.Done != nil || signedRefusal(a) { // the payee remembers the counter
		s.Counter++
		s.Prev = o.ID(wire.TypeTransfer)
	}
	return a
}

// signedRefusal reports whether a refusal's message is a signed REFUSED.
func signedRefusal(a adapter.Answer) bool {
	if a.Refused == nil {
		return false
	}
	record, err := settlement.Parse(a.Refused.Message)
	if err != nil {
		return false
	}
	o, err := wire.DecodeObject(record.Object, wire.TypeReceipt.MaxBytes())
	if err != nil {
		return false
	}
	m, err := wire.DecodeReceipt(o.Payload)
	return err == nil && m.Status == wire.ReceiptRefused
}

// A KitPoster is a static request of the kit.
type KitPoster struct {
	*Kit
	Request wire.StaticReq
	Record  []byte
	// Transfer is what it was paid with, Paid its object and Nonce its opening.
	Transfer wire.Transfer
	Paid     wire.Object
	Nonce    wire.Nonce

	key  *link.Ephemeral
	hash wire.ID
}

// KitPoster makes a static request of the kit, with changes; it says the class
// of the kit's certificate.
func (k *Kit) KitPoster(change func(*wire.StaticReq)) *KitPoster {
	key, err := link.NewEphemeralFor(link.HighestKEM(k.t.env.realm.policy.KEMs), k.rand)
	if err != nil {
		k.t.harness("kit: " + err.Error())
	}
	place := k.t.env.realm.Place
	k.request++
	p := &KitPoster{Kit: k, key: key, Request: wire.StaticReq{
		Version: wire.V1, Realm: place.Realm, Suite: k.Key.Public().Suite(), Currency: place.Currency,
		Exponent: place.Exponent, Nonce: k.nonce(), Cert: k.Cert.ID, Request: k.request, PolicyVersion: 1,
		RevocationVersion: 1, Epoch: k.t.env.realm.epoch, Family: k.t.env.realm.Place.Spoken(),
		MaxHop: k.t.env.realm.policy.Provenance.MaxHops, KEM: key.KEM(), KEMKey: key.Public(),
		Expiry: k.t.env.realm.epoch + posterEpochs, Max: wire.MaxStaticUses,
	}}
	if k.Cert.Body.Class == wire.ClassSE {
		p.Request.Flags = wire.StaticReqSE
	}
	if change != nil {
		change(&p.Request)
	}
	o := k.Sign(wire.TypeStaticReq, p.Request.Encode())
	p.hash = o.ID(wire.TypeStaticReq)
	p.Record = settlement.Append(nil, settlement.Record{Object: o.Encode(), Certificates: k.Carried})
	return p
}

// PaidBy hands the request to a payer and opens what comes.
func (p *KitPoster) PaidBy(payer *Unit, amount uint64) adapter.Answer {
	a := payer.PayPoster(p.Record, amount)
	if a.Done == nil {
		return a
	}
	p.t.book.paidOut += amount
	m, err := wire.DecodeCapsule(a.Done.Message)
	if err != nil {
		p.t.Inconclusive("positive control: the payer's capsule can be read", err.Error())
	}
	item, opened, err := p.key.OpenCapsule(p.hash, m)
	if err != nil || !opened {
		p.t.Inconclusive("positive control: the payer's capsule opens", "it does not")
	}
	p.Nonce = item.Nonce
	if p.Paid, err = wire.DecodeObject(bytes.Clone(item.Object), wire.TypeTransfer.MaxBytes()); err == nil {
		p.Transfer, err = wire.DecodeTransfer(p.Paid.Payload)
	}
	if err != nil {
		p.t.Inconclusive("positive control: the payer's TRANSFER can be read", err.Error())
	}
	return a
}

// Receipt is the record of the kit's word on what it was paid with; signer is
// whose certificate it names, with the kit's key.
func (p *KitPoster) Receipt(signer *cert.Certificate, status, why uint64) []byte {
	m := wire.Receipt{
		Version: wire.V1, Realm: p.Request.Realm, Suite: p.Key.Public().Suite(), Cert: signer.ID,
		RequestHash: p.Transfer.RequestHash, TransferHash: p.Paid.ID(wire.TypeTransfer), Status: status, Why: why,
	}
	o := p.Sign(wire.TypeReceipt, m.Encode())
	return settlement.Append(nil, settlement.Record{Object: o.Encode(), Certificates: [][]byte{signer.Raw}})
}
