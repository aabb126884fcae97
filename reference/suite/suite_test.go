package suite

import (
	"bytes"
	"crypto/elliptic"
	"errors"
	"math/big"
	"testing"

	"filippo.io/mldsa"
)

// lowS returns the lower of s and n-s.
func lowS(s []byte) []byte {
	n := new(big.Int).SetBytes(s)
	if upperHalf(n) && n.Cmp(elliptic.P256().Params().N) < 0 {
		n.Sub(elliptic.P256().Params().N, n)
	}
	return n.FillBytes(make([]byte, p256Bytes))
}

func keyOf(t *testing.T, s Suite, first byte) (Scheme, PrivateKey) {
	t.Helper()
	scheme, ok := Lookup(s)
	if !ok {
		t.Fatalf("no suite %d", s)
	}
	seed := bytes.Repeat([]byte{first}, scheme.SeedSize())
	key, err := scheme.NewKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(key.Seed(), seed) {
		t.Errorf("suite %d: seed %x; want %x", s, key.Seed(), seed)
	}
	return scheme, key
}

func TestEverySuiteSignsAndVerifies(t *testing.T) {
	algs := map[Suite]int64{Ed25519: -19, P256: -9, MLDSA44: -48, MLDSA65: -49, Ed25519MLDSA44: -65601,
		P256MLDSA44: -65602, SLHDSA128s: -65603}
	sizes := map[Suite]int{Ed25519: 64, P256: 64, MLDSA44: 2420, MLDSA65: 3309, Ed25519MLDSA44: 2484,
		P256MLDSA44: 2484, SLHDSA128s: 7856}
	message := []byte("a message")
	for _, s := range Registered() {
		scheme, key := keyOf(t, s, 7)
		sig := key.Sign(message)
		if scheme.Alg() != algs[s] || scheme.Rank() != s.Rank() || scheme.Suite() != s ||
			len(sig) != sizes[s] || scheme.SignatureSize() != sizes[s] {
			t.Errorf("suite %d: alg %d, rank %d, signature of %d bytes", s, scheme.Alg(), scheme.Rank(), len(sig))
		}
		if !bytes.Equal(sig, key.Sign(message)) {
			t.Errorf("suite %d: two signatures of one message differ", s)
		}
		public, err := scheme.ParsePublic(key.Public().COSE())
		if err != nil {
			t.Fatalf("suite %d: %v", s, err)
		}
		if err := public.Verify(message, sig); err != nil || public.Suite() != s {
			t.Errorf("suite %d: %v", s, err)
		}
		_, other := keyOf(t, s, 8)
		expectInvalid(t, s, "another key", other.Public().Verify(message, sig))
		expectInvalid(t, s, "another message", public.Verify([]byte("b message"), sig))
		expectInvalid(t, s, "a byte short", public.Verify(message, sig[:len(sig)-1]))
		expectInvalid(t, s, "a byte long", public.Verify(message, append(bytes.Clone(sig), 0)))
		expectInvalid(t, s, "nothing", public.Verify(message, nil))
		expectInvalid(t, s, "zeros", public.Verify(message, make([]byte, len(sig))))
		for at := 0; at < len(sig); at += 1 + len(sig)/16 {
			bad := bytes.Clone(sig)
			bad[at] ^= 4
			expectInvalid(t, s, "a bit flipped", public.Verify(message, bad))
		}
	}
}

func expectInvalid(t *testing.T, s Suite, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrSignature) {
		t.Errorf("suite %d: signature with %s: %v; want ErrSignature", s, what, err)
	}
}

func TestKeysOfAnotherFormAreRefused(t *testing.T) {
	for _, s := range Registered() {
		scheme, key := keyOf(t, s, 7)
		good := key.Public().COSE()
		for name, bad := range map[string][]byte{
			"nothing":         nil,
			"cut":             good[:len(good)-1],
			"a byte behind":   append(bytes.Clone(good), 0),
			"another head":    append([]byte{good[0] + 1}, good[1:]...),
			"zeros for a key": append(bytes.Clone(good[:8]), make([]byte, len(good)-8)...),
		} {
			if _, err := scheme.ParsePublic(bad); !errors.Is(err, ErrPublicKey) {
				t.Errorf("suite %d, %s: %v; want ErrPublicKey", s, name, err)
			}
		}
		for _, seed := range [][]byte{nil, make([]byte, scheme.SeedSize()-1), make([]byte, scheme.SeedSize()+1)} {
			if _, err := scheme.NewKey(seed); !errors.Is(err, ErrSeed) {
				t.Errorf("suite %d, seed of %d bytes: %v; want ErrSeed", s, len(seed), err)
			}
		}
	}
	if _, err := (p256Scheme{}).NewKey(bytes.Repeat([]byte{0xff}, 32)); !errors.Is(err, ErrSeed) {
		t.Errorf("P-256 scalar above the order: %v; want ErrSeed", err)
	}
	for _, tt := range []struct {
		scheme Scheme
		prefix string
		size   int
	}{{mldsa44Scheme{}, akpPrefix, 1312}, {mldsa65Scheme{}, akp65Prefix, 1952}, {slhdsa128sScheme{}, slhdsaPrefix, 32}} {
		zero := append([]byte(tt.prefix), make([]byte, tt.size)...)
		if _, err := tt.scheme.ParsePublic(zero); !errors.Is(err, ErrPublicKey) {
			t.Errorf("suite %d, key of zeros: %v; want ErrPublicKey", tt.scheme.Suite(), err)
		}
	}
}

