package device

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/wire"
)

// finish lets the two meet again: the payee is armed to finish, the payer sends
// what is pending, and the answers come back.
func (c *card) finish(payee *card) {
	c.r.t.Helper()
	c.r.must(c.tryFinish(payee))
}

func (c *card) tryFinish(payee *card) error {
	m1, err := c.Start(0, 0)
	if err != nil {
		return err
	}
	m2, err := payee.RequestFinish(0, m1)
	if err != nil {
		return err
	}
	m3s, err := c.Resend(0, m2)
	if err != nil {
		return err
	}
	for _, m3 := range m3s {
		m4, err := payee.Accept(0, m3)
		if refusal, ok := errors.AsType[*Refusal](err); ok {
			m4 = refusal.Message
		} else if err != nil {
			return err
		}
		if _, err = c.Acknowledge(0, m4); err != nil {
			return err
		}
	}
	return nil
}

// script runs a payment of 300 and returns at which message it was cut, 0 when
// it was not.
func script(payer, payee *card) int {
	m1, err := payer.Start(0, 0)
	if err != nil {
		return 1
	}
	m2, err := payee.Request(0, m1, Demand{Amount: 300})
	if err != nil {
		return 2
	}
	m3, err := payer.Pay(0, m2, PayOptions{PIN: []byte("1234")})
	if err != nil {
		return 3
	}
	m4, err := payee.Accept(0, m3)
	if err != nil {
		return 4
	}
	if _, err = payer.Acknowledge(0, m4); err != nil {
		return 5
	}
	return 0
}

func TestEveryRowOfTheCutTable(t *testing.T) {
	// Each row is cut after a message; power goes at both ends.
	for _, tt := range []struct {
		name    string
		message int
		close   bool // the payee closes its request before they meet again
		paid    bool
	}{
		{name: "before P1", message: 1},
		{name: "Q1 done, M2 lost", message: 2},
		{name: "P2 done, M3 lost", message: 3, paid: true},
		{name: "Q2 done, M4 lost", message: 4, paid: true},
		{name: "payee closed before M3", message: 3, close: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRealm(t)
			payer, payee := r.card(1), r.card(2)
			payer.fund(1000)
			m1, err := payer.Start(0, 0)
			r.must(err)
			if tt.message > 1 {
				m2, err := payee.Request(0, m1, Demand{Amount: 300})
				r.must(err)
				if tt.message > 2 {
					m3, err := payer.Pay(0, m2, PayOptions{Verified: true})
					r.must(err)
					if tt.message > 3 {
						_, err = payee.Accept(0, m3)
						r.must(err)
					}
				}
			}
			payer.power()
			payee.power()
			if tt.close {
				r.must(payee.Cancel(0))
			}
			payer.finish(payee)
			want := [2]int{1000, 0}
			if tt.paid {
				want = [2]int{700, 300}
			}
			if got := [2]int{int(payer.balance()), int(payee.balance())}; got != want {
				t.Errorf("balances %v; want %v", got, want)
			}
			if st, _ := payer.Query(); st.PendingOutgoing != 0 || len(st.Pending) != 0 {
				t.Errorf("still pending: %+v", st)
			}
			payer.pay(payee, 100) // and the next payment works
		})
	}
}

func TestResentTransferIsTheSame(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	m1, _ := payer.Start(0, 0)
	m2, _ := payee.Request(0, m1, Demand{Amount: 300})
	if _, err := payer.Pay(0, m2, PayOptions{Verified: true}); err != nil {
		t.Fatal(err)
	}
	first := payer.object(&payer.state.Slots[0])
	r.must(payer.Edit(func(s *State) { s.Epoch++ }))
	payer.power()
	payer.finish(payee)
	if record := payer.parts.Host.Record(payer.state.Prev); !bytes.Contains(record, first) {
		t.Error("the TRANSFER sent again is another")
	}
	if payee.balance() != 300 {
		t.Errorf("payee has %d; want 300", payee.balance())
	}
}

// A tearing is one case of the sweep: a cut in one of two memories, and one in
// the recovery that follows.
type tearing struct {
	payer, payee, torn *card
	images             [2]nvm.Snapshot
}

// sweep runs the script with a cut, lets both boot and meet again with another,
// and once more without, and judges what is left. It reports whether the first
// cut fired.
func (s *tearing) sweep(t *testing.T, cut, second nvm.Cut) bool {
	t.Helper()
	payer, payee := s.payer, s.payee
	for i, c := range []*card{payer, payee} {
		c.mem.Restore(s.images[i])
		c.power()
	}
	s.torn.mem.Arm(cut)
	at := script(payer, payee)
	fired := s.torn.mem.Fired()
	if fired != (at != 0) {
		t.Fatalf("%+v: fired %v, cut at message %d", cut, fired, at)
	}
	s.torn.mem.Disarm()
	s.boot()
	s.torn.mem.Arm(second)
	err := payer.tryFinish(payee)
	if again := s.torn.mem.Fired(); again != (err != nil) {
		t.Fatalf("%+v, %+v: fired %v, error %v", cut, second, again, err)
	}
	s.torn.mem.Disarm()
	s.boot()
	payer.finish(payee)
	a, b := payer.balance(), payee.balance()
	if a+b != 1000 || b != 0 && b != 300 {
		t.Fatalf("%+v at message %d, %+v: balances %d and %d", cut, at, second, a, b)
	}
	if st, _ := payer.Query(); len(st.Pending) != 0 {
		t.Fatalf("%+v at message %d, %+v: pending %x", cut, at, second, st.Pending)
	}
	if payer.state.Tries == 0 {
		t.Fatalf("%+v: PIN locked by a cut", cut)
	}
	payer.pay(payee, 100)
	return fired
}

