package probe

import (
	"fmt"
	"io"
	"strings"
)

// Write writes the report for people: a line for each step, what was tried and
// seen for each that failed, and a summary.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "%-12s %s: %s\n", s.Outcome, s.Name, s.Tried)
		if s.Saw != "" {
			fmt.Fprintf(&b, "%-12s   saw: %s\n", "", s.Saw)
		}
		if s.Next != "" {
			fmt.Fprintf(&b, "%-12s   next: %s\n", "", s.Next)
		}
	}
	fmt.Fprintf(&b, "\n%d of %d steps ok, %d failed, %d not reached; %d for capabilities that are not claimed.\n",
		r.Counts.OK, len(r.Steps)-r.Counts.NotClaimed, r.Counts.Failed, r.Counts.NotReached, r.Counts.NotClaimed)
	if r.OK {
		b.WriteString("The adapter keeps the contract. Now judge what is behind it: assay run --profile PROFILE TARGET\n")
	} else {
		b.WriteString("The adapter does not keep the contract: a device behind it cannot be judged yet.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
