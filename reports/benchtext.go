package reports

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
)

// Text returns the result in the Go benchmark format, one line for each round
// of each lane, so that benchstat compares two runs.
func (b *Bench) Text() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "goos: %s\ngoarch: %s\npkg: github.com/assay-cbdc/assay/bench\n", runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&out, "cpu: %s\nseed: %d\ngo: %s\n", oneLine(b.Machine.CPU), b.Seed, oneLine(b.Machine.Go))
	for _, w := range b.Warnings {
		fmt.Fprintf(&out, "# %s\n", oneLine(w))
	}
	for _, l := range b.Lanes {
		samples := l.Samples
		if len(samples) == 0 {
			samples = []float64{l.SettlementsPerCoreSecond}
		}
		for _, s := range samples {
			if s <= 0 {
				continue // a lane that measured nothing has no line
			}
			fmt.Fprintf(&out, "BenchmarkCore/lane=%s/suite=%s/batch=%d 1 %.6g ns/op %.6g settlements/core-s\n",
				word(l.Name), word(l.Suite), l.Batch, 1e9/s, s)
		}
	}
	return out.Bytes()
}

func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// word makes a value fit for a benchmark's name, which ends at a space and is
// divided by slashes.
func word(s string) string {
	return strings.NewReplacer(" ", "", "/", "-").Replace(oneLine(s))
}
