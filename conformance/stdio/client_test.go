package stdio_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/stdio"
	"github.com/assay-cbdc/assay/conformance/stdio/broken"
)

func within(d time.Duration) stdio.Options {
	return stdio.Options{Deadline: func(string) time.Duration { return d }}
}

func do(c *stdio.Client, v adapter.Verb) (adapter.Answer, error) {
	return c.Do(context.Background(), adapter.Request{Handle: "d1", Verb: v}, nil)
}

func TestAnswersCrossTheLine(t *testing.T) {
	c := child(t, "serve", stdio.Options{})
	message := bytes.Repeat([]byte{0, 1, 0xfe, 0xff}, 50_000)
	answer, err := do(c, adapter.Accept{Message: message})
	if err != nil || answer.Done == nil || !bytes.Equal(answer.Done.Message, message) || answer.Done.Handle != "d1" {
		t.Errorf("accept: %v with %d bytes, %v; want the %d bytes back", answer.Refused, len(answer.Done.Message), err, len(message))
	}
	answer, err = do(c, adapter.PowerCycle{})
	if err != nil || answer.Torn == nil || answer.Torn.Writes != 3 {
		t.Errorf("power-cycle: %+v, %v; want torn with 3 writes", answer, err)
	}
}

func TestEventsAndRepliesCrossTheLine(t *testing.T) {
	c := child(t, "serve", stdio.Options{})
	var seen []string
	answer, err := c.Do(t.Context(), adapter.Request{Verb: adapter.Pay{Amount: 12}}, func(e adapter.Event) adapter.Reply {
		if e.Show != nil {
			seen = append(seen, e.Show.Stage)
			return adapter.Reply{}
		}
		seen = append(seen, e.Prompt.Text)
		return adapter.Reply{Action: "done"}
	})
	if err != nil || answer.Done.Snapshot != "done" || strings.Join(seen, " ") != "offer tap" {
		t.Errorf("pay: %+v, %v after events %v; want the reply back after offer and tap", answer, err, seen)
	}
}

// An adapter that says it cannot is alive, and goes on.
func TestReportsLeaveTheAdapterRunning(t *testing.T) {
	c := child(t, "serve", stdio.Options{})
	for _, tt := range []struct {
		verb  adapter.Verb
		fault adapter.Fault
		text  string
	}{
		{adapter.Fund{Amount: 1}, adapter.FaultUnsupported, "a parrot has no fund"},
		{adapter.Query{}, adapter.FaultReported, "unplugged"},
		{unheardOf{}, adapter.FaultUnsupported, `no verb "unheard-of"`},
		{badArgs{}, adapter.FaultReported, `unknown field "sum"`},
	} {
		_, err := do(c, tt.verb)
		wantFault(t, err, tt.fault, tt.text)
	}
	if _, err := do(c, adapter.Accept{}); err != nil {
		t.Errorf("after four reports: %v; want an answer", err)
	}
}

type unheardOf struct{}

func (unheardOf) Name() string { return "unheard-of" }

type badArgs struct {
	Sum int `json:"sum"`
}

func (badArgs) Name() string { return "pay" }

func TestBrokenAdaptersAreNamed(t *testing.T) {
	for _, tt := range []struct {
		way   broken.Way
		fault adapter.Fault
		text  string
	}{
		{broken.DiesAtStart, adapter.FaultDied, "no card in the reader"},
		{broken.Silent, adapter.FaultDeadline, "did not answer within 300ms"},
		{broken.Babbles, adapter.FaultMalformed, "Ready. Tap your card!"},
		{broken.Floods, adapter.FaultFlood, "longer than 1048576 bytes"},
		{broken.Events, adapter.FaultFlood, "events and no answer"},
		{broken.WrongID, adapter.FaultWrongID, "request 1 was answered as 2"},
	} {
		t.Run(string(tt.way), func(t *testing.T) {
			o := stdio.Options{Line: 1 << 20}
			if tt.way == broken.Silent {
				o = within(300 * time.Millisecond)
			}
			c := child(t, string(tt.way), o)
			_, err := do(c, adapter.Hello{Versions: []int{1}})
			wantFault(t, err, tt.fault, tt.text)
			if !strings.Contains(err.Error(), "child:"+string(tt.way)) {
				t.Errorf("the message does not name the command: %v", err)
			}
			_, err = do(c, adapter.Query{})
			wantFault(t, err, adapter.FaultDied, "is not running")
		})
	}
}

