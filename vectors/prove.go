package vectors

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-cbdc/assay/vectors/primitive"
	"github.com/fxamacker/cbor/v2"
)

// prove shows that v is its twin under the one mutation recorded, no more and no
// less: what is undone gives the twin back, and what was signed again verifies.
func (f *File) prove(v, twin *Vector) error {
	m := v.Mutation
	if v.Kind != twin.Kind {
		return errors.New("twin is of another kind")
	}
	changed := f.fields(v, twin)
	want := []string{m.Field}
	if m.Follow != nil {
		want = append(want, m.Follow.Field)
	}
	slices.Sort(want)
	if !slices.Equal(changed, want) {
		return fmt.Errorf("differs from %s in %v, not in %v alone", v.Twin, changed, want)
	}
	if err := f.proveField(v, twin); err != nil {
		return fmt.Errorf("mutation of %s: %w", m.Field, err)
	}
	if m.Follow != nil {
		if err := f.proveFollow(v, twin); err != nil {
			return fmt.Errorf("what follows in %s: %w", m.Follow.Field, err)
		}
	}
	return nil
}

// derived are inputs made from others: the sealed M2 from what it holds.
const derived = "input.m2"

// fields returns the names of the members in which two vectors differ,
// ascending. A derived one counts only alone.
func (f *File) fields(v, twin *Vector) []string {
	a, b := f.flat(v), f.flat(twin)
	var out []string
	for name := range union(a, b) {
		if _, ok := a[name]; !ok || a[name] != b[name] {
			out = append(out, name)
		} else if _, ok := b[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	if len(out) > 1 {
		out = slices.DeleteFunc(out, func(name string) bool { return name == derived })
	}
	return out
}

func union(a, b map[string]string) map[string]bool {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}

func (f *File) flat(v *Vector) map[string]string {
	flat := map[string]string{"device": v.Device, "ledger": v.Ledger}
	for group, members := range map[string]map[string]string{"uses.": v.Uses, "input.": v.Input, "context.": v.Context} {
		for name, value := range members {
			flat[group+name] = value
		}
	}
	return flat
}

func (f *File) proveField(v, twin *Vector) error {
	m := v.Mutation
	switch m.Part {
	case "value":
		return f.proveValue(v, twin)
	case "members":
		return f.proveMembers(v, twin)
	case "bytes":
		b, was, err := f.both(v, twin, m.Field)
		if err != nil {
			return err
		}
		return splice(m, was, b)
	case "payload", "protected", "signature":
		return f.provePart(v, twin)
	}
	return fmt.Errorf("unknown part %q", m.Part)
}

// proveValue is a number, or an object that is there or not.
func (f *File) proveValue(v, twin *Vector) error {
	m := v.Mutation
	a, b := f.flat(v), f.flat(twin)
	if strings.HasPrefix(m.Field, "uses.") && m.Old != "" && m.New != "" {
		return errors.New("one object in place of another needs a proof by bytes")
	}
	if b[m.Field] != m.Old || a[m.Field] != m.New || m.Old == m.New {
		return fmt.Errorf("is %q for %q, not as recorded", a[m.Field], b[m.Field])
	}
	return nil
}

// proveMembers compares two states: they differ in one member, and in no more.
func (f *File) proveMembers(v, twin *Vector) error {
	m := v.Mutation
	var a, b any = f.Device(v.Device), f.Device(twin.Device)
	name, was := v.Device, twin.Device
	if m.Field == "ledger" {
		a, b = f.Ledger(v.Ledger), f.Ledger(twin.Ledger)
		name, was = v.Ledger, twin.Ledger
	}
	if m.Old != was || m.New != name {
		return errors.New("is not between the states recorded")
	}
	changed, err := membersOf(a, b)
	if err != nil {
		return err
	}
	if len(changed) != 1 || !slices.Equal(changed, m.Members) {
		return fmt.Errorf("states differ in %v", changed)
	}
	return nil
}

// membersOf returns the members in which two states differ, name aside. A
// checkpoint follows from what was taken before.
func membersOf(a, b any) ([]string, error) {
	var x, y map[string]any
	for _, side := range []struct {
		from any
		to   *map[string]any
	}{{a, &x}, {b, &y}} {
		text, err := json.Marshal(side.from)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, side.to); err != nil {
			return nil, err
		}
	}
	var out []string
	for name := range x {
		if _, ok := y[name]; !ok {
			out = append(out, name)
		}
	}
	for name := range y {
		if !reflect.DeepEqual(x[name], y[name]) {
			out = append(out, name)
		}
	}
	out = slices.DeleteFunc(out, func(n string) bool { return n == "name" || n == "checkpoint" })
	slices.Sort(out)
	return out, nil
}

// both returns the bytes of a field in a vector and in its twin.
func (f *File) both(v, twin *Vector, field string) (b, was []byte, err error) {
	if b, err = f.bytesOf(v, field); err == nil {
		was, err = f.bytesOf(twin, field)
	}
	return b, was, err
}

func (f *File) bytesOf(v *Vector, field string) ([]byte, error) {
	text := ""
	if name, ok := strings.CutPrefix(field, "uses."); ok {
		text, _ = f.Object(v.Uses[name])
	} else if name, ok := strings.CutPrefix(field, "input."); ok {
		text = v.Input[name]
	} else {
		return nil, errors.New("holds no bytes")
	}
	return hex.DecodeString(text)
}

// splice undoes the edit.
func splice(m *Mutation, was, b []byte) error {
	before, err := hex.DecodeString(m.Old)
	if err != nil {
		return err
	}
	after, err := hex.DecodeString(m.New)
	if err != nil {
		return err
	}
	if bytes.Equal(before, after) {
		return errors.New("changes nothing")
	}
	if m.Offset < 0 || m.Offset > len(b)-len(after) || !bytes.Equal(b[m.Offset:m.Offset+len(after)], after) {
		return errors.New("the new bytes are not there")
	}
	undone := slices.Concat(b[:m.Offset], before, b[m.Offset+len(after):])
	if !bytes.Equal(undone, was) {
		return errors.New("undone, it does not give the twin")
	}
	return nil
}

// provePart is a signed object that was signed again after one part changed.
func (f *File) provePart(v, twin *Vector) error {
	m := v.Mutation
	b, was, err := f.both(v, twin, m.Field)
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
	parts := map[string][2][]byte{"payload": {o.Payload, p.Payload}, "protected": {o.Protected, p.Protected}}
	for name, part := range parts {
		if name != m.Part && !bytes.Equal(part[0], part[1]) {
			return fmt.Errorf("the %s differs too", name)
		}
	}
	if !bytes.Equal(o.Unprotected, p.Unprotected) {
		return errors.New("the unprotected header differs too")
	}
	if part, ok := parts[m.Part]; ok {
		if err := splice(m, part[1], part[0]); err != nil {
			return err
		}
	}
	if m.Part == "payload" {
		if err := oneMember(m.Members, o.Payload, p.Payload); err != nil {
			return err
		}
	}
	domain := Domain(v.Kind, m.Field)
	if m.Domain != "" {
		domain = m.Domain
	}
	return f.signedBy(m.Signer, domain, o)
}

func (f *File) signedBy(signer, domain string, o primitive.Object) error {
	k := f.Key(signer)
	if k == nil {
		return fmt.Errorf("no key %q", signer)
	}
	public, err := hex.DecodeString(k.Public)
	if err != nil {
		return err
	}
	if !primitive.Verify(k.Suite, public, o.ToBeSigned(domain), o.Signature) {
		return fmt.Errorf("the signature of %s under %s does not verify", signer, domain)
	}
	return nil
}

// oneMember compares what two payloads say. Without members they say the same,
// in another encoding, or one of them is no map of members at all.
func oneMember(want []string, b, was []byte) error {
	if len(want) > 2 {
		return errors.New("more than one feature")
	}
	x, errX := membersOfPayload(b)
	y, errY := membersOfPayload(was)
	if errX != nil || errY != nil {
		if len(want) > 0 {
			return errors.New("members of what is no map")
		}
		return nil
	}
	var changed []string
	for key := range union(x, y) {
		_, inX := x[key]
		_, inY := y[key]
		if inX != inY || x[key] != y[key] {
			changed = append(changed, key)
		}
	}
	slices.Sort(changed)
	if !slices.Equal(changed, want) {
		return fmt.Errorf("payloads differ in members %v, recorded are %v", changed, want)
	}
	return nil
}

// membersOfPayload returns the members by key, each in its deterministic
// encoding, so that another encoding of the same is the same.
func membersOfPayload(b []byte) (map[string]string, error) {
	var m map[int64]any
	if err := strict().Unmarshal(b, &m); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for key, value := range m {
		out[strconv.FormatInt(key, 10)] = string(primitive.Encode(value))
	}
	return out, nil
}

func strict() cbor.DecMode {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF}.DecMode()
	if err != nil {
		panic("vectors: " + err.Error()) // the options are constant
	}
	return mode
}
