package fast_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/fast"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/spec"
)

// lockedRandom is a deterministic source that several workers may read.
type lockedRandom struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (l *lockedRandom) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

func newRandom() *lockedRandom { return &lockedRandom{r: rand.NewChaCha8([32]byte{2})} }

func generate(t testing.TB, s suite.Suite, payments, perMille int) *workload.Workload {
	t.Helper()
	w, err := workload.Generate(workload.Config{
		Seed: []byte("fast"), Suite: s, Payments: payments, PerDevice: 3, Shares: workload.EvenShares(perMille),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newCore(t testing.TB, in verify.Setting, certificates, keys int) *fast.Verifier {
	t.Helper()
	random := newRandom()
	index, err := fast.NewIndex(random)
	if err != nil {
		t.Fatal(err)
	}
	v, err := fast.New(in, index, fast.Options{Certificates: certificates, Keys: keys, Random: random})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// plainVerdicts are those of the oracle, held to what the workload says is due.
func plainVerdicts(t testing.TB, w *workload.Workload) []verify.Verdict {
	t.Helper()
	plain, err := verify.New(w.Setting, verify.MapIndex{})
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []verify.Verdict
	for i, item := range w.Items {
		verdict := plain.Verify(item.Payment)
		if !item.Agrees(verdict) {
			t.Fatalf("payment %d, %s: plain core says %+v", i, item.Kind, verdict)
		}
		verdicts = append(verdicts, verdict)
	}
	return verdicts
}

func payments(w *workload.Workload) []verify.Payment {
	var list []verify.Payment
	for _, item := range w.Items {
		list = append(list, item.Payment)
	}
	return list
}

func inBatches(v *fast.Verifier, list []verify.Payment, size int) []verify.Verdict {
	verdicts := make([]verify.Verdict, len(list))
	for i := 0; i < len(list); i += size {
		j := min(i+size, len(list))
		v.VerifyAll(list[i:j], verdicts[i:j])
	}
	return verdicts
}

func compare(t *testing.T, w *workload.Workload, got, want []verify.Verdict) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("payment %d, %s:\ngot  %+v\nwant %+v", i, w.Items[i].Kind, got[i], want[i])
		}
	}
}

func TestVerdictsAreThoseOfThePlainCore(t *testing.T) {
	for _, s := range suite.All() {
		n := 250
		if s == suite.Ed25519 {
			n = 1200 // more than MaxBatch
		}
		w := generate(t, s, n, 13)
		want := plainVerdicts(t, w)
		for _, batch := range []int{1, 7, 64, 256, 5000} {
			for _, room := range []struct{ certificates, keys int }{{0, 0}, {10, 3}, {10000, 0}, {10000, 10000}} {
				name := fmt.Sprintf("suite=%d/batch=%d/certificates=%d/keys=%d", s, batch, room.certificates, room.keys)
				t.Run(name, func(t *testing.T) {
					v := newCore(t, w.Setting, room.certificates, room.keys)
					compare(t, w, inBatches(v, payments(w), batch), want)
					again := inBatches(v, payments(w), batch)
					for i := range again {
						expected := want[i]
						if expected.Accepted {
							expected.Accepted, expected.Duplicate = false, true
						}
						if again[i] != expected {
							t.Fatalf("payment %d, %s, warm: got %+v; want %+v", i, w.Items[i].Kind, again[i], expected)
						}
					}
				})
			}
		}
	}
}

// Each payment is judged by every worker at the same time; one of them accepts
// it and the others find it settled.
func TestWorkersShareOneVerifier(t *testing.T) {
	for _, s := range suite.All() {
		var shares []workload.Share
		for _, share := range workload.EvenShares(10) {
			// Of a double spend and what it repeats, any worker may be first.
			if share.Kind != workload.Repeat && share.Kind != workload.DoubleSpend {
				shares = append(shares, share)
			}
		}
		w, err := workload.Generate(workload.Config{
			Seed: []byte("workers"), Suite: s, Payments: 300, PerDevice: 2, Shares: shares,
		})
		if err != nil {
			t.Fatal(err)
		}
		v := newCore(t, w.Setting, 20, 5) // too few: the caches turn over
		const workers = 4
		var results [workers][]verify.Verdict
		var group sync.WaitGroup
		for i := range workers {
			group.Go(func() { results[i] = inBatches(v, payments(w), 30+20*i) })
		}
		group.Wait()
		for i, item := range w.Items {
			accepted := 0
			for _, verdicts := range results {
				got := verdicts[i]
				if got.Accepted {
					accepted++
				}
				if got.Code != item.Kind.Code() || got.Accepted && got.Duplicate {
					t.Fatalf("suite %d, payment %d, %s: %+v", s, i, item.Kind, got)
				}
			}
			if item.Kind == workload.Good && accepted != 1 {
				t.Errorf("suite %d, payment %d accepted %d times", s, i, accepted)
			}
		}
	}
}

// Under one identifier there are certificates with a right and with a wrong
// signature: neither keeps the other out of the cache, or lets it in.
func TestACertificateIsKnownByAllItsBytes(t *testing.T) {
	for _, s := range suite.All() {
		w := generate(t, s, 40, 0)
		var mixed []verify.Payment
		for _, p := range payments(w) {
			mixed = append(mixed, spoilCertificate(t, p), p, spoilCertificate(t, p))
		}
		plain, err := verify.New(w.Setting, verify.MapIndex{})
		if err != nil {
			t.Fatal(err)
		}
		for _, batch := range []int{1, 2, 3, 50, 1000} {
			v := newCore(t, w.Setting, 100, 100)
			got := inBatches(v, mixed, batch)
			for i, p := range mixed {
				want := plain.Verify(p)
				if i%3 != 1 && (want.Code != spec.ESig || want.Requirement != spec.CRY01) {
					t.Fatalf("plain core on a wrong certificate: %+v", want)
				}
				if want.Duplicate { // the plain core has seen all of it in the last round
					want.Duplicate, want.Accepted = got[i].Duplicate, got[i].Accepted
				}
				if got[i] != want {
					t.Fatalf("suite %d, batch %d, payment %d: %+v; want %+v", s, batch, i, got[i], want)
				}
			}
		}
	}
}

// spoilCertificate flips the last bit of the certificate's signature.
func spoilCertificate(t *testing.T, p verify.Payment) verify.Payment {
	t.Helper()
	rec, err := settlement.Parse(p)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := slices.Clone(rec.Certificates[0])
	spoilt[len(spoilt)-1] ^= 1
	rec.Certificates = [][]byte{spoilt}
	return settlement.Append(nil, rec)
}

// Certificates that payments leave out are taken from the setting, and what
// payments carry in their place is ignored.
func TestKnownCertificates(t *testing.T) {
	for _, s := range suite.All() {
		w, err := workload.Generate(workload.Config{
			Seed: []byte("known"), Suite: s, Payments: 300, PerDevice: 2,
			Shares: workload.EvenShares(10), ByReference: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, w, inBatches(newCore(t, w.Setting, 10, 10), payments(w), 64), plainVerdicts(t, w))
	}
}

// Damage anywhere in a payment gives the verdict of the plain core: one bit, one
// byte more or less.
func TestDamagedPayments(t *testing.T) {
	const seed = 13
	r := rand.New(rand.NewPCG(seed, 0))
	for _, s := range suite.All() {
		w := generate(t, s, 30, 0)
		rounds := 1500
		if s != suite.Ed25519 && s != suite.MLDSA44 {
			rounds = 500
		}
		var list []verify.Payment
		for range rounds {
			p := slices.Clone(w.Items[r.IntN(len(w.Items))].Payment)
			i := r.IntN(len(p))
			switch r.IntN(8) {
			case 0:
				p = slices.Delete(p, i, i+1)
			case 1:
				p = slices.Insert(p, i, byte(r.Uint32()))
			default:
				p[r.IntN(min(len(p), 400))] ^= 1 << r.IntN(8)
			}
			list = append(list, p)
		}
		plain, err := verify.New(w.Setting, verify.MapIndex{})
		if err != nil {
			t.Fatal(err)
		}
		got := inBatches(newCore(t, w.Setting, 100, 100), list, 100)
		for i, p := range list {
			if want := plain.Verify(p); got[i] != want {
				t.Fatalf("seed %d, suite %d, payment %d, %x:\ngot  %+v\nwant %+v", seed, s, i, p, got[i], want)
			}
		}
	}
}

// What is allocated is what the libraries allocate: a few slices for each sum
// of Ed25519, the parts of a signature for P-256 and ML-DSA-44.
func TestSteadyStateAllocations(t *testing.T) {
	for _, tt := range []struct {
		suite suite.Suite
		each  float64 // allocations for each payment, at most
	}{
		{suite.Ed25519, 0.05}, {suite.P256, 11}, {suite.MLDSA44, 3}, {suite.Ed25519MLDSA44, 3.05},
		{suite.MLDSA65, 3}, {suite.P256MLDSA44, 14},
	} {
		w := generate(t, tt.suite, 256, 0)
		v := newCore(t, w.Setting, 1000, 1000)
		list, verdicts := payments(w), make([]verify.Verdict, 256)
		got := testing.AllocsPerRun(3, func() { v.VerifyAll(list, verdicts) }) / 256
		if got > tt.each {
			t.Errorf("suite %d: %.2f allocations for each payment; want at most %.2f", tt.suite, got, tt.each)
		}
	}
}
