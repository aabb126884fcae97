package ecash

import (
	"crypto/rsa"
	"fmt"
	"math/big"

	"github.com/cloudflare/circl/blindsign/blindrsa"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// KeysRight reports whether each key is an RSA-2048 key with the exponent of the
// chapter, for a denomination that there is. A modulus of fewer bits, with zeros in
// front, is as long as it has to be and weaker; an even one has a factor that
// everybody knows.
func KeysRight(list []wire.KeysetEntry) bool {
	for _, e := range list {
		n := new(big.Int).SetBytes(e.Modulus)
		if n.BitLen() != 8*wire.TokenSize || n.Bit(0) == 0 || e.Exponent != 65537 || !IsDenomination(e.Denomination) {
			return false
		}
	}
	return true
}

// KeysDiffer reports whether no two keys have a modulus in common. A blind signer
// cannot see what its signature is for: one modulus for 1 and for 500 would make a
// token of 1 one of 500.
func KeysDiffer(list []wire.KeysetEntry) bool {
	seen := map[string]bool{}
	for _, e := range list {
		if seen[string(e.Modulus)] {
			return false
		}
		seen[string(e.Modulus)] = true
	}
	return true
}

// A Keys is a KEYSET, parsed.
type Keys struct {
	Version uint64
	Epoch   uint64
	List    []*Key
	byID    map[wire.TokenKey]*Key
}

// ParseKeyset reads the keys of a KEYSET. Whether anybody may sign with them is for
// [KeysRight] and [KeysDiffer] to say.
func ParseKeyset(m wire.Keyset) (*Keys, error) {
	keys := &Keys{Version: m.KeysetVersion, Epoch: m.Epoch, byID: map[wire.TokenKey]*Key{}}
	for _, e := range m.Keys {
		n := new(big.Int).SetBytes(e.Modulus)
		client, err := blindrsa.NewClient(variant, &rsa.PublicKey{N: n, E: int(e.Exponent)})
		if err != nil {
			return nil, fmt.Errorf("ecash: %w", err)
		}
		k := &Key{KeysetEntry: e, ID: wire.TokenKeyOf(m.Realm, e), realm: m.Realm, client: client}
		keys.List = append(keys.List, k)
		keys.byID[k.ID] = k
	}
	return keys, nil
}

// ReadKeyset reads the keys of a KEYSET object that was verified before. The error is
// a *wire.Error, or that of [ParseKeyset].
func ReadKeyset(object []byte) (*Keys, error) {
	o, err := wire.DecodeObject(object, wire.TypeKeyset.MaxBytes())
	if err != nil {
		return nil, err
	}
	m, err := wire.DecodeKeyset(o.Payload)
	if err != nil {
		return nil, err
	}
	return ParseKeyset(m)
}

// Find returns the key of an id, nil when the KEYSET has none.
func (k *Keys) Find(id wire.TokenKey) *Key {
	if k == nil {
		return nil
	}
	return k.byID[id]
}

// InForce returns for each denomination the key of the latest key epoch whose
// tokens are still taken in an epoch, ascending.
func (k *Keys) InForce(epoch uint64) []*Key {
	var list []*Key
	for _, key := range k.List {
		if epoch > key.Last {
			continue
		}
		if n := len(list); n > 0 && list[n-1].Denomination == key.Denomination {
			list[n-1] = key
			continue
		}
		list = append(list, key)
	}
	return list
}

// IsDenomination reports whether an amount is 1, 2 or 5 times a power of ten.
func IsDenomination(a money.Amount) bool {
	for a >= 10 && a%10 == 0 {
		a /= 10
	}
	return a == 1 || a == 2 || a == 5
}
