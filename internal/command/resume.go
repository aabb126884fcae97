package command

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/assay-cbdc/assay/conformance/suite"
)

// resumed is the run that was stopped in the folder of --resume, as it was asked
// for then; without the flag it is c. What is asked for now counts for what does
// not change a verdict: how the result is told, who signs it and, for a device
// that is elsewhere by now, the target.
func (c runCommand) resumed() (runCommand, error) {
	if c.Resume == "" {
		return c, nil
	}
	text, err := suite.Command(c.Resume)
	if err != nil {
		return c, usage("--resume: %w", err)
	}
	then := runCommand{}
	if err := json.Unmarshal(text, &then); err != nil {
		return c, usage("--resume: the journal in %s is not of this version: %w; run without --resume", c.Resume, err)
	}
	for _, flag := range []struct{ name, now, then, usual string }{
		{"--profile", c.Profile, then.Profile, "reference"}, {"--seed", fmt.Sprint(c.Seed), fmt.Sprint(then.Seed), "1"},
		{"--overlay", strings.Join(c.Overlay, ","), strings.Join(then.Overlay, ","), ""},
		{"--filter", c.Filter, then.Filter, ""}, {"--ics", c.ICS, then.ICS, ""}, {"--ixit", c.IXIT, then.IXIT, ""},
		{"--shape", c.Shape, then.Shape, ""}, {"--level", c.Level, then.Level, "full"}, {"--peer", c.Peer, then.Peer, ""},
		{"--ledger", c.Ledger, then.Ledger, ""}, {"--exchanges", fmt.Sprint(c.Exchanges), fmt.Sprint(then.Exchanges), "0"},
	} {
		if flag.now != flag.usual && flag.now != flag.then {
			return c, usage("--resume: the run in %s had %s %q, not %q; leave the flag out", c.Resume, flag.name, flag.then, flag.now)
		}
	}
	then.Resume, then.Out = c.Resume, c.Resume
	then.JSON, then.Key, then.WithBench, then.WithSelftest, then.Unattended = c.JSON, c.Key, c.WithBench, c.WithSelftest, c.Unattended
	if c.Target != "" {
		then.Target = c.Target
	}
	return then, nil
}
