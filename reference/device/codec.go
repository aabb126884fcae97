package device

import (
	"encoding/binary"

	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/wire"
)

// The sections of the store. A key is section << 56 | index.
const (
	sectionIdentity = iota + 1
	sectionStatus
	sectionValue
	sectionSync
	sectionFunding
	sectionPolicy
	sectionRevset
	sectionRoots
	sectionIssuers
	sectionSlot
	sectionException
	sectionRequest
	sectionRing
	sectionLog
	sectionConfig
	sectionStatics
	sectionRekey
	sectionChain
	sectionToken
	sectionKeyset
	sectionPurse
	sectionTaken
	sectionFormerKeys
)

func keyOf(section int, index uint64) nvm.Key {
	return nvm.Key(uint64(section)<<56 | index)
}

// A codec walks the fields of one value and either writes or reads each, so
// that both directions stay the same.
type codec struct {
	reading bool
	b       []byte
	bad     bool
}

func uintField[T ~uint32 | ~uint64](c *codec, p *T) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, uint64(*p))
		return
	}
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.bad, c.b = true, nil
		return
	}
	*p, c.b = T(v), c.b[n:]
}

func (c *codec) flag(p *bool) {
	var v uint64
	if *p {
		v = 1
	}
	uintField(c, &v)
	*p = v == 1
}

func (c *codec) fixed(p []byte) {
	if !c.reading {
		c.b = append(c.b, p...)
		return
	}
	if len(c.b) < len(p) {
		c.bad, c.b = true, nil
		return
	}
	copy(p, c.b)
	c.b = c.b[len(p):]
}

func (c *codec) bytes(p *[]byte) {
	n := uint64(len(*p))
	uintField(c, &n)
	if !c.reading {
		c.b = append(c.b, *p...)
		return
	}
	if n > uint64(len(c.b)) {
		c.bad, c.b = true, nil
		return
	}
	*p = nil
	if n > 0 {
		*p = c.b[:n:n]
	}
	c.b = c.b[n:]
}

func (c *codec) text(p *string) {
	b := []byte(*p)
	c.bytes(&b)
	*p = string(b)
}

func listField[T any](c *codec, p *[]T, each func(*T)) {
	n := uint64(len(*p))
	uintField(c, &n)
	if c.reading {
		if n > uint64(len(c.b)) { // an item takes a byte at least
			c.bad, c.b = true, nil
			return
		}
		*p = nil
		if n > 0 {
			*p = make([]T, n)
		}
	}
	for i := range *p {
		each(&(*p)[i])
	}
}

func (i *Identity) fields(c *codec) {
	c.fixed(i.DID[:])
	c.fixed(i.RequestKey[:])
	c.fixed(i.StubKey[:])
	listField(c, &i.Keys, func(k *Key) {
		uintField(c, &k.Suite)
		c.bytes(&k.Seed)
		c.bytes(&k.Cert)
	})
	c.bytes(&i.PIN)
}

func (s *Lifecycle) fields(c *codec) {
	c.flag(&s.Provisioned)
	c.flag(&s.Consent)
	c.flag(&s.Decommissioned)
	uintField(c, &s.Tries)
	uintField(c, &s.Epoch)
	uintField(c, &s.GrantEpoch)
	uintField(c, &s.RevsetCount)
	uintField(c, &s.HostClock)
}

func (v *Value) fields(c *codec) {
	for h := range v.Lots {
		uintField(c, &v.Lots[h])
	}
	uintField(c, &v.Counter)
	c.fixed(v.Prev[:])
	uintField(c, &v.NextRequest)
	uintField(c, &v.LowWater)
	uintField(c, &v.NextFunding)
	v.Used.fields(c)
	uintField(c, &v.AuthCount)
	uintField(c, &v.Totals.In)
	uintField(c, &v.Totals.Out)
	uintField(c, &v.Totals.Funded)
	uintField(c, &v.Totals.Defunded)
	uintField(c, &v.Totals.Refunded)
	uintField(c, &v.LogNumber)
	c.fixed(v.LogHead[:])
	uintField(c, &v.Acked)
	c.fixed(v.AckedHead[:])
	if v.Reservation > 0 || c.reading && len(c.b) > 0 { // in family I alone
		uintField(c, &v.Reservation)
	}
}