func TestDeathInMidRunAndRestart(t *testing.T) {
	c := child(t, string(broken.DiesLater), stdio.Options{})
	if _, err := do(c, adapter.Query{}); err != nil {
		t.Fatalf("before the death: %v", err)
	}
	_, err := do(c, adapter.Query{})
	wantFault(t, err, adapter.FaultDied, "exit status 4")
	wantFault(t, err, adapter.FaultDied, "the card was withdrawn")
	if err := c.Restart(t.Context()); err != nil {
		t.Fatalf("Restart: %v", err)
	}
	_, err = do(c, adapter.Query{})
	// The ids go on after a restart, and this adapter counts from 1.
	wantFault(t, err, adapter.FaultWrongID, "answered as 1")
}

func TestOneThatNeverReadsMeetsTheDeadline(t *testing.T) {
	c := child(t, "deaf", within(300*time.Millisecond))
	_, err := do(c, adapter.Accept{Message: make([]byte, 1<<20)})
	wantFault(t, err, adapter.FaultDeadline, "did not answer")
}

func TestCommandThatIsNotThere(t *testing.T) {
	_, err := stdio.Start(t.Context(), []string{"/nowhere/adapter"}, stdio.Options{})
	wantFault(t, err, adapter.FaultStart, "/nowhere/adapter could not be started")
}

func TestStandardErrorIsKeptToItsLimit(t *testing.T) {
	c := child(t, "chatter", stdio.Options{Stderr: 10_000})
	_, err := do(c, adapter.Query{})
	wantFault(t, err, adapter.FaultDied, "the last word")
	if n := len(c.Stderr()); n != 10_000 {
		t.Errorf("%d bytes of standard error are kept; want 10000", n)
	}
	if n := len(err.Error()); n > 4000 {
		t.Errorf("the message has %d bytes; want a tail", n)
	}
}

func TestCancelledRequest(t *testing.T) {
	c := child(t, string(broken.Silent), stdio.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := c.Do(ctx, adapter.Request{Verb: adapter.Query{}}, nil)
	wantFault(t, err, adapter.FaultHarness, "interrupted")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not the context's error", err)
	}
}

// The time that the harness takes over an event is not the adapter's.
func TestDeadlineStandsStillDuringEvents(t *testing.T) {
	c := child(t, "serve", within(time.Second))
	_, err := c.Do(t.Context(), adapter.Request{Verb: adapter.Pay{}}, func(adapter.Event) adapter.Reply {
		time.Sleep(700 * time.Millisecond)
		return adapter.Reply{}
	})
	if err != nil {
		t.Errorf("two events of 0.7 s each within a deadline of 1 s: %v", err)
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, way := range []string{"serve", string(broken.Silent), string(broken.Babbles)} {
		c, err := stdio.Start(t.Context(), []string{os.Args[0], "child:" + way}, within(200*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = do(c, adapter.Query{})
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func wantFault(t *testing.T, err error, fault adapter.Fault, text string) {
	t.Helper()
	known, ok := errors.AsType[*adapter.Error](err)
	if !ok || known.Fault != fault || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v; want fault %q with %q", err, fault, text)
	}
}

// BenchmarkExchange measures one request and its answer through a child
// process, from the call of Do to its return.
func BenchmarkExchange(b *testing.B) {
	c := child(b, "serve", stdio.Options{})
	message := bytes.Repeat([]byte{0xa5}, 600)
	for b.Loop() {
		answer, err := do(c, adapter.Accept{Message: message})
		if err != nil || len(answer.Done.Message) != len(message) {
			b.Fatalf("%+v, %v", answer, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
}
