package ledger

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Position is what the ledger has booked for one device, in minor units.
type Position struct {
	Device           wire.DID
	Funded, Defunded money.Amount // Funded is net of cancels
	Paid, Received   money.Amount // in transfers that reached the ledger
	Acknowledged     uint64       // number of the last log entry
	Pending          uint64       // debits without a final answer at the last SYNC
}

// A Supply is the aggregate book.
type Supply struct {
	Funded, Defunded money.Amount
	// Outstanding is Funded less Defunded, and 0 when that would be negative:
	// then there is an alarm.
	Outstanding money.Amount
	Positions   []Position // by device
	Alarms      []Alarm
}

// An Alarm is an equation that did not hold, or a conflict that public keys
// alone do not prove. It stays, and it accuses nobody.
type Alarm struct {
	Audit       string // its name, or that of the detector
	Requirement spec.ID
	Device      wire.DID // whose message made it ring
}

// An Audit is an equation over the books, checked after every change of the
// supply, with a nil report, and after every accepted SYNC.
type Audit struct {
	Name        string
	Requirement spec.ID
	Holds       func(l *Ledger, did wire.DID, r *Report) bool
}

// DefaultAudits returns the audits of the specification.
func DefaultAudits() []Audit {
	return []Audit{
		{"no more is defunded than was funded", spec.DET02, func(l *Ledger, _ wire.DID, _ *Report) bool {
			return l.supply.defunded <= l.supply.funded
		}},
		{"the reserves make up what is outstanding", spec.DET02, func(l *Ledger, _ wire.DID, _ *Report) bool {
			return !l.reserving() || l.reservesHold()
		}},
		{"the payments of the device name reservations that were made", spec.DET02, func(l *Ledger, did wire.DID, _ *Report) bool {
			return l.reservationsMade(did)
		}},
		{"the lots of the device are what its totals leave", spec.DET02, func(_ *Ledger, _ wire.DID, r *Report) bool {
			return r == nil || balances(r.Body)
		}},
		{"the device was funded no more than the ledger issued to it", spec.DET02, func(l *Ledger, did wire.DID, r *Report) bool {
			return r == nil || r.Body.Totals.Funded <= l.supply.devices[did].funded
		}},
		{"the device has debited what was settled from it", spec.DET02, func(l *Ledger, did wire.DID, r *Report) bool {
			return r == nil || l.supply.paidUpTo(did, r.Body.Counter) <= uint64(r.Body.Totals.Out)
		}},
		{"what the device received is what was sent to it", spec.DET02, func(l *Ledger, did wire.DID, r *Report) bool {
			return r == nil || l.receiptsAgree(did, r)
		}},
		{"the device has debited what it defunded", spec.DET02, func(l *Ledger, did wire.DID, r *Report) bool {
			return r == nil || l.defundedUpTo(did, r.Body.Counter) <= uint64(r.Body.Totals.Defunded)
		}},
	}
}

// balances checks sum(lots) = funded + in + refunded - out - defunded.
func balances(m wire.Sync) bool {
	var held money.Amount
	for _, lot := range m.Lots {
		var err error
		if held, err = held.Add(lot.Amount); err != nil {
			return false
		}
	}
	t := m.Totals
	// Each of them is below 2^53, so three of them fit in 64 bits.
	return uint64(held)+uint64(t.Out)+uint64(t.Defunded) == uint64(t.Funded)+uint64(t.In)+uint64(t.Refunded)
}

// row is one settled transfer.
type row struct {
	id           wire.ID
	payer, payee wire.DID
	counter      uint64
	amount       money.Amount
}

// flow is what was funded to and defunded from one device.
type flow struct{ funded, defunded money.Amount }

type supply struct {
	funded, defunded money.Amount
	devices          map[wire.DID]flow
	rows             []row
	settled          map[wire.ID]bool
	alarms           []Alarm
}

func newSupply() supply {
	return supply{devices: map[wire.DID]flow{}, settled: map[wire.ID]bool{}}
}

