package qr

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// extra is how many frames beyond k a reader needed when each is lost with the
// probability lost, in percent.
func extra(t *testing.T, blocks, lost int, seed uint64) int {
	random := rand.New(rand.NewPCG(seed, uint64(blocks*100+lost)))
	object := item(blocks*7-2, seed)
	f, err := Split(object, 7)
	if err != nil || f.Blocks() != blocks {
		t.Fatal(f.Blocks(), err)
	}
	r := NewReader(StandardRules())
	received := 0
	for seq := uint32(0); ; seq++ {
		if random.IntN(100) < lost {
			continue
		}
		received++
		got, err := r.Read(f.Text(seq))
		if err != nil || got != nil && !bytes.Equal(got, object) {
			t.Fatalf("seed %d: %x, %v", seed, got, err)
		}
		if got != nil {
			return received - blocks
		}
	}
}

// TestExtraFrames measures the table of the chapter, and holds it.
func TestExtraFrames(t *testing.T) {
	rows := []string{"| lost | mean extra | 95 % need at most | most |", "|---|---|---|---|"}
	for _, lost := range []int{0, 10, 20, 30, 40, 50} {
		var all []int
		sum := 0
		for blocks := 2; blocks <= 60; blocks++ {
			for seed := range uint64(200) {
				n := extra(t, blocks, lost, seed)
				all, sum = append(all, n), sum+n
			}
		}
		slices.Sort(all)
		rows = append(rows, fmt.Sprintf("| %d %% | %.2f | %d | %d |", lost, float64(sum)/float64(len(all)), all[len(all)*95/100], all[len(all)-1]))
	}
	table := strings.Join(rows, "\n")
	t.Log("\n" + table)
	chapter, err := spec.Chapter("qr.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(chapter, []byte(table)) {
		t.Errorf("qr.md does not have this table")
	}
}
