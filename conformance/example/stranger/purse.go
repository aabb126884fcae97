package main

// The kinds of event. Those from evBase on are a checkpoint: they set what the
// others change.
const (
	evDebit      = 1 + iota // Peer: payee, A: counter, B: amount, C: invoice, D: its nonce
	evClose                 // Flag: 1 credited, 0 void; A: counter
	evCredit                // Peer: payer, A: counter, B: amount, C: floor; Flag as in evClose
	evInvoice               // A: number
	evLoadAsk               // A: number, B: amount
	evLoaded                // A: number, B: amount, 0 when it was given up
	evUnload                // A: number, B: amount
	evUnloaded              // A: number
	evReported              // the log has been handed in
	evTries                 // A: tries of the PIN that are left
	evStopped               // Flag: 1 stopped, 0 free
	evBase                  // A: balance, B: counter, C: invoice, D: tries; Flag: stopped
	evNumbers               // A: loads, B: unloads
	evPending               // as evDebit
	evFloor                 // Peer: payer, A: floor
	evOutcome               // as evCredit
	evPaid                  // Peer: payee, C: invoice
	evEntry                 // Flag: kind, Peer, A: counter, B: amount
	evLoadOpen              // as evLoadAsk
	evUnloadOpen            // as evUnload
	evSealed                // A: generation; the end of a checkpoint
)

const (
	maxTries  = 3
	maxSlots  = 32   // debits without a receipt
	maxLog    = 8192 // entries
	paidKept  = 32   // invoices that are remembered as paid
	maxAmount = 1<<53 - 1
)

// A pending is a debit whose receipt has not come.
type pending struct {
	payee           id
	counter, amount uint64
	invoice, nonce  uint64
}

// An outcome is what a payee has made of a debit; it never changes.
type outcome struct {
	amount   uint64
	credited bool
}

// A payer is what a payee keeps of one that has paid it: nothing below the
// floor is pending with the payer any more.
type payer struct {
	floor    uint64
	outcomes map[uint64]outcome
}

// An entry of the log is handed to the issuer. Its kind is that of the event.
type entry struct {
	kind, flag byte
	peer       id
	counter    uint64
	amount     uint64
}

// An order is a load or an unload that is not finished.
type order struct{ number, amount uint64 }

// A state is what a card knows. It is nothing but its events.
type state struct {
	balance, counter, invoice, tries uint64
	loads, unloads                   uint64
	stopped                          bool
	pending                          []pending
	payers                           map[id]*payer
	paid                             []event
	log                              []entry
	load, unload                     *order
	generation                       uint64
}

func newState() state { return state{payers: map[id]*payer{}, tries: maxTries} }

// apply is the one place where a state changes.
func (s *state) apply(e event) {
	switch e.Kind {
	case evDebit:
		s.balance -= min(e.B, s.balance)
		s.counter = e.A
		s.pending = append(s.pending, pending{e.Peer, e.A, e.B, e.C, e.D})
		s.remember(e)
		s.note(e)
	case evClose:
		s.close(e.A, e.Flag == 1)
	case evCredit:
		if e.Flag == 1 {
			s.balance += e.B
		}
		s.settle(e)
		s.note(e)
	case evInvoice:
		s.invoice = e.A
	case evLoadAsk, evLoadOpen:
		s.loads, s.load = max(s.loads, e.A), &order{e.A, e.B}
	case evLoaded:
		s.balance += e.B
		s.load = nil
		s.note(e)
	case evUnload:
		s.balance -= e.B
		s.unloads, s.unload = e.A, &order{e.A, e.B}
		s.note(e)
	case evUnloadOpen:
		s.unload = &order{e.A, e.B}
	case evUnloaded:
		s.unload = nil
	case evReported:
		s.log = nil
	case evTries:
		s.tries = e.A
	case evStopped:
		s.stopped = e.Flag == 1
	default:
		s.restore(e)
	}
}

