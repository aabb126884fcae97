package fast

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/assay-cbdc/assay/reference/verify"
)

func claimOf(r *rand.Rand, keys int) Claim {
	var c Claim
	n := r.IntN(keys)
	binary.BigEndian.PutUint64(c.Key.Payer[:], uint64(n)*0x9e3779b97f4a7c15)
	c.Key.Counter = uint64(n % 7)
	c.TxID[0] = byte(r.IntN(3))
	return c
}

func newIndex(tb testing.TB) *Index {
	tb.Helper()
	x, err := NewIndex(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// The plain index decides one claim after the other in a Go map.
func TestIndexDecidesAsTheMapDoes(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 0))
	single, batched, plain := newIndex(t), newIndex(t), verify.MapIndex{}
	var order []int32
	for round := range 400 {
		claims := make([]Claim, r.IntN(300))
		for i := range claims {
			claims[i] = claimOf(r, 50000)
		}
		order = batched.PutAll(claims, order)
		for i, c := range claims {
			holder, taken := plain.Put(c.Key, c.TxID)
			if c.Holder != holder || c.Taken != taken {
				t.Fatalf("seed %d, round %d: claim %d of a batch: holder %x, taken %t; want %x, %t",
					seed, round, i, c.Holder[:1], c.Taken, holder[:1], taken)
			}
			if h, again := single.Put(c.Key, c.TxID); h != holder || again != taken {
				t.Fatalf("seed %d, round %d: claim %d alone: holder %x, taken %t; want %x, %t",
					seed, round, i, h[:1], again, holder[:1], taken)
			}
		}
	}
	if batched.Len() != len(plain) {
		t.Errorf("%d entries; want %d", batched.Len(), len(plain))
	}
}

func TestIndexGivesEachCounterToOneOfManyWorkers(t *testing.T) {
	x := newIndex(t)
	const workers, keys = 8, 5000
	won := make([]int, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			var order []int32
			for from := 0; from < keys; from += 100 {
				claims := make([]Claim, 100)
				for i := range claims {
					claims[i].Key.Counter = uint64(from + i)
					claims[i].TxID[0] = byte(w)
				}
				order = x.PutAll(claims, order)
				for _, c := range claims {
					if !c.Taken {
						won[w]++
					}
				}
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range won {
		total += n
	}
	if total != keys {
		t.Errorf("%d counters taken for the first time; want %d", total, keys)
	}
}
