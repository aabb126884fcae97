package verify_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/obvious"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reference/wire"
)

// replaceCertificate flips one bit in the signature of the certificate that a
// payment carries.
func replaceCertificate(t testing.TB, p verify.Payment) verify.Payment {
	t.Helper()
	rec, err := settlement.Parse(p)
	if err != nil {
		t.Fatal(err)
	}
	forged := append([]byte(nil), rec.Certificates[0]...)
	forged[len(forged)-1] ^= 1
	rec.Certificates = [][]byte{forged}
	return settlement.Append(nil, rec)
}

// Whatever is accepted is a transfer that was signed, and the two lanes agree on
// whether it is valid. The frame may change: certificates that no path needs are
// ignored. Which fault of several counts, the obvious lane may see otherwise.
func FuzzVerify(f *testing.F) {
	w, err := workload.Generate(workload.Config{
		Seed: []byte("fuzz"), Suite: suite.Ed25519, Payments: 26, PerDevice: 26, Shares: workload.EvenShares(40),
	})
	if err != nil {
		f.Fatal(err)
	}
	signed := map[wire.ID]bool{}
	for _, item := range w.Items {
		f.Add([]byte(item.Payment))
		v, err := verify.New(w.Setting, verify.MapIndex{})
		if err != nil {
			f.Fatal(err)
		}
		if got := v.Verify(item.Payment); got.Accepted {
			signed[got.TxID] = true
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := verify.New(w.Setting, verify.MapIndex{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := obvious.New(w.Setting)
		if err != nil {
			t.Fatal(err)
		}
		got, other := v.Verify(b), o.Verify(b)
		if got.Accepted && !signed[got.TxID] {
			t.Errorf("%x: %+v", b, got)
		}
		if got.Accepted != other.Accepted {
			t.Errorf("%x: plain %+v, obvious %+v", b, got, other)
		}
	})
}
