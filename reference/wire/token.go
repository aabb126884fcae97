package wire

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
)

// A TID names a token. The ledger draws it; it is never used again.
type TID [16]byte

// A Fragment is the part [From, To) of a token that has passed Hop offline
// transfers. Source is the object that brought it to the device that draws it:
// two draws of one part with one source are one value spent twice.
type Fragment struct {
	TID      TID
	From, To money.Amount
	Hop      uint64
	Source   ID
}

// Amount is what the fragment is worth.
func (f Fragment) Amount() money.Amount { return f.To - min(f.From, f.To) }

// Overlaps reports whether two fragments have a minor unit in common.
func (f Fragment) Overlaps(g Fragment) bool {
	return f.TID == g.TID && f.From < g.To && g.From < f.To
}

// CompareFragments is the order of fragments in a debit: by token and start.
func CompareFragments(a, b Fragment) int {
	return cmp.Or(bytes.Compare(a.TID[:], b.TID[:]), cmp.Compare(a.From, b.From))
}

// FragmentsAscend reports whether fragments ascend by token and start, are
// disjoint and not empty, and have a source.
func FragmentsAscend(parts []Fragment) bool {
	for i, f := range parts {
		if f.From >= f.To || f.Source == (ID{}) {
			return false
		}
		if i > 0 && (CompareFragments(parts[i-1], f) >= 0 || parts[i-1].Overlaps(f)) {
			return false
		}
	}
	return true
}

// FragmentsMake reports whether fragments ascend and add up to the lots, hop by
// hop.
func FragmentsMake(parts []Fragment, lots []Lot) bool {
	sums := map[uint64]money.Amount{}
	for _, f := range parts {
		sums[f.Hop] += f.Amount()
	}
	for _, l := range lots {
		if sums[l.Hop] != l.Amount {
			return false
		}
		delete(sums, l.Hop)
	}
	return len(sums) == 0 && FragmentsAscend(parts)
}

// DrawTwice reports whether two debits of one device draw a part of one token
// that they have in common, from one source: one value, spent twice.
func DrawTwice(a, b []Fragment) bool {
	return slices.ContainsFunc(a, func(f Fragment) bool {
		return slices.ContainsFunc(b, func(g Fragment) bool { return f.Source == g.Source && f.Overlaps(g) })
	})
}

// MaxFragments is the most fragments of one debit.
const MaxFragments = 64

// MaxIssued is the most TOKENs of one FUND or SYNC_ACK.
const MaxIssued = 16

// MaxTokenFund is the largest size in bytes of a FUND or SYNC_ACK that carries
// TOKENs.
const MaxTokenFund = 8192

// fragments is key 91. Order, sums and hops are judged by who knows the tokens;
// what no token can have is out of range here.
func (c *codec) fragments(key uint64, p *[]Fragment, most int) {
	n := c.length(key, len(*p), 1, most)
	if !c.writing {
		*p = resize(*p, n)
	}
	for i := range *p {
		f := &(*p)[i]
		if c.lengthItem(key, 5, 5, 5) != 5 {
			return
		}
		c.fixedItem(key, f.TID[:])
		numberItem(c, key, &f.From, 0, maxCounter)
		numberItem(c, key, &f.To, 1, maxCounter)
		numberItem(c, key, &f.Hop, 0, maxCounter)
		c.fixedItem(key, f.Source[:])
	}
}

// ofTokens is what a debit of family T has beside its lots. A debit of another
// family has no such member (103); whether one of this family must have it is
// for the rules of fragments, so that the grammar knows no realm.
func (c *codec) ofTokens(family uint64, p *[]Fragment) {
	if family == FamilyToken && c.optional(91, len(*p) > 0) {
		c.fragments(91, p, MaxFragments)
	}
}

// MaxRenewed is the most fragments that one SYNC gives up.
const MaxRenewed = 512

// renewed is key 91 of a SYNC, where there is any.
func (c *codec) renewed(p *[]Fragment) {
	if (c.ofT || c.writing) && c.optional(91, len(*p) > 0) {
		c.fragments(91, p, MaxRenewed)
	}
}

// renewal is key 99 of a SYNC_ACK, where there is any.
func (c *codec) renewal(p *[][]byte) {
	if (c.ofT || c.writing) && c.optional(99, len(*p) > 0) {
		c.strings(99, p, 1)
		c.fewIssued(len(*p))
	}
}

// fewIssued bounds key 99.
func (c *codec) fewIssued(n int) {
	if !c.writing && c.ok() && n > MaxIssued {
		c.fault(99, "array too long")
	}
}

// DecodeTokenSync reads the payload of a SYNC of family T, which may give
// fragments up.
func DecodeTokenSync(payload []byte) (Sync, error) {
	var m Sync
	c := codec{ofT: true}
	c.read(payload)
	m.fields(&c)
	return m, c.decoded(payload)
}

// DecodeTokenSyncAck reads the payload of a SYNC_ACK of family T, which may bring
// TOKENs for what was given up.
func DecodeTokenSyncAck(payload []byte) (SyncAck, error) {
	var m SyncAck
	c := codec{ofT: true}
	c.read(payload)
	m.fields(&c)
	return m, c.decoded(payload)
}

// An IssuerToken is a promise of the issuer: its parts are value, online and offline,
// in whoever's hands they are. It names nobody.
type IssuerToken struct {
	Version  uint64
	Realm    Realm
	Suite    suite.Suite
	Currency uint64
	Exponent uint64
	Value    money.Amount // key 7
	Cert     ID
	Epoch    uint64
	TID      TID
}

func (m *IssuerToken) fields(c *codec) {
	c.signedHead(&m.Version, TypeToken, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	number(c, 7, &m.Value, 1, maxCounter)
	c.fixed(10, m.Cert[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.fixed(90, m.TID[:])
}

// Encode returns the payload of a TOKEN.
func (m IssuerToken) Encode() []byte { return encode(&m) }

// DecodeIssuerToken reads the payload of a TOKEN.
func DecodeIssuerToken(payload []byte) (IssuerToken, error) { return decode[IssuerToken](payload) }

// issued is key 99: TOKENs by value, where there are any.
func (c *codec) issued(p *[][]byte) {
	if c.ofT || c.writing && len(*p) > 0 {
		c.strings(99, p, 1)
		c.fewIssued(len(*p))
	}
}

// DecodeTokenFund reads the payload of a FUND of family T, which carries TOKENs.
func DecodeTokenFund(payload []byte) (Fund, error) {
	var m Fund
	c := codec{ofT: true}
	c.read(payload)
	m.fields(&c)
	return m, c.decoded(payload)
}
