package ecash

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

var testRealm = wire.Realm{1, 2, 3, 4, 5, 6, 7, 8}

func testKeyset(t testing.TB) *Keys {
	t.Helper()
	m := wire.Keyset{
		Version: wire.V1, Realm: testRealm, Suite: 1, KeysetVersion: 1,
		Keys: TestEntries(testKeyEpochs, func(e uint64) uint64 { return 100 * e }),
	}
	again, err := wire.DecodeKeyset(m.Encode())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeyset(again)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// A token is signed blind, verifies, and verifies for nothing else.
func TestWithdrawAndSpend(t *testing.T) {
	keys := testKeyset(t)
	mint := TestMint(testRealm)
	for _, k := range keys.InForce(100) {
		if k.KeyEpoch != testKeyEpochs {
			t.Fatalf("denomination %d: key epoch %d is in force; want the latest", k.Denomination, k.KeyEpoch)
		}
		s := SecretOf([32]byte{9}, int(k.Denomination))
		one, err := k.Blind(s)
		if err != nil {
			t.Fatal(err)
		}
		two, _ := k.Blind(s)
		if !bytes.Equal(one.Blinded, two.Blinded) {
			t.Fatal("blinding twice from one seed gives two messages")
		}
		blindSig, err := mint.Sign(wire.Blinded{Key: k.ID, Message: one.Blinded})
		if err != nil {
			t.Fatal(err)
		}
		signature, err := one.Finish(blindSig)
		if err != nil {
			t.Fatal(err)
		}
		if !k.Verify(s.Hash(), s.Randomizer(), signature) {
			t.Errorf("denomination %d: a right token does not verify", k.Denomination)
		}
		other := keys.List[0]
		if other == k {
			other = keys.List[1]
		}
		if other.Verify(s.Hash(), s.Randomizer(), signature) {
			t.Errorf("denomination %d: the token verifies under another key", k.Denomination)
		}
		blindSig[0] ^= 1
		if _, err := one.Finish(blindSig); err == nil {
			t.Error("a wrong answer of the issuer is taken")
		}
	}
}

func TestSpendNamesRequestAndPayee(t *testing.T) {
	s := SecretOf([32]byte{7}, 0)
	request, tag := wire.ID{1}, wire.ID{2}
	token := wire.Token{Holder: s.Holder(), Spend: s.Spend(request, tag)}
	if !SpendRight(token, request, tag) || SpendRight(token, tag, request) || SpendRight(token, request, wire.ID{3}) {
		t.Error("a spend verifies for another request or payee, or not for its own")
	}
	if token.Hash() != s.Hash() {
		t.Error("the token has two names")
	}
}

func denominations() (list []money.Amount) {
	for i := range testDenominations {
		list = append(list, testDenomination(i))
	}
	return list
}

func TestSplit(t *testing.T) {
	for _, amount := range []money.Amount{1, 2, 3, 4, 99, 100, 1000, 12345, 50_000, 1_000_000, 9_999_999} {
		coins := Split(amount, denominations(), wire.MaxTokens)
		var sum money.Amount
		for _, c := range coins {
			sum += c
		}
		if sum != amount || len(coins) > wire.MaxTokens || !Complete(coins) && amount < 9_999_999 {
			t.Errorf("%d is split into %v", amount, coins)
		}
		t.Logf("%d: %d tokens", amount, len(coins))
	}
	if Split(money.Max, denominations(), wire.MaxTokens) != nil {
		t.Error("2^53-1 was split into 40 tokens")
	}
}

// What is chosen is exact, and where it leaves no gap every amount can follow.
func TestChoose(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		amount := money.Amount(1 + r.Uint64N(3000))
		coins := Split(amount, denominations(), wire.MaxTokens)
		pay := money.Amount(1 + r.Uint64N(uint64(amount)))
		taken, ok := Choose(coins, pay, wire.MaxTokens)
		var sum money.Amount
		for _, i := range taken {
			sum += coins[i]
		}
		if !ok || sum != pay {
			t.Fatalf("%d out of %v: %v", pay, coins, taken)
		}
	}
	if _, ok := Choose([]money.Amount{2, 5}, 3, 60); ok {
		t.Error("3 was made of 2 and 5")
	}
}

func BenchmarkWithdraw(b *testing.B) {
	keys := testKeyset(b)
	k, mint := keys.List[0], TestMint(testRealm)
	b.Run("blind", func(b *testing.B) {
		for i := range b.N {
			_, _ = k.Blind(SecretOf([32]byte{1}, i))
		}
	})
	p, _ := k.Blind(SecretOf([32]byte{1}, 0))
	var blindSig []byte
	b.Run("sign", func(b *testing.B) {
		for range b.N {
			blindSig, _ = mint.Sign(wire.Blinded{Key: k.ID, Message: p.Blinded})
		}
	})
	var sig []byte
	b.Run("finish", func(b *testing.B) {
		for range b.N {
			sig, _ = p.Finish(blindSig)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for range b.N {
			k.Verify(p.Secret.Hash(), p.Secret.Randomizer(), sig)
		}
	})
}
