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

func main() {
	shape := flag.String("shape", "hooked", "split, hooked or sealed")
	bug := flag.String("bug", "", "one fault of bugs.json")
	without := flag.String("without", "", "capabilities to leave out, with commas between")
	flag.Parse()
	if err := check(*shape, *bug); err != nil {
		os.Exit(usage(err))
	}
	a := &adapter{
		bench: newBench(*shape, *bug, strings.Split(*without, ",")),
		in:    bufio.NewReaderSize(os.Stdin, 1<<16), out: json.NewEncoder(os.Stdout),
	}
	if err := a.serve(); err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintf(os.Stderr, "stranger: %v\n", err)
		os.Exit(1)
	}
}

// check says whether shape and fault exist.
func check(shape, bug string) error {
	if !slices.Contains([]string{"split", "hooked", "sealed"}, shape) {
		return fmt.Errorf("shape %q does not exist; use split, hooked or sealed", shape)
	}
	all, err := faults()
	if err != nil || bug == "" || slices.ContainsFunc(all, func(f fault) bool { return f.Name == bug }) {
		return err
	}
	return fmt.Errorf("bug %q does not exist; bugs.json has the list", bug)
}

// An adapter speaks for the bench: it reads a request, tells events, and answers.
type adapter struct {
	bench *bench
	in    *bufio.Reader
	out   *json.Encoder
	id    uint64
	broke error // of the line, while a verb was under way
}

func (a *adapter) serve() error {
	for {
		q, err := a.read()
		if err != nil {
			return err
		}
		a.id = q.ID
		if err := a.out.Encode(a.answer(q)); err != nil || a.broke != nil || q.Verb == "bye" {
			return errors.Join(err, a.broke)
		}
	}
}

func (a *adapter) read() (q request, err error) {
	line, err := a.in.ReadBytes('\n')
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
func (a *adapter) answer(q request) line {
	args, err := parseArguments(q.Verb, q.Args)
	unit := a.bench.card(q.Handle)
	writes := 0
	if unit != nil {
		writes = unit.flash.total
	}
	var r result
	if err == nil {
		r, err = a.bench.do(q, args, a.hook(), a.show)
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
func (a *adapter) hook() func(side, int, []byte) reply {
	if a.bench.shape != "hooked" {
		return nil
	}
	return func(from side, number int, frame []byte) reply {
		a.tell(map[string]any{"frame": map[string]any{
			"from": from.String(), "number": number, "message": hex.EncodeToString(frame),
		}})
		q, err := a.read()
		if err != nil || q.Reply == nil || q.ID != a.id {
			a.broke = errors.Join(err, errors.New("a reply to a frame is due"))
			return reply{Action: "cut"}
		}
		return *q.Reply
	}
}

// show tells what the payer's display has.
func (a *adapter) show(stage string, amount uint64, label string) {
	s := map[string]any{"stage": stage, "mode": "offline", "amount": units(a.bench.shown(amount))}
	if label != "" {
		s["label"] = label
	}
	a.tell(map[string]any{"show": s})
}

func (a *adapter) tell(event map[string]any) {
	if err := a.out.Encode(line{ID: a.id, Event: event}); err != nil {
		a.broke = err
	}
}
