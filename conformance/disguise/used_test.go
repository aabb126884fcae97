package disguise_test

import (
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/simulator"
)

func TestUsedDevicesAreUsed(t *testing.T) {
	b := newBench(t, disguise.Wear(simulator.New(simulator.Options{}), disguise.Closed, disguise.Used))
	start := time.Now()
	one, two := b.device(), b.device()
	t.Log(time.Since(start))
	for _, handle := range []string{one, two} {
		r := b.done(handle, adapter.Query{})
		t.Logf("%+v %d", *r.State.LogEntries, *r.State.Counter)
		if spendable, counter := *r.Value.Spendable, *r.State.Counter; spendable != 137 || handle == two && counter != 4711 {
			t.Errorf("%s: balance %d, counter %d; want 137 and 4711", handle, spendable, counter)
		}
	}
}
