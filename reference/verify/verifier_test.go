package verify_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/obvious"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/spec"
)

func generate(t testing.TB, c workload.Config) *workload.Workload {
	t.Helper()
	w, err := workload.Generate(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func plain(t testing.TB, in verify.Setting, options ...verify.Option) *verify.Verifier {
	t.Helper()
	v, err := verify.New(in, verify.MapIndex{}, options...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Every lane gives the verdict that is due, and all of them give the same one,
// on every suite and every kind of payment.
func TestVerdicts(t *testing.T) {
	for _, s := range suite.All() {
		for _, byReference := range []bool{false, true} {
			w := generate(t, workload.Config{
				Seed: []byte("verdicts"), Suite: s, Payments: 160, PerDevice: 4,
				Shares: workload.EvenShares(30), ByReference: byReference,
			})
			obviously, err := obvious.New(w.Setting)
			if err != nil {
				t.Fatal(err)
			}
			lanes := map[string]func(verify.Payment) verify.Verdict{
				"plain":   plain(t, w.Setting).Verify,
				"cached":  plain(t, w.Setting, verify.CacheCertificates()).Verify,
				"obvious": obviously.Verify,
			}
			seen := map[workload.Kind]int{}
			for i, item := range w.Items {
				seen[item.Kind]++
				want := lanes["plain"](item.Payment)
				if !item.Agrees(want) {
					t.Errorf("suite %d, payment %d, %s: plain says %+v, want code %d", s, i, item.Kind, want, item.Kind.Code())
				}
				for _, name := range []string{"cached", "obvious"} {
					if got := lanes[name](item.Payment); got != want {
						t.Errorf("suite %d, payment %d, %s: %s says %+v, plain %+v", s, i, item.Kind, name, got, want)
					}
				}
			}
			for _, k := range workload.Kinds() {
				if seen[k] == 0 {
					t.Errorf("suite %d: no payment is %s", s, k)
				}
			}
		}
	}
}

// A verdict does not depend on what a certificate cache holds: the same
// certificate with a wrong signature is refused warm as it is cold.
func TestCacheDoesNotForgive(t *testing.T) {
	w := generate(t, workload.Config{Seed: []byte("cache"), Suite: suite.Ed25519, Payments: 2, PerDevice: 2})
	v := plain(t, w.Setting, verify.CacheCertificates())
	if got := v.Verify(w.Items[0].Payment); !got.Accepted {
		t.Fatalf("the first payment: %+v", got)
	}
	forged := replaceCertificate(t, w.Items[1].Payment)
	if got := v.Verify(forged); got.Code != spec.ESig || got.Requirement != spec.CRY01 {
		t.Errorf("a certificate with a wrong signature, known otherwise: %+v, want %d", got, spec.ESig)
	}
	if got := v.Verify(w.Items[1].Payment); !got.Accepted {
		t.Errorf("the right one after it: %+v", got)
	}
}

// The first transfer judged keeps its counter; a repeat of either gets the
// answer that it got.
func TestFirstOneStays(t *testing.T) {
	w := generate(t, workload.Config{
		Seed: []byte("double"), Suite: suite.Ed25519, Payments: 2, PerDevice: 2,
		Shares: []workload.Share{{Kind: workload.DoubleSpend, PerMille: 500}},
	})
	v := plain(t, w.Setting)
	a, b := w.Items[1].Payment, w.Items[0].Payment
	for i, step := range []struct {
		payment   verify.Payment
		accepted  bool
		duplicate bool
		code      spec.Code
	}{
		{a, true, false, 0}, {b, false, false, spec.EDouble}, {a, false, true, 0}, {b, false, false, spec.EDouble},
	} {
		got := v.Verify(step.payment)
		if got.Accepted != step.accepted || got.Duplicate != step.duplicate || got.Code != step.code {
			t.Errorf("step %d: %+v, want %+v", i, got, step)
		}
	}
}

func TestNewRefusesProviderWithoutRoot(t *testing.T) {
	in := generate(t, workload.Config{Seed: []byte("a"), Suite: suite.Ed25519, Payments: 1, PerDevice: 1}).Setting
	in.Providers = []*cert.Certificate{cert.NewAuthority([]byte("b"), cert.DefaultParameters()).Provider.Cert}
	if _, err := verify.New(in, verify.MapIndex{}); err == nil {
		t.Error("New took a provider that no root has signed")
	}
	if _, err := obvious.New(in); err == nil {
		t.Error("obvious.New took a provider that no root has signed")
	}
}

func TestWorkloadFollowsFromItsSeed(t *testing.T) {
	c := workload.Config{Seed: []byte("seed"), Suite: suite.P256, Payments: 40, PerDevice: 3, Shares: workload.EvenShares(50)}
	a, b := generate(t, c), generate(t, c)
	c.Seed = []byte("other")
	other := generate(t, c)
	same := true
	for i := range a.Items {
		if string(a.Items[i].Payment) != string(b.Items[i].Payment) || a.Items[i].Kind != b.Items[i].Kind {
			t.Errorf("payment %d differs between two runs of one seed", i)
		}
		same = same && string(a.Items[i].Payment) == string(other.Items[i].Payment)
	}
	if same {
		t.Error("two seeds give the same payments")
	}
}

func TestGenerateRefuses(t *testing.T) {
	right := workload.Config{Suite: suite.Ed25519, Payments: 10, PerDevice: 1}
	for name, edit := range map[string]func(*workload.Config){
		"unknown suite": func(c *workload.Config) { c.Suite = 99 },
		"no payments":   func(c *workload.Config) { c.Payments = 0 },
		"no device":     func(c *workload.Config) { c.PerDevice = 0 },
		"nothing good": func(c *workload.Config) {
			c.Shares = []workload.Share{{Kind: workload.Truncated, PerMille: 1000}}
		},
		"share of good": func(c *workload.Config) { c.Shares = []workload.Share{{Kind: workload.Good, PerMille: 1}} },
	} {
		c := right
		edit(&c)
		if _, err := workload.Generate(c); err == nil {
			t.Errorf("%s: Generate took it", name)
		}
	}
}
