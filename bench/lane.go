package bench

import (
	"github.com/assay-cbdc/assay/bench/measure"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/verify/obvious"
)

// batchSize is the number of payments that the fast core gets at a time.
const batchSize = 256

// A lane goes through a load again and again, a span at a time, and compares
// every verdict with the one due.
type lane struct {
	name  string
	run   *run
	load  *load
	extra *load // judged and checked after the load, outside the clock; may be nil
	span  int   // payments of one slice; divides the load
	batch int
	core  core
	// begin, if not nil, is called before each pass through the load, and
	// before before each slice.
	begin  func() error
	before func()

	at       int
	verdicts []verify.Verdict
}

// lane returns what is measured.
func (l *lane) lane() measure.Lane {
	l.verdicts = make([]verify.Verdict, l.span)
	return measure.Lane{Name: l.name, Units: l.span, Prepare: l.prepare, Run: l.slice, Check: l.check}
}

func (l *lane) prepare() error {
	if l.at == 0 && l.begin != nil {
		if err := l.begin(); err != nil {
			return err
		}
	}
	if l.before != nil {
		l.before()
	}
	return nil
}

func (l *lane) slice() {
	payments := l.load.payments[l.at : l.at+l.span]
	for i := 0; i < l.span; i += l.batch {
		j := min(i+l.batch, l.span)
		l.core.VerifyAll(payments[i:j], l.verdicts[i:j])
	}
}

func (l *lane) check() error {
	if err := l.load.check(l.name, l.at, l.verdicts); err != nil {
		return err
	}
	l.run.result.VerdictsChecked += l.span
	l.at = (l.at + l.span) % len(l.load.items)
	if l.at != 0 || l.extra == nil {
		return nil
	}
	verdicts := make([]verify.Verdict, len(l.extra.payments))
	l.core.VerifyAll(l.extra.payments, verdicts)
	l.run.result.VerdictsChecked += len(verdicts)
	return l.extra.check(l.name, 0, verdicts)
}

// fastLane measures the fast core with the given room for unpacked keys, after
// a pass that has filled its caches.
func (r *run) fastLane(name string, l *load, span, keys int) (*lane, error) {
	c, err := newFast(l.setting, keys)
	if err != nil {
		return nil, err
	}
	result := &lane{
		name: name, run: r, load: l, span: span, batch: batchSize, core: r.wrapped(c),
		begin: func() error { c.index.Reset(); return nil },
	}
	result.core.VerifyAll(l.payments, make([]verify.Verdict, len(l.payments)))
	return result, nil
}

// coldLane measures the fast core with nothing remembered, in every slice.
func (r *run) coldLane(name string, l *load, span int) (*lane, error) {
	c, err := newFast(l.setting, ample)
	if err != nil {
		return nil, err
	}
	return &lane{
		name: name, run: r, load: l, span: span, batch: batchSize, core: r.wrapped(c),
		begin:  func() error { c.index.Reset(); return nil },
		before: c.Forget,
	}, nil
}

// obviousLane measures the baseline.
func (r *run) obviousLane(name string, l *load, span int) *lane {
	result := &lane{name: name, run: r, load: l, span: span, batch: span}
	result.begin = func() error {
		v, err := obvious.New(l.setting)
		result.core = obviousCore{v}
		return err
	}
	return result
}

func (r *run) wrapped(c core) core {
	if r.wrap == nil {
		return c
	}
	return r.wrap(c)
}
