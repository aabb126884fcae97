package selftest

import (
	"context"
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/oddity"
)

// honest holds an unusual but right device to everything that it can show: no
// check may fail it, and something has to pass.
func (s *session) honest(ctx context.Context, odd oddity.Oddity) error {
	told, err := s.files(ctx, odd)
	if err != nil {
		return fmt.Errorf("oddity %s: %w", odd.Name, err)
	}
	all, err := s.everySeed(ctx, odd.Adapter, told, s.thin())
	if err != nil {
		return fmt.Errorf("oddity %s: %w", odd.Name, err)
	}
	passed, wrong := 0, ""
	for _, o := range all {
		if o.Worst() == check.Pass {
			passed++
			continue
		}
		for _, r := range o.Rows {
			if r.Verdict == o.Worst() && wrong == "" {
				wrong = fmt.Sprintf("%s: %s by %s: %s (%s)", odd.Name, r.Verdict, r.Check, r.Message, r.Observed)
			}
		}
	}
	if passed == 0 && wrong == "" {
		wrong = odd.Name + ": no check could be run"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Honest++
	if wrong != "" {
		s.result.HonestFailed = append(s.result.HonestFailed, wrong)
	}
	return nil
}

// files are what a run is told of an oddity.
func (s *session) files(ctx context.Context, odd oddity.Oddity) (check.Options, error) {
	p, err := odd.Profile(s.Profile)
	if err != nil {
		return check.Options{}, err
	}
	a, err := odd.Adapter().Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
	if err != nil || a.Done == nil || a.Done.Hello == nil {
		return check.Options{}, errors.Join(err, errors.New("it does not say what it is"))
	}
	o := check.Options{Profile: p}
	o.ICS, o.IXIT = odd.Files(*a.Done.Hello)
	return o, nil
}

func (s *session) degenerate(ctx context.Context, d oddity.Oddity) error {
	all, err := s.outcomes(ctx, d.Adapter, s.Seeds[0], nil, thin)
	passed := 0
	if err == nil {
		for _, o := range all {
			for _, r := range o.Rows {
				if r.Verdict == check.Pass {
					passed++
				}
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Degenerate = append(s.result.Degenerate, Degenerate{d.Name, passed})
	return nil
}
