package fast

import (
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// An edBatch checks many Ed25519 signatures by one sum,
//
//	sum of z_i ([S_i]B - R_i - [c_i]A_i),
//
// which is of small order if every signature holds, and otherwise only with a
// chance of 2^-128 over the z_i. These are drawn after the signatures are
// fixed, and by nobody who made them. Terms of one key are added up before they
// are multiplied: a batch of certificates pays for its issuer's key once.
//
// It is the cofactored equation of a single check, so the two agree on every
// signature, also on those with a component of small order.
type edBatch struct {
	sigs  []edSig
	valid []bool // for each of sigs, once verify has returned

	random []byte
	terms  terms
	recent float64 // share of bad signatures, of late: it decides how, never what
}

// add makes room for one more signature.
func (b *edBatch) add() *edSig {
	if len(b.sigs) == cap(b.sigs) {
		b.sigs = append(b.sigs, edSig{})
	} else {
		b.sigs = b.sigs[:len(b.sigs)+1]
	}
	return &b.sigs[len(b.sigs)-1]
}

// drop takes back the last signature added.
func (b *edBatch) drop() { b.sigs = b.sigs[:len(b.sigs)-1] }

func (b *edBatch) reset() { b.sigs = b.sigs[:0] }

const (
	// singly is the size up to which signatures are checked one by one.
	singly = 1
	// sieve is the size of the groups among which bad signatures are looked
	// for, and with which a batch starts if one is likely: a sum of 16 costs a
	// sixth more for each signature than one of 256, and a search within it
	// costs as much as the sum.
	sieve = 16
	// likely is the share of bad signatures from which on the sum of a whole
	// batch of 256 is mostly made in vain.
	likely = 1.0 / 700
	// memory is the weight of the past in the recent share, for each signature.
	memory = 1.0 / 4096
)

// verify decides every signature and sets valid. If random fails, every
// signature is checked by itself.
func (b *edBatch) verify(random io.Reader) {
	b.valid = b.valid[:0]
	for range b.sigs {
		b.valid = append(b.valid, true)
	}
	if len(b.sigs) == 0 {
		return
	}
	if len(b.sigs) <= singly || b.draw(random) != nil {
		b.each(0, len(b.sigs))
		return
	}
	if len(b.sigs) <= sieve {
		b.search(0, len(b.sigs), b.sum(0, len(b.sigs)))
		return
	}
	b.groups()
	b.learn()
}

// draw sets the coefficients: 128 random bits, and 1 in place of 0.
func (b *edBatch) draw(random io.Reader) error {
	const size = 16
	n := size * len(b.sigs)
	if cap(b.random) < n {
		b.random = make([]byte, n)
	}
	b.random = b.random[:n]
	if _, err := io.ReadFull(random, b.random); err != nil {
		return err
	}
	var wide [scalar.ScalarSize]byte
	for i := range b.sigs {
		copy(wide[:], b.random[size*i:size*(i+1)])
		z := &b.sigs[i].z
		if _, err := z.SetBits(wide[:]); err != nil {
			return err
		}
		if wide == [scalar.ScalarSize]byte{} {
			z.One()
		}
	}
	return nil
}

// each checks the signatures from i up to j by themselves.
func (b *edBatch) each(i, j int) {
	for ; i < j; i++ {
		b.valid[i] = b.sigs[i].holds()
	}
}

// groups looks for bad signatures group by group, and stops as soon as what is
// left of the whole sum is of small order. Where bad signatures are likely it
// does without the whole sum.
func (b *edBatch) groups() {
	n := len(b.sigs)
	rest := new(curve.EdwardsPoint)
	whole := b.recent < likely
	if whole {
		rest = b.sum(0, n)
		if rest.IsSmallOrder() {
			return
		}
	}
	for i := 0; i < n; i += sieve {
		j := min(i+sieve, n)
		part := b.sum(i, j)
		if part.IsSmallOrder() {
			continue
		}
		b.search(i, j, part)
		if whole && rest.Sub(rest, part).IsSmallOrder() {
			return
		}
	}
}

// search decides the signatures from i up to j, whose sum is known. The sum of
// the right half is what the left half leaves of it.
func (b *edBatch) search(i, j int, sum *curve.EdwardsPoint) {
	if sum.IsSmallOrder() {
		return
	}
	if j-i == 1 {
		b.valid[i] = false
		return
	}
	half := (i + j) / 2
	left := b.sum(i, half)
	b.search(i, half, left)
	b.search(half, j, new(curve.EdwardsPoint).Sub(sum, left))
}

// learn updates the recent share of bad signatures. Batches too small for groups
// have no part in it: what they hold says little about those that are not.
func (b *edBatch) learn() {
	bad := 0
	for _, ok := range b.valid {
		if !ok {
			bad++
		}
	}
	n := float64(len(b.sigs))
	weight := min(1, n*memory)
	b.recent += weight * (float64(bad)/n - b.recent)
}
