package fast

import (
	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// terms are the summands of one multiplication, with the memory for them. A
// slice of pointers into a slice of values is what package curve takes.
type terms struct {
	values []scalar.Scalar
	index  placeIndex[*edKey]

	keyScalars []*scalar.Scalar
	keys       []*edKey
	keyTables  []*curve.ExpandedEdwardsPoint
	scalars    []*scalar.Scalar
	points     []*curve.EdwardsPoint
}

// straus is the number of terms up to which tables of multiples pay: above it
// package curve changes to buckets, which have no use for them.
const straus = 190

// sum returns the sum of the signatures from i up to j.
func (b *edBatch) sum(i, j int) *curve.EdwardsPoint {
	t := &b.terms
	t.begin(2*(j-i) + 1)
	base := t.value()
	var product scalar.Scalar
	for n := i; n < j; n++ {
		e := &b.sigs[n]
		base.Add(base, product.Mul(&e.z, &e.s))
		t.scalars = append(t.scalars, &e.z)
		t.points = append(t.points, &e.minusR)
		if at, found := t.index.find(e.key, e.key.hash); found {
			t.keyScalars[at].Add(t.keyScalars[at], product.Mul(&e.z, &e.c))
			continue
		}
		t.index.put(e.key, e.key.hash, len(t.keyScalars))
		k := t.value()
		k.Mul(&e.z, &e.c)
		t.keyScalars = append(t.keyScalars, k)
		t.keys = append(t.keys, e.key)
	}
	t.scalars = append(t.scalars, base)
	t.points = append(t.points, curve.ED25519_BASEPOINT_POINT)
	return t.multiply()
}

// begin forgets the last sum and makes room for n values, whose addresses must
// not change until the next.
func (t *terms) begin(n int) {
	if cap(t.values) < n {
		t.values = make([]scalar.Scalar, 0, n)
	}
	t.values = t.values[:0]
	t.index.reset(n)
	t.keys, t.keyScalars, t.keyTables = t.keys[:0], t.keyScalars[:0], t.keyTables[:0]
	t.scalars, t.points = t.scalars[:0], t.points[:0]
}

// value returns a new scalar of zero.
func (t *terms) value() *scalar.Scalar {
	t.values = append(t.values, scalar.Scalar{})
	return &t.values[len(t.values)-1]
}

// multiply returns the sum of all terms.
func (t *terms) multiply() *curve.EdwardsPoint {
	result := new(curve.EdwardsPoint)
	if len(t.keys)+len(t.scalars) > straus {
		t.scalars = append(t.scalars, t.keyScalars...)
		for _, k := range t.keys {
			t.points = append(t.points, &k.minus)
		}
		return result.MultiscalarMulVartime(t.scalars, t.points)
	}
	for _, k := range t.keys {
		t.keyTables = append(t.keyTables, k.expanded())
	}
	return result.ExpandedMultiscalarMulVartime(t.keyScalars, t.keyTables, t.scalars, t.points)
}
