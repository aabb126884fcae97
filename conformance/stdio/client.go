package stdio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// The defaults of [Options].
const (
	DefaultDeadline = 10 * time.Second
	DefaultStderr   = 1 << 20
	// maxEvents bounds the events of one request: more is a flood.
	maxEvents = 10_000
)

const (
	// exitGrace is what a process that closed its output has to end by itself,
	// so that its exit status can be told.
	exitGrace = 250 * time.Millisecond
	// byeGrace is what it has after a polite end.
	byeGrace = time.Second
)

// Options of a [Client]. Zero values stand for the defaults.
type Options struct {
	// Deadline is how long the adapter may take over a verb, by the verb's name.
	// The time that the harness takes to reply to an event does not count.
	Deadline func(verb string) time.Duration
	// Stderr is how many bytes of standard error are kept: the last ones.
	Stderr int
	// Line is the longest line in bytes, its end included.
	Line int
}

// A Client drives an adapter that is a child process. It is an
// [adapter.Adapter]; calls of its methods may come from several goroutines, and
// are carried out one after the other.
//
// An error other than "unsupported" and "reported" ends the process: what it
// would say next could not be told from the answer that is missing. [Client.Restart]
// begins again, with no unit.
type Client struct {
	argv    []string // of a child process
	address string   // of an adapter that listens
	options Options
	ctx     context.Context // of Start: the end of it ends the process
	id      uint64
	mu      sync.Mutex // one request is outstanding
	process *process
	unbind  func() bool
}

// Start runs argv until ctx ends or [Client.Close]. The error is an
// [*adapter.Error] with FaultStart.
func Start(ctx context.Context, argv []string, o Options) (*Client, error) {
	if len(argv) == 0 {
		return nil, &adapter.Error{Fault: adapter.FaultStart, Detail: "the command is empty"}
	}
	return begin(&Client{argv: argv, options: o, ctx: ctx})
}

// begin fills in what the options leave unset and starts the conversation.
func begin(c *Client) (*Client, error) {
	o := &c.options
	if o.Deadline == nil {
		o.Deadline = func(string) time.Duration { return DefaultDeadline }
	}
	if o.Stderr == 0 {
		o.Stderr = DefaultStderr
	}
	if o.Line == 0 {
		o.Line = adapter.MaxLine
	}
	if err := c.launch(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Client) launch() error {
	if err := c.ctx.Err(); err != nil {
		return interrupted("", err)
	}
	p, err := c.start()
	if err != nil {
		return err
	}
	c.process = p
	c.unbind = context.AfterFunc(c.ctx, func() { p.end(adapter.FaultHarness, 0) })
	return nil
}

// start starts the command, or connects.
func (c *Client) start() (*process, error) {
	if c.address != "" {
		p, err := connect(c.ctx, c.address, c.options.Stderr)
		if err != nil {
			return nil, &adapter.Error{
				Fault: adapter.FaultStart, Err: err,
				Detail: fmt.Sprintf("nothing answers at %s: %v; start the adapter first, and let it listen there", c.Command(), err),
			}
		}
		return p, nil
	}
	p, err := launch(c.argv, c.options.Stderr)
	if err != nil {
		return nil, &adapter.Error{
			Fault: adapter.FaultStart, Err: err,
			Detail: fmt.Sprintf("%s could not be started: %v", c.Command(), err),
		}
	}
	return p, nil
}

// Command names the child's command, or the address, in one line.
func (c *Client) Command() string {
	if c.address != "" {
		return "tcp:" + c.address
	}
	return describe(c.argv)
}

// Stderr returns what is kept of the present process's standard error.
func (c *Client) Stderr() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.process.stderr.String()
}

// Restart ends the process, if it lives, and starts the command again.
func (c *Client) Restart(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finish(adapter.FaultHarness, 0)
	return c.launch()
}

// Close asks the adapter to end, and ends it. No process of its group is left
// when Close returns.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.process.ended() {
		bye := adapter.Request{Verb: adapter.Bye{}}
		_, _ = c.exchange(c.ctx, byeGrace, bye, nil)
	}
	c.finish(adapter.FaultHarness, byeGrace)
	return nil
}

// finish ends the process and waits for its end.
func (c *Client) finish(cause adapter.Fault, grace time.Duration) {
	c.unbind()
	_ = c.process.in.Close()
	c.process.end(cause, grace)
	<-c.process.done
}

// Do carries out one request; see [adapter.Adapter].
func (c *Client) Do(ctx context.Context, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, err := c.exchange(ctx, c.options.Deadline(r.Verb.Name()), r, on)
	fault, known := errors.AsType[*adapter.Error](err)
	if known && !goesOn(fault.Fault) {
		c.finish(fault.Fault, 0)
	}
	return answer, err
}

// goesOn says whether the adapter lives after a fault that it has told itself.
func goesOn(f adapter.Fault) bool {
	return f == adapter.FaultUnsupported || f == adapter.FaultReported || f == adapter.FaultAbsent
}

