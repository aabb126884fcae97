package simulator_test

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/apdu"
)

// reader is a reader at one side of a unit's card.
func (w *world) reader(handle, side string) *apdu.Terminal {
	w.t.Helper()
	r := &apdu.Terminal{Transmit: func(command []byte) []byte {
		a := w.do(handle, adapter.APDU{Message: command, Side: side})
		if a.Done == nil {
			return nil
		}
		return a.Done.Message
	}}
	if _, err := r.Select(); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// The card is the unit: what it pays, the other verbs see, and the other way
// round.
func TestCardIsTheUnit(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	payer, payee := w.device(1000), w.device(0)
	p, q := w.reader(payer, adapter.SideContactless), w.reader(payee, adapter.SideUser)
	if err := (apdu.CardPayee{Terminal: q}).Arm(300, "Café"); err != nil {
		t.Fatal(err)
	}
	if err := apdu.Carry(apdu.CardPayer{Terminal: p}, apdu.CardPayee{Terminal: q}); err != nil {
		t.Fatal(err)
	}
	w.done(payer, adapter.PowerCycle{})
	if a, b := w.held(payer), w.held(payee); a != 700 || b != 300 {
		t.Errorf("payer %d, payee %d; want 700 and 300", a, b)
	}
	if _, err := p.Do(apdu.InsQuery, apdu.QueryVersions, 0, nil); err == nil {
		t.Error("after a loss of power the application is still selected")
	}
}

// A card whose power is cut inside a command answers torn, and RESUME ends what
// is pending.
func TestTornCard(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	payer, payee := w.device(1000), w.device(0)
	p := w.reader(payer, adapter.SideContactless)
	m1, err := apdu.CardPayer{Terminal: p}.Hello()
	if err != nil {
		t.Fatal(err)
	}
	m2 := w.done(payee, adapter.RequestPayment{Amount: 300, Message: m1})
	w.done(payer, adapter.CutWrite{Write: 1 << 20})
	w.done(payer, adapter.CutWrite{Write: 2, Byte: 7, Mode: "noise"})
	var torn *adapter.Torn
	p.Transmit = func(command []byte) []byte {
		a := w.do(payer, adapter.APDU{Message: command, Side: adapter.SideContactless})
		if torn = a.Torn; torn != nil {
			return nil
		}
		return a.Done.Message
	}
	if _, err := (apdu.CardPayer{Terminal: p}).Pay(m2.Message); err != apdu.ErrUnknown || torn == nil || torn.Writes != 2 {
		t.Fatalf("%v, torn %+v; want unknown and two writes begun", err, torn)
	}
	w.finish(payer, payee)
	if total := w.held(payer) + w.held(payee); total != 1000 || *w.value(payer).Outgoing != 0 {
		t.Errorf("%d in all, %d outgoing; want 1000 and 0", total, *w.value(payer).Outgoing)
	}
}

func TestUnknownSide(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	handle := w.device(0)
	q := adapter.Request{Handle: handle, Verb: adapter.APDU{Message: []byte{0, 0xA4, 4, 0}, Side: "upside"}}
	if a, err := w.sim.Do(t.Context(), q, nil); err == nil {
		t.Errorf("a side that there is none of answers %+v", a)
	}
}
