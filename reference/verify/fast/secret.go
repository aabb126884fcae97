package fast

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A secret is the key of the hashes that place things in tables.
type secret [4]uint64

func newSecret(random io.Reader) (secret, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return secret{}, fmt.Errorf("fast: key of the hash tables: %w", err)
	}
	var s secret
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return s, nil
}

// hash places a debit. Both multiplications keep the whole product, and every
// factor holds a secret.
func (s *secret) hash(k verify.Key) uint64 {
	low := binary.LittleEndian.Uint64(k.Payer[:8])
	high := binary.LittleEndian.Uint64(k.Payer[8:])
	return fold(fold(low^s[0], high^s[1])^k.Counter^s[2], s[3]|1)
}

// hashID places an identifier.
func (s *secret) hashID(id wire.ID) uint64 {
	return fold(binary.LittleEndian.Uint64(id[:8])^s[0], binary.LittleEndian.Uint64(id[8:])^s[1])
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
