package stdio_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/stdio"
	"github.com/assay-cbdc/assay/conformance/stdio/broken"
)

// TestMain makes this binary the child process as well: "child:WAY" is its
// first argument then.
func TestMain(m *testing.M) {
	way, child := "", false
	if len(os.Args) > 1 {
		way, child = strings.CutPrefix(os.Args[1], "child:")
	}
	if !child {
		os.Exit(m.Run())
	}
	switch way {
	case "serve":
		if err := stdio.Serve(context.Background(), parrot{}, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "family": // a child of its own, which keeps its output open
		nap := exec.Command("sleep", "60")
		nap.Stdout, nap.Stderr = os.Stdout, os.Stderr
		if err := nap.Start(); err != nil {
			panic(err)
		}
		fmt.Fprintf(os.Stderr, "nap %d\n", nap.Process.Pid)
		os.Exit(broken.Run(broken.Silent, os.Stdin, os.Stdout, os.Stderr))
	case "chatter": // more standard error than is kept
		for range 1000 {
			fmt.Fprintln(os.Stderr, strings.Repeat("chatter ", 128))
		}
		fmt.Fprintln(os.Stderr, "the last word")
		os.Exit(5)
	case "deaf": // never reads
		time.Sleep(time.Minute)
	default:
		os.Exit(broken.Run(broken.Way(way), os.Stdin, os.Stdout, os.Stderr))
	}
}

// A parrot answers every verb with what it was asked.
type parrot struct{}

func (parrot) Do(_ context.Context, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	switch v := r.Verb.(type) {
	case adapter.Hello:
		return adapter.Answer{Done: &adapter.Result{Hello: &adapter.Implementation{Version: 1, Vendor: "parrot"}}}, nil
	case adapter.Accept:
		return adapter.Answer{Done: &adapter.Result{Message: v.Message, Handle: r.Handle}}, nil
	case adapter.Pay:
		on(adapter.Event{Show: &adapter.Show{Stage: "offer", Amount: v.Amount}})
		reply := on(adapter.Event{Prompt: &adapter.Prompt{Text: "tap"}})
		return adapter.Answer{Done: &adapter.Result{Snapshot: string(reply.Action)}}, nil
	case adapter.PowerCycle:
		return adapter.Answer{Torn: &adapter.Torn{Writes: 3}}, nil
	case adapter.Bye:
		return adapter.Answer{Done: &adapter.Result{}}, nil
	case adapter.Query:
		return adapter.Answer{}, fmt.Errorf("the reader is %s", "unplugged")
	}
	return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultUnsupported, Detail: "a parrot has no " + r.Verb.Name()}
}

// child starts this binary in a way and closes it with the test.
func child(t testing.TB, way string, o stdio.Options) *stdio.Client {
	t.Helper()
	c, err := stdio.Start(t.Context(), []string{os.Args[0], "child:" + way}, o)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
