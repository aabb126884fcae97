package check

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
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

	// Shape is how a payment is driven: the first that the product serves of
	// split, hooked and sealed, or the one that was asked for.
	Shape adapter.Shape
	// Bench is what the bench has; never nil.
	Bench *ics.IXIT
	// Operator answers a prompt; nil: nobody is there.
	Operator func(prompt string) adapter.Action

	adapter adapter.Adapter
	product *ics.ICS // nil: hello is all that is known
	scale   scale
	pool    *pool
	// ledgers and devices drive the role that another target fills; nil: the
	// adapter itself.
	ledgers adapter.Adapter
	// peer drives the reference devices that the harness fills a role with, in
	// class RP.
	peer    adapter.Adapter
	peers   adapter.Adapter // another target's devices in place of the reference's
	profile json.RawMessage
	realm   *Realm
}

// Options say what a run judges, and by what.
type Options struct {
	Profile *spec.Profile
	Seed    uint64
	// ICS and IXIT are the vendor's and the bench's files; nil: hello is believed.
	ICS  *ics.ICS
	IXIT *ics.IXIT
	// Shape is the shape to drive; empty: the one that shows most.
	Shape adapter.Shape
	// Operator answers a prompt; nil: nobody is there.
	Operator func(prompt string) adapter.Action
	// Ledger drives the ledger in place of the adapter, Peer the harness's own
	// devices in place of the reference; class RP.
	Ledger, Peer adapter.Adapter
}

// NewEnv greets the adapter and prepares a run that believes what hello says.
// The error is an [*adapter.Error], or a [*ReviewError].
func NewEnv(ctx context.Context, a adapter.Adapter, p *spec.Profile, seed uint64) (*Env, error) {
	return NewEnvWith(ctx, a, Options{Profile: p, Seed: seed})
}

// NewEnvWith greets the adapter, holds what it says against the files and the
// profile, and prepares the run. The error is an [*adapter.Error], or a
// [*ReviewError] that names every contradiction.
func NewEnvWith(ctx context.Context, a adapter.Adapter, o Options) (*Env, error) {
	a = adapter.Strict(a)
	hello, err := greet(ctx, a)
	if err != nil {
		return nil, err
	}
	env := &Env{
		Profile: o.Profile, Impl: ics.Effective(hello, o.ICS, o.IXIT), Seed: o.Seed,
		Bench: o.IXIT, Operator: o.Operator, adapter: a, product: o.ICS,
		ledgers: o.Ledger, scale: 1, pool: &pool{}, profile: o.Profile.JSON(),
	}
	env.Class = env.Impl.Class
	if env.Bench == nil {
		env.Bench = &ics.IXIT{}
	}
	if reasons := ics.Review(hello, o.ICS, o.IXIT, o.Profile); len(reasons) > 0 {
		return nil, &ReviewError{strings.Join(reasons, "; ")}
	}
	if env.Shape, err = env.shape(o.Shape); err != nil {
		return nil, err
	}
	if err := env.review(); err != nil {
		return nil, err
	}
	if o.ICS != nil {
		env.scale = scaleOf(o.ICS.Amounts)
	}
	env.fill(o)
	env.Profile = env.scale.scaled(expected(o.Profile, env.Impl.Limits))
	if env.RP() {
		if err := primitives(); err != nil {
			return nil, err
		}
		if env.realm, err = NewRealm(o.Profile, env.baseSuite(), o.Seed); err != nil {
			return nil, fmt.Errorf("harness: test realm: %w", err)
		}
	}
	return env, nil
}

// On is the same run on another target of the same kind, with units of its own. The
// error is an [*adapter.Error].
func (e *Env) On(ctx context.Context, a adapter.Adapter) (*Env, error) {
	other := *e
	other.adapter, other.pool = adapter.Strict(a), &pool{}
	_, err := greet(ctx, other.adapter)
	return &other, err
}

// greet is hello, with an implementation of the version that was offered.
func greet(ctx context.Context, a adapter.Adapter) (adapter.Implementation, error) {
	answer, err := a.Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, ignoreEvents)
	if err != nil {
		return adapter.Implementation{}, err
	}
	malformed := func(detail string) (adapter.Implementation, error) {
		return adapter.Implementation{}, &adapter.Error{Fault: adapter.FaultMalformed, Verb: "hello", Detail: detail}
	}
	if answer.Done == nil || answer.Done.Hello == nil {
		return malformed("the answer has no implementation: " + Describe(answer))
	}
	h := *answer.Done.Hello
	if h.Version != adapter.Version {
		return malformed(fmt.Sprintf("it chose version %d, and version %d was offered", h.Version, adapter.Version))
	}
	if h.Class != "RP" && h.Class != "BH" {
		return malformed(fmt.Sprintf("class %q is neither RP nor BH", h.Class))
	}
	return h, nil
}

// shape is the shape to drive: the one that was asked for, or of those that the
// product serves the one that shows most.
func (e *Env) shape(asked adapter.Shape) (adapter.Shape, error) {
	for _, s := range []adapter.Shape{adapter.Split, adapter.Hooked, adapter.Sealed} {
		if slices.Contains(e.Impl.Shapes, s) && (asked == "" || asked == s) {
			return s, nil
		}
	}
	if asked != "" {
		return "", &ReviewError{fmt.Sprintf("the adapter does not serve the shape %q; it serves %v", asked, e.Impl.Shapes)}
	}
	return "", &ReviewError{fmt.Sprintf("the adapter serves none of the shapes split, hooked and sealed, but %v", e.Impl.Shapes)}
}

