package vectors

import (
	"bytes"
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
	"github.com/fxamacker/cbor/v2"
)

// namesLinks: a TRANSFER differs only in which links its entries name. Hops and
// amounts are the twin's, and every source is among the links.
func namesLinks(links, payload, was []byte) error {
	ids, err := primitive.LinkIDs(links)
	if err != nil {
		return err
	}
	x, err := entriesOf(payload)
	if err != nil {
		return err
	}
	y, err := entriesOf(was)
	if err != nil {
		return err
	}
	if len(x) != len(y) {
		return errors.New("it draws from more lots, or fewer")
	}
	for i, e := range x {
		named := slices.ContainsFunc(ids, func(id [32]byte) bool { return bytes.Equal(id[:], e.Source) })
		if e.Hop != y[i].Hop || e.Amount != y[i].Amount || !named {
			return errors.New("it differs in more than the links that it names")
		}
	}
	return nil
}

// An entry is one of member 16 of a TRANSFER.
type entry struct {
	_      struct{} `cbor:",toarray"`
	Hop    uint64
	Amount uint64
	Source []byte
}

func entriesOf(payload []byte) ([]entry, error) {
	var m struct {
		In []entry `cbor:"16,keyasint"`
	}
	err := cbor.Unmarshal(payload, &m)
	return m.In, err
}
