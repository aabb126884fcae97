package main

import (
	"encoding/hex"
	"fmt"
	"maps"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// seed is what everything is drawn from.
const seed = "assay vectors 1"

// A file is a vector file under construction.
type file struct {
	vectors.File
	private map[string]suite.PrivateKey
}

func newFile(name, about string) *file {
	return &file{
		File: vectors.File{
			Schema: vectors.Schema, Name: name, About: about,
			Generator: vectors.Generator{Name: "vectors/gen", Version: "1", Seed: hex.EncodeToString([]byte(seed))},
			Notes:     map[string]vectors.Note{},
		},
		private: map[string]suite.PrivateKey{},
	}
}

// key publishes a key pair under a name.
func (f *file) key(name string, k suite.PrivateKey) {
	if f.private[name] != nil {
		return
	}
	f.private[name] = k
	f.Keys = append(f.Keys, vectors.Key{
		Name: name, Suite: uint64(k.Public().Suite()), Seed: hex.EncodeToString(k.Seed()),
		Public: hex.EncodeToString(k.Public().COSE()),
	})
}

// object publishes an encoded object under a name and returns the name.
func (f *file) object(name string, b []byte) string {
	if _, ok := f.File.Object(name); !ok {
		f.Objects = append(f.Objects, vectors.Object{Name: name, Bytes: hex.EncodeToString(b)})
	}
	return name
}

func (f *file) bytes(name string) []byte {
	text, ok := f.File.Object(name)
	if !ok {
		panic("gen: no object " + name)
	}
	return unhex(text)
}

func unhex(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return b
}

// note explains a flag of the vectors that follow.
func (f *file) note(flag, description, effect string) {
	f.Notes[flag] = vectors.Note{Description: description, Effect: effect}
}

// prune drops the notes, out of those that several files share, that explain
// nothing in this one.
func (f *file) prune() {
	used := map[string]bool{}
	for _, v := range f.Tests {
		for _, flag := range v.Flags {
			used[flag] = true
		}
	}
	maps.DeleteFunc(f.Notes, func(flag string, _ vectors.Note) bool { return !used[flag] })
}

func (f *file) id(n int) string { return fmt.Sprintf("%s-%03d", f.Name, n) }

// A positive is a vector that must be accepted.
type positive struct {
	n           int
	requirement spec.ID
	kind        string
	comment     string
	flags       []string
	device      string
	ledger      string
	uses        map[string]string
	input       map[string][]byte
	context     map[string]string
	values      map[string]string
}

func (f *file) valid(p positive) {
	input := map[string]string{}
	for name, b := range p.input {
		input[name] = hex.EncodeToString(b)
	}
	if p.flags == nil {
		p.flags = []string{}
	}
	f.Tests = append(f.Tests, vectors.Vector{
		ID: f.id(p.n), Kind: p.kind, Requirement: string(p.requirement), Comment: p.comment, Flags: p.flags,
		Device: p.device, Ledger: p.ledger, Uses: p.uses, Input: input, Context: p.context,
		Expect: vectors.Expect{Valid: true, Values: p.values},
	})
	f.NumberOfTests++
}

// A change is how a negative vector comes out of its twin.
type change func(f *file, v *vectors.Vector) *vectors.Mutation

// A negative is a vector that must be refused.
type negative struct {
	n, twin     int
	requirement spec.ID
	code        spec.Code
	comment     string
	flags       []string
	change      change
	values      map[string]string
}

func (f *file) refused(list ...negative) {
	for _, n := range list {
		twin := f.Find(f.id(n.twin))
		if twin == nil {
			panic(fmt.Sprintf("gen: %s: no twin %d", f.id(n.n), n.twin))
		}
		v := *twin
		v.Uses, v.Input, v.Context = maps.Clone(v.Uses), maps.Clone(v.Input), maps.Clone(v.Context)
		v.ID, v.Twin, v.Requirement = f.id(n.n), twin.ID, string(n.requirement)
		v.Comment, v.Flags = n.comment, n.flags
		info, ok := n.code.Info()
		if !ok {
			panic("gen: unknown code")
		}
		v.Expect = vectors.Expect{Refused: int(n.code), Phase: info.Phase, Values: n.values}
		v.Mutation = n.change(f, &v)
		f.Tests = append(f.Tests, v)
		f.NumberOfTests++
	}
}

// sign returns an object of type t with any payload and protected header.
func (f *file) sign(signer, domain string, protected, payload []byte) []byte {
	key := f.private[signer]
	if key == nil {
		panic("gen: no key " + signer)
	}
	return assemble(protected, payload, key.Sign(sigStructure(protected, domain, payload)))
}

func assemble(protected, payload, sig []byte) []byte {
	b := wire.AppendBytes(wire.AppendArray(nil, 4), protected)
	return wire.AppendBytes(wire.AppendBytes(append(b, 0xa0), payload), sig)
}

func sigStructure(protected []byte, domain string, payload []byte) []byte {
	b := wire.AppendText(wire.AppendArray(nil, 4), "Signature1")
	b = wire.AppendBytes(wire.AppendBytes(b, protected), []byte(domain))
	return wire.AppendBytes(b, payload)
}

// decoded splits an object that this package has made.
func decoded(b []byte) (protected, payload, sig []byte) {
	r := wire.NewReader(b)
	r.Array()
	protected = r.Bytes()
	r.Raw()
	payload, sig = r.Bytes(), r.Bytes()
	if r.Err() != nil {
		panic("gen: " + r.Err().Error())
	}
	return protected, payload, sig
}

func idOf(t wire.Type, b []byte) wire.ID {
	o, err := wire.DecodeObject(b, len(b))
	if err != nil {
		panic("gen: " + err.Error())
	}
	return o.ID(t)
}

// published are the values that a valid signed object has.
func published(t wire.Type, b []byte, more map[string]string) map[string]string {
	o, err := wire.DecodeObject(b, len(b))
	if err != nil {
		panic("gen: " + err.Error())
	}
	id := o.ID(t)
	values := map[string]string{
		"to_be_signed": hex.EncodeToString(o.ToBeSigned(t)), "id": hex.EncodeToString(id[:]),
	}
	maps.Copy(values, more)
	return values
}
