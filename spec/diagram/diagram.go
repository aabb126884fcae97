// Package diagram reads the sequence diagrams and state machines that stand in
// the chapters as fenced text, and draws them as SVG.
//
// A block `sequence` begins with its participants, from left to right, and has
// one event in each line:
//
//	payer | payee
//	payer -> payee: a message in clear
//	payer => payee: a sealed message
//	payer -x payee: a message that is lost
//	payer: what a participant does
//	payer [P1] a durable step of state.md
//	-- what happens in between --
//
// A block `states NAME` begins with its states, the initial one first, and has
// one transition in each line:
//
//	FREE | DEBITED
//	FREE -> DEBITED: P1 debit
//
// Both read as text where nothing draws them.
package diagram

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The kinds of an event.
const (
	Clear  = "->" // a message in clear, a transition
	Sealed = "=>"
	Lost   = "-x"
	Act    = ":"
	Step   = "[]" // a durable step
	Gap    = "--"
)

// An Event is one line of a diagram.
type Event struct {
	Kind string
	From string // the participant, or the state left; empty for a Gap
	To   string // of a message or transition
	Name string // of a Step: "P1"
	Text string
}

// A Diagram is one fenced block.
type Diagram struct {
	Columns []string // participants or states
	Events  []Event
}

var (
	arrow = regexp.MustCompile(`^(\S+) (->|=>|-x) (\S+): (.+)$`)
	step  = regexp.MustCompile(`^(\S+) \[(\S+)\] (.+)$`)
	act   = regexp.MustCompile(`^(\S+): (.+)$`)
	gap   = regexp.MustCompile(`^-- (.+) --$`)
)

// Is reports whether a fenced block with this info string is a diagram.
func Is(info string) bool { return info == "sequence" || states(info) }

func states(info string) bool { return info == "states" || strings.HasPrefix(info, "states ") }

// Parse reads a block; info is what follows its fence.
func Parse(info, text string) (Diagram, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var d Diagram
	for name := range strings.SplitSeq(lines[0], "|") {
		d.Columns = append(d.Columns, strings.TrimSpace(name))
	}
	if n := len(d.Columns); n < 2 || n > 5 {
		return d, fmt.Errorf("%d columns in %q; 2 to 5 are possible, divided by |", n, lines[0])
	}
	for _, line := range lines[1:] {
		e, ok := parseEvent(strings.TrimSpace(line))
		if !ok {
			return d, fmt.Errorf("line %q is no event", line)
		}
		if states(info) && e.Kind != Clear {
			return d, fmt.Errorf("line %q is no transition", line)
		}
		for _, name := range []string{e.From, e.To} {
			if name != "" && !slices.Contains(d.Columns, name) {
				return d, fmt.Errorf("line %q names %q, which the first line has not", line, name)
			}
		}
		d.Events = append(d.Events, e)
	}
	if len(d.Events) == 0 {
		return d, fmt.Errorf("nothing happens")
	}
	return d, nil
}

func parseEvent(line string) (Event, bool) {
	if m := arrow.FindStringSubmatch(line); m != nil {
		return Event{Kind: m[2], From: m[1], To: m[3], Text: m[4]}, true
	}
	if m := step.FindStringSubmatch(line); m != nil {
		return Event{Kind: Step, From: m[1], Name: m[2], Text: m[3]}, true
	}
	if m := gap.FindStringSubmatch(line); m != nil {
		return Event{Kind: Gap, Text: m[1]}, true
	}
	if m := act.FindStringSubmatch(line); m != nil {
		return Event{Kind: Act, From: m[1], Text: m[2]}, true
	}
	return Event{}, false
}
