// Command stranger is a wallet that shares nothing with assay: a closed card
// purse with its own protocol, its own issuer and its own refusal codes, behind
// the adapter contract (spec/adapter.md). README.md has its protocol.
//
// It imports the standard library alone and is what a vendor's adapter and
// product look like from outside. It is a simulator: its cards hold no secret.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run serves one conversation and returns the exit status: 0, 1 when the line
// broke, 2 for flags that cannot be used.
func run(args []string, in io.Reader, out, log io.Writer) int {
	options := flag.NewFlagSet("stranger", flag.ContinueOnError)
	options.SetOutput(log)
	shape := options.String("shape", "hooked", "split, hooked or sealed")
	bug := options.String("bug", "", "one fault of bugs.json")
	without := options.String("without", "", "capabilities to leave out, with commas between")
	if err := options.Parse(args); err != nil {
		return 2 // the flag package has said why
	}
	if err := known(*shape, *bug); err != nil {
		fmt.Fprintf(log, "stranger: %v\n", err)
		return 2
	}
	a := &conversation{
		bench: newBench(*shape, *bug, strings.Split(*without, ",")),
		in:    bufio.NewReaderSize(in, 1<<16), out: json.NewEncoder(out),
	}
	if err := a.serve(); err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintf(log, "stranger: %v\n", err)
		return 1
	}
	return 0
}

// known says whether shape and fault exist.
func known(shape, bug string) error {
	if !slices.Contains([]string{"split", "hooked", "sealed"}, shape) {
		return fmt.Errorf("shape %q does not exist; use split, hooked or sealed", shape)
	}
	all, err := faults()
	if err != nil || bug == "" || slices.ContainsFunc(all, func(f fault) bool { return f.Name == bug }) {
		return err
	}
	return fmt.Errorf("bug %q does not exist; bugs.json has the list", bug)
}

// A conversation speaks for the bench: it reads a request, tells events, and answers.
type conversation struct {
	bench *bench
	in    *bufio.Reader
	out   *json.Encoder
	id    uint64
	broke error // of the line, while a verb was under way
}

func (c *conversation) serve() error {
	for {
		q, err := c.read()
		if err != nil {
			return err
		}
		c.id = q.ID
		if err := c.out.Encode(c.answer(q)); err != nil || c.broke != nil || q.Verb == "bye" {
			return errors.Join(err, c.broke)
		}
	}
}

func (c *conversation) read() (q request, err error) {
	line, err := c.in.ReadBytes('\n')
	if err != nil {
		return q, err
	}
	d := json.NewDecoder(strings.NewReader(string(line)))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, fmt.Errorf("a line is no request: %w", err)
	}
	return q, nil
}

// A line is an answer.
type line struct {
	ID      uint64         `json:"id"`
	Done    *result        `json:"done,omitempty"`
	Refused map[string]any `json:"refused,omitempty"`
	Torn    map[string]any `json:"torn,omitempty"`
	Error   map[string]any `json:"error,omitempty"`
	Event   map[string]any `json:"event,omitempty"`
	X       map[string]any `json:"x,omitempty"`
}

// answer carries out a request and puts its outcome into the contract's words.
func (c *conversation) answer(q request) line {
	args, err := parseArguments(q.Verb, q.Args)
	unit := c.bench.card(q.Handle)
	writes := 0
	if unit != nil {
		writes = unit.flash.total
	}
	var r result
	if err == nil {
		r, err = c.bench.do(q, args, c.hook(), c.show)
	}
	no, refused := errors.AsType[refusal](err)
	more, carried := errors.AsType[withMessage](err)
	missing, unserved := errors.AsType[unsupported](err)
	switch {
	case err == nil && r.cardTime > 0:
		return line{ID: q.ID, Done: &r, X: map[string]any{"card_us": r.cardTime}}
	case err == nil:
		return line{ID: q.ID, Done: &r}
	case carried:
		return line{ID: q.ID, Refused: map[string]any{"vendor": string(more.refusal), "message": hex.EncodeToString(more.message)}}
	case refused:
		return line{ID: q.ID, Refused: map[string]any{"vendor": string(no)}}
	case errors.Is(err, errPower) && unit != nil:
		if unit.down || q.Verb != "transfer" {
			unit.power()
		}
		return line{ID: q.ID, Torn: map[string]any{"writes": unit.flash.total - writes}}
	case unserved:
		return line{ID: q.ID, Error: map[string]any{"kind": "unsupported", "message": missing.Error()}}
	}
	return line{ID: q.ID, Error: map[string]any{"kind": "adapter", "message": err.Error()}}
}

// hook asks the harness what becomes of a frame; nil in shape sealed.
func (c *conversation) hook() func(side, int, []byte) reply {
	if c.bench.shape != "hooked" {
		return nil
	}
	return func(from side, number int, frame []byte) reply {
		c.tell(map[string]any{"frame": map[string]any{
			"from": from.String(), "number": number, "message": hex.EncodeToString(frame),
		}})
		q, err := c.read()
		if err != nil || q.Reply == nil || q.ID != c.id {
			c.broke = errors.Join(err, errors.New("a reply to a frame is due"))
			return reply{Action: "cut"}
		}
		return *q.Reply
	}
}

// show tells what the payer's display has.
func (c *conversation) show(stage string, amount uint64, label string) {
	s := map[string]any{"stage": stage, "mode": "offline", "amount": units(c.bench.shown(amount))}
	if label != "" {
		s["label"] = label
	}
	c.tell(map[string]any{"show": s})
}

func (c *conversation) tell(event map[string]any) {
	if err := c.out.Encode(line{ID: c.id, Event: event}); err != nil {
		c.broke = err
	}
}
