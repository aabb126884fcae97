package nose

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Demand is what a payee asks for; the amount is 0 where the payer of a static
// request chooses.
type Demand struct {
	Amount    money.Amount
	Label     string // at most 40 bytes of UTF-8
	Reference []byte // at most 32 bytes
}

// A request is one that the payee has signed.
type request struct {
	hash   wire.ID
	number uint64
	nonce  wire.Nonce // of a PAY_REQ: opens the payee tag
	amount money.Amount
	suite  suite.Suite
	maxHop uint64
	static bool
	key    *link.Ephemeral // of a static request
	expiry uint64
	max    uint64
}

// A session is one run with a payer.
type session struct {
	hello   []byte
	request *request
	link    *link.Link
	answer  []byte
}

// Request answers M1 and returns M2. The error is a [*Refusal] or the reader's.
func (n *Payee) Request(number int, m1 []byte, demand Demand) ([]byte, error) {
	if s := n.sessions[number]; s != nil && bytes.Equal(s.hello, m1) {
		return s.answer, nil // the same bytes again get the same answer
	}
	hello, caps, err := n.choose(m1)
	if err != nil {
		return nil, err
	}
	if !demand.Amount.Payable() {
		return nil, &Refusal{spec.ENC04, spec.EAmount}
	}
	if caps.Nonce, err = n.nonce(); err != nil {
		return nil, err
	}
	l, err := link.NewPayeeFor(hello.KEM, n.parts.Rand, m1, caps.Encode(), hello.KEMKey)
	if err != nil {
		return nil, refusalOf(err)
	}
	nonce, err := n.nonce()
	if err != nil {
		return nil, err
	}
	m := wire.PayReq{
		Version: wire.V1, Realm: n.parts.Place.Realm, Suite: caps.Suite, Currency: n.parts.Place.Currency,
		Exponent: n.parts.Place.Exponent, Amount: demand.Amount, Transcript: l.Transcript(), Nonce: nonce,
		Cert: n.certs[caps.Suite].ID, Request: n.next, PolicyVersion: n.policy.PolicyVersion,
		RevocationVersion: n.revocationVersion(), Epoch: n.epoch, Family: n.parts.Place.Spoken(), MaxHop: n.maxHop(),
		Label: demand.Label, Reference: demand.Reference,
	}
	o := n.sign(m.Suite, wire.TypePayReq, m.Encode())
	r := &request{hash: o.ID(wire.TypePayReq), number: n.next, nonce: nonce, amount: m.Amount, suite: m.Suite,
		maxHop: m.MaxHop, max: 1}
	n.next++
	n.requests[r.hash] = r
	s := &session{hello: bytes.Clone(m1), request: r, link: l}
	s.answer = l.Send(wire.Item{Type: wire.TypePayReq, Object: o.Encode(), Certs: n.ownPath(m.Suite)})
	n.sessions[number] = s
	return s.answer, nil
}

// choose reads HELLO and answers with CAPS, but for its nonce.
func (n *Payee) choose(m1 []byte) (wire.Hello, wire.Caps, error) {
	hello, err := wire.DecodeHello(m1)
	if err != nil {
		return hello, wire.Caps{}, refusalOf(err)
	}
	switch {
	case n.policy == nil:
		return hello, wire.Caps{}, &Refusal{spec.PRV02, spec.EUnprovisioned}
	case !slices.Contains(hello.Versions, wire.V1):
		return hello, wire.Caps{}, &Refusal{spec.INT01, spec.EVersion}
	case hello.Realm != n.parts.Place.Realm:
		return hello, wire.Caps{}, &Refusal{spec.ENC05, spec.ERealm}
	}
	offer := link.Offer{Versions: []uint64{wire.V1}, Suites: n.suites(), KEMs: []wire.KEM{wire.KEMX25519}}
	choice, err := link.Answer(hello, offer)
	if err != nil {
		return hello, wire.Caps{}, refusalOf(err)
	}
	return hello, wire.Caps{
		Version: choice.Version, Realm: n.parts.Place.Realm, Suite: choice.Suite, KEM: choice.KEM,
		Versions: offer.Versions, Suites: offer.Suites, KEMs: offer.KEMs, MTU: 2048, Flags: wire.HelloByValue,
	}, nil
}

// Static makes a static request, and returns it with the certificates that
// travel beside it. The error is a [*Refusal] or the reader's.
func (n *Payee) Static(demand Demand, expiry, most uint64) ([]byte, [][]byte, error) {
	if n.policy == nil || len(n.suites()) == 0 {
		return nil, nil, &Refusal{spec.PRV02, spec.EUnprovisioned}
	}
	if demand.Amount > money.Max || most < 1 || most > wire.MaxStaticUses || expiry > wire.MaxEpoch {
		return nil, nil, &Refusal{spec.ENC02, spec.EField}
	}
	nonce, err := n.nonce()
	if err != nil {
		return nil, nil, err
	}
	kem := link.HighestKEM(n.policy.KEMs)
	key, err := link.NewEphemeralFor(kem, n.parts.Rand)
	if err != nil {
		return nil, nil, fmt.Errorf("nose: random: %w", err)
	}
	number, _ := suite.Highest(n.suites())
	m := wire.StaticReq{
		Version: wire.V1, Realm: n.parts.Place.Realm, Suite: number, Currency: n.parts.Place.Currency,
		Exponent: n.parts.Place.Exponent, Amount: demand.Amount, Nonce: nonce, Cert: n.certs[number].ID,
		Request: n.standing, PolicyVersion: n.policy.PolicyVersion, RevocationVersion: n.revocationVersion(),
		Epoch: n.epoch, Family: n.parts.Place.Spoken(), MaxHop: n.maxHop(), KEM: kem, KEMKey: key.Public(),
		Expiry: expiry, Max: most, Label: demand.Label, Reference: demand.Reference,
	}
	o := n.sign(number, wire.TypeStaticReq, m.Encode())
	r := &request{hash: o.ID(wire.TypeStaticReq), number: n.standing, amount: m.Amount, suite: number,
		maxHop: m.MaxHop, static: true, key: key, expiry: expiry, max: most}
	n.standing++
	n.requests[r.hash] = r
	return o.Encode(), n.ownPath(number), nil
}

func (n *Payee) maxHop() uint64 { return min(n.policy.Provenance.MaxHops, wire.MaxHop) }

func (n *Payee) revocationVersion() uint64 {
	if n.revoked == nil {
		return 0
	}
	return n.revoked.Version
}

func (n *Payee) sign(number suite.Suite, t wire.Type, payload []byte) wire.Object {
	return cert.SignObject(n.keys[number], t, payload)
}

func (n *Payee) ownPath(number suite.Suite) [][]byte { return [][]byte{n.certs[number].Raw} }

// nonce draws a nonce, never all zero.
func (n *Payee) nonce() (out wire.Nonce, err error) {
	for out == (wire.Nonce{}) && err == nil {
		if _, err = io.ReadFull(n.parts.Rand, out[:]); err != nil {
			err = fmt.Errorf("nose: random: %w", err)
		}
	}
	return out, err
}
