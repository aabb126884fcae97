package wire

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

func tokenOf(n byte) Token {
	return Token{Key: TokenKey{n}, Holder: [32]byte{n}, Randomizer: [32]byte{n}, Signature: bytes.Repeat([]byte{n}, TokenSize), Spend: [64]byte{n}}
}

func keysetOf() Keyset {
	k := KeysetEntry{Denomination: 1, KeyEpoch: 1, Last: 9, Modulus: bytes.Repeat([]byte{0x81}, TokenSize), Exponent: 65537}
	next := k
	next.Denomination = 2
	return Keyset{Version: V1, Suite: 1, KeysetVersion: 1, Keys: []KeysetEntry{k, next}}
}

func depositOf() Deposit {
	return Deposit{Version: V1, Suite: 1, Currency: 978, Exponent: 2, Amount: 3, Nonce: Nonce{1}, Tokens: []Token{tokenOf(1), tokenOf(2)},
		Blinded: []Blinded{{Key: TokenKey{3}, Message: bytes.Repeat([]byte{7}, TokenSize)}}}
}

func TestEcashBodiesAreRefused(t *testing.T) {
	code := func(err error) spec.Code {
		c, _ := CodeOf(err)
		return c
	}
	unordered := keysetOf()
	unordered.Keys[0], unordered.Keys[1] = unordered.Keys[1], unordered.Keys[0]
	short := keysetOf()
	short.Keys[0].Modulus = short.Keys[0].Modulus[1:]
	zero := keysetOf()
	zero.Keys[0].Denomination = 0
	for name, tt := range map[string]struct {
		m    Keyset
		code spec.Code
	}{"unordered": {unordered, spec.EField}, "short modulus": {short, spec.EField}, "worth nothing": {zero, spec.EAmount}} {
		if _, err := DecodeKeyset(tt.m.Encode()); code(err) != tt.code {
			t.Errorf("KEYSET, %s: %v; want %d", name, err, tt.code)
		}
	}
	many := depositOf()
	for len(many.Tokens) <= MaxTokens {
		many.Tokens = append(many.Tokens, tokenOf(9))
	}
	if _, err := DecodeDeposit(many.Encode()); code(err) != spec.EField {
		t.Errorf("%d tokens: %v", len(many.Tokens), err)
	}
	spent := DepositAck{Version: V1, Suite: 1, Status: DepositSpent, Spent: []ID{{2}, {1}}}
	if _, err := DecodeDepositAck(spent.Encode()); code(err) != spec.EField {
		t.Errorf("hashes that descend: %v", err)
	}
	token := tokenOf(1)
	token.Signature = token.Signature[1:]
	if _, err := DecodeToken(token.Encode()); code(err) != spec.EField {
		t.Errorf("a short token: %v", err)
	}
	if _, err := Tokens([]Link{{Object: tokenOf(1).Encode(), Nonce: new(Nonce)}}); code(err) != spec.EField {
		t.Errorf("a token with a nonce: %v", err)
	}
	if _, err := Tokens(make([]Link, MaxTokens+1)); code(err) != spec.EField {
		t.Errorf("too many tokens: %v", err)
	}
}

// TestTokensOfAnotherFamily: what is of family E has no place elsewhere.
func TestTokensOfAnotherFamily(t *testing.T) {
	m := Transfer{Version: V1, Suite: 1, Currency: 978, Exponent: 2, Amount: 1, Request: 1, Counter: 1,
		Lots: []Lot{{Hop: 1, Amount: 1}}, Family: FamilyECash, Flags: TransferFallback, Tokens: []ID{{1}}}
	if _, err := DecodeTransfer(m.Encode()); err != nil {
		t.Errorf("a fallback: %v", err)
	}
	m.Family = FamilyBalance
	if _, err := DecodeTransfer(m.Encode()); err == nil {
		t.Error("a TRANSFER of family B has tokens, or the flag of a fallback")
	}
}

func FuzzEcash(f *testing.F) {
	f.Add(keysetOf().Encode())
	f.Add(depositOf().Encode())
	f.Add(DepositAck{Version: V1, Suite: 1, Status: DepositTaken, Signatures: [][]byte{bytes.Repeat([]byte{1}, TokenSize)}}.Encode())
	f.Add(tokenOf(1).Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		again := func(name string, got []byte, err error) {
			if err == nil && !bytes.Equal(got, b) {
				t.Errorf("%s: %x encodes to %x", name, b, got)
			}
		}
		if m, err := DecodeKeyset(b); err == nil {
			again("KEYSET", m.Encode(), err)
		}
		if m, err := DecodeDeposit(b); err == nil {
			again("DEPOSIT", m.Encode(), err)
		}
		if m, err := DecodeDepositAck(b); err == nil {
			again("DEPOSIT_ACK", m.Encode(), err)
		}
		if m, err := DecodeToken(b); err == nil {
			again("token", m.Encode(), err)
		}
	})
}

// The chapter and the CDDL say 40.
func TestFortyTokensAreTheMost(t *testing.T) {
	if _, err := Tokens(make([]Link, 41)); MaxTokens != 40 || code(err) != spec.EField {
		t.Errorf("%d tokens are the most; 41: %v", MaxTokens, err)
	}
}
