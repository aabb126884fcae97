package apdu_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/nvm"
)

// A tear is what happens to the n-th APDU between a phone and two cards.
type tear struct {
	at   int
	kind string
	seen int
	hit  *body // whose card it was
}

// The ways in which a card is torn off, and what the reader makes of it.
var tears = []string{"not delivered", "no answer", "half an answer", "a status word alone"}

// through is a reader's Transmit under the tear.
func (x *tear) through(b *body, transmit func([]byte) []byte) func([]byte) []byte {
	return func(command []byte) []byte {
		x.seen++
		if x.seen != x.at {
			return transmit(command)
		}
		x.hit = b
		var answer []byte
		if x.kind != "not delivered" {
			answer = transmit(command)
		}
		b.mem.Off()
		switch x.kind {
		case "half an answer":
			return answer[:len(answer)/2]
		case "a status word alone":
			return []byte{0x90, 0x00}
		}
		return nil
	}
}

// A table is two cards and a phone.
type table struct {
	r            *realm
	payer, payee *body
	mtu          int
}

func newTable(t *testing.T, mtu int) table {
	r := newRealm(t)
	w := table{r, r.body(1, mtu), r.body(2, mtu), mtu}
	w.payer.fund(1000)
	return w
}

// pay carries 300 from card to card, everything from SELECT on under the tear.
func (w table) pay(x *tear) error {
	p := &apdu.Terminal{Transmit: x.through(w.payer, w.payer.Contactless.Transmit)}
	q := &apdu.Terminal{Transmit: x.through(w.payee, w.payee.Transmit)}
	for _, t := range []*apdu.Terminal{p, q} {
		if _, err := t.Select(); err != nil {
			return err
		}
	}
	if err := (apdu.CardPayee{Terminal: q}).Arm(300, ""); err != nil {
		return err
	}
	return apdu.Carry(apdu.CardPayer{Terminal: p}, apdu.CardPayee{Terminal: q})
}

// finish lets the two cards meet again under a tear.
func (w table) finish(x *tear) error {
	p := &apdu.Terminal{Transmit: x.through(w.payer, w.payer.Contactless.Transmit)}
	q := &apdu.Terminal{Transmit: x.through(w.payee, w.payee.Transmit)}
	for _, t := range []*apdu.Terminal{p, q} {
		if _, err := t.Select(); err != nil {
			return err
		}
	}
	if err := (apdu.CardPayee{Terminal: q}).ArmFinish(); err != nil {
		return err
	}
	return apdu.Carry(apdu.CardPayer{Terminal: p, Resume: true}, apdu.CardPayee{Terminal: q})
}

// conserved checks what holds at any moment: no value is made, and no more is
// missing than what is pending.
func (w table) conserved() error {
	a, b := w.payer.status(), w.payee.status()
	switch {
	case a.Balance+b.Balance > 1000:
		return fmt.Errorf("%d and %d: value was made", a.Balance, b.Balance)
	case a.Balance+b.Balance+a.PendingOutgoing < 1000:
		return fmt.Errorf("%d and %d, %d pending: value is lost", a.Balance, b.Balance, a.PendingOutgoing)
	}
	return nil
}

// converged checks what holds once they have met: nothing is pending, and the
// payment was made or was not.
func (w table) converged() error {
	a, b := w.payer.status(), w.payee.status()
	if a.PendingOutgoing != 0 || a.Balance+b.Balance != 1000 || b.Balance != 0 && b.Balance != 300 {
		return fmt.Errorf("%d and %d, %d pending after RESUME", a.Balance, b.Balance, a.PendingOutgoing)
	}
	return nil
}

func (w table) reset() {
	w.r.must(w.payer.Reset())
	w.r.must(w.payee.Reset())
}

