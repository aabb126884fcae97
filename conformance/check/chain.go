package check

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// chained reports whether the profile's policy has CHAIN provenance.
func (r *Realm) chained() bool { return r.policy.Provenance.Mode == wire.ProvenanceChain }

// inputs reports whether a debit has inputs: under CHAIN, but in family T, where it
// has fragments.
func (r *Realm) inputs() bool { return r.chained() && !r.parted() }

// bounds are what the policy says of chains.
func (r *Realm) bounds() provenance.Bounds { return provenance.BoundsOf(r.policy.Provenance) }

// decodeTransfer reads the payload of a TRANSFER of the realm.
func (r *Realm) decodeTransfer(payload []byte) (wire.Transfer, error) {
	if r.inputs() {
		return wire.DecodeChained(payload)
	}
	return wire.DecodeTransfer(payload)
}

// decodeDefund reads the payload of a DEFUND of the realm.
func (r *Realm) decodeDefund(payload []byte) (wire.Defund, error) {
	if r.inputs() {
		return wire.DecodeChainedDefund(payload)
	}
	return wire.DecodeDefund(payload)
}

// decodeFund reads the payload of a FUND of the realm.
func (r *Realm) decodeFund(payload []byte) (wire.Fund, error) {
	switch {
	case r.parted():
		return wire.DecodeTokenFund(payload)
	case r.reserves():
		return wire.DecodeReservation(payload)
	}
	return wire.DecodeFund(payload)
}

// short takes one unit from what a debit was drawn from.
func (r *Realm) short(lots *[]wire.Lot, inputs *[]wire.Input) {
	if r.inputs() {
		*inputs = append([]wire.Input(nil), *inputs...)
		(*inputs)[0].Amount--
		return
	}
	*lots = append([]wire.Lot(nil), *lots...)
	(*lots)[0].Amount--
}

// maker makes the past of what kits pay with under CHAIN provenance.
func (t *T) maker() *chains.Maker {
	if t.chains == nil {
		t.chains = chains.New(t.env.realm.Authority)
		t.chains.Epoch = t.env.realm.epoch
		t.chains.Name = fmt.Sprintf("%s %d ", t.check.ID, t.env.Seed)
	}
	return t.chains
}

// holder is a device that only its signatures are known of.
func (t *T) holder() *chains.Holder {
	t.made++
	return t.maker().Holder(t.env.realm.base, fmt.Sprintf("%s %d %d", t.check.ID, t.env.Seed, t.made))
}

// A holder is a device that only its signatures are known of.
type holder = chains.Holder

// plenty is the amount of a lot that a kit draws from: more than a check pays.
const plenty = 1 << 40

// sourceAt is what a kit draws from at the hop that a lot arrives with: it has
// come through as many devices as that takes.
func (k *Kit) sourceAt(hop uint64) wire.ID {
	if k.sources == nil {
		k.sources = map[uint64]wire.ID{}
	}
	if id, made := k.sources[hop]; made {
		return id
	}
	var before []*chains.Holder
	for range min(max(hop, 1), wire.MaxHop) - 1 {
		before = append(before, k.t.holder())
	}
	k.sources[hop] = k.t.maker().Line(plenty, k.DID(), before...).Source
	return k.sources[hop]
}

// provenance gives the payload of a TRANSFER the form of the realm: under CHAIN
// the lots that checks write become inputs with a right past. What is not even
// decoded is left as it is.
func (k *Kit) provenance(payload []byte) []byte {
	if k.t.env.realm.parted() {
		return k.inParts(payload)
	}
	if k.t.env.realm.ecash() {
		return k.withTokens(payload)
	}
	if !k.t.env.realm.chained() {
		return payload
	}
	m, err := wire.DecodeTransfer(payload)
	if code, coded := wire.CodeOf(err); err != nil && (!coded || code != spec.EAmount) || len(m.Lots) == 0 {
		return payload
	}
	for _, l := range m.Lots {
		m.Inputs = append(m.Inputs, wire.Input{Hop: l.Hop, Amount: l.Amount, Source: k.sourceAt(l.Hop)})
	}
	m.Lots = nil
	return m.Encode()
}

// beside returns the links and certificates that travel with a TRANSFER of the kit.
func (k *Kit) beside(object []byte) (links []wire.Link, certs [][]byte) {
	if k.t.env.realm.parted() {
		return k.partsBeside(object)
	}
	if k.t.env.realm.ecash() {
		return k.tokensOf(object), nil
	}
	if !k.t.env.realm.chained() {
		return nil, nil
	}
	o, err := wire.DecodeObject(object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return nil, nil
	}
	m, _ := wire.DecodeChained(o.Payload)
	list, _ := provenance.Collect(k.t.env.realm.bounds(), provenance.Draws(m.Inputs, nil), k.t.maker().Find)
	for _, l := range list {
		links = append(links, l.Encoded())
		if c := k.t.maker().Certs[l.ID]; c != nil {
			certs = append(certs, c)
		}
	}
	return links, certs
}

// classical reports whether a profile allows classical suites alone.
func classical(suites []int) bool {
	for _, s := range suites {
		if suite.Suite(s).PostQuantum() {
			return false
		}
	}
	return len(suites) > 0
}

// frameWith seals a TRANSFER object and what stands beside it into M3.
func (s *KitPayer) frameWith(object []byte, links []wire.Link, certs [][]byte) []byte {
	return s.link.Send(wire.Item{Type: wire.TypeTransfer, Object: object,
		Certs: append(slices.Clip(s.Carried), certs...), Links: links})
}

// DeliverWith hands over a TRANSFER object with links of the caller's.
func (s *KitPayer) DeliverWith(object []byte, links []wire.Link, certs [][]byte) (adapter.Answer, wire.Item) {
	frame := s.frameWith(object, links, certs)
	a := s.Payee.do(adapter.Accept{Session: s.Session, Message: frame})
	for a.Done != nil && a.Done.Again {
		a = s.Payee.do(adapter.Accept{Session: s.Session, Message: s.told(s.link, a.Done.Message)})
	}
	var item wire.Item
	reply := []byte(nil)
	switch {
	case a.Done != nil:
		s.spent(object)
		reply = a.Done.Message
	case a.Refused != nil:
		reply = a.Refused.Message
	}
	if len(reply) > 0 {
		item, _, _ = s.link.Receive(reply)
	}
	return a, item
}
