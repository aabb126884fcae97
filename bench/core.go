package bench

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/fast"
	"github.com/assay-cbdc/assay/reference/verify/obvious"
	"github.com/assay-cbdc/assay/reference/verify/workload"
)

// A core judges payments in their order.
type core interface {
	VerifyAll(payments []verify.Payment, verdicts []verify.Verdict)
}

// ample is room for every certificate and key of a workload.
const ample = 1 << 14

// A fastCore is the core under measurement, whose index can be emptied.
type fastCore struct {
	*fast.Verifier
	index *fast.Index
}

func newFast(in verify.Setting, keys int) (fastCore, error) {
	index, err := fast.NewIndex(rand.Reader)
	if err != nil {
		return fastCore{}, err
	}
	v, err := fast.New(in, index, fast.Options{Certificates: ample, Keys: keys, Random: rand.Reader})
	return fastCore{v, index}, err
}

// An obviousCore is the baseline, one payment after the other.
type obviousCore struct{ *obvious.Verifier }

func (c obviousCore) VerifyAll(payments []verify.Payment, verdicts []verify.Verdict) {
	for i, p := range payments {
		verdicts[i] = c.Verify(p)
	}
}

// A load is a workload as lanes use it.
type load struct {
	setting  verify.Setting
	items    []workload.Item
	payments []verify.Payment
}

// newLoad makes n payments of different payers with shares of every kind of bad
// payment, at least one of each.
func newLoad(s suite.Suite, seed uint64, n int, shares []workload.Share) (*load, error) {
	w, err := workload.Generate(workload.Config{
		Seed: binary.BigEndian.AppendUint64([]byte("bench"), seed), Suite: s,
		Payments: n, PerDevice: 1, Shares: shares,
	})
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return loadOf(w.Setting, w.Items), nil
}

func loadOf(setting verify.Setting, items []workload.Item) *load {
	l := &load{setting: setting, items: items}
	for _, item := range items {
		l.payments = append(l.payments, item.Payment)
	}
	return l
}

// split returns the load without the payments whose signature is bad, and the
// load of those. Neither changes a verdict of the other: what a signature has
// not passed leaves no trace.
func (l *load) split() (clean, bad *load) {
	var good, wrong []workload.Item
	for _, item := range l.items {
		if item.Kind == workload.BadSignature || item.Kind == workload.TamperedAmount {
			wrong = append(wrong, item)
		} else {
			good = append(good, item)
		}
	}
	return loadOf(l.setting, good), loadOf(l.setting, wrong)
}

// check compares verdicts with those due to the payments from first on.
func (l *load) check(lane string, first int, verdicts []verify.Verdict) error {
	for i, v := range verdicts {
		if item := l.items[first+i]; !item.Agrees(v) {
			return &Fault{lane, first + i, item.Kind.String(), describe(v)}
		}
	}
	return nil
}

func describe(v verify.Verdict) string {
	switch {
	case v.Accepted:
		return "accepted"
	case v.Duplicate:
		return "duplicate"
	default:
		return fmt.Sprintf("refused with %d (%s)", v.Code, v.Requirement)
	}
}
