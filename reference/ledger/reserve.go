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

// A reserve is what of one device's value the ledger has: the reservation of
// family I, the shadow wallet of family S. Value of these families never leaves
// the online system.
type reserve struct {
	// balance is in minor units. Below zero, and only under PROVIDER_COVERS, it is
	// what the device's provider has advanced. 53 bits and a sign fit.
	balance int64
	// passed is the highest counter up to which every debit was taken.
	passed uint64
	// highest is the highest counter that was taken.
	highest uint64
}

// A stage is how far the ledger is with one debit.
type stage uint8

const (
	stageKnown   stage = iota // it waits, for what precedes it or for liquidity
	stageTaken                // it has left the payer's reserve, and nobody has it yet
	stageSettled              // its payee has it
	stageBack                 // it is the payer's again, or never left
)

// reserves are the reserves and the debits between them.
type reserves struct {
	of    map[wire.DID]*reserve
	stage map[wire.ID]stage
	// open are the debits that are not at an end, by payer, counter and id.
	open []*Debit
	// taken says which counters were taken, of debits with one counter the first.
	taken map[counterOf]bool
	// refunded are the debits for which a refund was signed.
	refunded map[wire.ID]bool
	// drew are the sources that devices have paid from, under CHAIN provenance.
	drew map[drewFrom]bool
	// named are the numbers of the reservations that payments name, by payer.
	named map[wire.DID]map[uint64]bool
	// short are the devices whose reserve is below zero.
	short map[wire.DID]bool
	// paid are the counters of the payments that acknowledged logs tell.
	paid map[wire.ID]counterOf
	// owed are cancelled fundings that the reserve does not have at the moment.
	owed []owed
}

type owed struct {
	did    wire.DID
	amount money.Amount
}

func newReserves() reserves {
	return reserves{
		of: map[wire.DID]*reserve{}, stage: map[wire.ID]stage{}, taken: map[counterOf]bool{}, refunded: map[wire.ID]bool{}, paid: map[wire.ID]counterOf{}, named: map[wire.DID]map[uint64]bool{}, short: map[wire.DID]bool{}, drew: map[drewFrom]bool{},
	}
}

// A Move is one posting to a reserve.
type Move struct {
	Kind   MoveKind
	Device wire.DID
	Amount money.Amount
}

// A MoveKind says which way a posting goes.
type MoveKind uint8

// The kinds of postings.
const (
	MoveFund MoveKind = iota // from the account
	MoveTake                 // a debit leaves its payer
	MoveGive                 // and comes to its payee
	MoveBack                 // or back to its payer
)

// post books a move, as the ledger's parts have it booked.
func (l *Ledger) post(m Move) {
	l.parts.Post(m, func(m Move) {
		r := l.reserve(m.Device)
		if m.Kind == MoveTake {
			r.balance -= int64(m.Amount)
		} else {
			r.balance += int64(m.Amount)
		}
		if r.balance < 0 {
			l.reserves.short[m.Device] = true
		} else {
			delete(l.reserves.short, m.Device)
		}
	})
}

// reserving reports whether value stays online: in families I and S.
func (l *Ledger) reserving() bool {
	f := l.parts.Place.Spoken()
	return f == wire.FamilyIOU || f == wire.FamilyShadow
}

// covers reports whether the payer's provider makes good what a reserve lacks.
func (l *Ledger) covers() bool {
	return l.parts.Place.Spoken() == wire.FamilyIOU && l.parts.Policy.Rules.Shortfall != wire.ShortfallOrder
}

func (l *Ledger) reserve(did wire.DID) *reserve {
	r := l.reserves.of[did]
	if r == nil {
		r = &reserve{}
		l.reserves.of[did] = r
	}
	return r
}

// Reserve returns what the ledger has of the device's value, and what the
// device's provider has advanced for it; one of both is 0.
func (l *Ledger) Reserve(did wire.DID) (balance, covered money.Amount) {
	r := l.reserves.of[did]
	switch {
	case r == nil:
		return 0, 0
	case r.balance < 0:
		return 0, money.Amount(-r.balance)
	}
	return money.Amount(r.balance), 0
}

