package check_test

import (
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

// TestFramesThatAreNone: who answers show-frames without a frame, or with an empty
// one, has broken the contract, and no check breaks down over it.
func TestFramesThatAreNone(t *testing.T) {
	for name, frames := range map[string][]adapter.Bytes{"none": nil, "an empty one": {{}, {1}}} {
		shows := answering{simulator.New(simulator.Options{}), func(q adapter.Request, a adapter.Answer, err error) (adapter.Answer, error) {
			if _, ok := q.Verb.(adapter.ShowFrames); ok && a.Done != nil {
				a.Done.Messages = frames
			}
			return a, err
		}}
		for _, id := range []string{"INT-19.size", "INT-20.mixed", "INT-21.again"} {
			o := one(t, shows, id, check.Options{})
			if o.Worst() != check.Error || o.Fault == nil || o.Fault.Fault != adapter.FaultMalformed || !strings.Contains(o.Fault.Detail, "frame") {
				t.Errorf("%s, %s: %s, fault %v: %+v", name, id, o.Worst(), o.Fault, o.Rows)
			}
		}
	}
}