func TestHighSIsRefused(t *testing.T) {
	_, key := keyOf(t, P256, 7)
	sig := key.Sign([]byte("m"))
	s := new(big.Int).SetBytes(sig[32:])
	s.Sub(elliptic.P256().Params().N, s).FillBytes(sig[32:])
	expectInvalid(t, P256, "s in the upper half", key.Public().Verify([]byte("m"), sig))
}

func TestHybridNeedsBothHalvesAndNeitherStandsAlone(t *testing.T) {
	for _, number := range []Suite{Ed25519MLDSA44, P256MLDSA44} {
		message := []byte("a message")
		scheme, a := keyOf(t, number, 7)
		_, b := keyOf(t, number, 8)
		sigA, sigB := a.Sign(message), b.Sign(message)
		mixed := append(bytes.Clone(sigA[:64]), sigB[64:]...)
		expectInvalid(t, number, "a half of another key", a.Public().Verify(message, mixed))
		expectInvalid(t, number, "halves swapped", a.Public().Verify(message, append(bytes.Clone(sigA[64:]), sigA[:64]...)))
		classical, lattice, ok := Halves(a.Public())
		if !ok {
			t.Fatal("a hybrid key has no halves")
		}
		expectInvalid(t, classical.Suite(), "the classical half alone", classical.Verify(message, sigA[:64]))
		expectInvalid(t, MLDSA44, "the lattice half alone", lattice.Verify(message, sigA[64:]))
		bound := a.Public().(*hybridPublic).bind(message)
		expectInvalid(t, MLDSA44, "the lattice half without its context", lattice.Verify(bound, sigA[64:]))

		// A key of a's first half and b's second: what each signed binds its own pair.
		_, other, _ := Halves(b.Public())
		pair, err := scheme.ParsePublic(append(append([]byte{arrayOfTwo}, classical.COSE()...), other.COSE()...))
		if err != nil {
			t.Fatal(err)
		}
		expectInvalid(t, number, "halves paired again", pair.Verify(message, mixed))

		private := a.(*hybridPrivate)
		plain := append(private.classical.Sign(message), private.lattice.Sign(message)...)
		expectInvalid(t, number, "signatures of the two suites", a.Public().Verify(message, plain))
	}
}

// One key is a half of suite 5 and of suite 6: its signature in the one is none
// in the other, because M' and the context name the suite.
func TestALatticeHalfDoesNotMoveBetweenTheHybrids(t *testing.T) {
	message := []byte("a message")
	_, five := keyOf(t, Ed25519MLDSA44, 7)
	_, six := keyOf(t, P256MLDSA44, 7)
	mixed := append(six.Sign(message)[:64], five.Sign(message)[64:]...)
	expectInvalid(t, P256MLDSA44, "the lattice half of suite 5", six.Public().Verify(message, mixed))
}

// filippo.io/mldsa is the second implementation of FIPS 204.
func TestMLDSA44AgreesWithASecondImplementation(t *testing.T) {
	_, key := keyOf(t, MLDSA44, 9)
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), key.Public().COSE()[len(akpPrefix):])
	if err != nil {
		t.Fatal(err)
	}
	for _, context := range []string{"", "assay/1/hybrid-5", "assay/1/hybrid-6"} {
		sig := key.(*mldsa44Private).sign([]byte("m"), []byte(context))
		if err := mldsa.Verify(public, []byte("m"), sig, &mldsa.Options{Context: context}); err != nil {
			t.Errorf("context %q: %v", context, err)
		}
		other := &mldsa.Options{Context: context + "x"}
		if err := mldsa.Verify(public, []byte("m"), sig, other); err == nil {
			t.Errorf("context %q: verifies under another", context)
		}
	}
}

func TestMLDSA65AgreesWithASecondImplementation(t *testing.T) {
	_, key := keyOf(t, MLDSA65, 9)
	public, err := mldsa.NewPublicKey(mldsa.MLDSA65(), key.Public().COSE()[len(akp65Prefix):])
	if err != nil {
		t.Fatal(err)
	}
	sig := key.Sign([]byte("m"))
	if err := mldsa.Verify(public, []byte("m"), sig, nil); err != nil {
		t.Error(err)
	}
	if err := mldsa.Verify(public, []byte("m"), sig, &mldsa.Options{Context: "x"}); err == nil {
		t.Error("verifies under another context")
	}
}

func TestHighestTakesTheRankNotTheNumber(t *testing.T) {
	for _, tt := range []struct {
		a, b, c []Suite
		want    Suite
	}{
		{[]Suite{1, 2}, []Suite{1, 2}, []Suite{1, 2}, Ed25519},
		{[]Suite{1, 3, 5}, []Suite{3, 5}, []Suite{3, 77}, MLDSA44},
		{[]Suite{4, 6}, []Suite{3, 4, 6}, []Suite{4, 6}, P256MLDSA44},
		{[]Suite{77}, []Suite{77}, []Suite{77}, 0},
		{[]Suite{1}, []Suite{2}, []Suite{1, 2}, 0},
		{nil, nil, nil, 0},
	} {
		if got, ok := Highest(tt.a, tt.b, tt.c); got != tt.want || ok != (tt.want != 0) {
			t.Errorf("Highest(%v, %v, %v) = %d, %v; want %d", tt.a, tt.b, tt.c, got, ok, tt.want)
		}
	}
	for _, number := range []Suite{0, 8, 77} {
		if _, ok := Lookup(number); ok || number.Rank() != 0 {
			t.Errorf("suite %d has a scheme or a rank", number)
		}
	}
}
