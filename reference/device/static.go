package device

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A StaticBook is the payee's static requests. They have a counter and slots of
// their own, outside request numbers, low-water mark and ring.
type StaticBook struct {
	Next  uint64
	Slots []Static // at most Config.Statics, ascending by number
}

// A Static is a static request. What was paid for it is remembered by txid, for
// as long as the slot lives.
type Static struct {
	Number  uint64
	Amount  money.Amount // 0 where the payer chooses
	Hash    wire.ID      // id of the STATIC_REQ
	MaxHop  uint64
	Expiry  uint64
	Max     uint64
	KEM     wire.KEM
	Seed    [32]byte // of the KEM key
	Entries []StaticEntry
}

// A StaticEntry is the final word on a one-way transfer.
type StaticEntry struct {
	Transfer wire.ID
	Payer    wire.DID
	Counter  uint64
	Why      uint64 // the refusal code, 0 where it was credited
	Log      uint64 // the last log entry that was there with it
}

func (b *StaticBook) fields(c *codec) {
	uintField(c, &b.Next)
	listField(c, &b.Slots, func(s *Static) { s.fields(c) })
}

func (s *Static) fields(c *codec) {
	uintField(c, &s.Number)
	uintField(c, &s.Amount)
	c.fixed(s.Hash[:])
	uintField(c, &s.MaxHop)
	uintField(c, &s.Expiry)
	uintField(c, &s.Max)
	uintField(c, &s.KEM)
	c.fixed(s.Seed[:])
	listField(c, &s.Entries, func(e *StaticEntry) {
		c.fixed(e.Transfer[:])
		c.fixed(e.Payer[:])
		uintField(c, &e.Counter)
		uintField(c, &e.Why)
		uintField(c, &e.Log)
	})
}

// find returns the static request with the id of a STATIC_REQ, or nil.
func (b *StaticBook) find(hash wire.ID) *Static {
	for i := range b.Slots {
		if b.Slots[i].Hash == hash {
			return &b.Slots[i]
		}
	}
	return nil
}

// knows reports whether another transfer with this payer's counter is listed.
func (b *StaticBook) knows(payer wire.DID, counter uint64, id wire.ID) bool {
	return slices.ContainsFunc(b.Slots, func(s Static) bool {
		return slices.ContainsFunc(s.Entries, func(e StaticEntry) bool {
			return e.Payer == payer && e.Counter == counter && e.Transfer != id
		})
	})
}

// entry returns what became of a transfer, or nil.
func (s *Static) entry(id wire.ID) *StaticEntry {
	for i := range s.Entries {
		if s.Entries[i].Transfer == id {
			return &s.Entries[i]
		}
	}
	return nil
}

// enter lists the final word on a transfer of the request with the id, in
// memory that no other state shares.
func (b *StaticBook) enter(hash wire.ID, e StaticEntry) {
	s := b.find(hash)
	s.Entries = append(slices.Clip(s.Entries), e)
}

// forget deletes the requests that have ended, grace included, and of which the
// ledger has acknowledged all: before that a refusal could follow a credit.
func (b *StaticBook) forget(epoch, grace, acked uint64) {
	b.Slots = slices.DeleteFunc(b.Slots, func(s Static) bool {
		open := slices.ContainsFunc(s.Entries, func(e StaticEntry) bool { return e.Log > acked })
		return epoch > s.Expiry+grace && !open
	})
}

// Terms are what a payee's static request asks for.
type Terms struct {
	Demand
	Expiry uint64 // the last epoch in which it may be paid
	Max    uint64 // of transfers, 1 to wire.MaxStaticUses
}

