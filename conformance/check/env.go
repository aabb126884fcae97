package check

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// An Env is what all checks of one run share: the target, what it says it is,
// the profile and, in class RP, the harness's own test realm.
type Env struct {
	Profile *spec.Profile
	Impl    adapter.Implementation
	Class   string // RP or BH
	Seed    uint64
	// Exchanges bounds each sampled sweep; 0 means each check's own bound.
	Exchanges int

	adapter adapter.Adapter
	// peer drives the reference devices that the harness fills a role with, in
	// class RP.
	peer    adapter.Adapter
	profile json.RawMessage
	realm   *Realm
}

// NewEnv greets the adapter and prepares the run. The error is an
// [*adapter.Error], or names what contradicts the profile.
func NewEnv(ctx context.Context, a adapter.Adapter, p *spec.Profile, seed uint64) (*Env, error) {
	answer, err := a.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, ignoreEvents)
	if err != nil {
		return nil, err
	}
	if answer.Done == nil || answer.Done.Hello == nil {
		return nil, &adapter.Error{Fault: adapter.FaultMalformed, Verb: "hello", Detail: "the answer has no implementation: " + Describe(answer)}
	}
	env := &Env{
		Profile: p, Impl: *answer.Done.Hello, Class: answer.Done.Hello.Class, Seed: seed,
		adapter: a, profile: p.JSON(),
	}
	if err := env.review(); err != nil {
		return nil, err
	}
	env.Profile = expected(p, env.Impl.Limits)
	if env.RP() {
		if env.realm, err = NewRealm(p, env.baseSuite(), seed); err != nil {
			return nil, fmt.Errorf("harness: test realm: %w", err)
		}
	}
	return env, nil
}

// newPeer drives reference devices of the base suite.
func (e *Env) newPeer() adapter.Adapter {
	return simulator.New(simulator.Options{Config: func(c *device.Config) {
		c.Suites = []suite.Suite{suite.Suite(e.baseSuite())}
	}})
}

func ignoreEvents(adapter.Event) adapter.Reply { return adapter.Reply{} }

// A ReviewError is a contradiction between what the product says it is and the
// profile; nothing is run (exit code 5).
type ReviewError struct{ Reason string }

func (e *ReviewError) Error() string { return "static review: " + e.Reason }

// review holds what the product says against the profile before anything runs.
func (e *Env) review() error {
	if e.Impl.Version != adapter.Version {
		return &adapter.Error{Fault: adapter.FaultMalformed, Verb: "hello",
			Detail: fmt.Sprintf("it chose version %d, and version %d was offered", e.Impl.Version, adapter.Version)}
	}
	if e.Class != "RP" && e.Class != "BH" {
		return &adapter.Error{Fault: adapter.FaultMalformed, Verb: "hello", Detail: fmt.Sprintf("class %q is neither RP nor BH", e.Class)}
	}
	if !slices.Contains(e.Impl.Shapes, adapter.Split) {
		return &ReviewError{"the adapter does not serve the shape \"split\", the only one of adapter version 1"}
	}
	if !slices.Contains(e.Impl.Roles, adapter.RoleDevice) {
		return &ReviewError{"the adapter has no unit in the role \"device\""}
	}
	if e.Impl.Family != "" && e.Impl.Family != e.Profile.Family {
		return &ReviewError{fmt.Sprintf("the product is of family %s, profile %s of family %s", e.Impl.Family, e.Profile.ID, e.Profile.Family)}
	}
	if e.RP() && len(e.suites()) == 0 {
		return &ReviewError{fmt.Sprintf("the product's suites %v and those of profile %s %v have none in common", e.Impl.Suites, e.Profile.ID, e.Profile.Suites)}
	}
	return nil
}

// RP says whether the reference protocol is under test, or behaviour alone.
func (e *Env) RP() bool { return e.Class == "RP" }

// Has says whether the adapter serves a capability.
func (e *Env) Has(c adapter.Capability) bool { return slices.Contains(e.Impl.Capabilities, c) }

// suites are those that the product has and the profile allows; a profile that
// names none allows all.
func (e *Env) suites() []int {
	var both []int
	for _, s := range e.Impl.Suites {
		if len(e.Profile.Suites) == 0 || slices.Contains(e.Profile.Suites, s) {
			both = append(both, s)
		}
	}
	slices.Sort(both)
	return both
}

// baseSuite is the suite of the checks that do not depend on one.
func (e *Env) baseSuite() int {
	if s := e.suites(); len(s) > 0 {
		return s[0]
	}
	return 0
}

// HasSuites says whether the device has all of them.
func (e *Env) HasSuites(want []int) bool {
	have := e.suites()
	for _, s := range want {
		if !slices.Contains(have, s) {
			return false
		}
	}
	return true
}

// expected is min(profile, product): a product may be stricter than the profile
// where it says so.
func expected(p *spec.Profile, own *adapter.Limits) *spec.Profile {
	if own == nil {
		return p
	}
	q := *p
	lower := func(of **uint64, own *uint64) {
		if own != nil && (*of == nil || *own < **of) {
			*of = own
		}
	}
	lower(&q.MaxTx, (*uint64)(own.MaxTx))
	lower(&q.MaxHolding, (*uint64)(own.MaxHolding))
	lower(&q.MaxCumulativeUnsynced, (*uint64)(own.MaxCumulativeUnsynced))
	lower(&q.MaxUnsyncedCount, own.MaxUnsyncedCount)
	lower(&q.AuthFreeAmount, (*uint64)(own.AuthFreeAmount))
	lower(&q.AuthFreeCount, own.AuthFreeCount)
	return &q
}
