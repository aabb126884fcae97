package device

// The abstract machine: the persistent writes of payment, synchronisation,
// resolution, decommissioning and defunding as protocol steps over a state that
// is small enough to be visited whole. Every amount is 1.
//
// All that is here is durable, so a power cut between two writes is a step that
// never comes; a message, once it exists, may be shown to any device at any
// time, under any request number where that is not signed.

const (
	machines   = 3 // devices; payee number 3 is the ledger
	theLedger  = machines
	maxRequest = 3
	maxDebit   = 3
	retention  = 1 // R: the last R requests always remain answerable
)

// A fault is one rule of the device or ledger left out.
type fault uint16

const (
	requestNumberUnsigned fault = 1 << iota
	refusedBeforeQ4
	refusedBelowMark
	ringEntryDroppedEarly
	reclaimByTimeOut
	signatureBeforeDebit
	acceptedBeforeQ2
	lowWaterFalls
	payeeTagUncheckedWhenClosed
	finalSyncBeforeD1
	creditAfterD1
	refundOnAnySync
	reKeyBeforeP2
	receiptByCertificate
)

// What the machine of a device keeps of a request number.
const (
	never = iota
	isOpen
	closedOrCredited // which one, the ring says
)

// A unit is one device.
type unit struct {
	balance  int8
	next     uint8 // NextRequest
	lowWater uint8
	request  [maxRequest + 1]uint8
	paid     [maxRequest + 1]bool  // the PAY_REQ's one session was used
	ring     [maxRequest + 1]uint8 // debit + 1
	acked    [maxRequest + 1]bool  // the credit's entry is erased
	stub     [maxRequest + 1]uint8 // kept by the host: debit + 1, or stubClosed
	syncs    uint8
	syncOpen bool
	covered  [maxRequest + 1]bool // by the open SYNC
	gone     bool                 // D1
	final    bool                 // the ledger has a SYNC with the final flag
	reported uint8                // next, as the latest SYNC said
	key      uint8                // how often it was re-keyed
}

const stubClosed = 255

// The states of a debit; the last three are final.
const (
	unused = iota
	signed // signatureBeforeDebit only
	debited
	released
	retired
	refunded
)

// A debit is a TRANSFER or a DEFUND.
type debit struct {
	state    uint8
	payer    uint8
	payee    uint8
	number   uint8 // request number
	transfer bool  // the signature is in the world
	credited uint8 // how often
	accepted bool  // ACCEPTED, or DEFUND_ACK 1, is in the world
	refused  uint8 // bit i: device i signed REFUSED; bit 3: DEFUND_ACK 2
	known    bool  // the ledger has an entry that credits it
	key      uint8 // the payer's at P1
	payeeKey uint8 // that signed the PAY_REQ
}

// A world is one state of everything.
type world struct {
	unit  [machines]unit
	debit [maxDebit]debit
}

// bounds keep an exploration small.
type bounds struct {
	units        int
	funded       [machines]int8
	requests     [machines]uint8 // request numbers each device may use
	debits       int
	syncs        uint8
	slots        int // request slots
	defund       bool
	decommission bool
	rekeys       uint8 // of each device
	faults       fault
}

func (b *bounds) has(f fault) bool { return b.faults&f != 0 }

func (b *bounds) start() world {
	var w world
	for i := range b.units {
		w.unit[i].balance = b.funded[i]
		w.unit[i].next = 1
	}
	return w
}

func (b *bounds) total() int {
	sum := 0
	for _, f := range b.funded {
		sum += int(f)
	}
	return sum
}

// value is what exists: balances, debits that are neither credited nor
// returned, and what the ledger credited.
func (w *world) value() int {
	sum := 0
	for _, u := range w.unit {
		sum += int(u.balance)
	}
	for _, d := range w.debit {
		if (d.state == debited || d.state == released) && d.credited == 0 {
			sum++
		}
		if d.payee == theLedger {
			sum += int(d.credited)
		}
	}
	return sum
}

// ownBound is the highest number up to which every request is closed, or
// credited in an erased entry, and that leaves the last R answerable.
func (u *unit) ownBound() uint8 {
	bound := uint8(0)
	for n := uint8(1); int(n) <= int(u.next)-retention-1; n++ {
		if u.request[n] == isOpen || u.ring[n] != 0 && !u.acked[n] {
			break
		}
		bound = n
	}
	return bound
}

// An answer is what a payee says to a TRANSFER.
type answer uint8

const (
	abort answer = iota
	mayCredit
	sayAccepted
	sayRefused
)

// answerTo is the payee's procedure: the request by number, then the payee tag.
func (b *bounds) answerTo(w *world, payee int, n int, number uint8) answer {
	u, d := &w.unit[payee], &w.debit[n]
	tagOpens := int(d.payee) == payee
	switch {
	case number >= u.next:
		return abort
	case number <= u.lowWater:
		return b.answerBelowMark(u, n, number, tagOpens)
	case u.ring[number] == uint8(n)+1:
		return sayAccepted
	case u.ring[number] != 0:
		return abort
	case u.request[number] == isOpen:
		if tagOpens && d.number == number {
			return mayCredit
		}
		return abort
	case tagOpens || b.has(payeeTagUncheckedWhenClosed):
		return sayRefused
	}
	return abort
}

func (b *bounds) answerBelowMark(u *unit, n int, number uint8, tagOpens bool) answer {
	switch {
	case tagOpens && b.has(refusedBelowMark):
		return sayRefused
	case u.stub[number] == uint8(n)+1:
		return sayAccepted
	case tagOpens && u.stub[number] == stubClosed:
		return sayRefused
	}
	return abort
}