// staticRules are the payee's checks before Q5. A static request promises
// nothing, so that head-room is looked at when a transfer comes; but what could
// never be credited is not asked for.
func staticRules() []Rule {
	return append(lifecycleRules(), []Rule{
		{"family", spec.ENC05, spec.EFamily, func(c *Context) bool { return !c.d.chained() && !c.d.parted() }},
		{"amount", spec.ENC04, spec.EAmount, func(c *Context) bool { return c.Amount == 0 || payable(c) }},
		{"terms", spec.ENC02, spec.EField, func(c *Context) bool {
			return c.Static.Max >= 1 && c.Static.Max <= wire.MaxStaticUses && len(c.Static.Label) <= 40 &&
				utf8.ValidString(c.Static.Label) && len(c.Static.Reference) <= 32
		}},
		{"expiry", spec.PAY13, spec.EReqExpired, func(c *Context) bool {
			return c.Static.Expiry >= c.State.Epoch && c.Static.Expiry <= wire.MaxEpoch
		}},
		{"revocations fresh", spec.LCM02, spec.ERevOld, revocationsFresh},
		{"offline duration", spec.TIM02, spec.EOfflineEpochs, withinDuration},
		{"holding", spec.LIM02, spec.EHolding, func(c *Context) bool {
			return c.Limits.MaxHolding.Allows(uint64(c.Amount))
		}},
		{"receive limit", spec.LIM02, spec.EReceiveLimit, func(c *Context) bool {
			return c.Limits.MaxReceiveTx.Allows(uint64(c.Amount))
		}},
		{"slot", spec.ATO07, spec.EPendingFull, func(c *Context) bool {
			return len(c.State.Statics.Slots) < c.Config.Statics
		}},
		{"own certificate", spec.CRY12, spec.EExpired, ownInForce},
	}...)
}

// A Standing is a STATIC_REQ with the certificates that travel beside it.
type Standing struct {
	Object []byte
	Certs  [][]byte
}

// StaticRequest makes a static request. The error is a [*Refusal] or nvm's.
func (d *Device) StaticRequest(terms Terms) (Standing, error) {
	if err := d.ready(); err != nil {
		return Standing{}, err
	}
	c := d.context()
	c.Amount = terms.Amount
	c.Static = wire.StaticReq{Expiry: terms.Expiry, Max: terms.Max, Label: terms.Label, Reference: terms.Reference}
	c.Caps.Suite, _ = suite.Highest(d.suites())
	if r := d.judge(ProcStatic, c); r != nil {
		return Standing{}, r
	}
	m, seed, err := d.staticReq(c)
	if err != nil {
		return Standing{}, err
	}
	payload := m.Encode()
	slot := Static{
		Number: m.Request, Amount: m.Amount, MaxHop: m.MaxHop, Expiry: m.Expiry, Max: m.Max, KEM: m.KEM, Seed: seed,
		Hash: wire.Object{Alg: d.alg(m.Suite), Payload: payload}.ID(wire.TypeStaticReq),
	}
	err = d.commit(StepQ5, func(s *State) {
		s.Statics.Next++
		s.Statics.Slots = append(slices.Clip(s.Statics.Slots), slot)
	})
	if err != nil {
		return Standing{}, err
	}
	d.parts.Trace(EmitStatic)
	return Standing{d.sign(m.Suite, wire.TypeStaticReq, payload).Encode(), [][]byte{d.certs[m.Suite].Raw}}, nil
}

// staticReq completes the demand, and draws the seed of its KEM key.
func (d *Device) staticReq(c *Context) (m wire.StaticReq, seed [32]byte, err error) {
	if err = d.draw(seed[:]); err != nil {
		return m, seed, err
	}
	kem := link.HighestKEM(d.policy.KEMs)
	key, err := link.NewEphemeralFor(kem, bytes.NewReader(seed[:]))
	if err != nil {
		return m, seed, err
	}
	m = c.Static
	if m.Nonce, err = d.nonce(); err != nil {
		return m, seed, err
	}
	number, _ := suite.Highest(d.suites())
	m.Version, m.Realm, m.Suite = wire.V1, d.cfg.Place.Realm, number
	m.Currency, m.Exponent, m.Amount = d.cfg.Place.Currency, d.cfg.Place.Exponent, c.Amount
	m.Cert, m.Request = d.certs[number].ID, d.state.Statics.Next
	m.PolicyVersion, m.RevocationVersion = d.policy.PolicyVersion, d.revocationVersion()
	m.Epoch, m.Flags, m.Family = d.state.Epoch, wire.StaticReqSE, d.cfg.Place.Spoken()
	m.MaxHop, m.KEM, m.KEMKey = hopLimit(c, wire.MaxHop), kem, key.Public()
	return m, seed, nil
}
