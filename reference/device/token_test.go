package device

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

func suitsAll([]wire.Fragment) bool { return true }

func TestPick(t *testing.T) {
	part := func(tid byte, from, to money.Amount, hop uint64) wire.Fragment {
		return wire.Fragment{TID: wire.TID{tid}, From: from, To: to, Hop: hop, Source: wire.ID{tid}}
	}
	held := []wire.Fragment{part(2, 0, 10, 0), part(1, 50, 60, 1), part(1, 0, 5, 0), part(3, 0, 100, 2)}
	for _, tt := range []struct {
		name   string
		amount money.Amount
		most   int
		want   []wire.Fragment
	}{
		{"the lowest hop, the first token, the lower part", 3, 64, []wire.Fragment{part(1, 0, 3, 0)}},
		{"two tokens of one hop", 7, 64, []wire.Fragment{part(1, 0, 5, 0), part(2, 0, 2, 0)}},
		{"a higher hop where the lower do not suffice", 16, 64, []wire.Fragment{part(1, 0, 5, 0), part(1, 50, 51, 1), part(2, 0, 10, 0)}},
		{"the largest where those are too many", 16, 2, []wire.Fragment{part(3, 0, 16, 2)}},
		{"more than there is", 126, 64, nil},
		{"more than so few are", 101, 1, nil},
	} {
		got, ok := Pick(held, tt.amount, tt.most, suitsAll)
		if ok != (tt.want != nil) || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
		}
	}
}

// Whatever is received, given away and returned, the fragments of a state are
// disjoint and add up to its lots, and nothing is gained or lost.
func TestFragmentsAreConserved(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		var s State
		var want money.Amount
		var away []wire.Fragment
		next := byte(1)
		for range 40 {
			switch r.IntN(3) {
			case 0:
				f := wire.Fragment{TID: wire.TID{next}, To: money.Amount(1 + r.IntN(1000)), Source: wire.ID{next}}
				next++
				want += f.Amount()
				s.receive([]wire.Fragment{f}, Join)
			case 1:
				amount := money.Amount(1 + r.IntN(700))
				if picked, ok := Pick(s.held(wire.MaxHop), amount, 64, suitsAll); ok {
					s.give(picked)
					want -= amount
					away = append(away, picked...)
				}
			case 2:
				if len(away) > 0 {
					f := away[len(away)-1]
					away = away[:len(away)-1]
					f.Source, f.Hop = wire.ID{0xff, next}, uint64(r.IntN(4))
					next++
					want += f.Amount()
					s.receive([]wire.Fragment{f}, Join)
				}
			}
			if s.Lots.Sum() != want || !sound(&s) {
				t.Fatalf("seed %d: %d held, want %d: %+v", seed, s.Lots.Sum(), want, s.Fragments)
			}
		}
	}
}

// sound reports whether fragments are disjoint, in the order of their numbers, and
// make the lots.
func sound(s *State) bool {
	var sums Lots
	for i, f := range s.Fragments {
		sums[f.Hop] += f.Amount()
		if f.From >= f.To || i > 0 && s.Fragments[i-1].Order >= f.Order {
			return false
		}
		for _, g := range s.Fragments[:i] {
			if f.Overlaps(g.Fragment) {
				return false
			}
		}
	}
	return sums == s.Lots
}

// A SYNC_ACK clears the hops of what was here at the SYNC, whether what was given up
// came back as it was or as a fresh token, and of nothing that came later.
func TestHopsAreClearedOfWhatWasThereAtTheSync(t *testing.T) {
	part := func(tid byte, to money.Amount, hop uint64) wire.Fragment {
		return wire.Fragment{TID: wire.TID{tid}, To: to, Hop: hop, Source: wire.ID{tid}}
	}
	ack := wire.ID{0xac}
	given, again, later := part(1, 50, 2), part(2, 30, 2), part(3, 50, 2)
	back := func(f wire.Fragment) wire.Fragment { f.Source, f.Hop = ack, 0; return f }
	for _, tt := range []struct {
		name     string
		given    []wire.Fragment
		issued   map[wire.TID]wire.IssuerToken
		received []wire.Fragment
		want     []wire.Fragment
	}{
		{"given back, nothing came", []wire.Fragment{given, again}, nil, nil, []wire.Fragment{back(given), back(again)}},
		{"given back, the same sum came", []wire.Fragment{given}, nil, []wire.Fragment{later}, []wire.Fragment{back(given), later}},
		{"given back, less came", []wire.Fragment{given, again}, nil, []wire.Fragment{later}, []wire.Fragment{back(given), back(again), later}},
		{"renewed, the same sum came", []wire.Fragment{given}, map[wire.TID]wire.IssuerToken{{9}: {Value: 50}}, []wire.Fragment{later},
			[]wire.Fragment{later, {TID: wire.TID{9}, To: 50, Source: ack}}},
	} {
		d := &Device{parts: Parts{Join: Join}}
		var s State
		s.receive(tt.given, Join)
		s.giveUp(tt.given)
		for _, f := range tt.received {
			s.Sync.Since[f.Hop] += f.Amount()
		}
		s.receive(tt.received, Join)
		d.renew(&s, &Context{ID: ack, issued: tt.issued})
		s.clearPartHops(Join)
		if got := s.held(wire.MaxHop); !slices.Equal(got, tt.want) || !sound(&s) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
