package ecash

import (
	_ "embed" // the test keys
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A Mint holds the private keys of a KEYSET. It signs what it is given without
// seeing what that is: whoever asks must have paid for the denomination.
type Mint struct{ keys map[wire.TokenKey]*privateKey }

// Sign signs a blinded message with a key. The error says that there is no such
// key, or that the message is none.
func (m *Mint) Sign(b wire.Blinded) ([]byte, error) {
	key := m.keys[b.Key]
	if key == nil {
		return nil, fmt.Errorf("ecash: the mint has no key %x", b.Key)
	}
	return key.sign(b.Message)
}

// A privateKey has what RSASP1 of RFC 8017 needs in its form with two primes or
// more. It takes time that depends on the key, as nothing but a reference may.
type privateKey struct {
	n       *big.Int
	factors []factor
}

// A factor is a prime of the modulus with the private exponent below it, the product
// of the primes before it, and the inverse of that: p, d, R and t of RFC 8017,
// section 5.2.1.
type factor struct{ p, d, before, inverse *big.Int }

var errMessage = errors.New("ecash: no message of this key: it is as long as the modulus, and less")

// sign is BlindSign of RFC 9474. The check at its end is the RFC's: a fault in one
// of the parts would give the key away.
func (k *privateKey) sign(message []byte) ([]byte, error) {
	c, size := new(big.Int).SetBytes(message), (k.n.BitLen()+7)/8
	if len(message) != size || c.Cmp(k.n) >= 0 {
		return nil, errMessage
	}
	s := new(big.Int)
	for _, f := range k.factors {
		h := new(big.Int).Exp(new(big.Int).Mod(c, f.p), f.d, f.p)
		h.Mod(h.Mul(h.Sub(h, s), f.inverse), f.p)
		s.Add(s, h.Mul(h, f.before))
	}
	if new(big.Int).Exp(s, publicExponent, k.n).Cmp(c) != 0 {
		return nil, errors.New("ecash: the private key does not fit its modulus")
	}
	return s.FillBytes(make([]byte, size)), nil
}

var publicExponent = big.NewInt(65537)

// testKeys are the primes of 54 RSA-2048 keys, one key a line. They are published
// and worth nothing: no realm but a test realm may have them. A key has four primes
// and not two: to sign blind, which a run under family E does thousands of times, is
// about three times as fast. Whoever has the public key alone sees no difference.
//
//go:embed testkeys.txt
var testKeys string

// What the test keys sign: each denomination up to the highest, in three key epochs.
const (
	testDenominations = 18
	testKeyEpochs     = 3
)

type testKey struct {
	n      *big.Int
	primes []*big.Int
}

func testKeyWith(primes ...*big.Int) testKey {
	k := testKey{n: big.NewInt(1), primes: primes}
	for _, p := range primes {
		k.n.Mul(k.n, p)
	}
	return k
}

var parsedTestKeys = sync.OnceValue(func() []testKey {
	var keys []testKey
	for line := range strings.Lines(testKeys) {
		var primes []*big.Int
		for _, hex := range strings.Fields(line) {
			p, _ := new(big.Int).SetString(hex, 16)
			primes = append(primes, p)
		}
		keys = append(keys, testKeyWith(primes...))
	}
	return keys
})

func (k testKey) private() *privateKey {
	out := &privateKey{n: k.n}
	before := big.NewInt(1)
	for _, p := range k.primes {
		out.factors = append(out.factors, factor{
			p: p, d: new(big.Int).ModInverse(publicExponent, new(big.Int).Sub(p, big.NewInt(1))),
			before: before, inverse: new(big.Int).ModInverse(before, p),
		})
		before = new(big.Int).Mul(before, p)
	}
	return out
}

// TestEntries returns the entries of a test realm's KEYSET, ascending: 1 to
// 500,000 minor units in the first key epochs, so many of the three. The keys of a
// key epoch are taken up to the epoch last.
func TestEntries(keyEpochs int, last func(keyEpoch uint64) uint64) []wire.KeysetEntry {
	var list []wire.KeysetEntry
	for i := range testDenominations {
		for e := range min(keyEpochs, testKeyEpochs) {
			epoch := uint64(e + 1)
			list = append(list, wire.KeysetEntry{
				Denomination: testDenomination(i), KeyEpoch: epoch, Last: last(epoch),
				Modulus: testKeyOf(i, e).n.FillBytes(make([]byte, wire.TokenSize)), Exponent: 65537,
			})
		}
	}
	return list
}

// testKeyOf: no two denominations and no two key epochs share a key, because a
// blind signer cannot see what a signature is for.
func testKeyOf(denomination, keyEpoch int) testKey {
	return parsedTestKeys()[keyEpoch*testDenominations+denomination]
}

// TestPrimes returns the primes of the test key that signs for a denomination in a
// key epoch, nil where there is none: whoever publishes what the test realm signs
// publishes its keys.
func TestPrimes(denomination money.Amount, keyEpoch uint64) []*big.Int {
	for i := range testDenominations {
		if testDenomination(i) == denomination && keyEpoch >= 1 && keyEpoch <= testKeyEpochs {
			return slices.Clone(testKeyOf(i, int(keyEpoch)-1).primes)
		}
	}
	return nil
}

func testDenomination(i int) money.Amount {
	unit := money.Amount(1)
	for range i / 3 {
		unit *= 10
	}
	return unit * []money.Amount{1, 2, 5}[i%3]
}

var (
	mintsMu sync.Mutex
	mints   = map[wire.Realm]*Mint{}
)

// TestMint returns the mint of the test keys in a realm.
func TestMint(realm wire.Realm) *Mint {
	mintsMu.Lock()
	defer mintsMu.Unlock()
	if m := mints[realm]; m != nil {
		return m
	}
	m := &Mint{keys: map[wire.TokenKey]*privateKey{}}
	entries := TestEntries(testKeyEpochs, func(uint64) uint64 { return 0 })
	for i, e := range entries {
		m.keys[wire.TokenKeyOf(realm, e)] = testKeyOf(i/testKeyEpochs, i%testKeyEpochs).private()
	}
	mints[realm] = m
	return m
}