func (s *supply) fund(did wire.DID, amt money.Amount) {
	f := s.devices[did]
	f.funded += amt
	s.devices[did] = f
	s.funded += amt
}

// cancel undoes fund.
func (s *supply) cancel(did wire.DID, amt money.Amount) {
	f := s.devices[did]
	f.funded -= amt
	s.devices[did] = f
	s.funded -= amt
}

func (s *supply) defund(did wire.DID, amt money.Amount) {
	f := s.devices[did]
	f.defunded += amt
	s.devices[did] = f
	s.defunded += amt
}

func (s *supply) settle(r row) {
	s.settled[r.id] = true
	s.rows = append(s.rows, r)
}

func (s *supply) paidUpTo(did wire.DID, counter uint64) uint64 {
	var sum uint64
	for _, r := range s.rows {
		if r.payer == did && r.counter <= counter {
			sum += uint64(r.amount)
		}
	}
	return sum
}

// defundedUpTo sums the credited DEFUNDs of a device up to a counter: one that
// overtook the report on the way is not in its totals.
func (l *Ledger) defundedUpTo(did wire.DID, counter uint64) uint64 {
	var sum uint64
	for n, d := range l.device(did).defunded {
		if n <= counter && d.credited {
			sum += uint64(d.amount)
		}
	}
	return sum
}

// receiptsAgree compares the receipts of a report with those of their TRANSFERs
// that the ledger knows.
func (l *Ledger) receiptsAgree(did wire.DID, r *Report) bool {
	for _, e := range r.Entries {
		d := l.seen.debits[e.Ref]
		if e.Kind != wire.LogReceive || d == nil {
			continue
		}
		if d.Opening == nil || d.Opening.Payee != did || d.Amount != e.Amount {
			return false
		}
	}
	return true
}

func (s *supply) alarmed(did wire.DID) bool {
	return slices.ContainsFunc(s.alarms, func(a Alarm) bool { return a.Device == did })
}

// auditDevice rings the alarms of what does not hold after a message of did.
func (l *Ledger) auditDevice(did wire.DID, r *Report) {
	for _, a := range l.parts.Audits {
		if a.Holds(l, did, r) {
			continue
		}
		alarm := Alarm{a.Name, a.Requirement, did}
		if !slices.Contains(l.supply.alarms, alarm) {
			l.supply.alarms = append(l.supply.alarms, alarm)
		}
	}
}

// Settled reports whether the transfer is settled.
func (l *Ledger) Settled(id wire.ID) bool { return l.supply.settled[id] }

// Supply returns the aggregate book.
func (l *Ledger) Supply() Supply {
	s := Supply{Funded: l.supply.funded, Defunded: l.supply.defunded}
	if s.Funded > s.Defunded {
		s.Outstanding = s.Funded - s.Defunded
	}
	positions := map[wire.DID]*Position{}
	at := func(did wire.DID) *Position {
		if positions[did] == nil {
			f := l.supply.devices[did]
			positions[did] = &Position{Device: did, Funded: f.funded, Defunded: f.defunded}
		}
		return positions[did]
	}
	for _, did := range l.deviceIDs() {
		d, p := l.devices[did], at(did)
		p.Acknowledged, p.Pending = d.point.last, uint64(len(d.point.pending))
	}
	for _, r := range l.supply.rows {
		at(r.payer).Paid += r.amount
		at(r.payee).Received += r.amount
	}
	for _, did := range slices.SortedFunc(maps.Keys(positions), compareDIDs) {
		s.Positions = append(s.Positions, *positions[did])
	}
	_, unproven := l.conflicts()
	s.Alarms = slices.SortedFunc(slices.Values(slices.Concat(l.supply.alarms, unproven)), func(a, b Alarm) int {
		return cmp.Or(bytes.Compare(a.Device[:], b.Device[:]), cmp.Compare(a.Audit, b.Audit))
	})
	return s
}

func compareDIDs(a, b wire.DID) int { return bytes.Compare(a[:], b[:]) }
