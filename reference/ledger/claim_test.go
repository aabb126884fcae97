package ledger

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// claim pays another unit by a claim that ends at an epoch.
func (u *unit) claim(payee *unit, end uint64) (payment, [][]byte) {
	u.t.Helper()
	p := u.pay(payee, 100)
	p.body.Flags, p.body.Expiry = wire.TransferClaim, end
	rec, err := settlement.Parse(p.record)
	if err != nil {
		u.t.Fatal(err)
	}
	rec.Object = u.id.Sign(wire.TypeTransfer, p.body.Encode())
	o, err := wire.DecodeObject(rec.Object, 8192)
	if err != nil {
		u.t.Fatal(err)
	}
	p.id = o.ID(wire.TypeTransfer)
	return p, [][]byte{settlement.Append(nil, rec)}
}

// accepted is the payee's word that it has the claim.
func (u *unit) accepted(p payment) [][]byte {
	word := u.id.Sign(wire.TypeReceipt, wire.Receipt{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: p.body.Suite, Cert: u.id.Cert.ID,
		RequestHash: p.body.RequestHash, TransferHash: p.id, Status: wire.ReceiptAccepted,
	}.Encode())
	return [][]byte{settlement.Append(nil, settlement.Record{Object: word})}
}

func status(t *testing.T, r Resolution) uint64 {
	t.Helper()
	o, err := wire.DecodeObject(r.Resolve, 4096)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wire.DecodeResolve(o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return m.Status
}

// A claim moves once: what was refunded is never paid, what was paid never
// refunded, and until the refund's moment it is paid to whoever brings it.
func TestAClaimIsPaidOrRefunded(t *testing.T) {
	const grace, end = 30, today + 3
	for _, tt := range []struct {
		name     string
		at       uint64 // of the deposit
		accepted bool
		code     spec.Code
		paid     bool
	}{
		{"in force", end, false, 0, true},
		{"in its grace", end + grace, false, 0, true},
		{"too late", end + grace + 1, false, spec.EReqExpired, false},
		{"too late, and accepted", end + grace + 1, true, 0, true},
	} {
		w := newWorld(t)
		w.ledger.parts.Policy.Fresh.Grace = grace
		a, b := w.unit("a"), w.unit("b")
		a.fund(500)
		p, record := a.claim(b, end)
		w.ledger.SetEpoch(tt.at)
		if tt.accepted {
			w.ledger.Upload(b.accepted(p))
		}
		wantCode(t, tt.name, w.ledger.Upload(record)[0].Err, tt.code)
		r, err := w.ledger.Resolve(p.id)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		want, balance := uint64(wire.ResolveRetire), "paid"
		if !tt.paid {
			want, balance = wire.ResolveRefund, "not paid"
		}
		if got := status(t, r); got != want {
			t.Errorf("%s: RESOLVE %d; want %d", tt.name, got, want)
		}
		for range 2 { // whatever comes later changes nothing
			w.ledger.Upload(record)
			w.ledger.Upload(b.accepted(p))
		}
		have, _ := w.ledger.Balance("b")
		if (have == 5100) != tt.paid {
			t.Errorf("%s: balance %d; want %s", tt.name, have, balance)
		}
	}
}

func TestAClaimIsNotRefundedBeforeItsTime(t *testing.T) {
	w := newWorld(t)
	w.ledger.parts.Policy.Fresh.Grace = 2
	a, b := w.unit("a"), w.unit("b")
	a.fund(500)
	p, record := a.claim(b, today+3)
	w.ledger.devices[b.did].account = "" // nobody to pay yet
	wantCode(t, "no account", w.ledger.Upload(record)[0].Err, spec.EFundBinding)
	w.ledger.SetEpoch(today + 5)
	if _, err := w.ledger.Resolve(p.id); err == nil {
		t.Error("resolved within the grace")
	}
	w.ledger.SetEpoch(today + 6)
	if r, err := w.ledger.Resolve(p.id); err != nil || status(t, r) != wire.ResolveRefund {
		t.Errorf("after the grace: %v", err)
	}
	w.ledger.devices[b.did].account = "b"
	wantCode(t, "refunded", w.ledger.Upload(record)[0].Err, spec.EReqUsed)
	a.wantBalance("b", 5000)
}

// The order of a late claim and its payee's word does not matter.
func TestALateClaimIsPaidInEitherOrder(t *testing.T) {
	var states [2]string
	for i := range states {
		w := newWorld(t)
		a, b := w.unit("a"), w.unit("b")
		a.fund(500)
		p, record := a.claim(b, today)
		w.ledger.SetEpoch(today + 1000)
		uploads := [][][]byte{record, b.accepted(p)}
		w.ledger.Upload(uploads[i])
		w.ledger.Upload(uploads[1-i])
		a.wantBalance("b", 5100)
		states[i] = string(w.ledger.State())
	}
	if states[0] != states[1] {
		t.Error("the states differ")
	}
}

// An ACCEPTED may overtake the ledger's refund on the way to the payer's device,
// which then takes no refund. Its log says so, and the payee is paid after all.
func TestARefundThatWasNotTakenIsVoid(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	a.fund(500)
	p, record := a.claim(b, today)
	w.ledger.SetEpoch(today + 1000)
	w.ledger.Upload(record)
	if r, err := w.ledger.Resolve(p.id); err != nil || status(t, r) != wire.ResolveRefund {
		t.Fatalf("resolve: %v", err)
	}
	w.ledger.Upload(b.accepted(p))
	wantCode(t, "refunded", w.ledger.Upload(record)[0].Err, spec.EReqUsed)
	a.enter(wire.LogResolve, p.id, 0, 1)
	w.ledger.advance(&Report{Signed: Signed{Device: a.did}, Entries: a.log[len(a.log)-1:]})
	wantCode(t, "refund not taken", w.ledger.Upload(record)[0].Err, 0)
	a.wantBalance("b", 5100)
}
