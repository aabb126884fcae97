package suite

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/reports"
)

// timed counts and times the answers of an adapter, by verb.
type timed struct {
	next     adapter.Adapter
	mutex    sync.Mutex // of took
	took     map[string][]time.Duration
	restarts int
}

func newTimed(a adapter.Adapter) *timed {
	return &timed{next: a, took: map[string][]time.Duration{}}
}

// Do carries out a request and times it.
func (t *timed) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	start := time.Now()
	a, err := t.next.Do(ctx, q, on)
	if err == nil {
		t.note(q.Verb.Name(), time.Since(start))
	}
	return a, err
}

func (t *timed) note(verb string, took ...time.Duration) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.took[verb] = append(t.took[verb], took...)
}

// add counts what another has timed.
func (t *timed) add(other *timed) {
	for verb, took := range other.took {
		t.note(verb, took...)
	}
}

// Restart starts the adapter again, if it can be.
func (t *timed) Restart(ctx context.Context) error {
	t.restarts++
	if r, ok := t.next.(check.Restarter); ok {
		return r.Restart(ctx)
	}
	return nil
}

func (t *timed) latencies() map[string]reports.Latency {
	all := map[string]reports.Latency{}
	for verb, took := range t.took {
		slices.Sort(took)
		micro := func(share float64) float64 {
			return float64(took[int(share*float64(len(took)-1))].Microseconds())
		}
		all[verb] = reports.Latency{N: len(took), P50us: micro(0.50), P99us: micro(0.99)}
	}
	return all
}
