package wire

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
)

// SyncFinal is the flag of the last SYNC of a decommissioned device.
const SyncFinal = 1 << 0

// The modes of synchronisation, key 78.
const (
	SyncFull   = 1 // every log entry
	SyncTotals = 3 // entries of funding and defunding only
)

// NoLimit as the low-water mark of a SYNC_ACK leaves it to the device's own.
const NoLimit = maxCounter

// Totals are the sums of a device since its birth; none of them ever falls.
// Debits count from the moment that they leave the balance:
// sum(lots) = Funded + In + Refunded - Out - Defunded.
type Totals struct {
	In, Out, Funded, Defunded, Refunded money.Amount
}

// A SyncChal opens a synchronisation: the ledger's nonce and what it has
// acknowledged last.
type SyncChal struct {
	Version uint64
	Realm   Realm
	Suite   suite.Suite
	Nonce   Nonce
	Cert    ID
	Device  DID
	Last    uint64 // key 52: number of the last entry acknowledged, 0 for none
	Head    ID     // key 53: the log head there
}

func (m *SyncChal) fields(c *codec) {
	c.signedHead(&m.Version, TypeSyncChal, &m.Realm, &m.Suite)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	c.fixed(31, m.Device[:])
	number(c, 52, &m.Last, 0, maxCounter)
	c.fixed(53, m.Head[:])
}

// A Sync is a device's signed account of itself. The range First to Last is
// empty when Last is First-1.
type Sync struct {
	Version           uint64
	Realm             Realm
	Suite             suite.Suite
	Currency          uint64
	Exponent          uint64
	Nonce             Nonce
	Cert              ID
	Counter           uint64 // the last one spent, 0 for none
	Prev              ID     // id of that debit, zero for none
	Lots              []Lot
	PolicyVersion     uint64
	RevocationVersion uint64
	Epoch             uint64
	Flags             uint64
	First             uint64 // key 50
	HeadBefore        ID     // key 51
	Last              uint64 // key 52
	Head              ID     // key 53
	Entries           [][]byte
	Totals            Totals
	Pending           []ID // ids of pending debits, ascending
	UsedAmount        money.Amount
	UsedCount         uint64
	NextRequest       uint64     // key 58
	Mode              uint64     // key 78
	Fragments         []Fragment // in family T: what the device gives up for fresh tokens
}

func (m *Sync) fields(c *codec) {
	c.signedHead(&m.Version, TypeSync, &m.Realm, &m.Suite)
	c.moneyHead(&m.Currency, &m.Exponent)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	number(c, 13, &m.Counter, 0, maxCounter)
	c.fixed(14, m.Prev[:])
	c.lots(15, &m.Lots, 0)
	number(c, 19, &m.PolicyVersion, 0, maxCounter)
	number(c, 20, &m.RevocationVersion, 0, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.flags(22, &m.Flags, SyncFinal)
	number(c, 50, &m.First, 1, maxCounter)
	c.fixed(51, m.HeadBefore[:])
	number(c, 52, &m.Last, 0, maxCounter)
	c.fixed(53, m.Head[:])
	c.strings(54, &m.Entries, 0)
	t := &m.Totals
	c.tuple(55, (*uint64)(&t.In), (*uint64)(&t.Out), (*uint64)(&t.Funded), (*uint64)(&t.Defunded), (*uint64)(&t.Refunded))
	c.ids(56, &m.Pending, 0)
	c.tuple(57, (*uint64)(&m.UsedAmount), &m.UsedCount)
	number(c, 58, &m.NextRequest, 1, maxCounter)
	c.choice(78, &m.Mode, func(n uint64) bool { return n == SyncFull || n == SyncTotals })
	c.renewed(&m.Fragments)
}

// A SyncAck lets a device forget what the ledger holds.
type SyncAck struct {
	Version           uint64
	Realm             Realm
	Suite             suite.Suite
	Nonce             Nonce
	Cert              ID
	SyncHash          ID // key 18: id of the SYNC
	PolicyVersion     uint64
	RevocationVersion uint64
	Epoch             uint64
	Device            DID
	Last              uint64   // key 52
	Head              ID       // key 53
	LowWater          uint64   // key 59, NoLimit when the ledger sets none
	Grant             uint64   // key 60: 0 nothing, 1 limits replenished, 2 also unlocked
	ClearHops         uint64   // key 61: 0 or 1
	Issued            [][]byte // in family T: encoded TOKENs for what was given up
}

func (m *SyncAck) fields(c *codec) {
	c.signedHead(&m.Version, TypeSyncAck, &m.Realm, &m.Suite)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	c.fixed(18, m.SyncHash[:])
	number(c, 19, &m.PolicyVersion, 0, maxCounter)
	number(c, 20, &m.RevocationVersion, 0, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.fixed(31, m.Device[:])
	number(c, 52, &m.Last, 0, maxCounter)
	c.fixed(53, m.Head[:])
	number(c, 59, &m.LowWater, 0, maxCounter)
	c.choice(60, &m.Grant, func(n uint64) bool { return n <= 2 })
	c.choice(61, &m.ClearHops, func(n uint64) bool { return n <= 1 })
	c.renewal(&m.Issued)
}

// The status of a RESOLVE.
const (
	ResolveRetire = 1 // the value arrived: the slot is free
	ResolveRefund = 2 // it never will: the payer has it back
)

// A Resolve is the ledger's final word on a pending TRANSFER. A refund names
// its ground: Refused, the id of the payee's REFUSED, which travels with it, or
// Payee, for whom the ledger knows that the transfer is not credited.
type Resolve struct {
	Version      uint64
	Realm        Realm
	Suite        suite.Suite
	Cert         ID
	TransferHash ID
	Epoch        uint64
	Status       uint64
	Device       DID // the payer
	Refused      ID  // key 64, zero when absent
	Payee        DID // key 65, zero when absent
}

func (m *Resolve) fields(c *codec) {
	c.signedHead(&m.Version, TypeResolve, &m.Realm, &m.Suite)
	c.fixed(10, m.Cert[:])
	c.fixed(18, m.TransferHash[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.choice(24, &m.Status, upTo(2))
	c.fixed(31, m.Device[:])
	if m.Status != ResolveRefund {
		return
	}
	if c.optional(64, m.Refused != ID{}) {
		c.fixed(64, m.Refused[:])
		return
	}
	c.fixed(65, m.Payee[:])
}
