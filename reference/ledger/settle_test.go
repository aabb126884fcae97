package ledger

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// permutations calls f with every order of 0 to n-1.
func permutations(n int, f func(order []int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var permute func(k int)
	permute = func(k int) {
		if k == n {
			f(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			permute(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	permute(0)
}

// Every order of a set of uploads, honest and dishonest, ends in the same
// state, also when some of it arrives again.
func TestUploadsAreASet(t *testing.T) {
	var records [][]byte
	{
		w := newWorld(t)
		a, b := w.unit("a"), w.unit("b")
		p := a.pay(b, 100)
		thief := a.clone()
		q := a.pay(b, 200)
		third := thief.pay(w.unit("c"), 300) // the counter of q again
		records = [][]byte{p.record, q.record, third.record, p.request,
			b.receipt(p, wire.ReceiptAccepted), b.receipt(p, wire.ReceiptRefused)}
	}
	var want []byte
	permutations(len(records), func(order []int) {
		w := newWorld(t)
		w.unit("a")
		w.unit("b")
		w.unit("c")
		for _, i := range order {
			w.ledger.Upload([][]byte{records[i]})
		}
		w.ledger.Upload([][]byte{records[order[0]], records[order[1]]})
		got := w.ledger.State()
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("order %v: state %x, want %x", order, got, want)
		}
	})
	w := newWorld(t)
	w.unit("a")
	w.ledger.Upload(records)
	if f := w.ledger.Findings(); len(f) != 2 || f[0].Kind != wire.EvidenceCounter || f[1].Kind != wire.EvidenceReceipt {
		t.Errorf("findings %v, want kinds 1 and 4", f)
	}
}

func TestUploadSettlesOnce(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	p := a.pay(b, 100)
	out := w.ledger.Upload([][]byte{p.record, p.record})
	again := w.ledger.Upload([][]byte{p.record})
	if !out[0].New || out[1].New || again[0].New || out[0].ID != p.id {
		t.Errorf("outcomes %+v, %+v", out, again)
	}
	for _, pos := range w.ledger.Supply().Positions {
		if pos.Device == a.did && pos.Paid != 100 || pos.Device == b.did && pos.Received != 100 {
			t.Errorf("position %+v", pos)
		}
	}
}

func TestUploadRefuses(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	p := a.pay(b, 100)
	edit := func(f func(*settlement.Record)) []byte {
		rec, err := settlement.Parse(p.record)
		if err != nil {
			t.Fatal(err)
		}
		rec.Object = bytes.Clone(rec.Object)
		f(&rec)
		return settlement.Append(nil, rec)
	}
	for _, tt := range []struct {
		name   string
		record []byte
		code   spec.Code
	}{
		{"truncated", p.record[:len(p.record)-1], spec.EMalformed},
		{"another payee", edit(func(r *settlement.Record) { r.Opening.Payee = wire.DID{1} }), spec.EMismatch},
		{"no opening", edit(func(r *settlement.Record) { r.Opening = nil }), spec.EMismatch},
		{"forged", edit(func(r *settlement.Record) { r.Object[len(r.Object)-1] ^= 1 }), spec.ESig},
		{"to itself", a.pay(a, 1).record, spec.ESelf},
		{"the right one", p.record, 0},
	} {
		out := w.ledger.Upload([][]byte{tt.record})
		wantCode(t, tt.name, out[0].Err, tt.code)
		if out[0].New != (tt.code == 0) {
			t.Errorf("%s: new is %t", tt.name, out[0].New)
		}
	}
}

// A claim is paid into the payee's account, once, whoever brings it.
func TestClaimIsPaidOnce(t *testing.T) {
	w := newWorld(t)
	a, b := w.unit("a"), w.unit("b")
	a.fund(500)
	p := a.pay(b, 100)
	claim := p.body
	claim.Flags, claim.Expiry = wire.TransferClaim, today+3
	rec, err := settlement.Parse(p.record)
	if err != nil {
		t.Fatal(err)
	}
	rec.Object = a.id.Sign(wire.TypeTransfer, claim.Encode())
	for range 2 {
		w.ledger.Upload([][]byte{settlement.Append(nil, rec)})
		a.wantBalance("b", 5100)
	}
	if s := w.ledger.Supply(); s.Outstanding != 400 {
		t.Errorf("outstanding %d, want 400", s.Outstanding)
	}
}
