package apdu_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/money"
)

// A relay is a hostile phone between three cards. It has their contactless
// sides, every frame that ever left one of them, and does what it likes.
type relay struct {
	t      *testing.T
	random *rand.Rand
	cards  []*body
	reader []*apdu.Terminal
	armed  []uint64 // a mask of the amounts that each card's user asked for
	next   uint64
	seen   [][]byte // frames
	air    []byte   // all bytes
}

func newRelay(t *testing.T, seed uint64) *relay {
	r := newRealm(t)
	x := &relay{t: t, random: rand.New(rand.NewPCG(seed, 0)), armed: make([]uint64, 3), next: 1}
	for i := range 3 {
		b := r.body(byte(i+1), []int{255, 2048, 255}[i])
		b.fund(100_000)
		x.cards = append(x.cards, b)
		x.reader = append(x.reader, &apdu.Terminal{Transmit: x.listen(b.Contactless.Transmit)})
		_, err := x.reader[i].Select()
		r.must(err)
	}
	return x
}

func (x *relay) listen(transmit func([]byte) []byte) func([]byte) []byte {
	return func(command []byte) []byte {
		answer := transmit(command)
		x.air = append(append(x.air, command...), answer...)
		return answer
	}
}

// arm has the user of a card ask for an amount that nobody else asks for, each a
// power of two, so that a balance tells what it was paid.
func (x *relay) arm(i int) {
	user := x.cards[i].terminal()
	if x.random.IntN(4) == 0 || x.next > 1<<14 {
		_ = apdu.CardPayee{Terminal: user}.ArmFinish()
		return
	}
	if err := (apdu.CardPayee{Terminal: user}).Arm(money.Amount(x.next), "Salon Ada"); err != nil {
		x.t.Fatal(err)
	}
	x.armed[i] |= x.next
	x.next <<= 1
}

// frame is one of those that were seen, most often the last, as it was or not.
func (x *relay) frame() []byte {
	if len(x.seen) == 0 {
		return []byte{0x80}
	}
	i := len(x.seen) - 1
	if x.random.IntN(2) == 0 {
		i = x.random.IntN(len(x.seen))
	}
	f := bytes.Clone(x.seen[i])
	switch x.random.IntN(8) {
	case 0:
		f[x.random.IntN(len(f))] ^= 1 << x.random.IntN(8)
	case 1:
		f = f[:1+x.random.IntN(len(f))]
	case 2:
		f = append(f, x.seen[x.random.IntN(len(x.seen))]...)
	}
	return f
}

// step is one thing that the phone does.
func (x *relay) step() {
	i := x.random.IntN(len(x.cards))
	role := byte(1 + x.random.IntN(2))
	number := byte(1 + x.random.IntN(4))
	var data []byte
	if own := (role == apdu.RolePayer) == (number%2 == 1); !own {
		data = x.frame()
	}
	ins, p2 := byte(apdu.InsExchange), number
	switch x.random.IntN(30) {
	case 0:
		x.arm(i)
		return
	case 1:
		ins, p2 = apdu.InsResume, 0
	case 2:
		ins, p2, data = apdu.InsAbort, 0, nil
	case 3:
		if err := x.cards[i].Reset(); err != nil {
			x.t.Fatal(err)
		}
		_, _ = x.reader[i].Select()
		return
	case 4:
		x.carry(i)
		return
	}
	if answer, err := x.reader[i].Do(ins, role, p2, data); err == nil && len(answer) > 0 {
		x.seen = append(x.seen, answer)
	} else if m := apdu.CounterMessage(err); m != nil {
		x.seen = append(x.seen, m)
	}
}

// carry carries honestly for as long as it likes, so that payments get far.
func (x *relay) carry(payee int) {
	payer := (payee + 1 + x.random.IntN(len(x.cards)-1)) % len(x.cards)
	x.arm(payee)
	_ = apdu.Carry(noting{x, apdu.CardPayer{Terminal: x.reader[payer]}, 1 + x.random.IntN(4)},
		apdu.CardPayee{Terminal: x.reader[payee]})
}

// A noting payer's frames are kept, and the last ones are not delivered.
type noting struct {
	x     *relay
	payer apdu.Payer
	until int
}

func (n noting) note(number int, frame []byte, err error) ([]byte, error) {
	if err != nil || len(frame) == 0 {
		return nil, err
	}
	n.x.seen = append(n.x.seen, frame)
	if number >= n.until {
		return nil, apdu.ErrUnknown
	}
	return frame, nil
}

func (n noting) Hello() ([]byte, error) {
	m1, err := n.payer.Hello()
	return n.note(1, m1, err)
}

func (n noting) Pay(m2 []byte) ([]byte, error) {
	n.x.seen = append(n.x.seen, m2)
	m3, err := n.payer.Pay(m2)
	return n.note(3, m3, err)
}

func (n noting) Acknowledge(m4 []byte) ([]byte, error) {
	n.x.seen = append(n.x.seen, m4)
	return n.payer.Acknowledge(m4)
}

func TestHostileRelayMovesNothing(t *testing.T) {
	for seed := range uint64(12) {
		x := newRelay(t, seed)
		for range 300 {
			x.step()
		}
		x.judge(seed, 0)
		for i := range x.cards {
			for j := range x.cards {
				x.finish(i, j)
			}
		}
		x.judge(seed, 300_000)
		x.blind(seed)
	}
}

// judge holds what the cards have against what their users asked for: each
// amount at most once, by the one who asked. At least so much is there.
func (x *relay) judge(seed uint64, atLeast uint64) {
	x.t.Helper()
	var total, in, paid uint64
	for i, b := range x.cards {
		s := b.status()
		total += uint64(s.Balance)
		in += uint64(s.Totals.In)
		paid += uint64(s.Totals.Out - s.Totals.Refunded)
		if got := uint64(s.Totals.In); got&^x.armed[i] != 0 {
			x.t.Fatalf("seed %d: card %d was paid %b; its user asked for %b", seed, i, got, x.armed[i])
		}
	}
	if total > 300_000 || total < atLeast || in > paid {
		x.t.Fatalf("seed %d: %d in all, %d received, %d paid; want at most 300000 and at least %d",
			seed, total, in, paid, atLeast)
	}
	if atLeast > 0 && in == 0 {
		x.t.Fatalf("seed %d: nothing was paid: the relay was not put to the test", seed)
	}
}

func (x *relay) finish(payer, payee int) {
	if payer == payee {
		return
	}
	if err := (apdu.CardPayee{Terminal: x.cards[payee].terminal()}).ArmFinish(); err != nil {
		x.t.Fatal(err)
	}
	p := &apdu.Terminal{Transmit: x.cards[payer].Contactless.Transmit}
	if _, err := p.Select(); err != nil {
		x.t.Fatal(err)
	}
	_ = apdu.Carry(apdu.CardPayer{Terminal: p, Resume: true}, apdu.CardPayee{Terminal: x.cards[payee].stranger()})
}

// blind checks that nothing by which a card or a payment could be known was on
// the air: identifiers, certificates, keys, the label.
func (x *relay) blind(seed uint64) {
	x.t.Helper()
	for i, b := range x.cards {
		did := b.Device().DID()
		for what, secret := range map[string][]byte{
			"did": did[:], "certificate": b.known.ID[:], "key": b.known.Raw[len(b.known.Raw)/3:][:32], "label": []byte("Salon Ada"),
		} {
			if bytes.Contains(x.air, secret) {
				x.t.Errorf("seed %d: the relay saw the %s of card %d", seed, what, i)
			}
		}
	}
}
