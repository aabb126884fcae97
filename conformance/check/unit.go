package check

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// Secret is the user's secret of every unit under test, unless the IXIT has another.
const Secret = "1234"

// A Unit is a device under test.
type Unit struct {
	t       *T
	Name    string
	Handle  string
	Account string
	// ID is the device's identifier in class RP.
	ID []byte
	// Certificates are the device's, in class RP.
	Certificates [][]byte
	// on is what drives it: the target, or for a peer the reference.
	on adapter.Adapter
	// slot is the unit of the bench that this is, nil where create makes new ones.
	slot *pooled
	// paid counts the payments that it has made for the check.
	paid int
	// base is what it held when the check took it; what it tells is told beyond
	// that.
	base base
}

// DeviceOptions say what is unusual about a device.
type DeviceOptions struct {
	// Suites are those that the device is certified for; nil: the base suite.
	Suites []int
	// Blank devices are created and nothing else.
	Blank bool
	// NoConsent leaves out the user's consent.
	NoConsent bool
	// Certify changes what the harness certifies.
	Certify func(*Certification)
	// Peer makes a reference device of the harness in place of one under test.
	Peer bool
	// Unregistered leaves the device without an account.
	Unregistered bool
}

// Device is a unit that is ready to pay and to receive. A new one holds nothing;
// of a used one the check sees what has come since.
func (t *T) Device() *Unit { return t.DeviceWith(DeviceOptions{}) }

// Funded is a unit that is funded with an amount.
func (t *T) Funded(amount uint64) *Unit {
	u := t.Device()
	t.Control(u.Fund(amount), "funding")
	return u
}

func (t *T) nextName() string {
	t.made++
	return fmt.Sprintf("unit %d", t.made)
}

// create makes a device of the target, or for a peer of the reference.
func (t *T) create(u *Unit) *adapter.Result {
	seed := seedOf(t.env.Seed, t.check.ID, u.Name)
	made := t.Control(u.do(adapter.Create{
		Role: adapter.RoleDevice, Profile: t.env.profile, Seed: seed[:16], Epoch: t.env.Profile.Epoch,
	}), "create a device")
	if made.Handle == "" {
		t.harnessOrAdapter("create answered without a handle")
	}
	return made
}

// DeviceWith is a unit with options.
func (t *T) DeviceWith(o DeviceOptions) *Unit {
	if t.env.pools() && !o.Peer && !t.check.Fresh {
		return t.pooledDevice(o)
	}
	u := &Unit{t: t, Name: t.nextName(), on: t.env.deviceSide()}
	if o.Peer {
		u.on = t.env.peer
	}
	u.Account = fmt.Sprintf("account-%d", t.made)
	u.Handle = t.create(u).Handle
	if !o.Peer {
		t.units = append(t.units, u)
		t.most = max(t.most, len(t.units))
	}
	if o.Blank {
		return u
	}
	u.provision(o)
	if (t.Has(adapter.CapConsent) || o.Peer) && !o.NoConsent {
		t.Control(u.do(adapter.Consent{Given: true}), "consent")
	}
	if l := t.Ledger(); l != nil && !o.Unregistered {
		l.open(u)
	}
	return u
}

// harnessOrAdapter ends the check because an answer lacks what its verb
// promises: the adapter's error, never the device's failure.
func (t *T) harnessOrAdapter(what string) {
	t.fault = &adapter.Error{Fault: adapter.FaultMalformed, Detail: what}
	t.endAll(Error, "adapter: "+what, "")
}

func (u *Unit) provision(o DeviceOptions) {
	t := u.t
	if t.env.Impl.Provision != adapter.ProvisionRequest {
		t.Control(u.do(adapter.Provision{}), "provision")
		return
	}
	suites := o.Suites
	if suites == nil {
		suites = []int{t.env.baseSuite()}
	}
	requests := t.Control(u.do(adapter.Provision{Suites: suites}), "ask for enrolment").Messages
	p, err := t.env.realm.certify(requests, suites, o.Certify)
	if err != nil {
		t.Inconclusive("positive control: the enrolment requests can be certified", err.Error())
	}
	u.ID, u.Certificates = p.did[:], p.certificates()
	t.Control(u.do(p.install), "provision")
}

func (u *Unit) do(v adapter.Verb) adapter.Answer { return u.t.doOn(u.on, u.Handle, v, watch{}) }

// Query asks for value and state. Without the capability the check is
// inconclusive: it should have named it as a need.
func (u *Unit) Query() *adapter.Result {
	return u.t.Control(u.do(adapter.Query{}), "query")
}

// Spendable is what the unit can pay with beyond what it held when the check
// took it.
func (u *Unit) Spendable() uint64 {
	return u.told(u.part(u.Query(), "spendable") - u.base.spendable)
}

// All is everything that the unit can pay with.
func (u *Unit) All() uint64 { return u.told(u.part(u.Query(), "spendable")) }

// Held is everything that the unit has received or been funded with and not
// given away since the check took it: spendable and incoming.
func (u *Unit) Held() uint64 { return u.told(u.heldMinor(u.Query()) - u.base.held) }

// AllHeld is everything that counts against a holding limit.
func (u *Unit) AllHeld() uint64 { return u.told(u.heldMinor(u.Query())) }

