// Package chains makes chains of CHAIN provenance out of certified keys, right
// ones and wrong ones, for tests, vectors and the conformance suite. Nothing in
// it judges.
package chains

import (
	"crypto/sha256"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A Holder is a device that signs whatever it is told to.
type Holder struct {
	cert.Identity
	counter uint64
	prev    wire.ID
}

// DID is the holder's device id.
func (h *Holder) DID() wire.DID { return h.Cert.Device() }

// A Maker makes the objects of one realm and keeps all of them, as the hosts of
// all its holders together would.
type Maker struct {
	*cert.Authority
	Epoch   uint64
	Service cert.Identity // signs FUND, RESOLVE and DEFUND_ACK
	Links   map[wire.ID]wire.Link
	Certs   map[wire.ID][]byte // of holders, by the id of what they signed
	Tokens  map[wire.TID][]byte
	// returned are the debits that were returned, by what has.
	returned map[wire.ID]wire.ID
	// Name makes what is drawn another's than that of a maker of another name.
	Name string
	made uint64
}

// New returns a maker of an authority's realm.
func New(a *cert.Authority) *Maker {
	return &Maker{Authority: a, Epoch: a.Epoch, Service: a.Service,
		Links: map[wire.ID]wire.Link{}, Certs: map[wire.ID][]byte{}, Tokens: map[wire.TID][]byte{}, returned: map[wire.ID]wire.ID{}}
}

// Holder certifies a new key of a suite, which follows from the name.
func (m *Maker) Holder(number suite.Suite, name string) *Holder {
	key := cert.DeriveKey(number, []byte("chains"), name)
	return &Holder{Identity: cert.Identity{Key: key, Cert: m.IssueDevice(key.Public(), cert.DeviceOptions{})}}
}

// Known makes a holder of an identity.
func Known(i cert.Identity) *Holder { return &Holder{Identity: i} }

// Nonce is fresh in each call.
func (m *Maker) Nonce() wire.Nonce {
	m.made++
	digest := sha256.Sum256(fmt.Appendf(nil, "nonce %s%d", m.Name, m.made))
	return wire.Nonce(digest[:16])
}

// Keep adds a signed object to what the hosts have, and returns its id.
func (m *Maker) Keep(by cert.Identity, t wire.Type, object []byte, nonce *wire.Nonce) wire.ID {
	o, err := wire.DecodeObject(object, len(object))
	if err != nil {
		panic("chains: " + err.Error()) // it was just made
	}
	id := o.ID(t)
	m.Links[id] = wire.Link{Object: object, Nonce: nonce}
	if by.Cert.Body.Level == wire.LevelDevice {
		m.Certs[id] = by.Cert.Raw
	}
	return id
}

// Fund makes a voucher for a device.
func (m *Maker) Fund(to wire.DID, amount money.Amount, edit ...func(*wire.Fund)) wire.ID {
	body := wire.Fund{Version: wire.V1, Realm: m.Place.Realm, Suite: m.Service.Key.Public().Suite(),
		Currency: m.Place.Currency, Exponent: m.Place.Exponent, Amount: amount, Nonce: m.Nonce(),
		Cert: m.Service.Cert.ID, Epoch: m.Epoch, Device: to}
	if m.iou() {
		body.Reservation = 1
	}
	if m.parted() {
		body.Issued = [][]byte{m.Mint(amount)}
	}
	for _, e := range edit {
		e(&body)
	}
	return m.Keep(m.Service, wire.TypeFund, m.Service.Sign(wire.TypeFund, body.Encode()), nil)
}

func (m *Maker) iou() bool { return m.Place.Spoken() == wire.FamilyIOU }

// Pay makes the transfer of inputs from one holder to a device.
func (m *Maker) Pay(from *Holder, to wire.DID, inputs []wire.Input, edit ...func(*wire.Transfer)) wire.ID {
	nonce := m.Nonce()
	body := m.Transfer(from, to, nonce, inputs)
	for _, e := range edit {
		e(&body)
	}
	id := m.Keep(from.Identity, wire.TypeTransfer, from.Sign(wire.TypeTransfer, body.Encode()), &nonce)
	from.counter, from.prev = body.Counter, id
	return id
}

// Transfer is the body of the next transfer of a holder.
func (m *Maker) Transfer(from *Holder, to wire.DID, nonce wire.Nonce, inputs []wire.Input) wire.Transfer {
	body := wire.Transfer{Version: wire.V1, Realm: m.Place.Realm, Suite: from.Key.Public().Suite(),
		Currency: m.Place.Currency, Exponent: m.Place.Exponent, Cert: from.Cert.ID, Request: 1,
		PayeeTag: wire.PayeeTag(to, nonce), Counter: from.counter + 1, Prev: from.prev, Inputs: inputs,
		RequestHash: sha256.Sum256(nonce[:]), Epoch: m.Epoch, Family: m.Place.Spoken(), Reserved: m.iou()}
	for _, in := range inputs {
		body.Amount += in.Amount
	}
	if m.parted() {
		body.Inputs = nil
		body.Fragments = m.Parts(inputs...)
		body.Lots = LotsOf(body.Fragments)
	}
	return body
}

// Return makes the REFUSED of a transfer by a holder.
func (m *Maker) Return(by *Holder, transfer wire.ID, edit ...func(*wire.Receipt)) wire.ID {
	body := wire.Receipt{Version: wire.V1, Realm: m.Place.Realm, Suite: by.Key.Public().Suite(), Cert: by.Cert.ID,
		RequestHash: m.read(transfer).Transfer.RequestHash, TransferHash: transfer,
		Status: wire.ReceiptRefused, Why: 165}
	for _, e := range edit {
		e(&body)
	}
	id := m.Keep(by.Identity, wire.TypeReceipt, by.Sign(wire.TypeReceipt, body.Encode()), nil)
	m.returned[id] = transfer
	return id
}

func (m *Maker) read(id wire.ID) *provenance.Link {
	l, ok := provenance.Read(m.Links[id])
	if !ok {
		panic("chains: no such link")
	}
	return l
}

// Find is what [provenance.Collect] asks the hosts.
func (m *Maker) Find(id wire.ID) *provenance.Link {
	if l, ok := provenance.Read(m.Links[id]); ok {
		return l
	}
	return nil
}

// Beside returns the links of a transfer with the inputs, and the certificates
// of their signers.
func (m *Maker) Beside(b provenance.Bounds, inputs []wire.Input) (links []wire.Link, certs [][]byte) {
	return m.Showing(b, m.Draws(inputs))
}

// Showing is Beside for what is drawn.
func (m *Maker) Showing(b provenance.Bounds, draws []provenance.Draw) (links []wire.Link, certs [][]byte) {
	list, ok := provenance.Collect(b, draws, m.Find)
	if !ok {
		panic("chains: a link is missing, or there are too many")
	}
	seen := map[string]bool{}
	for _, l := range list {
		links = append(links, l.Encoded())
		if c := m.Certs[l.ID]; c != nil && !seen[string(c)] {
			seen[string(c)] = true
			certs = append(certs, c)
		}
	}
	return links, certs
}

// Line funds the first holder and has each pay the next one, and the last one
// pay to, all of an amount; it returns the input with which to would pay on.
func (m *Maker) Line(amount money.Amount, to wire.DID, holders ...*Holder) wire.Input {
	first := to
	if len(holders) > 0 {
		first = holders[0].DID()
	}
	in := wire.Input{Hop: 1, Amount: amount, Source: m.Fund(first, amount)}
	for i, h := range holders {
		next := to
		if i+1 < len(holders) {
			next = holders[i+1].DID()
		}
		in = wire.Input{Hop: in.Hop + 1, Amount: amount, Source: m.Pay(h, next, []wire.Input{in})}
	}
	return in
}
