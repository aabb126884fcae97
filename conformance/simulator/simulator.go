package simulator

import (
	"context"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// Release is the version that hello tells.
const Release = "1.0.0"

// Secret is the PIN of every device.
const Secret = "1234"

// MaxUnits is how many units are kept: creating one more drops the oldest, so
// that a long run in one process has bounded memory.
const MaxUnits = 256

// Options replace parts of the reference. Zero values leave it right.
type Options struct {
	// Device changes the parts of a device: at its creation and at every
	// power-up, since parts are what is not in its memory.
	Device func(*device.Parts)
	// Config changes what a device is made with, once.
	Config func(*device.Config)
	// Booted is called with a device that has just powered up again.
	Booted func(*device.Device)
	// Ledger changes the parts of a ledger.
	Ledger func(*ledger.Parts)
	// Around is called in place of each verb of a device; do carries it out.
	Around func(d *device.Device, v adapter.Verb, do func(adapter.Verb) (adapter.Answer, error)) (adapter.Answer, error)
	// Card changes what a card is made of, at each power-up.
	Card func(*apdu.Config)
	// QR changes how texts are read and shown, at each power-up.
	QR func(*QR)
	// Telecom makes a unit's end of the telecom link, at each power-up.
	Telecom func() TelecomEnd
	// Limits are the sizes of a device.
	Limits Limits
	// Without are the capabilities that hello does not claim.
	Without []adapter.Capability
	// Hello has the last word on what hello tells.
	Hello func(*adapter.Implementation)
	// Wrap puts something round the whole adapter.
	Wrap func(adapter.Adapter) adapter.Adapter
}

// Limits are the sizes of a device; zero stands for the profile's, or for the
// default of device.DefaultConfig.
type Limits struct {
	LogCapacity int // entries
	Slots       int // pending debits
	Requests    int // open requests
	Retention   int // requests that stay answerable
	Memory      int // bytes; 256 KiB by default
}

// Suites are the suites of a device's own keys.
func Suites() []suite.Suite { return suite.All() }

// New returns the simulator, which has no unit yet. Calls come one at a time.
func New(o Options) adapter.Adapter {
	s := &simulator{options: o, devices: map[string]*unit{}, ledgers: map[string]*book{}, seeds: map[string]int{}}
	if o.Wrap != nil {
		return o.Wrap(s)
	}
	return s
}

type simulator struct {
	options Options
	devices map[string]*unit
	ledgers map[string]*book
	order   []string       // handles, oldest first
	made    int            // units ever made
	seeds   map[string]int // how often a role was created from a seed
}

// A request is one request on its way through a unit.
type request struct {
	s    *simulator
	verb adapter.Verb
	show func(adapter.Show)
}

// Do carries out one request. An error is an [*adapter.Error].
func (s *simulator) Do(ctx context.Context, r adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if err := ctx.Err(); err != nil {
		return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultHarness, Verb: r.Verb.Name(), Detail: "interrupted", Err: err}
	}
	q := request{s: s, verb: r.Verb, show: func(sh adapter.Show) {
		if on != nil {
			on(adapter.Event{Show: &sh})
		}
	}}
	var answer adapter.Answer
	var err error
	if u := s.devices[r.Handle]; u != nil {
		answer, err = u.do(q)
	} else if b := s.ledgers[r.Handle]; b != nil {
		answer, err = b.do(q)
	} else {
		answer, err = s.none(r)
	}
	if err == nil {
		return answer, nil
	}
	if known, ok := err.(*adapter.Error); ok {
		return adapter.Answer{}, known
	}
	return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultReported, Verb: r.Verb.Name(), Detail: err.Error(), Err: err}
}

// none carries out the verbs that name no unit.
func (s *simulator) none(r adapter.Request) (adapter.Answer, error) {
	switch v := r.Verb.(type) {
	case adapter.Hello:
		if !slices.Contains(v.Versions, adapter.Version) {
			return refused(spec.EVersion), nil
		}
		return done(adapter.Result{Hello: s.hello()}), nil
	case adapter.Create:
		return s.create(v)
	case adapter.Bye:
		return done(adapter.Result{}), nil
	}
	for _, v := range adapter.Verbs() {
		if v.Name() == r.Verb.Name() {
			return adapter.Answer{}, fmt.Errorf("there is no unit %q", r.Handle)
		}
	}
	return adapter.Answer{}, unsupported(r.Verb)
}