func (s *tearing) boot() {
	s.payer.power()
	s.payee.power()
}

func newTearing(t *testing.T, size int) *tearing {
	r := newRealm(t)
	r.policy.Limits[0].AuthFreeAmount = wire.LimitOf(0)
	payer, payee := r.cardIn(size, 1), r.cardIn(size, 2)
	payer.fund(1000)
	return &tearing{payer: payer, payee: payee,
		images: [2]nvm.Snapshot{payer.mem.Snapshot(), payee.mem.Snapshot()}}
}

// all cuts every step-th write of the script in each memory and returns how many
// writes the script makes.
func (s *tearing) all(t *testing.T, step int, bytes []int) (writes [2]int) {
	for i, torn := range []*card{s.payer, s.payee} {
		s.torn = torn
		for fired := true; fired; writes[i] += step {
			for j, k := range bytes {
				mode := []nvm.Mode{nvm.Old, nvm.Erased, nvm.Noise}[(writes[i]+j)%3]
				second := nvm.Cut{Write: 1 + (writes[i]+5*j)%12, Byte: k, Mode: mode}
				fired = s.sweep(t, nvm.Cut{Write: writes[i] + 1, Byte: 64 - k, Mode: mode}, second)
			}
		}
	}
	return writes
}

func TestTearAtEveryWrite(t *testing.T) {
	writes := newTearing(t, 0).all(t, 1, []int{0, 1, 17, 33, 63, 64})
	if writes[0] < 20 || writes[1] < 10 {
		t.Errorf("%v writes were torn", writes)
	}
}

// In a memory this small the journal makes a checkpoint of everything within
// the payment.
func TestTearInACheckpoint(t *testing.T) {
	writes := newTearing(t, 39<<10).all(t, 31, []int{0, 40})
	if writes[0] < 200 {
		t.Errorf("%v writes were torn: no checkpoint", writes)
	}
}

func TestEveryStepIsOneCommitInOrder(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.steps, payee.steps = nil, nil
	payer.pay(payee, 300)
	if got, want := fmt.Sprint(payer.steps), "[M1 P1 P2 M3 P3]"; got != want {
		t.Errorf("payer: %s; want %s", got, want)
	}
	if got, want := fmt.Sprint(payee.steps), "[Q1 M2 Q2 RECEIPT]"; got != want {
		t.Errorf("payee: %s; want %s", got, want)
	}
}

func TestBootFindsWhatWasCommitted(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 300)
	for _, c := range []*card{payer, payee} {
		before := fmt.Sprintf("%+v", c.State())
		c.power()
		if after := fmt.Sprintf("%+v", c.State()); after != before {
			t.Errorf("after boot\n%s\nbefore\n%s", after, before)
		}
	}
}

// A run of every verb from one seed gives the same bytes.
func TestEveryVerbIsDeterministic(t *testing.T) {
	transcript := func() []byte {
		var out []byte
		r := newRealm(t)
		payer, payee := r.card(1), r.card(2)
		note := func(b []byte, err error) {
			t.Helper()
			r.must(err)
			out = append(out, b...)
		}
		enrol, err := payer.Enrol()
		note(bytes.Join(enrol, nil), err)
		req, err := payer.FundRequest(1000)
		note(req, err)
		r.must(payer.FundAccept(r.voucher(req, nil)))
		m := payer.pay(payee, 300)
		note(bytes.Join([][]byte{m.m1, m.m2, m.m3, m.m4}, nil), nil)
		m1, err := payer.Start(1, 0)
		note(m1, err)
		m2, err := payee.Request(1, m1, Demand{Amount: 7})
		note(m2, err)
		note(payer.Pay(1, m2, uv()))
		m1, err = payer.Start(2, 0)
		note(m1, err)
		m2, err = payee.RequestFinish(2, m1)
		note(m2, err)
		frames, err := payer.Resend(2, m2)
		note(bytes.Join(frames, nil), err)
		note(payee.Accept(2, frames[0]))
		_, err = payer.Export()
		r.must(err)
		r.must(payer.ApplyPolicy(r.auth.SignPolicy(withVersion(r.policy, 2))))
		r.must(payer.ApplyRevocations(r.auth.SignRevset(1, 20000, nil, nil)))
		r.must(payee.Cancel(0))
		note(payer.DefundRequest(100, wire.Nonce{1}))
		note(payer.FundRequest(50))
		note(payer.FundCancel())
		report, err := payer.SyncReport(r.challenge(payer, 0))
		note(report.Sync, err)
		note(bytes.Join(report.Records, nil), nil)
		return append(out, fmt.Sprintf("%+v%+v", payer.State(), payee.State())...)
	}
	if !bytes.Equal(transcript(), transcript()) {
		t.Error("two runs from one seed differ")
	}
}

// challenge is a SYNC_CHAL of the realm's service.
func (r *realm) challenge(c *card, last uint64) []byte {
	m := wire.SyncChal{Version: 1, Realm: r.auth.Place.Realm, Suite: r.auth.TopSuite, Nonce: wire.Nonce{9, byte(last)},
		Cert: r.auth.Service.Cert.ID, Device: c.DID(), Last: last, Head: c.state.AckedHead}
	return r.auth.Service.Sign(wire.TypeSyncChal, m.Encode())
}