// exchange sends one request and reads what comes until its answer.
func (c *Client) exchange(ctx context.Context, deadline time.Duration, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	p, verb := c.process, r.Verb.Name()
	if p.ended() || ctx.Err() != nil {
		if err := errors.Join(ctx.Err(), c.ctx.Err()); err != nil {
			return adapter.Answer{}, interrupted(verb, err)
		}
		return adapter.Answer{}, c.lost(verb, "is not running")
	}
	c.id++
	line, err := adapter.Line{ID: c.id, Request: &r}.Append(nil)
	if err != nil {
		return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultHarness, Verb: verb, Detail: err.Error(), Err: err}
	}
	watch := watchdog(ctx, p, deadline)
	l, err := c.converse(p, line, on, watch)
	if !watch.release() && err == nil {
		// The answer came together with the end of its time: it is too late.
		err = errEnded
	}
	if err != nil {
		return adapter.Answer{}, c.explain(ctx, verb, err)
	}
	if l.Error != nil {
		return adapter.Answer{}, l.Error.Err(verb)
	}
	return *l.Answer, nil
}

// converse writes a request and returns the line that ends it.
func (c *Client) converse(p *process, request []byte, on func(adapter.Event) adapter.Reply, watch *watch) (adapter.Line, error) {
	if _, err := p.in.Write(request); err != nil {
		return adapter.Line{}, errEnded
	}
	for range maxEvents {
		raw, err := p.line(c.options.Line)
		if errors.Is(err, errTooLong) {
			return adapter.Line{}, &adapter.Error{
				Fault:  adapter.FaultFlood,
				Detail: fmt.Sprintf("a line is longer than %d bytes: %s", c.options.Line, excerpt(raw)),
			}
		}
		if err != nil {
			return adapter.Line{}, errEnded
		}
		l, err := adapter.ParseAnswer(raw)
		if err != nil {
			return l, &adapter.Error{
				Fault:  adapter.FaultMalformed,
				Detail: fmt.Sprintf("a line is not of the contract: %v: %s", err, excerpt(raw)),
			}
		}
		if l.Event != nil && l.ID < c.id {
			return l, &adapter.Error{
				Fault:  adapter.FaultWrongID,
				Detail: fmt.Sprintf("an event after the answer to request %d: %s", l.ID, excerpt(raw)),
			}
		}
		if l.ID != c.id {
			return l, &adapter.Error{
				Fault:  adapter.FaultWrongID,
				Detail: fmt.Sprintf("request %d was answered as %d: %s", c.id, l.ID, excerpt(raw)),
			}
		}
		if l.Event == nil {
			return l, nil
		}
		if err := c.tell(p, *l.Event, on, watch); err != nil {
			return l, err
		}
	}
	return adapter.Line{}, &adapter.Error{
		Fault: adapter.FaultFlood, Detail: fmt.Sprintf("more than %d events and no answer", maxEvents),
	}
}

// tell passes an event on, and the reply back if the event asks for one.
func (c *Client) tell(p *process, e adapter.Event, on func(adapter.Event) adapter.Reply, watch *watch) error {
	var reply adapter.Reply
	if on != nil {
		if !watch.pause() {
			return errEnded
		}
		reply = on(e)
		watch.resume()
	}
	if !e.Asks() {
		return nil
	}
	line, err := adapter.Line{ID: c.id, Reply: &reply}.Append(nil)
	if err != nil {
		return &adapter.Error{Fault: adapter.FaultHarness, Detail: err.Error(), Err: err}
	}
	if _, err := p.in.Write(line); err != nil {
		return errEnded
	}
	return nil
}

// errEnded says that the conversation ended; why is the process's cause.
var errEnded = io.ErrUnexpectedEOF

// explain turns what ended an exchange into the error that names the command.
func (c *Client) explain(ctx context.Context, verb string, err error) error {
	p := c.process
	if fault, ok := errors.AsType[*adapter.Error](err); ok {
		p.end(fault.Fault, exitGrace)
		<-p.done // what it still says is in the message
		fault.Verb = verb
		fault.Detail = c.Command() + ": " + fault.Detail + c.said()
		return fault
	}
	p.end(adapter.FaultDied, exitGrace)
	<-p.done
	switch p.cause {
	case adapter.FaultDeadline:
		return &adapter.Error{
			Fault: adapter.FaultDeadline, Verb: verb,
			Detail: fmt.Sprintf("%s did not answer within %v%s", c.Command(), c.options.Deadline(verb), c.said()),
		}
	case adapter.FaultHarness:
		return interrupted(verb, errors.Join(ctx.Err(), c.ctx.Err()))
	}
	return c.lost(verb, "ended without an answer ("+p.status()+")")
}

func interrupted(verb string, cause error) *adapter.Error {
	return &adapter.Error{Fault: adapter.FaultHarness, Verb: verb, Detail: "interrupted", Err: cause}
}

func (c *Client) lost(verb, how string) *adapter.Error {
	return &adapter.Error{
		Fault: adapter.FaultDied, Verb: verb,
		Detail: c.Command() + " " + how + c.said(),
	}
}

// said quotes the end of standard error.
func (c *Client) said() string {
	text := c.process.stderr.String()
	if text == "" {
		return "; it wrote nothing to standard error"
	}
	return "; its standard error ends:" + lastLines(text)
}

// excerpt quotes the begin of a line.
func excerpt(line []byte) string {
	const most = 160
	if len(line) > most {
		return fmt.Sprintf("%q… (%d bytes)", line[:most], len(line))
	}
	return fmt.Sprintf("%q", line)
}
