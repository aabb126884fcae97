package adapter

import (
	"context"
	"fmt"
)

// Strict holds an adapter to what no single line shows: a handle is given once
// and only create gives it, and frames belong to a hooked transfer and are
// numbered from 1. What breaks that is an [*Error] with FaultMalformed. It hands
// on Restart, which begins a new conversation.
func Strict(next Adapter) Adapter { return &strict{next: next, given: map[string]bool{}} }

type strict struct {
	next  Adapter
	given map[string]bool
}

type restarter interface {
	Restart(ctx context.Context) error
}

// Restart begins a new conversation where the adapter can; else it does nothing.
func (s *strict) Restart(ctx context.Context) error {
	r, ok := s.next.(restarter)
	if !ok {
		return nil
	}
	s.given = map[string]bool{}
	return r.Restart(ctx)
}

func (s *strict) Do(ctx context.Context, r Request, on func(Event) Reply) (Answer, error) {
	verb := r.Verb.Name()
	if verb == "hello" {
		s.given = map[string]bool{}
	}
	frames, wrong := 0, ""
	a, err := s.next.Do(ctx, r, func(e Event) Reply {
		if e.Frame != nil && wrong == "" {
			frames++
			wrong = frameFault(verb, *e.Frame, frames)
		}
		if wrong != "" {
			return Reply{Action: Cut}
		}
		return on(e)
	})
	if err != nil {
		return a, err
	}
	if wrong == "" {
		wrong = s.handleFault(r, a)
	}
	if wrong != "" {
		return Answer{}, &Error{Fault: FaultMalformed, Verb: verb, Detail: wrong}
	}
	return a, nil
}

func frameFault(verb string, f Frame, due int) string {
	switch {
	case verb != "transfer":
		return fmt.Sprintf("an event frame in %s; frames belong to transfer in the shape hooked", verb)
	case f.Number != due:
		return fmt.Sprintf("frame %d where frame %d was due; the frames of a transfer are numbered from 1, both ways", f.Number, due)
	case f.From != Payer && f.From != Payee:
		return fmt.Sprintf("a frame from %.40q; write payer or payee", f.From)
	}
	return ""
}

// handleFault says what is wrong with the handle of an answer.
func (s *strict) handleFault(r Request, a Answer) string {
	if a.Done == nil || a.Done.Handle == "" {
		return ""
	}
	if _, create := r.Verb.(Create); !create {
		if a.Done.Handle == r.Handle {
			return ""
		}
		return fmt.Sprintf("the unit %.40q was asked and %.40q answered; only create gives a handle", r.Handle, a.Done.Handle)
	}
	if s.given[a.Done.Handle] {
		return fmt.Sprintf("create gave the handle %.40q twice; no two units have one", a.Done.Handle)
	}
	s.given[a.Done.Handle] = true
	return ""
}
