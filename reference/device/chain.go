package device

import (
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A ChainLot is value of one hop that one object brought: a lot under CHAIN
// provenance. The lots of a device add up to its Lots, hop by hop.
type ChainLot struct {
	Order  uint64 // rises with the time at which it came
	Source wire.ID
	Hop    uint64
	Amount money.Amount
}

func (l *ChainLot) fields(c *codec) {
	uintField(c, &l.Order)
	c.fixed(l.Source[:])
	uintField(c, &l.Hop)
	uintField(c, &l.Amount)
}

// chained reports whether the realm has CHAIN provenance. It never changes: see
// the policy's rule "provenance".
func (d *Device) chained() bool { return d.policy.Provenance.Mode == wire.ProvenanceChain }

// inputs reports whether what a debit was drawn from are inputs: under CHAIN, but in
// family T, where they are fragments.
func (d *Device) inputs() bool { return d.chained() && !d.parted() }

// bring adds value of one hop to the next state; source is the object that brought
// it.
func (d *Device) bring(next *State, source wire.ID, hop uint64, amount money.Amount) {
	next.Lots[hop] += amount
	if !d.inputs() || amount == 0 {
		return
	}
	order := uint64(1)
	if n := len(next.Chained); n > 0 {
		order = next.Chained[n-1].Order + 1
	}
	next.Chained = append(next.Chained, ChainLot{Order: order, Source: source, Hop: hop, Amount: amount})
}

// take removes what was drawn, with the hops at which it was held.
func (s *State) take(drawn []wire.Input) {
	for _, in := range drawn {
		s.Lots[in.Hop] -= in.Amount
		for i := range s.Chained {
			if l := &s.Chained[i]; l.Source == in.Source && l.Hop == in.Hop {
				l.Amount -= in.Amount
			}
		}
	}
	s.Chained = slices.DeleteFunc(s.Chained, func(l ChainLot) bool { return l.Amount == 0 })
}

// maxTries bounds how many combinations of lots a payer looks at.
const maxTries = 4096

// choose returns what to draw an amount from, ascending by hop and source, with
// the hops at which it is held: the lowest hop first and of one hop what came
// first, from at most the inputs that the policy allows; of what fits so the
// first that suits.
func (s *State) choose(amount money.Amount, highest, inputs uint64, suits func([]wire.Input) bool) ([]wire.Input, bool) {
	var lots []ChainLot
	for _, l := range s.Chained {
		if l.Hop <= highest {
			lots = append(lots, l)
		}
	}
	slices.SortStableFunc(lots, func(a, b ChainLot) int { return int(a.Hop) - int(b.Hop) })
	tries := 0
	var next func(from int, rest money.Amount, drawn []wire.Input) []wire.Input
	next = func(from int, rest money.Amount, drawn []wire.Input) []wire.Input {
		if rest == 0 {
			tries++
			if all := ascending(drawn); suits(all) {
				return all
			}
			return nil
		}
		left := inputs - uint64(len(drawn))
		for i := from; i < len(lots) && tries < maxTries && largest(lots[i:], left) >= rest; i++ {
			l := lots[i]
			in := wire.Input{Hop: l.Hop, Amount: min(l.Amount, rest), Source: l.Source}
			if found := next(i+1, rest-in.Amount, append(slices.Clip(drawn), in)); found != nil {
				return found
			}
		}
		return nil
	}
	drawn := next(0, amount, nil)
	return drawn, drawn != nil
}

// largest is the sum of the n largest lots: the most that so many can bring.
func largest(lots []ChainLot, n uint64) (sum money.Amount) {
	amounts := make([]money.Amount, len(lots))
	for i, l := range lots {
		amounts[i] = l.Amount
	}
	slices.Sort(amounts)
	for i := len(amounts); i > 0 && n > 0; i, n = i-1, n-1 {
		sum += amounts[i-1]
	}
	return sum
}

func ascending(drawn []wire.Input) []wire.Input {
	out := slices.Clone(drawn)
	slices.SortFunc(out, func(a, b wire.Input) int {
		if provenance.Before(a, b) {
			return -1
		}
		return 1
	})
	return out
}

// raised returns inputs as a TRANSFER names them: one hop further.
func raised(drawn []wire.Input) []wire.Input {
	out := slices.Clone(drawn)
	for i := range out {
		out[i].Hop++
	}
	return out
}

// lotsOf returns the sums of inputs by hop.
func lotsOf(drawn []wire.Input) []wire.Lot {
	var sums Lots
	for _, in := range drawn {
		sums[min(in.Hop, wire.MaxHop)] += in.Amount
	}
	return sums.list()
}

// drawChain takes an amount out of the next state by inputs that suit.
func (next *State) drawChain(amount money.Amount, highest, inputs uint64, suits func([]wire.Input) bool) ([]wire.Input, bool) {
	drawn, ok := next.choose(amount, highest, inputs, suits)
	if ok {
		next.take(drawn)
	}
	return drawn, ok
}

// A CollectFunc returns the links that a transfer with the entries needs, out of
// those that find has, and whether it has them all.
type CollectFunc func(b provenance.Bounds, entries []provenance.Draw, find func(wire.ID) *provenance.Link) ([]*provenance.Link, bool)

// drawsOf are the entries of a TRANSFER that links or TOKENs are to show, none where
// nothing stands beside one.
func (d *Device) drawsOf(payload []byte) ([]provenance.Draw, error) {
	switch {
	case d.parted():
		m, err := wire.DecodeTransfer(payload)
		return m.Fragments, err
	case d.chained():
		m, err := wire.DecodeChained(payload)
		return provenance.Draws(m.Inputs, nil), err
	}
	return nil, nil
}

// linkable reports whether the host has the links of inputs, as they were held,
// and they are not too many or too long for one frame.
func (d *Device) linkable(drawn []wire.Input) bool {
	_, _, ok := d.showing(provenance.Draws(drawn, nil))
	return ok
}

// maxBeside is the room of a frame, 32,768 bytes, less what a TRANSFER of the
// largest signature and what seals it take; the own certificate comes off too.
const maxBeside = 32768 - 4096

// showing returns the links of a TRANSFER with the entries and the certificates of
// their signers, as the host has them.
func (d *Device) showing(entries []provenance.Draw) (links []wire.Link, certs [][]byte, ok bool) {
	if !d.chained() {
		return nil, nil, true
	}
	bounds := provenance.BoundsOf(d.policy.Provenance)
	list, ok := d.parts.Collect(bounds, entries, func(id wire.ID) *provenance.Link {
		l, _ := d.stored(id)
		return l
	})
	if !ok {
		return nil, nil, false
	}
	size, seen := 0, map[string]bool{}
	for _, c := range d.certs {
		size = max(size, len(c.Raw))
	}
	for _, l := range list {
		links = append(links, l.Encoded())
		size += len(l.Raw()) + 24
		_, path := d.stored(l.ID)
		for _, b := range path {
			c, err := cert.Parse(b)
			if err == nil && c.Body.Level == wire.LevelDevice && !seen[string(b)] {
				seen[string(b)] = true
				certs = append(certs, b)
				size += len(b) + 3
			}
		}
	}
	return links, certs, size <= maxBeside
}

// stored is a link as the host has it, with the path of its signer; nil when it
// has none, or another.
func (d *Device) stored(id wire.ID) (*provenance.Link, [][]byte) {
	record, err := settlement.Parse(d.parts.Host.Record(id))
	if err != nil {
		return nil, nil
	}
	link := wire.Link{Object: record.Object}
	if record.Opening != nil {
		link.Nonce = &record.Opening.Nonce
	}
	l, ok := provenance.Read(link)
	if !ok || l.ID != id {
		return nil, nil
	}
	return l, record.Certificates
}

// keepObject hands the host a signed object that is a source, or was verified
// as a link.
func (d *Device) keepObject(id wire.ID, object []byte, path cert.Path, opening *settlement.Opening) {
	record := settlement.Record{Object: object, Opening: opening}
	for _, c := range path.Chain {
		record.Certificates = append(record.Certificates, c.Raw)
	}
	d.parts.Host.KeepRecord(id, settlement.Append(nil, record))
}

// keepLinks hands the host the links of a TRANSFER that is about to be credited.
func (d *Device) keepLinks(c *Context) {
	for _, l := range c.chain.Members() {
		var opening *settlement.Opening
		if l.Type == wire.TypeTransfer {
			opening = &settlement.Opening{Nonce: l.Nonce}
		}
		// A transfer of the own that has come round is kept already, with its payee.
		if kept, _ := d.stored(l.ID); kept == nil {
			d.keepObject(l.ID, l.Raw(), l.Path(), opening)
		}
	}
}

// returnOf names the record of what returned a debit.
func returnOf(debit wire.ID) wire.ID {
	return sha256.Sum256(append([]byte("return of "), debit[:]...))
}

// bringsReturns reports whether a SYNC brings the REFUSED behind a refund: under
// CHAIN and in family T, where it returns a source or fragments, and in families
// I and S, where the ledger has taken the debit and gives it back on nothing else.
func (d *Device) bringsReturns() bool { return d.chained() || d.parted() || d.reserved() }

// settlesChains reports whether a device brings the links of what it has received:
// in families I and S the ledger settles all of a chain, and in family T it follows
// whose a part was.
func (d *Device) settlesChains() bool { return d.reserved() || d.parted() && d.chained() }

// keepReturn hands the host the object that returns a debit. The REFUSED of a
// payee is kept once more by its debit, for the ledger.
func (d *Device) keepReturn(c *Context) {
	if !d.bringsReturns() {
		return
	}
	d.keepObject(c.ID, c.Object.Encode(), c.Path, nil)
	if c.Type == wire.TypeReceipt {
		d.keepObject(returnOf(c.Slot.ID), c.Object.Encode(), c.Path, nil)
	}
}

// besideRecord adds to the record of a pending TRANSFER its links: its payee may
// get it from the ledger.
func (d *Device) besideRecord(record []byte) []byte {
	rec, err := settlement.Parse(record)
	if err != nil || !d.besides() {
		return record
	}
	o, err := wire.DecodeObject(rec.Object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return record
	}
	if d.ecash() {
		if slot := d.state.findPending(o.ID(wire.TypeTransfer)); slot != nil {
			rec.Links = besideSlot(slot)
		}
		return settlement.Append(nil, rec)
	}
	draws, err := d.drawsOf(o.Payload)
	if err != nil {
		return record
	}
	links, certs, ok := d.showing(draws) // TOKENs the ledger has
	if !ok || len(links) == 0 {
		return record
	}
	rec.Links, rec.Certificates = links, append(slices.Clip(rec.Certificates), certs...)
	return settlement.Append(nil, rec)
}

// linksFit is the payer's rule "links": there is a combination of lots with few
// enough inputs and links, all of which the host has.
func linksFit(c *Context) bool {
	if c.d.parted() {
		return partsFit(c)
	}
	if c.d.ecash() {
		return coinsFit(c)
	}
	if !c.d.chained() {
		return true
	}
	limit := payerLimit(c)
	var ok bool
	if limit > 0 {
		c.drawn, ok = c.State.choose(c.Amount, limit-1, c.Policy.Provenance.MaxInputs, c.d.linkable)
	}
	return ok
}

// linksRight is the payee's rule "links".
func linksRight(c *Context) bool {
	if c.d.parted() && !partsRight(c) {
		return false
	}
	if c.d.ecash() {
		return tokensRight(c)
	}
	if !c.d.chained() {
		return true
	}
	links := c.links
	if c.d.parted() {
		links = c.shown
	}
	c.chain = &provenance.Case{
		Bounds: provenance.BoundsOf(c.Policy.Provenance), Place: c.Config.Place, Env: c.Config.Env,
		Grace: c.Policy.Fresh.Grace, Suites: c.Policy.Suites, Rules: c.d.parts.Path, Store: c.d.store,
		Verify: c.d.parts.Verify, Payer: c.Signer().Device(), Family: c.Transfer.Family,
		Inputs: c.Transfer.Inputs, Parts: c.Transfer.Fragments, Links: links, Carried: c.carried,
	}
	err := provenance.Judge(c.d.parts.Links, c.chain)
	if r, ok := err.(*provenance.Refusal); ok {
		return c.Fail(r.Requirement, r.Code)
	}
	return true
}

// familyPayable is the payer's rule "family": under CHAIN and in family E there are
// neither one-way payments nor claims, for nobody would verify what stands beside
// them before it is debited. With a connection a payee in software is paid as any
// other: tokens are no claim, and home before it says anything.
func familyPayable(c *Context) bool {
	claim := c.PayReq.Flags&wire.PayReqSE == 0 && c.Signer().Body.Class == wire.ClassNOSE && !c.d.online
	if c.d.besides() && (c.Type == wire.TypeStaticReq || claim) {
		return false
	}
	return c.PayReq.Family == c.Config.Place.Spoken()
}

// sameProvenance: lots with sources cannot become lots without, nor the other way
// round. CHAIN needs room for an input and a link.
func sameProvenance(c *Context) bool {
	p := c.Next.Provenance
	if c.State.Policy != nil && p.Mode != c.Policy.Provenance.Mode {
		return false
	}
	return p.Mode != wire.ProvenanceChain || p.MaxInputs > 0 && p.MaxLinks > 0 && p.Trunc <= wire.ToFund
}

// payerLimit is the highest hop that a payment may have, for what may be paid with at
// all: under CHAIN, what was received and may not be paid on keeps its hop and is held.
func payerLimit(c *Context) uint64 {
	limit := hopLimit(c, c.PayReq.MaxHop)
	if c.d.chained() && !c.d.maySpendOn() {
		limit = min(limit, 1)
	}
	return limit
}
