package device

import (
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/nvm"
)

// FuzzLoad gives the decoder of the stored state any bytes under any key: it
// takes them or says that they are none of a device, and what it takes encodes
// to the same bytes again.
func FuzzLoad(f *testing.F) {
	r := newRealm(f)
	payer, payee := r.card(1), r.card(2)
	payer.fund(1000)
	payer.pay(payee, 300)
	good := payee.parts.Store.Load()
	for i, e := range good {
		f.Add(uint8(i), e.Value)
	}
	f.Fuzz(func(t *testing.T, which uint8, value []byte) {
		entries := append([]nvm.Entry(nil), good...)
		i := int(which) % len(entries)
		entries[i].Value = value
		s, images, err := load(entries, payee.cfg)
		if err != nil {
			return
		}
		if again := s.changes(s, images); len(again) != 0 {
			// A number may be longer than it must be; it is then written shorter.
			if again[0].Key != entries[i].Key || len(again[0].Value) > len(value) {
				t.Errorf("%x under %x is written as %x", value, entries[i].Key, again[0].Value)
			}
		}
	})
}

func TestBootRefusesAMemoryOfAnotherKind(t *testing.T) {
	store, err := nvm.Format(nvm.NewMemory(nvm.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Boot(Parts{Store: store, Rand: seeded(1)}, DefaultConfig(newRealm(t).auth.Place, 1)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v; want ErrCorrupt", err)
	}
}

// A store that is full refuses and keeps what was there.
func TestFullMemoryIsALogThatIsFull(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.cardIn(39<<10, 1), r.card(2)
	payer.fund(1000)
	for paid := 0; ; paid++ {
		if code := r.try(payer, payee, 1, uv()); code != 0 {
			if paid == 0 || code != 221 {
				t.Fatalf("after %d payments: %d; want 221", paid, code)
			}
			break
		}
	}
	payer.power()
	if payer.balance()+payee.balance()+payer.state.pendingAmount() != 1000 {
		t.Errorf("after boot %d and %d", payer.balance(), payee.balance())
	}
}
