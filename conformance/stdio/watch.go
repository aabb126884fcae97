package stdio

import (
	"context"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// A watch ends the process when a request takes too long or its context ends.
// That closes the pipes, and so ends whatever the request waits for.
type watch struct {
	timer   *time.Timer
	left    time.Duration
	since   time.Time
	release func() bool
}

func watchdog(ctx context.Context, p *process, deadline time.Duration) *watch {
	w := &watch{left: deadline, since: time.Now()}
	w.timer = time.AfterFunc(deadline, func() { p.end(adapter.FaultDeadline, 0) })
	unbind := context.AfterFunc(ctx, func() { p.end(adapter.FaultHarness, 0) })
	// Both are stopped; the process goes on only if neither has fired.
	w.release = func() bool {
		inTime, wanted := w.timer.Stop(), unbind()
		return inTime && wanted
	}
	return w
}

// pause stops the clock, and reports whether it was still running.
func (w *watch) pause() bool {
	w.left -= time.Since(w.since)
	return w.timer.Stop()
}

// resume lets the clock go on with what is left.
func (w *watch) resume() {
	w.since = time.Now()
	w.timer.Reset(w.left)
}
