package check

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega/types"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// Describe is an answer in words, without its bytes.
func Describe(a adapter.Answer) string {
	switch {
	case a.Done != nil:
		return "done"
	case a.Torn != nil:
		return fmt.Sprintf("torn after %d persistent writes", a.Torn.Writes)
	case a.Refused != nil && a.Refused.Code != 0:
		return fmt.Sprintf("refused with %d %s", a.Refused.Code, spec.Code(a.Refused.Code))
	case a.Refused != nil:
		return fmt.Sprintf("refused with the vendor's code %q", a.Refused.Vendor)
	}
	return "no answer"
}

type refused struct {
	t     *T
	codes []spec.Code
}

func (m *refused) Match(actual any) (bool, error) {
	a, ok := actual.(adapter.Answer)
	if !ok {
		return false, fmt.Errorf("Refused matches an adapter.Answer, not a %T", actual)
	}
	if a.Refused == nil {
		return false, nil
	}
	if !m.t.env.RP() {
		return m.t.meant(a.Refused, m.codes), nil
	}
	return len(m.codes) == 0 || slices.Contains(m.codes, spec.Code(a.Refused.Code)), nil
}

func (m *refused) want() string {
	if len(m.codes) == 0 {
		return "a refusal"
	}
	s := "a refusal with"
	for i, c := range m.codes {
		if i > 0 {
			s += " or"
		}
		s += fmt.Sprintf(" %d %s", int(c), c)
	}
	return s
}

func (m *refused) FailureMessage(actual any) string {
	return "expected " + m.want() + "; observed: " + Describe(actual.(adapter.Answer))
}

func (m *refused) NegatedFailureMessage(actual any) string {
	return "expected anything but " + m.want() + "; observed: " + Describe(actual.(adapter.Answer))
}

// BeDone matches an answer that carried the verb out.
func BeDone() types.GomegaMatcher { return &done{} }

type done struct{}

func (*done) Match(actual any) (bool, error) {
	a, ok := actual.(adapter.Answer)
	if !ok {
		return false, fmt.Errorf("BeDone matches an adapter.Answer, not a %T", actual)
	}
	return a.Done != nil, nil
}

func (*done) FailureMessage(actual any) string {
	return "expected done; observed: " + Describe(actual.(adapter.Answer))
}

func (*done) NegatedFailureMessage(actual any) string {
	return "expected not done; observed: " + Describe(actual.(adapter.Answer))
}
