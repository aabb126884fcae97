package ecash

import (
	_ "embed" // the test keys
	"errors"
	"fmt"
	"math/big"
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

// A privateKey has what RSASP1 of RFC 8017 needs in its form with two primes. It
// takes time that depends on the key, as nothing but a reference may.
type privateKey struct{ n, p, q, dp, dq, qInv *big.Int }

var errMessage = errors.New("ecash: no message of this key: it is as long as the modulus, and less")

// sign is BlindSign of RFC 9474. The check at its end is the RFC's: a fault in one
// of the two halves would give the key away.
func (k *privateKey) sign(message []byte) ([]byte, error) {
	c, size := new(big.Int).SetBytes(message), (k.n.BitLen()+7)/8
	if len(message) != size || c.Cmp(k.n) >= 0 {
		return nil, errMessage
	}
	m1 := new(big.Int).Exp(new(big.Int).Mod(c, k.p), k.dp, k.p)
	m2 := new(big.Int).Exp(new(big.Int).Mod(c, k.q), k.dq, k.q)
	h := m1.Sub(m1, m2)
	h.Mod(h.Mul(h, k.qInv), k.p)
	s := h.Add(h.Mul(h, k.q), m2)
	if new(big.Int).Exp(s, publicExponent, k.n).Cmp(c) != 0 {
		return nil, errors.New("ecash: the private key does not fit its modulus")
	}
	return s.FillBytes(make([]byte, size)), nil
}

var publicExponent = big.NewInt(65537)

// testKeys are the primes of 36 RSA-2048 keys, one key a line. They are published
// and worth nothing: no realm but a test realm may have them.
//
//go:embed testkeys.txt
var testKeys string

// What the test keys sign: each denomination up to the highest, in two key epochs.
const (
	testDenominations = 18
	testKeyEpochs     = 2
)

type testKey struct{ n, p, q *big.Int }

var parsedTestKeys = sync.OnceValue(func() []testKey {
	var keys []testKey
	for line := range strings.Lines(testKeys) {
		var k testKey
		hexes := strings.Fields(line)
		k.p, _ = new(big.Int).SetString(hexes[0], 16)
		k.q, _ = new(big.Int).SetString(hexes[1], 16)
		k.n = new(big.Int).Mul(k.p, k.q)
		keys = append(keys, k)
	}
	return keys
})

func (k testKey) private() *privateKey {
	one := big.NewInt(1)
	p1, q1 := new(big.Int).Sub(k.p, one), new(big.Int).Sub(k.q, one)
	d := new(big.Int).ModInverse(publicExponent, new(big.Int).Mul(p1, q1))
	return &privateKey{
		n: k.n, p: k.p, q: k.q, dp: new(big.Int).Mod(d, p1), dq: new(big.Int).Mod(d, q1),
		qInv: new(big.Int).ModInverse(k.q, k.p),
	}
}

// TestEntries returns the entries of a test realm's KEYSET, ascending: 1 to
// 500,000 minor units in the key epochs 1 and 2. Those of key epoch 1 are taken up
// to the epoch last; of key epoch 2 there are none before the KEYSET says so.
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
func TestPrimes(denomination money.Amount, keyEpoch uint64) (p, q *big.Int) {
	for i := range testDenominations {
		if testDenomination(i) == denomination && keyEpoch >= 1 && keyEpoch <= testKeyEpochs {
			k := testKeyOf(i, int(keyEpoch)-1)
			return k.p, k.q
		}
	}
	return nil, nil
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