func (u *Unit) heldMinor(r *adapter.Result) uint64 {
	held := u.part(r, "spendable")
	if r.Value.Incoming != nil {
		held += uint64(*r.Value.Incoming)
	}
	return held
}

// Outgoing is what has left the balance and is not settled between the two.
func (u *Unit) Outgoing() uint64 {
	return u.told(u.part(u.Query(), "outgoing") - u.base.outgoing)
}

// told is an amount of minor units as checks count. A part of the scale that a
// product should never hold makes it the number of minor units, which no check
// expects.
func (u *Unit) told(minor uint64) uint64 {
	s := uint64(u.t.env.scale)
	if int64(minor) < 0 { // less than when the check took it
		return -(-minor / s)
	}
	if minor%s != 0 && u.base.spendable%s == 0 {
		return minor
	}
	return minor / s
}

func (u *Unit) part(r *adapter.Result, which string) uint64 {
	var a *adapter.Amount
	if r.Value != nil {
		a = r.Value.Spendable
		if which == "outgoing" {
			a = r.Value.Outgoing
		}
	}
	if a == nil {
		u.t.Inconclusive("query tells "+which, "unknown")
	}
	return uint64(*a)
}

// Fund moves an amount from the unit's account into it.
func (u *Unit) Fund(amount uint64) adapter.Answer {
	t := u.t
	if t.ledger == nil || !t.Has(adapter.CapSplitFunding) {
		a := u.do(adapter.Fund{Amount: t.env.scale.minor(amount), Ledger: t.ledgerHandle()})
		if a.Done != nil {
			t.book.funded += amount
		}
		return a
	}
	request := u.do(adapter.FundRequest{Amount: t.env.scale.minor(amount)})
	if request.Done == nil {
		return request
	}
	voucher := t.ledger.do(adapter.IssueFunding{Message: request.Done.Message})
	if voucher.Done == nil {
		return voucher
	}
	t.book.funded += amount
	accepted := u.do(adapter.FundAccept{Message: voucher.Done.Message})
	if accepted.Done == nil {
		t.book.unaccepted += amount
	}
	return accepted
}

// Defund moves an amount from the unit to its account.
func (u *Unit) Defund(amount uint64) adapter.Answer {
	t := u.t
	if t.ledger == nil || !t.Has(adapter.CapSplitFunding) {
		a := u.do(adapter.Defund{Amount: t.env.scale.minor(amount), Ledger: t.ledgerHandle()})
		if a.Done != nil {
			t.book.defunded += amount
		}
		return a
	}
	order := t.ledger.do(adapter.DefundOrder{Account: u.Account})
	if order.Done == nil {
		return order
	}
	request := u.do(adapter.DefundRequest{Amount: t.env.scale.minor(amount), Nonce: order.Done.Nonce, Secret: t.secret()})
	if request.Done == nil {
		return request
	}
	t.book.defunded += amount
	ack := t.ledger.do(adapter.AcceptDefunding{Message: request.Done.Message})
	if t.waits(ack) && u.Sync(false).Done != nil { // for what the unit itself can tell
		ack = t.ledger.do(adapter.AcceptDefunding{Message: request.Done.Message})
	}
	if ack.Done == nil {
		return ack
	}
	return u.do(adapter.DefundAcknowledge{Message: ack.Done.Message})
}

// waits reports whether a ledger of reserves holds a DEFUND until it knows more.
func (t *T) waits(a adapter.Answer) bool {
	return a.Refused != nil && (a.Refused.Code == int(spec.EOrderHeld) || a.Refused.Code == int(spec.EShortfall)) && t.Has(adapter.CapSplitSync)
}

// secret is the user's secret where the product verifies users.
func (t *T) secret() string {
	switch {
	case !t.Has(adapter.CapUserVerification):
		return ""
	case t.env.Bench.Secret != "":
		return t.env.Bench.Secret
	}
	return Secret
}

// Sync brings the unit and the ledger together.
func (u *Unit) Sync(authorised bool) adapter.Answer {
	t := u.t
	if t.ledger == nil || !t.Has(adapter.CapSplitSync) {
		return u.do(adapter.Synchronise{Ledger: t.ledgerHandle(), Authorised: authorised})
	}
	report, a := u.Report()
	if report == nil {
		return a
	}
	ack := t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: authorised})
	if ack.Done == nil {
		return ack
	}
	applied := u.do(adapter.SyncApply{Message: ack.Done.Message})
	for _, m := range ack.Done.Messages {
		if applied.Done == nil {
			break
		}
		applied = u.do(adapter.Resolve{Message: m})
		if applied.Done != nil && t.env.Profile.Family == "E" && len(applied.Done.Message) > 0 {
			t.ledger.do(adapter.Upload{Records: []adapter.Bytes{applied.Done.Message}}) // who paid with tokens that were spent twice
		}
	}
	return applied
}

// Report asks the unit for its signed report on a fresh challenge.
func (u *Unit) Report() (*adapter.Result, adapter.Answer) {
	challenge := u.t.ledger.do(adapter.SyncChallenge{Device: u.blockID()})
	if challenge.Done == nil {
		return nil, challenge
	}
	a := u.do(adapter.SyncReport{Message: challenge.Done.Message})
	return a.Done, a
}

// PowerCycle takes the power away between two verbs.
func (u *Unit) PowerCycle() { u.t.Control(u.do(adapter.PowerCycle{}), "power cycle") }
