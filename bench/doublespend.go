package bench

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/fast"
	"github.com/assay-cbdc/assay/reference/wire"
)

// The index already holds more than the caches next to a core do; each slice
// brings new debits, and repeats and double spends of old.
const (
	heldBefore = 1 << 18
	claimSlice = 32 * batchSize
	oldEvery   = 50 // one claim of 50 is for a counter that is taken
	// refill is the number of slices after which the index is brought back to
	// what it held before, so that neither side is charged for growing.
	refill = 16
)

// A spender makes claims and knows what is due to each. Two with one seed make
// the same ones.
type spender struct {
	random *mathrand.Rand
	held   []debit // shared
	slice  []fast.Claim
	due    []fast.Claim
}

type debit struct {
	key  verify.Key
	txid wire.ID
}

func newSpender(seed uint64, held []debit) *spender {
	return &spender{
		random: mathrand.New(mathrand.NewPCG(seed, 3)), held: held,
		slice: make([]fast.Claim, claimSlice), due: make([]fast.Claim, claimSlice),
	}
}

// debits makes what the index holds before.
func debits(seed uint64) []debit {
	random := mathrand.New(mathrand.NewPCG(seed, 2))
	held := make([]debit, heldBefore)
	for i := range held {
		held[i] = newDebit(random)
	}
	return held
}

func newDebit(random *mathrand.Rand) debit {
	var d debit
	binary.LittleEndian.PutUint64(d.key.Payer[:], random.Uint64())
	binary.LittleEndian.PutUint64(d.key.Payer[8:], random.Uint64())
	d.key.Counter = 1 + random.Uint64N(1000)
	binary.LittleEndian.PutUint64(d.txid[:], random.Uint64())
	return d
}

// next makes the claims of a slice, one old in oldEvery, every other of these a
// double spend.
func (s *spender) next() {
	for i := range s.slice {
		if i%oldEvery != 0 {
			d := newDebit(s.random)
			s.slice[i] = fast.Claim{Key: d.key, TxID: d.txid}
			s.due[i] = fast.Claim{Holder: d.txid}
			continue
		}
		d := s.held[s.random.IntN(len(s.held))]
		s.due[i] = fast.Claim{Holder: d.txid, Taken: true}
		if i%(2*oldEvery) == 0 {
			d.txid[31] ^= 1
		}
		s.slice[i] = fast.Claim{Key: d.key, TxID: d.txid}
	}
}

func (s *spender) check(lane string) error {
	for i, c := range s.slice {
		if due := s.due[i]; c.Holder != due.Holder || c.Taken != due.Taken {
			return &Fault{lane, i, "debit", fmt.Sprintf("taken is %t, by %x", c.Taken, c.Holder[:4])}
		}
	}
	return nil
}

// doubleSpends measures the index against a Go map.
func (r *run) doubleSpends(ctx context.Context) error {
	g := &group{run: r}
	c := g.claim("double-spend-map", 2, "map", "double-spend-map")
	c.Baseline = "a Go map, one decision at a time"
	held := debits(r.Seed)
	own, err := r.ownIndex(held)
	if err != nil {
		return err
	}
	// Both entries of a lane go on with one index: two would lie differently in
	// memory, and that alone makes a difference of ten percent.
	g.lanes = append(g.lanes, own, r.mapIndex(held))
	g.lanes = append(g.lanes, g.lanes...)
	if g.series, err = g.interleave(ctx, g.lanes); err != nil {
		return err
	}
	r.result.Lanes = append(r.result.Lanes, g.conclude(c))
	return nil
}

// spending is a lane of claims. hold empties the index and enters what it held
// before; decide decides a slice.
func (r *run) spending(name string, s *spender, hold, decide func()) measure.Lane {
	slices := 0
	return measure.Lane{
		Name: name, Units: claimSlice, Run: decide,
		Prepare: func() error {
			if slices%refill == 0 {
				hold()
			}
			slices++
			s.next()
			return nil
		},
		Check: func() error {
			r.result.VerdictsChecked += claimSlice
			return s.check(name)
		},
	}
}

func (r *run) ownIndex(held []debit) (measure.Lane, error) {
	index, err := fast.NewIndex(rand.Reader)
	if err != nil {
		return measure.Lane{}, err
	}
	s := newSpender(r.Seed, held)
	var order []int32
	return r.spending("double-spend-map", s, func() {
		index.Reset()
		for _, d := range held {
			index.Put(d.key, d.txid)
		}
	}, func() {
		for i := 0; i < claimSlice; i += batchSize {
			order = index.PutAll(s.slice[i:i+batchSize], order)
		}
	}), nil
}

func (r *run) mapIndex(held []debit) measure.Lane {
	index := verify.MapIndex{}
	s := newSpender(r.Seed, held)
	return r.spending("map", s, func() {
		clear(index)
		for _, d := range held {
			index.Put(d.key, d.txid)
		}
	}, func() {
		for i := range s.slice {
			c := &s.slice[i]
			c.Holder, c.Taken = index.Put(c.Key, c.TxID)
		}
	})
}
