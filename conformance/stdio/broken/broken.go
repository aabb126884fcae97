// Package broken holds adapters that break the contract, each in one way. Tests
// run them as child processes; they hold no value and know no protocol.
package broken

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Way is how an adapter is broken.
type Way string

// The ways.
const (
	DiesAtStart Way = "dies-at-start" // ends with status 3 and a word on standard error
	Silent      Way = "silent"        // reads and never answers
	Babbles     Way = "babbles"       // answers with something that is no JSON
	Floods      Way = "floods"        // writes a line without end
	Events      Way = "events"        // tells progress for ever
	WrongID     Way = "wrong-id"      // answers request n as n + 1
	DiesLater   Way = "dies-later"    // answers hello, then ends in the next request
)

// Ways returns all of them.
func Ways() []Way {
	return []Way{DiesAtStart, Silent, Babbles, Floods, Events, WrongID, DiesLater}
}

// hello is the one answer that these adapters give.
const hello = `"done":{"hello":{"version":1,"vendor":"broken","product":"broken","release":"1",` +
	`"class":"BH","tier":"model","shapes":["split"],"roles":["device"],` +
	`"provision":"pre-provisioned","lifecycle":"reset"}}`

// Run is the main function of the adapter; it returns the exit status.
func Run(way Way, in io.Reader, out, stderr io.Writer) int {
	if way == DiesAtStart {
		fmt.Fprintln(stderr, "broken: no card in the reader")
		return 3
	}
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		switch way {
		case Silent:
			continue
		case Babbles:
			fmt.Fprintln(out, "Ready. Tap your card!")
			continue
		case Floods:
			flood(out, strings.Repeat("0123456789abcdef", 4096))
			return 0
		case Events:
			flood(out, fmt.Sprintf("{\"id\":%d,\"event\":{\"progress\":{\"text\":\"soon\"}}}\n", n))
			return 0
		case WrongID:
			fmt.Fprintf(out, "{\"id\":%d,%s}\n", n+1, hello)
			continue
		case DiesLater:
			if n > 1 {
				fmt.Fprintln(stderr, "broken: the card was withdrawn")
				return 4
			}
		}
		fmt.Fprintf(out, "{\"id\":%d,%s}\n", n, hello)
	}
	return 0
}

// flood writes text until the reader is gone, or for a minute: no test leaves a
// writer behind.
func flood(out io.Writer, text string) {
	end := time.Now().Add(time.Minute)
	for time.Now().Before(end) {
		if _, err := io.WriteString(out, text); err != nil {
			return
		}
	}
}
