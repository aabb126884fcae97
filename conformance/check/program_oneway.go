package check

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// A notice is a static request that a program has made.
type notice struct {
	payee   *Unit
	request []byte
}

// A parcel is a one-way payment that a program has made.
type parcel struct {
	payer, payee *Unit
	message      []byte
}

// noticeUses is how many payments a static request of a program takes: the
// most that there can be, and more than a program makes, so that no payment stays
// pending because its request is used up.
const noticeUses = 64

// oneWay carries out one random verb of a one-way payment and says what it did.
// Like every step of a program it judges no answer.
func (g *program) oneWay(kind int, from, to *Unit, amount uint64) string {
	what := fmt.Sprintf("%s to %s, %d", from.Name, to.Name, amount)
	switch kind {
	case 0:
		g.notice(to)
		return "static request of " + to.Name
	case 1:
		if n := g.latest(to); n != nil {
			if a := from.PayPoster(n.request, amount); a.Done != nil {
				g.parcels = append(g.parcels, parcel{from, to, a.Done.Message})
			}
		}
		return "pay one way " + what
	case 2:
		if len(g.parcels) == 0 {
			return "deliver nothing one way"
		}
		p := g.parcels[g.t.rand.IntN(len(g.parcels))] // once more, perhaps
		answer := p.payee.acceptedOneWay(p.message)
		// A product of class BH may refuse what it has seen, and answer nothing: a
		// payment whose answer is lost then waits for the ledger.
		if !g.t.env.RP() || g.t.rand.IntN(2) == 0 {
			p.payer.do(adapter.AcknowledgeOneWay{Message: answer})
			return "deliver and acknowledge one way to " + p.payee.Name
		}
		return "deliver one way to " + p.payee.Name
	}
	g.resend(from)
	return "resend one way " + from.Name
}

// notice asks for money by a static request; a unit may have no place for
// another.
func (g *program) notice(payee *Unit) {
	if a := payee.do(adapter.StaticRequest{Uses: noticeUses, Epochs: posterEpochs}); a.Done != nil {
		g.notices = append(g.notices, notice{payee, a.Done.Message})
	}
}

// latest is a unit's latest static request, made for it where there is none.
func (g *program) latest(payee *Unit) *notice {
	for again := range 2 {
		for i := len(g.notices) - 1; i >= 0; i-- {
			if g.notices[i].payee == payee {
				return &g.notices[i]
			}
		}
		if again == 0 {
			g.notice(payee)
		}
	}
	return nil
}

// acceptedOneWay hands a unit a one-way payment and returns its word on it,
// accepted or refused, if it gave one.
func (u *Unit) acceptedOneWay(message []byte) []byte {
	a := u.do(adapter.AcceptOneWay{Message: message})
	switch {
	case a.Done != nil:
		return a.Done.Message
	case a.Refused != nil:
		return a.Refused.Message
	}
	return nil
}

// settleOneWay lets every payer send again, so that nothing waits for a unit that
// a later check uses.
func (g *program) settleOneWay() {
	if g.t.Has(adapter.CapOneWay) {
		for _, u := range g.units {
			g.resend(u)
		}
	}
}

// resend shows what a payer sends again to every other unit, of which one can
// read it, and takes their words back.
func (g *program) resend(payer *Unit) {
	a := payer.do(adapter.ResendOneWay{})
	if a.Done == nil {
		return
	}
	for _, m := range a.Done.Messages {
		for _, u := range g.units {
			if u == payer {
				continue
			}
			if answer := u.acceptedOneWay(m); answer != nil {
				payer.do(adapter.AcknowledgeOneWay{Message: answer})
			}
		}
	}
}
