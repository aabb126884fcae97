package fast

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Whatever the cursor takes for a payment is one to the packages that know why,
// with the same content.
func FuzzCursor(f *testing.F) {
	w, err := workload.Generate(workload.Config{
		Seed: []byte("cursor"), Suite: suite.Ed25519, Payments: 40, PerDevice: 2, Shares: workload.EvenShares(25),
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, item := range w.Items {
		f.Add([]byte(item.Payment))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var fr frame
		var m body
		if !fr.record(b) || !m.transfer(fr.payload, 15) {
			return
		}
		rec, err := settlement.Parse(b)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		if rec.Opening == nil || rec.Opening.Payee != fr.payee || rec.Opening.Nonce != fr.nonce ||
			len(rec.Certificates) != fr.certCount {
			t.Fatalf("%x: frame %+v; want %+v", b, fr, rec)
		}
		for i, c := range rec.Certificates {
			if !bytes.Equal(c, fr.certs[i]) {
				t.Fatalf("%x: certificate %d differs", b, i)
			}
		}
		r := wire.NewReader(rec.Object)
		if r.Array() != 4 || !bytes.Equal(r.Bytes(), fr.protected) {
			t.Fatalf("%x: protected header %x", b, fr.protected)
		}
		got, err := wire.DecodeTransfer(fr.payload)
		if err != nil {
			t.Fatalf("%x: %v", fr.payload, err)
		}
		want := body{
			realm: got.Realm, suite: uint64(got.Suite), currency: got.Currency, exponent: got.Exponent,
			amount: got.Amount, cert: got.Cert, payeeTag: got.PayeeTag, counter: got.Counter,
			epoch: got.Epoch, family: got.Family, lotsHold: m.lotsHold,
		}
		if m != want {
			t.Fatalf("%x: %+v; want %+v", fr.payload, m, want)
		}
	})
}

// The usual payment does not take the slow path.
func TestCursorTakesTheUsualPayment(t *testing.T) {
	for _, s := range suite.All() {
		w, err := workload.Generate(workload.Config{
			Seed: []byte("usual"), Suite: s, Payments: 10, PerDevice: 5,
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, item := range w.Items {
			var fr frame
			var m body
			if !fr.record(item.Payment) || !m.transfer(fr.payload, 15) || !m.lotsHold {
				t.Errorf("suite %d, payment %d is left to the plain core", s, i)
			}
		}
	}
}