// restore applies the events of a checkpoint.
func (s *state) restore(e event) {
	switch e.Kind {
	case evBase:
		s.balance, s.counter, s.invoice, s.tries, s.stopped = e.A, e.B, e.C, e.D, e.Flag == 1
	case evNumbers:
		s.loads, s.unloads = e.A, e.B
	case evPending:
		s.pending = append(s.pending, pending{e.Peer, e.A, e.B, e.C, e.D})
	case evFloor:
		s.payer(e.Peer).floor = e.A
	case evOutcome:
		s.settle(e)
	case evPaid:
		s.remember(e)
	case evEntry:
		s.log = append(s.log, entry{byte(e.C), e.Flag, e.Peer, e.A, e.B})
	case evSealed:
		s.generation = e.A
	}
}

// checkpoint is the state as events, its end included.
func (s *state) checkpoint() []event {
	all := []event{
		{Kind: evBase, A: s.balance, B: s.counter, C: s.invoice, D: s.tries, Flag: bit(s.stopped)},
		{Kind: evNumbers, A: s.loads, B: s.unloads},
	}
	for _, p := range s.pending {
		all = append(all, event{Kind: evPending, Peer: p.payee, A: p.counter, B: p.amount, C: p.invoice, D: p.nonce})
	}
	for who, p := range s.payers {
		all = append(all, event{Kind: evFloor, Peer: who, A: p.floor})
		for counter, o := range p.outcomes {
			all = append(all, event{Kind: evOutcome, Flag: bit(o.credited), Peer: who, A: counter, B: o.amount, C: p.floor})
		}
	}
	for _, e := range s.paid {
		all = append(all, event{Kind: evPaid, Peer: e.Peer, C: e.C})
	}
	for _, e := range s.log {
		all = append(all, event{Kind: evEntry, Flag: e.flag, Peer: e.peer, A: e.counter, B: e.amount, C: uint64(e.kind)})
	}
	if s.load != nil {
		all = append(all, event{Kind: evLoadOpen, A: s.load.number, B: s.load.amount})
	}
	if s.unload != nil {
		all = append(all, event{Kind: evUnloadOpen, A: s.unload.number, B: s.unload.amount})
	}
	return append(all, event{Kind: evSealed, A: s.generation + 1})
}

// close ends a pending debit; one that is void gives its amount back.
func (s *state) close(counter uint64, credited bool) {
	for i, p := range s.pending {
		if p.counter != counter {
			continue
		}
		s.pending = append(s.pending[:i:i], s.pending[i+1:]...)
		if !credited {
			s.balance += p.amount
		}
		s.note(event{Kind: evClose, Flag: bit(credited), Peer: p.payee, A: counter, B: p.amount})
		return
	}
}

// settle keeps an outcome, and forgets those that the payer has closed.
func (s *state) settle(e event) {
	p := s.payer(e.Peer)
	p.outcomes[e.A] = outcome{e.B, e.Flag == 1}
	p.floor = max(p.floor, e.C)
	for counter := range p.outcomes {
		if counter < p.floor {
			delete(p.outcomes, counter)
		}
	}
}

func (s *state) payer(who id) *payer {
	if s.payers[who] == nil {
		s.payers[who] = &payer{outcomes: map[uint64]outcome{}}
	}
	return s.payers[who]
}

// remember keeps the latest invoices that were paid.
func (s *state) remember(e event) {
	s.paid = append(s.paid, event{Peer: e.Peer, C: e.C})
	if n := len(s.paid); n > paidKept {
		s.paid = append([]event{}, s.paid[n-paidKept:]...)
	}
}

func (s *state) note(e event) {
	s.log = append(s.log, entry{e.Kind, e.Flag, e.Peer, e.A, e.B})
}

// outgoing is what has left the balance and has no receipt.
func (s *state) outgoing() (sum uint64) {
	for _, p := range s.pending {
		sum += p.amount
	}
	return sum
}

// floor is the least counter that is pending towards a payee; the next one when
// none is.
func (s *state) floor(payee id) uint64 {
	for _, p := range s.pending { // in order of counters
		if p.payee == payee {
			return p.counter
		}
	}
	return s.counter + 1
}

func bit(set bool) byte {
	if set {
		return 1
	}
	return 0
}