// reserveRules decide whether a debit is taken from its payer's reserve now. A
// debit that is not waits, and is asked again whenever the ledger learns
// something. Where the provider covers, only a DEFUND has to wait: it is the way
// out for value that was made in a cracked device.
func reserveRules() []Rule[Debit] {
	return []Rule[Debit]{
		{"what precedes it was taken", spec.SET01, spec.EOrderHeld, func(l *Ledger, d *Debit) bool {
			return l.covers() && !d.defunds() || d.Counter <= l.reserve(d.Payer).passed+1
		}},
		{"the reserve covers it", spec.SET07, spec.EShortfall, func(l *Ledger, d *Debit) bool {
			return l.covers() && !d.defunds() || l.reserve(d.Payer).balance >= int64(d.Amount)
		}},
	}
}

func (d *Debit) defunds() bool { return d.Opening == nil }

// learn enters a debit, once, and takes whatever can be taken since. A DEFUND is
// entered when its order was found to hold.
func (l *Ledger) learn(d *Debit) {
	l.noteDraws(d)
	at, known := l.reserves.stage[d.ID]
	again := at == stageBack && d.Claim && l.claims[d.ID] == claimPaid // its payer had not taken it back
	if !known || again {
		l.reserves.stage[d.ID] = stageKnown
		at, _ := slices.BinarySearchFunc(l.reserves.open, d, compareDebits)
		l.reserves.open = slices.Insert(l.reserves.open, at, d)
	}
	l.apply()
}

func compareDebits(a, b *Debit) int {
	return cmp.Or(bytes.Compare(a.Payer[:], b.Payer[:]), cmp.Compare(a.Counter, b.Counter), bytes.Compare(a.ID[:], b.ID[:]))
}

// apply takes and settles what it can until nothing more can be. What comes in
// only ever lets more be taken, so that this least fixpoint is a function of what
// is known, and not of the order in which it came.
func (l *Ledger) apply() {
	if !l.reserving() {
		return
	}
	for moved := true; moved; {
		moved = false
		for _, d := range slices.Clone(l.reserves.open) {
			moved = l.step(d) || moved
		}
	}
	l.keepWaiting()
	l.payBack()
	l.blockShort()
}

// keepWaiting keeps what waits as the ledger's parts do.
func (l *Ledger) keepWaiting() {
	var waits []*Debit
	for _, d := range l.reserves.open {
		if l.reserves.stage[d.ID] == stageKnown {
			waits = append(waits, d)
		}
	}
	kept := map[*Debit]bool{}
	for _, d := range l.parts.Waiting(waits) {
		kept[d] = true
	}
	l.reserves.open = slices.DeleteFunc(l.reserves.open, func(d *Debit) bool {
		return l.reserves.stage[d.ID] == stageKnown && !kept[d]
	})
}

// step moves one debit on, and reports whether it did.
func (l *Ledger) step(d *Debit) bool {
	switch l.reserves.stage[d.ID] {
	case stageKnown:
		if l.returned(d) {
			l.pass(d)
			l.end(d, stageBack)
			return true
		}
		if judge(l, l.parts.Rules.Reserve, d) != nil {
			return false
		}
		l.post(Move{MoveTake, d.Payer, d.Amount})
		l.reserves.stage[d.ID] = stageTaken
		l.pass(d)
		return true
	case stageTaken:
		if l.returned(d) {
			l.post(Move{MoveBack, d.Payer, d.Amount})
			l.end(d, stageBack)
			return true
		}
		return l.payOut(d)
	}
	return false
}

// pass lets what follows the debit be taken.
func (l *Ledger) pass(d *Debit) { l.passCounter(counterOf{d.Payer, d.Counter}) }

func (l *Ledger) passCounter(c counterOf) {
	r := l.reserve(c.payer)
	l.reserves.taken[c] = true
	r.highest = max(r.highest, c.counter)
	for l.reserves.taken[counterOf{c.payer, r.passed + 1}] {
		r.passed++
	}
}

