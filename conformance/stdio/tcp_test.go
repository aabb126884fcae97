package stdio_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

// listen serves a parrot until the test ends and returns its address.
func listen(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	told, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- stdio.Listen(ctx, parrot{}, "127.0.0.1:0", func(a net.Addr) { told <- a.String() })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Listen ended with %v", err)
		}
	})
	return <-told
}

func TestOverTCP(t *testing.T) {
	c, err := stdio.Dial(context.Background(), listen(t), stdio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		a, err := c.Do(context.Background(), adapter.Request{Handle: "h", Verb: adapter.Accept{Message: []byte{7}}}, nil)
		if err != nil || a.Done == nil || string(a.Done.Message) != "\x07" {
			t.Fatalf("%+v, %v", a, err)
		}
		prompted := false
		a, err = c.Do(context.Background(), adapter.Request{Handle: "h", Verb: adapter.Pay{Message: []byte{1}}}, func(e adapter.Event) adapter.Reply {
			prompted = prompted || e.Prompt != nil
			return adapter.Reply{Action: adapter.PromptAbsent}
		})
		if err != nil || !prompted || a.Done.Snapshot != "absent" {
			t.Fatalf("%+v, %v, prompted %v", a, err, prompted)
		}
		if err := c.Restart(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	_, err = stdio.Dial(context.Background(), address, stdio.Options{})
	fault, ok := errors.AsType[*adapter.Error](err)
	if !ok || fault.Fault != adapter.FaultStart || !strings.Contains(fault.Detail, "start the adapter first") {
		t.Errorf("%v; want a fault of start that says what to do", err)
	}
}

// TestConnectionFaults has an adapter hang up, fall silent and break the
// contract over TCP.
func TestConnectionFaults(t *testing.T) {
	for _, c := range []struct {
		says string // in answer to the first request; empty: nothing
		then bool   // and hangs up
		want adapter.Fault
	}{
		{"", true, adapter.FaultDied},
		{`{"id":1,"done":`, true, adapter.FaultDied},
		{"", false, adapter.FaultDeadline},
		{"{\"id\":1,\"reply\":{\"action\":\"done\"}}\n", false, adapter.FaultMalformed},
		{"{\"id\":2,\"done\":{}}\n", false, adapter.FaultWrongID},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte(c.says))
			if c.then {
				conn.Close()
				return
			}
			_, _ = conn.Read(make([]byte, 1)) // until the harness hangs up
			conn.Close()
		}()
		client, err := stdio.Dial(context.Background(), l.Addr().String(), stdio.Options{Deadline: func(string) time.Duration { return 200 * time.Millisecond }})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Do(context.Background(), adapter.Request{Handle: "h", Verb: adapter.Query{}}, nil)
		if fault, ok := errors.AsType[*adapter.Error](err); !ok || fault.Fault != c.want {
			t.Errorf("%q: %v, want %s", c.says, err, c.want)
		}
		client.Close()
		l.Close()
	}
}

// TestEventAfterAnswer names what a late event is.
func TestEventAfterAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Write([]byte("{\"id\":1,\"done\":{}}\n{\"id\":1,\"event\":{\"frame\":{\"from\":\"payer\",\"number\":1,\"message\":\"00\"}}}\n"))
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Read(make([]byte, 1))
	}()
	c, err := stdio.Dial(context.Background(), l.Addr().String(), stdio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	query := adapter.Request{Handle: "h", Verb: adapter.Query{}}
	if _, err := c.Do(context.Background(), query, nil); err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(context.Background(), query, nil)
	if err == nil || !strings.Contains(err.Error(), "an event after the answer to request 1") {
		t.Errorf("%v", err)
	}
}
