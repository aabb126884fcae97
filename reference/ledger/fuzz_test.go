package ledger

import (
	"bytes"
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
)

// Whatever bytes arrive at any door, the answer is a refusal or an answer, and
// what was not signed changes no book.
func FuzzMessages(f *testing.F) {
	seed := func(t *testing.T) (*unit, [][]byte) {
		w := newWorld(t)
		a, b := w.unit("a"), w.unit("b")
		a.fund(1000)
		p := a.pay(b, 100)
		return a, [][]byte{p.record, p.request, b.receipt(p, wire.ReceiptAccepted),
			a.fundReq(7, 10, wire.FundRequest), a.clone().defund(5, wire.Nonce{1}), a.report()}
	}
	f.Add([]byte{1})
	f.Add([]byte{0, 0, 0, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, messages := seed(t)
		for i := range messages {
			// The fuzzer's bytes are also taken as a change to a right message.
			changed := bytes.Clone(messages[i])
			for k, x := range b {
				changed[(k*31+len(b))%len(changed)] ^= x
			}
			if bytes.Equal(changed, messages[i]) {
				continue
			}
			before := a.ledger.Supply()
			_, funding := a.ledger.IssueFunding(changed)
			_, defunding := a.ledger.AcceptDefunding(changed)
			_, sync := a.ledger.Reconcile(changed, [][]byte{changed, b}, SecondFactor)
			for _, err := range []error{funding, defunding, sync} {
				if _, refused := errors.AsType[*Refusal](err); !refused {
					t.Errorf("message %d changed by %x: %v, want a refusal", i, b, err)
				}
			}
			if after := a.ledger.Supply(); after.Funded != before.Funded || after.Defunded != before.Defunded {
				t.Errorf("message %d changed by %x: supply %+v, was %+v", i, b, after, before)
			}
		}
	})
}