// passRefunded passes the counter of a payment that its payer's log says it has
// back: its TRANSFER may be one that the ledger refuses, and never come. If it
// does, with its payee's ACCEPTED, it is taken like any other.
func (l *Ledger) passRefunded(did wire.DID, transfer wire.ID) {
	if c, known := l.reserves.paid[transfer]; known && c.payer == did && l.reserving() {
		l.passCounter(c)
	}
}

func (l *Ledger) end(d *Debit, s stage) {
	l.reserves.stage[d.ID] = s
	l.reserves.open = slices.DeleteFunc(l.reserves.open, func(o *Debit) bool { return o == d })
}

// returned reports whether the payer has the debit back.
func (l *Ledger) returned(d *Debit) bool {
	switch {
	case d.defunds():
		first, answered := l.device(d.Payer).defunded[d.Counter]
		return answered && first.id == d.ID && !first.credited
	case d.Claim:
		return l.claims[d.ID] == claimRefunded
	}
	return !l.ended(d) && (l.reserves.refunded[d.ID] || l.refusedBySE(d))
}

// ended reports whether payer or payee say that the payee has the amount, or the
// payee has paid with it.
func (l *Ledger) ended(d *Debit) bool {
	return l.credited(d) || l.device(d.Payer).retired[d.ID] || l.reserves.drew[drewFrom{d.Opening.Payee, d.ID}]
}

func (l *Ledger) refusedBySE(d *Debit) bool {
	refused := l.receiptOf(d, wire.ReceiptRefused)
	return refused != nil && refused.Certificate.Body.Class == wire.ClassSE
}

// payOut hands a debit that was taken to its payee, where that has it.
func (l *Ledger) payOut(d *Debit) bool {
	switch {
	case d.defunds():
		if !l.parts.Book.Credit(l.accountOf(d.Payer), d.Amount) {
			return false
		}
		l.supply.defund(d.Payer, d.Amount)
		l.keepAnswer(d, wire.DefundCredited) // whoever brings it again, blocked or not, gets this one
	case d.Claim:
		if l.claims[d.ID] != claimPaid || !l.parts.Book.Credit(l.accountOf(d.Opening.Payee), d.Amount) {
			return false
		}
		l.supply.defund(d.Opening.Payee, d.Amount)
	case !l.ended(d):
		return false
	default:
		l.post(Move{MoveGive, d.Opening.Payee, d.Amount})
	}
	if !d.defunds() {
		l.supply.settle(row{id: d.ID, payer: d.Payer, payee: d.Opening.Payee, counter: d.Counter, amount: d.Amount})
	}
	l.end(d, stageSettled)
	l.auditDevice(d.Payer, nil)
	return true
}

// cancelReserve gives a cancelled funding back as soon as the reserve has it: a
// payment out of value whose own arrival is not known yet may have been taken
// from it.
func (l *Ledger) cancelReserve(did wire.DID, amount money.Amount) {
	l.reserves.owed = append(l.reserves.owed, owed{did, amount})
	l.apply()
}

func (l *Ledger) payBack() {
	l.reserves.owed = slices.DeleteFunc(l.reserves.owed, func(o owed) bool {
		r := l.reserve(o.did)
		if r.balance < int64(o.amount) || !l.parts.Book.Credit(l.accountOf(o.did), o.amount) {
			return false
		}
		r.balance -= int64(o.amount)
		l.supply.cancel(o.did, o.amount)
		return true
	})
}

// receivedSettled reports whether everything that the device's acknowledged log
// has received is settled.
func (l *Ledger) receivedSettled(did wire.DID) bool {
	for id := range l.device(did).received {
		if l.reserves.stage[id] != stageSettled {
			return false
		}
	}
	return true
}

// blockShort blocks a device that is short although its own log explains it no
// better: it goes as far as its last debit, and all that it has received has
// arrived. Until then the missing may be on its way, and whoever was paid by an
// honest device and comes first would have it blocked.
func (l *Ledger) blockShort() {
	if !l.covers() {
		return
	}
	for _, did := range slices.SortedFunc(maps.Keys(l.reserves.short), compareDIDs) {
		d, r := l.device(did), l.reserves.of[did]
		if d.point.full && d.point.counter >= r.highest && l.receivedSettled(did) {
			l.Block(did)
		}
	}
}