func (u *Used) fields(c *codec) {
	uintField(c, &u.Amount)
	uintField(c, &u.Count)
	uintField(c, &u.Received)
}

func (m *SyncMark) fields(c *codec) {
	c.flag(&m.Open)
	c.fixed(m.Nonce[:])
	c.fixed(m.Hash[:])
	uintField(c, &m.Last)
	c.fixed(m.Head[:])
	m.Used.fields(c)
	uintField(c, &m.GrantLast)
	for h := range m.Since {
		uintField(c, &m.Since[h])
	}
}

func (f *Funding) fields(c *codec) {
	uintField(c, &f.State)
	uintField(c, &f.Number)
	c.fixed(f.Nonce[:])
	uintField(c, &f.Amount)
	uintField(c, &f.Suite)
	c.fixed(f.Hash[:])
	uintField(c, &f.LogNumber)
	uintField(c, &f.Epoch)
	c.bytes(&f.Signed[0])
	c.bytes(&f.Signed[1])
	if f.Fresh != "" || c.reading && len(c.b) > 0 { // in family E alone
		c.text(&f.Fresh)
	}
}

func (r *Rekeying) fields(c *codec) {
	c.flag(&r.Open)
	uintField(c, &r.Suite)
	c.bytes(&r.Seed)
	c.fixed(r.Signer[:])
	c.bytes(&r.Request)
	c.bytes(&r.Enrol)
	listField(c, &r.Former, c.bytes)
}

func (s *Slot) fields(c *codec) {
	uintField(c, &s.State)
	typ := uint64(s.Type)
	uintField(c, &typ)
	s.Type = wire.Type(typ)
	c.fixed(s.ID[:])
	c.fixed(s.RequestHash[:])
	uintField(c, &s.Request)
	c.fixed(s.Payee[:])
	c.fixed(s.Nonce[:])
	uintField(c, &s.Amount)
	listField(c, &s.Lots, func(l *wire.Lot) {
		uintField(c, &l.Hop)
		uintField(c, &l.Amount)
	})
	uintField(c, &s.Suite)
	c.fixed(s.Cert[:])
	uintField(c, &s.LogNumber)
	c.bytes(&s.Payload)
	c.bytes(&s.Signature)
	uintField(c, &s.Flags)
	uintField(c, &s.KEM)
	c.bytes(&s.KEMKey)
	c.bytes(&s.Capsule)
	uintField(c, &s.Epoch)
	c.text(&s.Fresh)
	listField(c, &s.Coins, func(l *Coin) { l.fields(c) })
}

func (r *Request) fields(c *codec) {
	c.flag(&r.Open)
	uintField(c, &r.Session)
	uintField(c, &r.Number)
	c.fixed(r.Nonce[:])
	uintField(c, &r.Amount)
	c.fixed(r.Hash[:])
	uintField(c, &r.Suite)
	uintField(c, &r.MaxHop)
	c.flag(&r.Ack)
}

func (r *Credit) fields(c *codec) {
	uintField(c, &r.Request)
	c.fixed(r.Transfer[:])
	c.fixed(r.Payer[:])
	uintField(c, &r.Counter)
	uintField(c, &r.Suite)
	uintField(c, &r.Log)
}

func logFields(e *wire.LogEntry, c *codec) {
	uintField(c, &e.Number)
	uintField(c, &e.Kind)
	c.fixed(e.Salt[:])
	c.fixed(e.Ref[:])
	uintField(c, &e.Amount)
	uintField(c, &e.X)
	uintField(c, &e.Epoch)
}
