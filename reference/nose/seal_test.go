package nose_test

import (
	"math/rand/v2"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

func moneyOf(n uint64) money.Amount { return money.Amount(n) }

// seal makes a capsule for an encoded STATIC_REQ.
func seal(s *shop, request []byte, item wire.OneWay) ([]byte, error) {
	s.t.Helper()
	o, err := wire.DecodeObject(request, 8192)
	s.must(err)
	m, err := wire.DecodeStaticReq(o.Payload)
	s.must(err)
	return link.SealCapsule(rand.NewChaCha8([32]byte{7}), m.KEM, m.KEMKey, o.ID(wire.TypeStaticReq), item)
}
