package wire

import "github.com/assay-cbdc/assay/reference/suite"

// A Limit is a bound that a policy may leave out: then there is none.
type Limit struct {
	Set   bool
	Value uint64
}

// LimitOf returns a Limit that is set.
func LimitOf(n uint64) Limit { return Limit{true, n} }

// Allows reports whether n is within the limit.
func (l Limit) Allows(n uint64) bool { return !l.Set || n <= l.Value }

// Limits are the bounds of one class of devices, in minor units, counts and
// epochs.
type Limits struct {
	Class                uint64
	MaxTx                Limit // 1
	MaxHolding           Limit // 2
	MaxCumulative        Limit // 3: paid since the last grant
	MaxCount             Limit // 4: payments since the last grant
	AuthFreeAmount       Limit // 5
	AuthFreeCount        Limit // 6
	MaxOfflineEpochs     Limit // 7
	MaxReceiveTx         Limit // 8
	MaxReceiveCumulative Limit // 9: received since the last grant
}

func (l *Limits) list() [9]*Limit {
	return [9]*Limit{&l.MaxTx, &l.MaxHolding, &l.MaxCumulative, &l.MaxCount, &l.AuthFreeAmount,
		&l.AuthFreeCount, &l.MaxOfflineEpochs, &l.MaxReceiveTx, &l.MaxReceiveCumulative}
}

// Policy is what a realm allows, in the version that devices have installed.
type Policy struct {
	Version       uint64
	Realm         Realm
	Suite         suite.Suite
	Currency      uint64
	Exponent      uint64
	Cert          ID
	PolicyVersion uint64
	Epoch         uint64
	MinEpoch      uint64 // key 70: peers that know less are refused
	Limits        []Limits
	Suites        []suite.Suite
	KEMs          []KEM
	Provenance    Provenance
	Fresh         Freshness
	UVMode        uint64
	Consent       uint64
	SyncMode      uint64
	Finality      uint64
	Respend       uint64 // 0 or 1
	Providers     []ID   // a list to pre-load, not a white list
	ReceiptMode   uint64
	Rules         Rules
}

// Provenance is key 74.
type Provenance struct {
	Mode, MaxHops, Trunc, MaxInputs, MaxLinks uint64
}

// The modes of provenance.
const (
	ProvenanceReissue = 1
	ProvenanceChain   = 2
)

// Freshness is key 75: how long a revocation set serves, in epochs and in
// payments, and for how many epochs after its end a certificate does.
type Freshness struct {
	MaxAge, MaxCount, Grace uint64
}

// Rules is key 84.
type Rules struct {
	Loss, Shortfall, Recovery, Replenish uint64
}

// The rules of a shortfall.
const (
	ShortfallProvider = 1 // the payer's provider makes good what a reserve lacks
	ShortfallOrder    = 2 // debits wait, in the order of their counters, until the reserve has them
)

// The modes of the receipt, key 81.
const (
	ReceiptSigned = 1
	ReceiptAck    = 2
)

func (m *Policy) fields(c *codec) {
	c.signedHead(&m.Version, TypePolicy, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	c.fixed(10, m.Cert[:])
	number(c, 19, &m.PolicyVersion, 1, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	number(c, 70, &m.MinEpoch, 0, maxEpoch)
	c.limits(71, &m.Limits)
	numbers(c, 72, &m.Suites, 1)
	numbers(c, 73, &m.KEMs, 1)
	p := &m.Provenance
	c.tuple(74, &p.Mode, &p.MaxHops, &p.Trunc, &p.MaxInputs, &p.MaxLinks)
	c.among(74, p.Mode, ProvenanceReissue, ProvenanceChain)
	c.tuple(75, &m.Fresh.MaxAge, &m.Fresh.MaxCount, &m.Fresh.Grace)
	c.choice(76, &m.UVMode, func(n uint64) bool { return n <= 2 })
	c.choice(77, &m.Consent, func(n uint64) bool { return n <= 1 })
	c.choice(78, &m.SyncMode, func(n uint64) bool { return n == SyncFull || n == SyncTotals })
	c.tuple(79, &m.Finality, &m.Respend)
	c.among(79, m.Finality, 1, 3)
	c.among(79, m.Respend, 0, 1)
	c.ids(80, &m.Providers, 0)
	c.choice(81, &m.ReceiptMode, upTo(ReceiptAck))
	r := &m.Rules
	c.tuple(84, &r.Loss, &r.Shortfall, &r.Recovery, &r.Replenish)
}

// among holds a number that was read inside an array to a closed set (103).
func (c *codec) among(key, n, low, high uint64) {
	if !c.writing && c.ok() && (n < low || n > high) {
		c.fault(int64(key), "not one of the values defined")
	}
}

// limits is a map from class to a map from limit to bound; classes ascend.
func (c *codec) limits(key uint64, p *[]Limits) {
	if !c.key(key) {
		return
	}
	if c.writing {
		c.out = AppendMap(c.out, len(*p))
		for i := range *p {
			c.appendClass(&(*p)[i])
		}
		return
	}
	classes := c.in.Map()
	c.kindFault(key)
	for i := 0; i < classes && c.ok(); i++ {
		l := Limits{Class: c.in.Uint()}
		c.readClass(key, &l)
		if l.Class > maxNumber {
			c.bound(key, "class out of range")
		}
		*p = append(*p, l)
	}
	if classes == 0 {
		c.fault(int64(key), "no class of limits")
	}
}

func (c *codec) appendClass(l *Limits) {
	c.out = AppendUint(c.out, l.Class)
	set := 0
	for _, limit := range l.list() {
		if limit.Set {
			set++
		}
	}
	c.out = AppendMap(c.out, set)
	for i, limit := range l.list() {
		if limit.Set {
			c.out = AppendUint(AppendUint(c.out, uint64(i+1)), limit.Value)
		}
	}
}

func (c *codec) readClass(key uint64, l *Limits) {
	limits := l.list()
	n := c.in.Map()
	for last := uint64(0); n > 0 && c.in.err == nil; n-- {
		number := c.in.Uint()
		if number <= last || number > uint64(len(limits)) {
			c.fault(int64(key), "unknown limit")
			return
		}
		last = number
		*limits[number-1] = LimitOf(c.in.Uint())
		if limits[number-1].Value > maxCounter {
			c.bound(key, "limit out of range")
		}
	}
	c.kindFault(key)
}
