package vectors

import (
	"bytes"
	"errors"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// proveFollow checks an object that differs only in naming the mutated one.
func (f *File) proveFollow(v, twin *Vector) error {
	m := v.Mutation
	mutated, err := f.bytesOf(v, m.Field)
	if err != nil {
		return err
	}
	o, p, err := f.followed(v, twin)
	if err != nil {
		return err
	}
	if m.Field == "input.links" {
		err = namesLinks(mutated, o.Payload, p.Payload)
	} else {
		err = namesObject(mutated, o.Payload, Domain(v.Kind, m.Field), m.Follow.Member)
	}
	if err != nil {
		return err
	}
	return f.signedBy(m.Follow.Signer, Domain(v.Kind, m.Follow.Field), o)
}

// followed reads what follows in a vector and in its twin: the payloads differ in
// the one member that names, and nothing else does.
func (f *File) followed(v, twin *Vector) (o, p primitive.Object, err error) {
	m := v.Mutation.Follow
	b, was, err := f.both(v, twin, m.Field)
	if err != nil {
		return o, p, err
	}
	if o, err = primitive.ParseObject(b); err != nil {
		return o, p, err
	}
	if p, err = primitive.ParseObject(was); err != nil {
		return o, p, err
	}
	if !bytes.Equal(o.Protected, p.Protected) || !bytes.Equal(o.Unprotected, p.Unprotected) {
		return o, p, errors.New("the headers differ")
	}
	return o, p, oneMember([]string{m.Member}, o.Payload, p.Payload)
}

// namesObject: the member is the identifier of the mutated object.
func namesObject(mutated, payload []byte, domain, member string) error {
	named, err := primitive.ParseObject(mutated)
	if err != nil {
		return err
	}
	members, err := membersOfPayload(payload)
	if err != nil {
		return err
	}
	id := named.ID(domain)
	if members[member] != string(primitive.Encode(id[:])) {
		return errors.New("it does not name the mutated object")
	}
	return nil
}
