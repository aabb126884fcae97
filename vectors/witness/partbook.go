package witness

import (
	"slices"
)

// A partBook is what a ledger of family T knows of parts.
type partBook struct {
	call  *call
	value map[string]uint64 // of the tokens issued
	home  []fragment
	given map[string]gift // by the object that brought parts to a device
	draws []byte          // what is drawn next, 16 bytes for each tid
	done  []renewal
}

// A gift is what one object has brought to one device.
type gift struct {
	did      string
	parts    []fragment
	returned bool // of a debit that its device may have signed without having them
}

type renewal struct {
	did   string
	parts []fragment
	sum   uint64
}

func newPartBook(c *call) partBook {
	return partBook{call: c, value: map[string]uint64{}, given: map[string]gift{}, draws: unhex(c.ledger.Draws)}
}

// issue makes a TOKEN.
func (p *partBook) issue(value uint64) (fragment, []byte) {
	if len(p.draws) < 16 {
		panic(fault("no draw for a tid"))
	}
	tid := p.draws[:16]
	p.draws = p.draws[16:]
	c := p.call
	service := c.certificateOf("service")
	p.value[string(tid)] = value
	return fragment{tid: string(tid), to: value}, c.sign("assay/1/token", body{
		1: uint64(1), 2: uint64(typeToken), 3: c.at.realm, 4: service.body.number(4), 5: c.at.currency, 6: c.at.exponent, 7: value,
		10: service.id, 21: c.ledger.Epoch, 90: tid,
	})
}

// fund is the FUND that answers a FUND_REQ: its identifier is the source of the parts.
func (p *partBook) fund(did, request string, m body) []fragment {
	c := p.call
	if c.family() != familyToken {
		return nil
	}
	whole, token := p.issue(m.number(7))
	service := c.certificateOf("service")
	o := object{alg: algOf(service.body.number(4)), payload: body{
		1: uint64(1), 2: uint64(typeFund), 3: c.at.realm, 4: service.body.number(4), 5: m[5], 6: m[6], 7: m[7], 9: m[9], 10: service.id,
		18: []byte(request), 21: c.ledger.Epoch, 31: []byte(did), 99: []any{token},
	}.encode()}
	p.given[string(o.id("assay/1/fund"))] = gift{did, []fragment{whole}, false}
	return []fragment{whole}
}

func (p *partBook) bringHome(parts []fragment) { p.home = append(p.home, parts...) }

// used: some of the parts came home, or were seen in a debit.
func (p *partBook) used(parts []fragment, debits []*debit) bool {
	meets := func(list []fragment) bool {
		return slices.ContainsFunc(parts, func(f fragment) bool { return slices.ContainsFunc(list, f.overlaps) })
	}
	return meets(p.home) || slices.ContainsFunc(debits, func(d *debit) bool { return meets(d.parts) })
}

// redeemable are the rules of parts that are given to the ledger.
func (p *partBook) redeemable(did string, parts []fragment, debits []*debit) int {
	for _, rule := range []struct {
		code   int
		breaks func(fragment) bool
	}{
		{500, func(f fragment) bool { return p.value[f.tid] == 0 }},
		{502, func(f fragment) bool { return f.to > p.value[f.tid] }},
		{501, func(f fragment) bool { return slices.ContainsFunc(p.home, f.overlaps) }},
		{501, func(f fragment) bool {
			return slices.ContainsFunc(debits, func(d *debit) bool {
				return d.payer == did && d.payee != "" && slices.ContainsFunc(d.parts, func(g fragment) bool {
					return g.source == f.source && f.overlaps(g)
				})
			})
		}},
	} {
		if slices.ContainsFunc(parts, rule.breaks) {
			return rule.code
		}
	}
	return 0
}

func (p *partBook) defund(did string, parts []fragment, m body, debits []*debit) int {
	if !rising(parts) || !makeLots(parts, m) {
		return 502
	}
	return p.redeemable(did, parts, debits)
}

// brought: the source of a part has brought all of it to the device.
func (r *run) brought(did string, f fragment) bool {
	if g, own := r.parts.given[f.source]; own {
		if g.returned {
			return g.did == did && r.had(did, g.parts, f)
		}
		return g.did == did && holdsAll(g.parts, f)
	}
	for _, d := range r.debits {
		if d.id == f.source {
			return d.payee == did && holdsAll(d.parts, f)
		}
		if d.id == r.refusals[f.source] { // it returned what its payer had paid with
			return d.payer == did && r.had(did, d.parts, f)
		}
	}
	return false
}

// had: each of the parts of a returned debit had been brought, as far as f goes.
func (r *run) had(did string, parts []fragment, f fragment) bool {
	return rising(parts) && holdsAll(parts, f) && !slices.ContainsFunc(parts, func(q fragment) bool {
		if !q.overlaps(f) {
			return false
		}
		q.from, q.to = max(q.from, f.from), min(q.to, f.to)
		return !r.brought(did, q)
	})
}

// holdsAll: parts, ascending, leave nothing of f out.
func holdsAll(parts []fragment, f fragment) bool {
	at := f.from
	for _, q := range parts {
		if q.tid == f.tid && q.from <= at && q.to > at {
			at = q.to
		}
	}
	return at >= f.to
}

// report is a SYNC, which is right in itself: what it gives up is renewed, or not.
func (r *run) report(did, _ string, m body) int {
	parts, sum := partsOf(m), uint64(0)
	for _, done := range r.parts.done {
		if done.did == did && slices.Equal(done.parts, parts) {
			r.setNumber("renewed", done.sum)
			return 0
		}
	}
	right := rising(parts) && !slices.ContainsFunc(parts, func(f fragment) bool { return !r.brought(did, f) }) &&
		r.parts.redeemable(did, parts, r.debits) == 0
	if right && len(parts) > 0 {
		for _, f := range parts {
			sum += f.to - f.from
		}
		r.parts.issue(sum)
		r.parts.bringHome(parts)
		r.parts.done = append(r.parts.done, renewal{did, parts, sum})
	}
	r.setNumber("renewed", sum)
	return 0
}
