package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Advice says in a sentence what one more thing to serve would bring.
func (n Next) Advice() string {
	s := "implement " + thing(n.Capability) + " to test "
	if n.Requirements > 0 {
		s += fmt.Sprintf("%d more (%s)", n.Requirements, count(n.Checks, "check"))
	} else {
		s += fmt.Sprintf("what is tested by %s more", count(n.Checks, "check"))
	}
	if n.Faults > 0 {
		s += fmt.Sprintf(" and find %s more", count(n.Faults, "known fault"))
	}
	return s
}

// By is what would reveal the faults, in a sentence.
func (m Missing) By() string { return thing(m.Capability) }

// thing is what a capability is called in a sentence.
func thing(capability string) string {
	kind, rest, _ := strings.Cut(capability, ":")
	switch kind {
	case "":
		return "nothing that a product like this can serve"
	case "profile":
		return "a profile that limits more"
	case "class":
		return "class " + rest
	case "shape":
		return "the shape " + rest
	case "units":
		return rest + " units at once"
	case "kit":
		return "a kit that does " + rest
	case "lifecycle":
		return "the lifecycle " + rest
	case "provision":
		return "the provisioning " + rest
	case "role":
		return "the role " + rest
	}
	return capability
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Hits counts the fault points of a run, and how many a payment came by.
func (c *Core) Hits() (hit, of int) {
	for _, p := range c.Points {
		if p.Hit {
			hit++
		}
	}
	return hit, len(c.Points)
}

// A FrameLine is one frame of a payment with what was done to it, over all
// checks: for each action the checks that meant to, and those that came to.
type FrameLine struct {
	Frame   int
	From    string
	Actions []FrameAction
}

// A FrameAction is one thing done to a frame.
type FrameAction struct {
	Action  string
	Hit, Of int // checks
}

// Actions of a fault, in the order in which they are shown.
var faultActions = [...]string{"drop", "repeat", "delay", "cut", "replace"}

// FrameLines are the fault points of a run by frame.
func (c *Core) FrameLines() []FrameLine {
	var lines []FrameLine
	at := map[string]int{}
	for _, p := range c.Points {
		key := fmt.Sprintf("%03d %s", p.Frame, p.From)
		i, known := at[key]
		if !known {
			i = len(lines)
			at[key] = i
			line := FrameLine{Frame: p.Frame, From: p.From}
			for _, a := range faultActions {
				line.Actions = append(line.Actions, FrameAction{Action: a})
			}
			lines = append(lines, line)
		}
		for k := range lines[i].Actions {
			a := &lines[i].Actions[k]
			if a.Action != p.Action {
				continue
			}
			a.Of++
			if p.Hit {
				a.Hit++
			}
		}
	}
	slices.SortFunc(lines, func(a, b FrameLine) int {
		return cmp.Or(cmp.Compare(a.Frame, b.Frame), cmp.Compare(b.From, a.From))
	})
	return lines
}
