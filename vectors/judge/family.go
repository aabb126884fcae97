package judge

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// value fills what the device's family of value adds to its state.
func (c *call) value(next *device.State, s *vectors.Device) {
	next.Reservation = s.Reservation
	if s.Keyset != "" {
		next.Keyset = c.object(s.Keyset)
		next.Funding.Epoch, next.Funding.Fresh = s.Epoch, c.askedKeys("fund_req")
	}
	if len(s.Taken) > 0 {
		t := device.Taken{Order: 1, Transfer: wire.ID{1}}
		for _, hash := range s.Taken {
			t.Hashes += string(c.hex(hash))
		}
		next.Taken = []device.Taken{t}
	}
	for i, l := range s.Coins {
		coin := device.Coin{Order: uint64(i) + 1, Amount: c.amount(l.Amount), Signature: string(c.hex(l.Signature)), Batch: 1, Epoch: l.Epoch}
		c.array(coin.Key[:], l.Key)
		c.array(coin.Seed[:], l.Seed)
		if i == 0 {
			coin.Fresh = c.askedKeys("deposit")
		}
		next.Purse = append(next.Purse, coin)
	}
	for i, f := range s.Fragments {
		next.Fragments = append(next.Fragments, device.Fragment{Order: uint64(i) + 1, Given: f.Given, Fragment: c.fragment(f)})
	}
}

// askedKeys names the keys that the object of the vector's use asks for.
func (c *call) askedKeys(use string) (names string) {
	name := c.vector.Uses[use]
	if name == "" {
		return ""
	}
	o, err := wire.DecodeObject(c.object(name), 1<<16)
	var blinded []wire.Blinded
	if m, deposits := wire.DecodeDeposit(o.Payload); err == nil && deposits == nil {
		blinded = m.Blinded
	} else if m, funds := wire.DecodeFundReq(o.Payload); err == nil && funds == nil {
		blinded = m.Blinded
	} else {
		c.fail("%s asks for nothing", name)
	}
	for _, b := range blinded {
		names += string(b.Key[:])
	}
	return names
}

// host keeps what a device's state says that its host has.
func (c *call) host(s *vectors.Device) device.Host {
	h := device.NewHost()
	for _, name := range s.Tokens {
		o, err := wire.DecodeObject(c.object(name), wire.TypeToken.MaxBytes())
		var m wire.IssuerToken
		if err == nil {
			m, err = wire.DecodeIssuerToken(o.Payload)
		}
		if err != nil {
			c.fail("%s: %w", name, err)
		}
		h.KeepRecord(device.TokenRecord(m.TID), settlement.Append(nil, settlement.Record{Object: c.object(name)}))
	}
	return h
}

func (c *call) fragment(f vectors.Fragment) wire.Fragment {
	out := wire.Fragment{From: c.amount(f.From), To: c.amount(f.To), Hop: f.Hop, Source: c.id(f.Source)}
	c.array(out.TID[:], f.TID)
	return out
}

// beside is what stands beside a TRANSFER: its tokens, in the order of their names.
func (c *call) beside() (links []wire.Link) {
	for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
		if strings.HasPrefix(name, "token_") && c.vector.Input[name] != "" {
			links = append(links, wire.Link{Object: c.input(name)})
		}
	}
	return links
}

// parts publishes the fragments that a device has, by token and start.
func (c *call) parts(d *device.Device) {
	held := d.State().Fragments
	if len(held) == 0 {
		return
	}
	slices.SortFunc(held, func(a, b device.Fragment) int { return wire.CompareFragments(a.Fragment, b.Fragment) })
	b := wire.AppendArray(nil, len(held))
	for _, f := range held {
		b = wire.AppendBytes(wire.AppendArray(b, 5), f.TID[:])
		b = wire.AppendUint(wire.AppendUint(wire.AppendUint(b, uint64(f.From)), uint64(f.To)), f.Hop)
		b = wire.AppendBytes(b, f.Source[:])
	}
	c.set("fragments", b)
}

// keyset is a KEYSET at a device. It publishes the names of its keys.
func keyset(c *call, d *device.Device) error {
	if err := d.ApplyKeyset(c.input("object")); err != nil {
		return err
	}
	var names []byte
	for _, k := range c.keys(c.input("object")).List {
		names = append(names, k.ID[:]...)
	}
	c.set("keys", names)
	return nil
}

// keys reads a KEYSET that was verified before.
func (c *call) keys(object []byte) *ecash.Keys {
	keys, err := ecash.ReadKeyset(object)
	if err != nil {
		c.fail("KEYSET: %w", err)
	}
	return keys
}

// money is what a ledger of a family of value has.
func (c *call) money(p *ledger.Parts, s *vectors.Ledger, random *draw) {
	p.Place.Family = s.Family
	random.Reader = io.MultiReader(bytes.NewReader(c.hex(s.Draws)), endless{})
	if s.Keyset != "" {
		p.Keys, p.Mint = c.keys(c.object(s.Keyset)), ecash.TestMint(p.Place.Realm)
	}
}