// Capabilities are all that the simulator serves.
func Capabilities() []adapter.Capability {
	return []adapter.Capability{
		adapter.CapStart, adapter.CapResend, adapter.CapCancel, adapter.CapQuery, adapter.CapDefund, adapter.CapSplitFunding,
		adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapPolicy, adapter.CapUserVerification,
		adapter.CapConsent, adapter.CapClock, adapter.CapSecondSession, adapter.CapLabel,
		adapter.CapPowerCycle, adapter.CapCutWrite, adapter.CapSnapshot, adapter.CapLedger, adapter.CapBlock,
		adapter.CapRekey, adapter.CapAlerts,
		adapter.CapAPDU, adapter.CapContactless,
		adapter.CapOneWay, adapter.CapClaims, adapter.CapQR, adapter.CapConnect, adapter.CapTelecom,
	}
}

func (s *simulator) hello() *adapter.Implementation {
	h := &adapter.Implementation{
		Version: adapter.Version, Vendor: "assay", Product: "reference", Release: Release,
		Class: "RP", Tier: "simulator", Families: Families(),
		Shapes:       []adapter.Shape{adapter.Split},
		Roles:        []adapter.Role{adapter.RoleDevice, adapter.RoleLedger},
		Capabilities: Capabilities(),
		Provision:    adapter.ProvisionRequest, Lifecycle: adapter.LifecycleReset, Seeded: true,
	}
	for _, number := range Suites() {
		h.Suites = append(h.Suites, int(number))
	}
	h.Capabilities = slices.DeleteFunc(h.Capabilities, func(c adapter.Capability) bool {
		return slices.Contains(s.options.Without, c)
	})
	if link := TelecomLink(); slices.Contains(h.Capabilities, adapter.CapTelecom) {
		h.Telecom = &link
	}
	if s.options.Hello != nil {
		s.options.Hello(h)
	}
	return h
}

func (s *simulator) create(v adapter.Create) (adapter.Answer, error) {
	c, err := s.setting(v)
	if err != nil {
		return adapter.Answer{}, err
	}
	s.made++
	handle := fmt.Sprintf("%s-%d", v.Role, s.made)
	result := adapter.Result{Handle: handle}
	switch v.Role {
	case adapter.RoleDevice:
		u, err := newUnit(s.options, c)
		if err != nil {
			return adapter.Answer{}, err
		}
		did := u.device.DID()
		result.Device = did[:]
		s.devices[handle] = u
	case adapter.RoleLedger:
		b, err := newBook(s.options, c, v)
		if err != nil {
			return adapter.Answer{}, err
		}
		s.ledgers[handle] = b
	default:
		return adapter.Answer{}, &adapter.Error{
			Fault: adapter.FaultUnsupported, Verb: v.Name(), Detail: fmt.Sprintf("there is no role %q", v.Role),
		}
	}
	s.order = append(s.order, handle)
	s.drop(v.Role)
	return done(result), nil
}

// drop drops the oldest unit of a role that has more than MaxUnits. A ledger
// outlives the devices of a long sweep.
func (s *simulator) drop(role adapter.Role) {
	first := func(has func(handle string) bool) {
		i := slices.IndexFunc(s.order, has)
		delete(s.devices, s.order[i])
		delete(s.ledgers, s.order[i])
		s.order = slices.Delete(s.order, i, i+1)
	}
	switch {
	case role == adapter.RoleDevice && len(s.devices) > MaxUnits:
		first(func(h string) bool { return s.devices[h] != nil })
	case role == adapter.RoleLedger && len(s.ledgers) > MaxUnits:
		first(func(h string) bool { return s.ledgers[h] != nil })
	}
}

func unsupported(v adapter.Verb) error {
	return &adapter.Error{Fault: adapter.FaultUnsupported, Verb: v.Name(), Detail: "this unit has no verb " + v.Name()}
}
