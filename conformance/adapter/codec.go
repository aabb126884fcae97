package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// MaxLine is the longest line of either direction in bytes, its end included.
const MaxLine = 16 << 20

// A Line is one line of the conversation. The harness sends a request or, after
// an event that asks, a reply; the adapter sends events and then an answer or an
// error. Exactly one of the five is set. ID is the request's number, from 1.
type Line struct {
	ID      uint64
	Request *Request
	Reply   *Reply
	Event   *Event
	Answer  *Answer
	Error   *Report
}

// A Report is an adapter's own word that a request has no answer.
type Report struct {
	Kind    ReportKind `json:"kind"`
	Message string     `json:"message"`
}

// A ReportKind says why an adapter has no answer.
type ReportKind string

// The kinds of report.
const (
	ReportUnsupported ReportKind = "unsupported" // it does not serve the verb
	ReportAdapter     ReportKind = "adapter"     // something went wrong in the adapter
	ReportAbsent      ReportKind = "absent"      // nobody answered its prompt
)

// fault is what the report means to the caller of Do.
func (r Report) fault() Fault {
	switch r.Kind {
	case ReportUnsupported:
		return FaultUnsupported
	case ReportAbsent:
		return FaultAbsent
	}
	return FaultReported
}

// Err is the error that Do returns for the report.
func (r Report) Err(verb string) *Error {
	return &Error{Fault: r.fault(), Verb: verb, Detail: "the adapter says: " + r.Message}
}

// ReportOf is what an adapter sends when its Do returned err.
func ReportOf(err error) *Report {
	known, ok := errors.AsType[*Error](err)
	if !ok {
		return &Report{ReportAdapter, err.Error()}
	}
	switch known.Fault {
	case FaultUnsupported:
		return &Report{ReportUnsupported, known.Detail}
	case FaultAbsent:
		return &Report{ReportAbsent, known.Detail}
	}
	return &Report{ReportAdapter, known.Detail}
}

// Asks reports whether the event waits for a reply. Progress and Show are told
// and not answered.
func (e Event) Asks() bool { return e.Prompt != nil || e.Frame != nil }

type requestLine struct {
	ID     uint64          `json:"id"`
	Handle string          `json:"handle,omitempty"`
	Verb   string          `json:"verb,omitempty"`
	Args   json.RawMessage `json:"args,omitempty"`
	Reply  *Reply          `json:"reply,omitempty"`
}

// Append appends the line and its line feed to dst. It fails when what is to be
// written cannot be, which is a fault of the caller.
func (l Line) Append(dst []byte) ([]byte, error) {
	var v any
	switch {
	case l.Request != nil:
		args, err := json.Marshal(l.Request.Verb)
		if err != nil {
			return nil, fmt.Errorf("writing the arguments of %s: %w", l.Request.Verb.Name(), err)
		}
		return l.appendRequest(dst, args)
	case l.Reply != nil:
		v = requestLine{ID: l.ID, Reply: l.Reply}
	case l.Event != nil:
		v = eventLine{l.ID, l.Event}
	case l.Error != nil:
		v = errorLine{l.ID, l.Error}
	case l.Answer != nil:
		v = answered{l.ID, *l.Answer}
	default:
		return nil, errors.New("a line with nothing in it")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing a line: %w", err)
	}
	return append(append(dst, b...), '\n'), nil
}

// appendRequest writes a request round its arguments, which are JSON already.
func (l Line) appendRequest(dst, args []byte) ([]byte, error) {
	dst = strconv.AppendUint(append(dst, `{"id":`...), l.ID, 10)
	if l.Request.Handle != "" {
		handle, err := json.Marshal(l.Request.Handle)
		if err != nil {
			return nil, fmt.Errorf("writing a handle: %w", err)
		}
		dst = append(append(dst, `,"handle":`...), handle...)
	}
	verb, err := json.Marshal(l.Request.Verb.Name())
	if err != nil {
		return nil, fmt.Errorf("writing a verb: %w", err)
	}
	dst = append(append(dst, `,"verb":`...), verb...)
	dst = append(append(dst, `,"args":`...), args...)
	return append(dst, "}\n"...), nil
}

// The three forms that an adapter writes, in the order in which people read them.
type eventLine struct {
	ID    uint64 `json:"id"`
	Event *Event `json:"event"`
}

type errorLine struct {
	ID    uint64  `json:"id"`
	Error *Report `json:"error"`
}

type answered struct {
	ID uint64 `json:"id"`
	Answer
}

// ParseRequest decodes a line of the harness: a request or a reply. An unknown
// verb gives an [*Error] with FaultUnsupported and the line's ID.
func ParseRequest(line []byte) (Line, error) {
	var w requestLine
	if err := decodeStrict(line, &w); err != nil {
		return Line{}, err
	}
	if w.ID == 0 {
		return Line{}, errors.New(`no "id", or zero`)
	}
	if w.Reply != nil {
		if w.Verb != "" || w.Handle != "" || w.Args != nil {
			return Line{ID: w.ID}, errors.New("a reply with a verb")
		}
		return Line{ID: w.ID, Reply: w.Reply}, nil
	}
	if w.Verb == "" || w.Args == nil {
		return Line{ID: w.ID}, errors.New(`neither "verb" with "args" nor "reply"`)
	}
	verb, err := parseVerb(w.Verb, w.Args)
	if err != nil {
		if _, unsupported := errors.AsType[*Error](err); unsupported {
			return Line{ID: w.ID}, err
		}
		return Line{ID: w.ID}, fmt.Errorf("arguments of %s: %w", w.Verb, err)
	}
	return Line{ID: w.ID, Request: &Request{w.Handle, verb}}, nil
}

// ParseAnswer decodes a line of an adapter: an event, an answer or an error.
func ParseAnswer(line []byte) (Line, error) {
	var w answerFlat
	if err := decodeStrict(line, &w); err != nil {
		return Line{}, err
	}
	l := Line{ID: w.ID, Event: w.Event, Error: w.Error}
	if w.Done != nil || w.Refused != nil || w.Torn != nil {
		l.Answer = &Answer{w.Done, w.Refused, w.Torn, w.X}
	}
	return l, w.check()
}

// answerFlat is every field that an adapter may write in a line.
type answerFlat struct {
	ID      uint64          `json:"id"`
	Done    *Result         `json:"done"`
	Refused *Refusal        `json:"refused"`
	Torn    *Torn           `json:"torn"`
	X       json.RawMessage `json:"x"`
	Event   *Event          `json:"event"`
	Error   *Report         `json:"error"`
}

func (w answerFlat) check() error {
	if w.ID == 0 {
		return errors.New(`no "id", or zero`)
	}
	answers := count(w.Done != nil, w.Refused != nil, w.Torn != nil)
	if n := answers + count(w.Event != nil, w.Error != nil); n != 1 {
		return fmt.Errorf("%d of done, refused, torn, event and error; one is needed", n)
	}
	if w.X != nil && (answers == 0 || !bytes.HasPrefix(w.X, []byte("{"))) {
		return errors.New(`"x" is an object beside an answer`)
	}
	if e := w.Error; e != nil && e.Kind != ReportAdapter && e.Kind != ReportUnsupported && e.Kind != ReportAbsent {
		return fmt.Errorf("error kind %q is not known", e.Kind)
	}
	if e := w.Event; e != nil {
		if n := count(e.Progress != nil, e.Prompt != nil, e.Show != nil, e.Frame != nil); n != 1 {
			return fmt.Errorf("an event with %d of progress, prompt, show and frame; one is needed", n)
		}
	}
	return nil
}

func count(set ...bool) int {
	n := 0
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}