// settle restores power, resumes, and pays once more.
func (w table) settle(t *testing.T, name string) {
	t.Helper()
	w.reset()
	if err := w.conserved(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := w.finish(&tear{}); err != nil {
		t.Fatalf("%s: RESUME: %v", name, err)
	}
	if err := w.converged(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	before := w.payee.status().Balance
	if err := w.pay(&tear{}); err != nil || w.payee.status().Balance != before+300 {
		t.Fatalf("%s: the next payment: %v", name, err)
	}
}

func TestTornAtEveryAPDU(t *testing.T) {
	for _, mtu := range []int{255, 2048} {
		apdus := 0
		for _, kind := range tears {
			for at := 1; ; at++ {
				w := newTable(t, mtu)
				x := &tear{at: at, kind: kind}
				err := w.pay(x)
				if x.hit == nil {
					apdus = at - 1
					break
				}
				name := fmt.Sprintf("mtu %d, %s at APDU %d", mtu, kind, at)
				if !errors.Is(err, apdu.ErrUnknown) && kind != "a status word alone" {
					t.Fatalf("%s: %v; want unknown", name, err)
				}
				w.settle(t, name)
			}
		}
		t.Logf("mtu %d: %d APDUs, each torn in %d ways", mtu, apdus, len(tears))
		if apdus < 10 {
			t.Errorf("mtu %d: only %d APDUs were torn", mtu, apdus)
		}
	}
}

// RESUME itself is torn at every APDU, after a payment whose M4 was lost.
func TestTornAtEveryAPDUOfResume(t *testing.T) {
	for _, mtu := range []int{255, 2048} {
		for _, kind := range tears {
			for at := 1; ; at++ {
				w := newTable(t, mtu)
				last := &tear{}
				w.r.must(newTable(t, mtu).pay(last))
				if err := w.pay(&tear{at: last.seen - 1, kind: "no answer"}); err == nil {
					t.Fatal("the payment was not torn")
				}
				w.reset()
				x := &tear{at: at, kind: kind}
				_ = w.finish(x)
				if x.hit == nil {
					break
				}
				w.settle(t, fmt.Sprintf("mtu %d, %s at APDU %d of RESUME", mtu, kind, at))
			}
		}
	}
}

// Power goes at every persistent write of either card. The card that is cut does
// not answer, for it commits before the first byte of its response leaves.
func TestTornAtEveryWrite(t *testing.T) {
	for _, mtu := range []int{255, 2048} {
		for _, mode := range []nvm.Mode{nvm.Old, nvm.Erased, nvm.Noise} {
			if mode != nvm.Noise && mtu > 255 {
				continue // the memory does not know how long an APDU was
			}
			for _, side := range []string{"payer", "payee"} {
				writes := 0
				for write := 1; ; write++ {
					w := newTable(t, mtu)
					b := map[string]*body{"payer": w.payer, "payee": w.payee}[side]
					b.mem.Arm(nvm.Cut{Write: write, Byte: 7, Mode: mode})
					err := w.pay(&tear{})
					if !b.mem.Fired() {
						break
					}
					writes++
					name := fmt.Sprintf("mtu %d, mode %s, write %d of the %s", mtu, mode, write, side)
					if !errors.Is(err, apdu.ErrUnknown) {
						t.Fatalf("%s: %v; want unknown", name, err)
					}
					w.settle(t, name)
				}
				if writes < 3 {
					t.Errorf("mtu %d, %s: %d writes were cut; want some", mtu, side, writes)
				}
			}
		}
	}
}

// What an answer says is durable: power is cut after each answer, and the card
// stands by it.
func TestWhatIsAnsweredIsDurable(t *testing.T) {
	w := newTable(t, 255)
	p, q := w.payer.stranger(), w.payee.terminal()
	payer, payee := apdu.CardPayer{Terminal: p}, apdu.CardPayee{Terminal: q}
	w.r.must(payee.Arm(300, ""))
	m1, err := payer.Hello()
	w.r.must(err)
	m2, err := payee.Answer(m1)
	w.r.must(err)
	m3, err := payer.Pay(m2)
	w.r.must(err)
	w.r.must(w.payer.Reset())
	if s := w.payer.status(); s.PendingOutgoing != 300 || s.Balance != 700 {
		t.Errorf("M3 has left and power went: balance %d, pending %d; want 700 and 300", s.Balance, s.PendingOutgoing)
	}
	_, err = payee.Accept(m3)
	w.r.must(err)
	w.r.must(w.payee.Reset())
	if s := w.payee.status(); s.Balance != 300 {
		t.Errorf("M4 has left and power went: balance %d; want 300", s.Balance)
	}
}
