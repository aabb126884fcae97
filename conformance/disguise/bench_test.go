package disguise_test

import (
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A bench drives a product as a harness of class BH does.
type bench struct {
	t       *testing.T
	a       adapter.Adapter
	profile *spec.Profile
	said    adapter.Implementation
	ledger  string
	// link decides on frames; nil delivers them.
	link   func(adapter.Frame) adapter.Reply
	frames []adapter.Frame
	made   map[string]bool
}

func newBench(t *testing.T, a adapter.Adapter) *bench {
	return newBenchUnder(t, a, "base: reference\nid: test\n")
}

func newBenchUnder(t *testing.T, a adapter.Adapter, profile string) *bench {
	t.Helper()
	p, err := spec.ParseProfile("test", []byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, a: a, profile: p}
	b.greet()
	return b
}

// greet begins a conversation.
func (b *bench) greet() {
	b.t.Helper()
	b.said = *b.done("", adapter.Hello{Versions: []int{adapter.Version}}).Hello
	b.ledger, b.made = "", map[string]bool{}
}

func (b *bench) has(c adapter.Capability) bool { return slices.Contains(b.said.Capabilities, c) }

func (b *bench) try(handle string, v adapter.Verb) (adapter.Answer, error) {
	return b.a.Do(b.t.Context(), adapter.Request{Handle: handle, Verb: v}, func(e adapter.Event) adapter.Reply {
		if e.Frame == nil {
			return adapter.Reply{}
		}
		b.frames = append(b.frames, *e.Frame)
		if b.link == nil {
			return adapter.Reply{Action: adapter.Deliver}
		}
		return b.link(*e.Frame)
	})
}

func (b *bench) do(handle string, v adapter.Verb) adapter.Answer {
	b.t.Helper()
	a, err := b.try(handle, v)
	if err != nil {
		b.t.Fatalf("%s: %v", v.Name(), err)
	}
	return a
}

func (b *bench) done(handle string, v adapter.Verb) *adapter.Result {
	b.t.Helper()
	a := b.do(handle, v)
	if a.Done == nil {
		b.t.Fatalf("%s: refused %+v, torn %+v; want done", v.Name(), a.Refused, a.Torn)
	}
	return a.Done
}

func (b *bench) create(role adapter.Role, fault adapter.Misbehaviour, seed string) string {
	b.t.Helper()
	return b.done("", adapter.Create{
		Role: role, Fault: fault, Profile: b.profile.JSON(), Epoch: b.profile.Epoch, Seed: []byte(seed),
	}).Handle
}

// device is a unit that is ready and registered.
func (b *bench) device() string {
	b.t.Helper()
	return b.ready(b.create(adapter.RoleDevice, "", string(rune('a'+len(b.made)))))
}

// kit is a unit that misbehaves, and is otherwise ready.
func (b *bench) kit(fault adapter.Misbehaviour) string {
	b.t.Helper()
	return b.ready(b.create(adapter.RoleKit, fault, "kit"))
}

func (b *bench) ready(handle string) string {
	b.t.Helper()
	if !slices.Contains(b.said.Roles, adapter.RoleLedger) {
		b.done(handle, adapter.Provision{})
		b.done(handle, adapter.Consent{Given: true})
		b.made[handle] = true
		return handle
	}
	if b.ledger == "" {
		b.ledger = b.create(adapter.RoleLedger, "", "ledger")
	}
	b.made[handle] = true
	b.done(handle, adapter.Provision{})
	b.done(handle, adapter.Consent{Given: true})
	account := "account-of-" + handle
	if a := b.do(b.ledger, adapter.OpenAccount{Account: account, Balance: 1_000_000}); a.Torn != nil {
		b.t.Fatal("opening an account is torn")
	}
	b.done(b.ledger, adapter.Register{Account: account, Device: handle})
	return handle
}

func (b *bench) funded(amount adapter.Amount) string {
	b.t.Helper()
	handle := b.device()
	b.done(handle, adapter.Fund{Amount: amount, Ledger: b.ledger})
	return handle
}

// pay is one whole payment in the product's shape.
func (b *bench) pay(payer, payee string, amount adapter.Amount) adapter.Answer {
	b.t.Helper()
	if !slices.Contains(b.said.Shapes, adapter.Split) {
		return b.do(payer, adapter.Transfer{Payee: payee, Amount: amount, Secret: "1234"})
	}
	var m1 adapter.Bytes
	var session int
	if b.has(adapter.CapStart) {
		r := b.done(payer, adapter.Start{})
		m1, session = r.Message, r.Session
	}
	asked := b.do(payee, adapter.RequestPayment{Amount: amount, Message: m1})
	if asked.Done == nil {
		return asked
	}
	paid := b.do(payer, adapter.Pay{Session: session, Message: asked.Done.Message, Amount: amount, Secret: "1234"})
	if paid.Done == nil {
		return paid
	}
	taken := b.do(payee, adapter.Accept{Session: asked.Done.Session, Message: paid.Done.Message})
	m4 := adapter.Bytes(nil)
	switch {
	case taken.Done != nil:
		m4 = taken.Done.Message
	case taken.Refused != nil:
		m4 = taken.Refused.Message
	}
	last := b.do(payer, adapter.Acknowledge{Session: session, Message: m4})
	if taken.Done == nil {
		return taken
	}
	return last
}

func (b *bench) mustPay(payer, payee string, amount adapter.Amount) {
	b.t.Helper()
	if a := b.pay(payer, payee, amount); a.Done == nil {
		b.t.Fatalf("a payment of %d: refused %+v, torn %+v; want done", amount, a.Refused, a.Torn)
	}
}

func (b *bench) value(handle string) adapter.Value {
	b.t.Helper()
	return *b.done(handle, adapter.Query{}).Value
}

// held is what units have, spendable or not.
func (b *bench) held(handles ...string) (sum adapter.Amount) {
	b.t.Helper()
	for _, handle := range handles {
		v := b.value(handle)
		sum += *v.Spendable + *v.Incoming
	}
	return sum
}

func (b *bench) sync(handle string) adapter.Answer {
	b.t.Helper()
	return b.do(handle, adapter.Synchronise{Ledger: b.ledger, Authorised: true})
}

func (b *bench) refused(a adapter.Answer, what string) {
	b.t.Helper()
	if a.Refused == nil {
		b.t.Errorf("%s: %+v; want a refusal", what, a)
	}
}

func (b *bench) expect(handle string, spendable adapter.Amount) {
	b.t.Helper()
	if got := *b.value(handle).Spendable; got != spendable {
		b.t.Errorf("%s can spend %d; want %d", handle, got, spendable)
	}
}
