package simulator

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

// defaultMemory holds a device of the reference profile several times over.
const defaultMemory = 256 << 10

// A unit is a device with its memory and its host.
type unit struct {
	options   Options
	config    device.Config
	random    *drbg
	host      device.Host
	memory    *nvm.Memory
	device    *device.Device
	card      *apdu.Card // of this power session; nil before its first APDU
	qr        *QR        // of this power session; nil before its first text
	telecom   TelecomEnd // of this power session; nil before its first frame
	dead      error      // why it does not power up any more
	snapshots []nvm.Snapshot
	armed     bool
	armedAt   int // writes when the cut was armed
	sessions  sessions
	connected *book // that the host has a connection to; nil: none
}

func newUnit(o Options, c setting) (*unit, error) {
	size := o.Limits.Memory
	if size == 0 {
		size = defaultMemory
	}
	u := &unit{
		options: o, config: c.config(o.Limits), random: c.random, host: device.NewHost(),
		memory: nvm.NewMemory(nvm.Options{Size: size}),
	}
	if o.Config != nil {
		o.Config(&u.config)
	}
	store, err := nvm.Format(u.memory)
	if err != nil {
		return nil, err
	}
	if _, err := device.New(u.parts(store), u.config); err != nil {
		return nil, err
	}
	// It was made in the factory; here it powers up for the first time.
	u.device, err = device.Boot(u.parts(store), u.config)
	return u, err
}

// verified are the signatures that some unit of this process has found right, and
// certificates those that one has read.
var (
	verified     = suite.NewMemory(1 << 14)
	certificates = cert.NewMemory(1 << 10)
)

// parts are the device's parts on a store, right or as the options have them.
func (u *unit) parts(store nvm.Store) device.Parts {
	p := device.Parts{
		Store: store, Rand: u.random, Host: u.host, Rules: device.StandardRules(), Verify: verified.Verify, PathVerify: verified.Verify,
		Certificates: certificates,
	}
	if u.options.Device != nil {
		u.options.Device(&p)
	}
	return p
}

// power restores power: the device is made anew from its memory, and sessions
// are gone. A memory that holds no device is remembered, not reported: what
// does not power up refuses everything.
func (u *unit) power() {
	u.memory.Power()
	u.sessions, u.card, u.qr, u.telecom = sessions{}, nil, nil, nil
	store, err := nvm.Open(u.memory)
	if err == nil {
		u.device, err = device.Boot(u.parts(store), u.config)
	}
	if err == nil { // the host keeps its connection
		u.device.SetOnline(u.connected != nil)
	}
	u.dead = err
	if err == nil && u.options.Booted != nil {
		u.options.Booted(u.device)
	}
}

// do carries out one verb and restores power if it went.
func (u *unit) do(q request) (adapter.Answer, error) {
	before := u.memory.Writes()
	if answer, bench, err := u.bench(q.verb); bench {
		return answer, err
	}
	if u.dead != nil {
		return refused(spec.EState), nil
	}
	carry := func(v adapter.Verb) (adapter.Answer, error) {
		q.verb = v
		result, err := u.carryOut(q)
		return u.answer(result, err, before)
	}
	if u.options.Around == nil {
		return carry(q.verb)
	}
	return u.options.Around(u.device, q.verb, carry)
}

// answer makes the answer of a verb from what the device returned.
func (u *unit) answer(result adapter.Result, err error, writes int) (adapter.Answer, error) {
	if err == nil {
		return done(result), nil
	}
	if no, ok := refusal(err); ok {
		return no, nil
	}
	switch {
	case errors.Is(err, nvm.ErrTorn):
		begun := u.memory.Writes() - writes
		u.power()
		return adapter.Answer{Torn: &adapter.Torn{Writes: begun}}, nil
	case errors.Is(err, nvm.ErrFull):
		u.power() // a device that could not commit goes on from what is durable
		return refused(spec.ELogFull), nil
	}
	return adapter.Answer{}, err
}

// bench carries out the verbs of the bench, and reports whether v is one.
func (u *unit) bench(v adapter.Verb) (answer adapter.Answer, bench bool, err error) {
	switch v := v.(type) {
	case adapter.CutWrite:
		answer, err = u.cutWrite(v)
	case adapter.PowerCycle:
		u.memory.Off()
		u.power()
		answer = done(adapter.Result{})
	case adapter.TakeSnapshot:
		u.snapshots = append(u.snapshots, u.memory.Snapshot())
		answer = done(adapter.Result{Snapshot: fmt.Sprintf("snapshot-%d", len(u.snapshots))})
	case adapter.Restore:
		answer, err = u.restore(v.Snapshot)
	default:
		return answer, false, nil
	}
	return answer, true, err
}

func (u *unit) cutWrite(v adapter.CutWrite) (adapter.Answer, error) {
	mode, known := map[string]nvm.Mode{"": nvm.Old, "old": nvm.Old, "erased": nvm.Erased, "noise": nvm.Noise}[v.Mode]
	if !known || v.Write < 0 || v.Byte < 0 {
		return adapter.Answer{}, fmt.Errorf("there is no cut at write %d, byte %d, mode %q", v.Write, v.Byte, v.Mode)
	}
	result := adapter.Result{CutFired: ptr(u.armed && u.memory.Fired())}
	if u.armed {
		result.Writes = u.memory.Writes() - u.armedAt
	}
	u.armed = v.Write > 0
	if u.armed {
		u.memory.Arm(nvm.Cut{Write: v.Write, Byte: v.Byte, Mode: mode})
		u.armedAt = u.memory.Writes()
	} else {
		u.memory.Disarm()
	}
	return done(result), nil
}

func (u *unit) restore(name string) (adapter.Answer, error) {
	for i, s := range u.snapshots {
		if name == fmt.Sprintf("snapshot-%d", i+1) {
			u.memory.Restore(s)
			u.power()
			return done(adapter.Result{}), nil
		}
	}
	return adapter.Answer{}, fmt.Errorf("there is no snapshot %q", name)
}

// maxSessions bounds what a device remembers of its runs; the oldest is closed.
const maxSessions = 32

// sessions are the numbers of a device's runs. Numbers are not used again.
type sessions struct {
	last         int
	open         []int
	payer, payee int // the latest of each role, for verbs that name none
}

// next returns a new number and the one to close, 0 for none.
func (s *sessions) next() (number, oldest int) {
	s.last++
	s.open = append(s.open, s.last)
	if len(s.open) > maxSessions {
		oldest, s.open = s.open[0], s.open[1:]
	}
	return s.last, oldest
}

// or returns the number, or the latest of the role when it names none.
func or(number, latest int) int {
	if number == 0 {
		return latest
	}
	return number
}
