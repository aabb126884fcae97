package fast

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"filippo.io/edwards25519"

	"github.com/assay-cbdc/assay/reference/suite"
)

// An edCase is a signature with the verdict of package suite.
type edCase struct {
	key      *edKey
	msg, sig []byte
	holds    bool
}

// verdictOf is the oracle.
func verdictOf(public, msg, sig []byte) bool {
	scheme, _ := suite.Lookup(suite.Ed25519)
	key, err := scheme.ParsePublic(append([]byte(okpPrefix), public...))
	return err == nil && key.Verify(msg, sig) == nil
}

// signer makes signatures; torsion adds a point of order 8 to R, which the
// cofactored equation does not see and crypto/ed25519 refuses.
type signer struct {
	private ed25519.PrivateKey
	key     *edKey
}

func newSigner(tb testing.TB, n int) signer {
	tb.Helper()
	seed := make([]byte, ed25519.SeedSize)
	binary.LittleEndian.PutUint64(seed, uint64(n)+1)
	private := ed25519.NewKeyFromSeed(seed)
	key := newEdKey(private[32:], uint64(n)*0x9e3779b97f4a7c15)
	if key == nil {
		tb.Fatal("an honest key is refused")
	}
	return signer{private, key}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (s signer) signWithTorsion(msg []byte) []byte {
	order8 := must(hex.DecodeString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
	digest := sha512.Sum512(s.private[:32])
	a := must(new(edwards25519.Scalar).SetBytesWithClamping(digest[:32]))
	wide := sha512.Sum512(msg)
	r := must(new(edwards25519.Scalar).SetUniformBytes(wide[:]))
	point := new(edwards25519.Point).ScalarBaseMult(r)
	point.Add(point, must(new(edwards25519.Point).SetBytes(order8)))
	h := sha512.New()
	h.Write(point.Bytes())
	h.Write(s.private[32:])
	h.Write(msg)
	c := must(new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil)))
	return append(point.Bytes(), c.MultiplyAdd(c, a, r).Bytes()...)
}

// edCases returns n signatures, the given share of them bad or with torsion.
func edCases(tb testing.TB, r *rand.Rand, n, keys int, bad float64) []edCase {
	tb.Helper()
	signers := make([]signer, keys)
	for i := range signers {
		signers[i] = newSigner(tb, i)
	}
	cases := make([]edCase, n)
	for i := range cases {
		s := signers[r.IntN(keys)]
		msg := binary.LittleEndian.AppendUint64(nil, r.Uint64())
		sig := ed25519.Sign(s.private, msg)
		if r.Float64() < 0.2 {
			sig = s.signWithTorsion(msg)
		}
		if r.Float64() < bad {
			sig[r.IntN(len(sig))] ^= 1 << r.IntN(8)
		}
		cases[i] = edCase{s.key, msg, sig, verdictOf(s.private[32:], msg, sig)}
	}
	return cases
}

// verdicts runs the cases through one batch.
func verdicts(b *edBatch, cases []edCase, random io.Reader) []bool {
	b.reset()
	places := make([]int, len(cases))
	var buffer edBuffer
	for i, c := range cases {
		places[i] = nowhere
		buffer.keep(append(buffer.message(), c.msg...))
		if c.key == nil {
			continue
		}
		if !b.add().set(c.key, &buffer, c.sig) {
			b.drop()
			continue
		}
		places[i] = len(b.sigs) - 1
	}
	b.verify(random)
	result := make([]bool, len(cases))
	for i, at := range places {
		result[i] = at != nowhere && b.valid[at]
	}
	return result
}

func TestABatchFindsWhatSingleChecksFind(t *testing.T) {
	const seed = 11
	r := rand.New(rand.NewPCG(seed, 0))
	random := rand.NewChaCha8([32]byte{3})
	var kept edBatch // its recent share of bad signatures carries over
	for _, n := range []int{1, 2, 3, 15, 16, 17, 47, 48, 96, 200, 300} {
		for _, keys := range []int{1, 5, 300} {
			for _, bad := range []float64{0, 0.01, 0.3, 1} {
				cases := edCases(t, r, n, keys, bad)
				var unused edBatch
				for name, b := range map[string]*edBatch{"kept": &kept, "new": &unused} {
					for i, got := range verdicts(b, cases, random) {
						if got != cases[i].holds {
							t.Fatalf("seed %d, %s batch of %d, %d keys, %v bad: signature %d: %t; want %t",
								seed, name, n, keys, bad, i, got, cases[i].holds)
						}
					}
				}
			}
		}
	}
}

// A reader that fails leaves single checks.
func TestABatchWithoutRandomnessStillDecides(t *testing.T) {
	cases := edCases(t, rand.New(rand.NewPCG(1, 0)), 50, 5, 0.2)
	var b edBatch
	for i, got := range verdicts(&b, cases, failing{}) {
		if got != cases[i].holds {
			t.Errorf("signature %d: %t; want %t", i, got, cases[i].holds)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

func speccheck(t *testing.T) []edCase {
	t.Helper()
	var list []struct {
		Message   string `json:"message"`
		PublicKey string `json:"pub_key"`
		Signature string `json:"signature"`
	}
	if err := json.Unmarshal(must(os.ReadFile("testdata/speccheck.json")), &list); err != nil {
		t.Fatal(err)
	}
	const want = "xxVVVVxxxxxx"
	var cases []edCase
	for i, c := range list {
		public := must(hex.DecodeString(c.PublicKey))
		cases = append(cases, edCase{
			newEdKey(public, uint64(i)), must(hex.DecodeString(c.Message)), must(hex.DecodeString(c.Signature)), want[i] == 'V',
		})
	}
	if len(cases) != len(want) {
		t.Fatalf("%d cases; want %d", len(cases), len(want))
	}
	return cases
}

// The twelve cases on which implementations differ have one verdict, by
// themselves, with a table and without, and among others in sums of each kind.
func TestSpeccheckOnEveryPath(t *testing.T) {
	random := rand.NewChaCha8([32]byte{4})
	company := edCases(t, rand.New(rand.NewPCG(2, 0)), 300, 20, 0)
	for i, c := range speccheck(t) {
		for _, n := range []int{0, 1, 10, 40, 300} {
			for _, recent := range []float64{0, 1} {
				t.Run(fmt.Sprintf("case=%d/company=%d/recent=%v", i, n, recent), func(t *testing.T) {
					b := edBatch{recent: recent}
					got := verdicts(&b, append(append([]edCase{}, company[:n/2]...), append([]edCase{c}, company[n/2:n]...)...), random)
					for j, holds := range got {
						if want := j != n/2 || c.holds; holds != want {
							t.Errorf("signature %d: %t; want %t", j, holds, want)
						}
					}
				})
			}
		}
		if c.key == nil {
			continue
		}
		fresh := newEdKey(c.key.encoded[:], 0)
		for range 3 { // without a table, and then with one
			var b edBatch
			e := b.add()
			var buffer edBuffer
			buffer.keep(append(buffer.message(), c.msg...))
			if got := e.set(fresh, &buffer, c.sig) && e.holds(); got != c.holds {
				t.Errorf("case %d by itself: %t; want %t", i, got, c.holds)
			}
		}
	}
}
