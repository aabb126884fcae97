package command

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// beat is the longest silence of a progress that is written as lines.
const beat = 10 * time.Second

// A progress tells on standard error how far something is: as a bar for a
// person at a terminal, else as a line at each quarter and each [beat].
type progress struct {
	env   *environment
	title string
	bar   *progressbar.ProgressBar
	// Of lines: the quarters told, and when.
	quarter int
	told    time.Time
}

func (e *environment) progress(title string) *progress {
	p := &progress{env: e, title: title, told: time.Now()}
	if !terminal(e.Err) {
		return p
	}
	p.bar = progressbar.NewOptions(1000,
		progressbar.OptionSetWriter(e.Err), progressbar.OptionSetDescription(title), progressbar.OptionSetWidth(28),
		progressbar.OptionThrottle(80*time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionEnableColorCodes(e.colour),
	)
	return p
}

// at says that a share from 0 to 1 is done, and what is next.
func (p *progress) at(share float64, next string) {
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%s  %-28s", p.title, short(next, 28)))
		_ = p.bar.Set(int(1000 * share)) // a bar that cannot be drawn stops nothing
		return
	}
	quarter := int(4 * share)
	if quarter <= p.quarter && time.Since(p.told) < beat {
		return
	}
	p.quarter, p.told = max(quarter, p.quarter), time.Now()
	fmt.Fprintf(p.env.Err, "%s: %3.0f %%  %s\n", p.title, 100*share, next)
}

// count is at for whole numbers.
func (p *progress) count(done, of int, next string) { p.at(float64(done)/float64(max(1, of)), next) }

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