// fill gives the reference, or the target that was named, the role that the
// product does not have; class RP.
func (e *Env) fill(o Options) {
	e.peers = o.Peer
	if !e.RP() {
		return
	}
	var missing []adapter.Capability
	switch {
	case !e.serves(adapter.RoleLedger) || o.Ledger != nil:
		missing = []adapter.Capability{adapter.CapLedger, adapter.CapBlock, adapter.CapAlerts}
	case !e.serves(adapter.RoleDevice):
		missing = simulator.Capabilities()
		e.Impl.Provision, e.Impl.Suites = adapter.ProvisionRequest, nil
		for _, s := range simulator.Suites() {
			e.Impl.Suites = append(e.Impl.Suites, int(s))
		}
	}
	for _, c := range missing {
		if !e.Has(c) {
			e.Impl.Capabilities = append(slices.Clip(e.Impl.Capabilities), c)
		}
	}
}

// newPeer drives reference devices of the base suite.
func (e *Env) newPeer() adapter.Adapter {
	if e.peers != nil {
		return e.peers
	}
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
	if !e.serves(adapter.RoleDevice) && (!e.RP() || !e.serves(adapter.RoleLedger)) {
		return &ReviewError{"the adapter has no unit in the role \"device\"; a ledger alone can be judged in class RP"}
	}
	if all := e.Impl.Families; e.Impl.Family == "" && len(all) > 0 && !slices.Contains(all, e.Profile.Family) {
		return &ReviewError{fmt.Sprintf("the product's units are of the families %s, profile %s is of family %s", strings.Join(all, ", "), e.Profile.ID, e.Profile.Family)}
	}
	if e.Impl.Family != "" && e.Impl.Family != e.Profile.Family {
		return &ReviewError{fmt.Sprintf("the product is of family %s, profile %s of family %s", e.Impl.Family, e.Profile.ID, e.Profile.Family)}
	}
	if e.RP() && e.Shape != adapter.Split {
		return &ReviewError{fmt.Sprintf("class RP reads every message and needs the shape split; this is %s: claim class BH, or serve split", e.Shape)}
	}
	if e.RP() && e.Impl.Lifecycle == adapter.LifecycleNone && e.Impl.Provision != adapter.ProvisionRequest {
		return &ReviewError{"class RP needs units that the harness can certify: lifecycle none with pre-provisioned units is of class BH"}
	}
	if e.RP() && len(e.Suites()) == 0 {
		return &ReviewError{fmt.Sprintf("the product's suites %v and those of profile %s %v have none in common", e.Impl.Suites, e.Profile.ID, e.Profile.Suites)}
	}
	return nil
}

// RP says whether the reference protocol is under test, or behaviour alone.
func (e *Env) RP() bool { return e.Class == "RP" }

// Has says whether the adapter serves a capability that the profile leaves room for.
func (e *Env) Has(c adapter.Capability) bool {
	return slices.Contains(e.Impl.Capabilities, c) && !e.barred(c)
}

// barred says whether the profile leaves no room for a capability: under CHAIN
// provenance and in families T and E this edition has neither one-way payments nor
// claims.
func (e *Env) barred(c adapter.Capability) bool {
	return (c == adapter.CapOneWay || c == adapter.CapClaims) && (e.profileHas(spec.WhenChain) || e.besideTransfers())
}

// besideTransfers says whether what is paid with stands beside a transfer.
func (e *Env) besideTransfers() bool { return e.Profile.Family == "T" || e.Profile.Family == "E" }

func (e *Env) barredReason(c adapter.Capability) string {
	if e.besideTransfers() {
		return fmt.Sprintf("profile %s is of family %s, in which there is no %q", e.Profile.ID, e.Profile.Family, c)
	}
	return fmt.Sprintf("profile %s has CHAIN provenance, under which there is no %q", e.Profile.ID, c)
}

// Suites are those under test, ascending: those that the product has and the
// profile allows; a profile that names none allows all.
func (e *Env) Suites() []int {
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
	if s := e.Suites(); len(s) > 0 {
		return s[0]
	}
	return 0
}

// ledgerSide drives the ledger, deviceSide the devices: the adapter, or what
// fills a role that the product does not have.
func (e *Env) ledgerSide() adapter.Adapter {
	switch {
	case e.ledgers != nil:
		return e.ledgers
	case e.serves(adapter.RoleLedger):
		return e.adapter
	}
	return e.peer
}

func (e *Env) deviceSide() adapter.Adapter {
	if e.serves(adapter.RoleDevice) {
		return e.adapter
	}
	return e.peer
}

func (e *Env) serves(r adapter.Role) bool { return slices.Contains(e.Impl.Roles, r) }

// hasLedger says whether checks can ask a ledger: the product's, another
// target's or, in class RP, the reference's.
func (e *Env) hasLedger() bool {
	return e.ledgers != nil || e.serves(adapter.RoleLedger) || e.Has(adapter.CapLedger)
}

// HasSuites says whether the device has all of them.
func (e *Env) HasSuites(want []int) bool {
	have := e.Suites()
	for _, s := range want {
		if !slices.Contains(have, s) {
			return false
		}
	}
	return true
}

// The suites behind the words suite:hybrid, suite:mldsa and suite:ecdsa.
var (
	hybridSuites  = []int{5, 6}
	latticeSuites = []int{3, 4, 5, 6}
	ecdsaSuites   = []int{2, 6}
)

// among returns those of the given suites that product and profile have.
func (e *Env) among(some []int) []int {
	return slices.DeleteFunc(e.Suites(), func(s int) bool { return !slices.Contains(some, s) })
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
