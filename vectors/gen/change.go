package main

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// splice returns the one edit that turns was into b.
func splice(m *vectors.Mutation, was, b []byte) {
	head := 0
	for head < len(was) && head < len(b) && was[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(was)-head && tail < len(b)-head && was[len(was)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	m.Offset = head
	m.Old = hex.EncodeToString(was[head : len(was)-tail])
	m.New = hex.EncodeToString(b[head : len(b)-tail])
}

// field returns the bytes of a member of a vector.
func (f *file) field(v *vectors.Vector, field string) []byte {
	if name, ok := strings.CutPrefix(field, "uses."); ok {
		return f.bytes(v.Uses[name])
	}
	return unhex(v.Input[strings.TrimPrefix(field, "input.")])
}

// put replaces it; an object gets the vector's id as its name.
func (f *file) put(v *vectors.Vector, field string, b []byte) {
	if name, ok := strings.CutPrefix(field, "uses."); ok {
		v.Uses[name] = f.object(name+"-of-"+v.ID, b)
		return
	}
	v.Input[strings.TrimPrefix(field, "input.")] = hex.EncodeToString(b)
}

// raw edits bytes that are not signed again.
func raw(field string, edit func([]byte) []byte) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		m := &vectors.Mutation{Field: field, Part: "bytes"}
		was := f.field(v, field)
		b := edit(slices.Clone(was))
		splice(m, was, b)
		f.put(v, field, b)
		return m
	}
}

// An edit of a payload returns the keys of the members that it changes.
type edit func(payload []byte) (changed []byte, members []string)

// payload edits what is signed and has signer sign it again.
func payload(field, signer string, e edit) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		was := f.field(v, field)
		protected, body, _ := decoded(was)
		m := &vectors.Mutation{Field: field, Part: "payload", Signer: signer}
		changed, members := e(slices.Clone(body))
		m.Members = members
		splice(m, body, changed)
		f.put(v, field, f.sign(signer, vectors.Domain(v.Kind, field), protected, changed))
		return m
	}
}

// protected edits the protected header and has signer sign again.
func protected(field, signer string, e func([]byte) []byte) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		header, body, _ := decoded(f.field(v, field))
		m := &vectors.Mutation{Field: field, Part: "protected", Signer: signer}
		changed := e(slices.Clone(header))
		splice(m, header, changed)
		f.put(v, field, f.sign(signer, vectors.Domain(v.Kind, field), changed, body))
		return m
	}
}

// resigned has another key, or the same under another domain, sign the same.
func resigned(field, signer, domain string) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		header, body, _ := decoded(f.field(v, field))
		m := &vectors.Mutation{Field: field, Part: "signature", Signer: signer, Domain: domain}
		if domain == "" {
			domain = vectors.Domain(v.Kind, field)
		}
		f.put(v, field, f.sign(signer, domain, header, body))
		return m
	}
}

// follow lets an object name the one just changed: its member holds the id.
func follow(c change, field, signer string, key uint64) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		m := c(f, v)
		id := idOf(wire.TypeCert, f.field(v, m.Field))
		header, body, _ := decoded(f.field(v, field))
		changed, _ := set(key, wire.AppendBytes(nil, id[:]))(body)
		f.put(v, field, f.sign(signer, vectors.Domain(v.Kind, field), header, changed))
		m.Follow = &vectors.Follow{Field: field, Member: strconv.FormatUint(key, 10), Signer: signer}
		return m
	}
}

// before puts the device or ledger into another state.
func before(field, name string) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		m := &vectors.Mutation{Field: field, Part: "members", New: name}
		if field == "device" {
			m.Old, v.Device = v.Device, name
			m.Members = differing(f.Device(m.Old), f.Device(name))
		} else {
			m.Old, v.Ledger = v.Ledger, name
			m.Members = differing(f.Ledger(m.Old), f.Ledger(name))
		}
		return m
	}
}

func differing(a, b any) (out []string) {
	x, y := members(a), members(b)
	for name := range y {
		if _, ok := x[name]; !ok {
			x[name] = nil
		}
	}
	for name := range x {
		if name != "name" && name != "checkpoint" && !reflect.DeepEqual(x[name], y[name]) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func members(a any) (m map[string]any) {
	text, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		panic("gen: " + err.Error())
	}
	return m
}

// value replaces a number of the context.
func value(name, text string) change {
	return func(_ *file, v *vectors.Vector) *vectors.Mutation {
		m := &vectors.Mutation{Field: "context." + name, Part: "value", Old: v.Context[name], New: text}
		v.Context[name] = text
		return m
	}
}

// without leaves an object out.
func without(name string) change {
	return func(_ *file, v *vectors.Vector) *vectors.Mutation {
		m := &vectors.Mutation{Field: "uses." + name, Part: "value", Old: v.Uses[name]}
		delete(v.Uses, name)
		return m
	}
}

// changedMembers returns the keys in which two canonical payloads differ.
func changedMembers(was, body []byte) (out []string) {
	a, b := map[string]string{}, map[string]string{}
	for _, side := range []struct {
		body []byte
		to   map[string]string
	}{{was, a}, {body, b}} {
		for _, p := range pairs(side.body) {
			r := wire.NewReader(p.key)
			side.to[strconv.FormatUint(r.Uint(), 10)] = string(p.value)
		}
	}
	for key := range a {
		if a[key] != b[key] {
			out = append(out, key)
		}
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}
