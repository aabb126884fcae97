package witness

import (
	"bytes"
	"crypto/sha256"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// An entry is a log entry, read.
type entry struct {
	number, kind, amount, x uint64
	ref, digest             []byte
}

// syncProcedure is a SYNC at the ledger.
func syncProcedure() procedure {
	checks := append(opening("sync", "object"), registered()...)
	checks = append(checks,
		check{"challenge", 141, func(c *call) bool { return bytes.Equal(unhex(c.ledger.Challenge), c.body.bytes(9)) }},
		check{"begins in time", 400, func(c *call) bool { return c.body.number(50) <= c.ledger.Checkpoint.Last+1 }},
		check{"entries", 402, (*call).entriesHold},
		check{"heads", 401, (*call).headsHold},
		check{"nothing missing", 404, func(c *call) bool {
			p := c.ledger.Checkpoint
			return c.body.number(52) >= p.Last && c.body.number(13) >= p.Counter && c.body.number(58) >= p.NextRequest
		}},
		check{"counters", 400, (*call).countersHold},
		check{"last debit", 402, (*call).lastDebitHolds},
		check{"totals do not fall", 404, func(c *call) bool {
			for i, was := range c.totalsBefore() {
				if c.body.list(55)[i] < was {
					return false
				}
			}
			return true
		}},
		check{"totals", 402, (*call).totalsHold})
	return procedure{prepare: (*call).atLedger, checks: checks, finish: (*call).publish}
}

func (c *call) full() bool { return c.body.number(78) == 1 }

// entries reads the log entries; false if one is none.
func (c *call) entries() (list []entry, ok bool) {
	items, _ := c.body[54].([]any)
	for _, item := range items {
		b, _ := item.([]byte)
		v, code := decode(b)
		parts, isList := v.([]any)
		if code != 0 || !isList || len(parts) != 7 {
			return nil, false
		}
		n := func(i int) uint64 { x, _ := parts[i].(uint64); return x }
		ref, isRef := parts[3].([]byte)
		if !isRef || len(ref) != 32 || n(0) == 0 || n(1) < 1 || n(1) > 12 {
			return nil, false
		}
		digest := sha256.Sum256(b)
		list = append(list, entry{n(0), n(1), n(4), n(5), ref, digest[:]})
	}
	return list, true
}

// entriesHold: the entries are those of the range and lead from head to head.
func (c *call) entriesHold() bool {
	list, ok := c.entries()
	first, last := c.body.number(50), c.body.number(52)
	if !ok || last+1 < first {
		return false
	}
	head := c.body.bytes(51)
	if !c.full() {
		return last+1 > first || bytes.Equal(head, c.body.bytes(53))
	}
	if uint64(len(list)) != last+1-first {
		return false
	}
	for i, e := range list {
		if e.number != first+uint64(i) {
			return false
		}
		head = nextHead(head, e.number, e.digest)
	}
	return bytes.Equal(head, c.body.bytes(53))
}

func nextHead(head []byte, n uint64, digest []byte) []byte {
	next := sha256.Sum256(primitive.Encode([]any{"assay/1/log", head, n, digest}))
	return next[:]
}

// headsHold: where the report meets the acknowledged entry, or the very start,
// the heads are the same.
func (c *call) headsHold() bool {
	p, first := c.ledger.Checkpoint, c.body.number(50)
	start := append(unhex(c.ledger.Device), make([]byte, 16)...)
	head := c.body.bytes(51)
	if first == 1 && !bytes.Equal(head, start) || first == p.Last+1 && !bytes.Equal(head, unhex(p.Head)) {
		return false
	}
	list, _ := c.entries()
	for _, e := range list {
		if !c.full() {
			break
		}
		if head = nextHead(head, e.number, e.digest); e.number == p.Last && !bytes.Equal(head, unhex(p.Head)) {
			return false
		}
	}
	return true
}

// news calls visit with each entry that was not acknowledged.
func (c *call) news(visit func(entry)) {
	list, _ := c.entries()
	for _, e := range list {
		if e.number > c.ledger.Checkpoint.Last {
			visit(e)
		}
	}
}

func (c *call) countersHold() bool {
	next, ok := c.ledger.Checkpoint.Counter+1, true
	c.news(func(e entry) {
		if e.kind == 2 || e.kind == 3 {
			ok = ok && e.x == next
			next++
		}
	})
	return !c.full() || ok && next == c.body.number(13)+1
}

func (c *call) lastDebitHolds() bool {
	last := unhex(c.ledger.Checkpoint.Prev)
	c.news(func(e entry) {
		if e.kind == 2 || e.kind == 3 {
			last = e.ref
		}
	})
	return !c.full() || bytes.Equal(last, c.body.bytes(14))
}

// totalsBefore are in, out, funded, defunded and refunded as acknowledged.
func (c *call) totalsBefore() [5]uint64 {
	p := c.ledger.Checkpoint
	return [5]uint64{number(p.In), number(p.Out), number(p.Funded), number(p.Defunded), number(p.Refunded)}
}

func (c *call) totalsHold() bool {
	totals := c.totalsBefore()
	place := map[uint64]int{4: 0, 3: 1, 1: 2, 2: 3, 6: 4}
	c.news(func(e entry) {
		if i, counts := place[e.kind]; counts {
			totals[i] += e.amount
		}
	})
	for i, n := range c.body.list(55) {
		if c.full() && n != totals[i] {
			return false
		}
	}
	return true
}
