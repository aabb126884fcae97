package vectors

import (
	"bytes"
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
	"github.com/fxamacker/cbor/v2"
)

// proveSources checks a TRANSFER that differs only in which links its entries
// name: hops and amounts are the twin's, and every source that changed is among
// the links.
func (f *File) proveSources(v, twin *Vector) error {
	m := v.Mutation
	links, err := f.bytesOf(v, m.Field)
	if err != nil {
		return err
	}
	ids, err := primitive.LinkIDs(links)
	if err != nil {
		return err
	}
	b, was, err := f.both(v, twin, m.Follow.Field)
	if err != nil {
		return err
	}
	o, err := primitive.ParseObject(b)
	if err != nil {
		return err
	}
	p, err := primitive.ParseObject(was)
	if err != nil {
		return err
	}
	if !bytes.Equal(o.Protected, p.Protected) || !bytes.Equal(o.Unprotected, p.Unprotected) {
		return errors.New("the headers differ")
	}
	if err := oneMember([]string{m.Follow.Member}, o.Payload, p.Payload); err != nil {
		return err
	}
	x, err := entriesOf(o.Payload)
	if err != nil {
		return err
	}
	y, err := entriesOf(p.Payload)
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
	return f.signedBy(m.Follow.Signer, Domain(v.Kind, m.Follow.Field), o)
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
