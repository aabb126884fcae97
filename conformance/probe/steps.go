package probe

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// steps are all steps in order: each builds on those before it.
func steps() []step {
	conversation := []step{
		{name: "hello", tried: "offered version 1 and asked what the adapter drives", run: (*trial).greet, vital: true},
		{name: "version", tried: "offered the versions 99 and 1, then 99 alone", run: (*trial).negotiate},
		{name: "id", tried: "asked three times and compared the numbers of the answers", run: (*trial).echo},
		{name: "unknown-field", tried: "sent hello with an argument too many", run: (*trial).unknownField},
		{name: "create", tried: "created a ledger, if there is that role, and two devices", run: (*trial).create, vital: true},
		{name: "unknown-verb", tried: "sent a device a verb that no version has", run: (*trial).unknownVerb},
		{name: "unknown-unit", tried: "queried a unit that does not exist", run: (*trial).unknownUnit},
		{name: "provision", tried: "provisioned both devices and opened their accounts", run: (*trial).provision, vital: true},
		{name: "fund", tried: "funded the first device with 1000 minor units", run: (*trial).fund, paying: true, vital: true},
	}
	conversation = append(conversation, shapeSteps()...)
	end := step{name: "bye", tried: "ended the conversation", run: (*trial).bye}
	return append(append(conversation, capabilitySteps()...), end)
}

func (t *trial) greet() (string, error) {
	done, err := t.must("", adapter.Hello{Versions: []int{adapter.Version}})
	if err != nil {
		return "", err
	}
	if done.Hello == nil {
		return "", &complaint{"the answer has no implementation", `Answer {"done": {"hello": {...}}}.`}
	}
	t.hello = done.Hello
	// The schema knows the closed sets; the types here do not hold them.
	line, err := adapter.Line{ID: 1, Answer: &adapter.Answer{Done: &adapter.Result{Hello: done.Hello}}}.Append(nil)
	if err != nil {
		return "", err
	}
	if err := spec.Validate("adapter-answer-v1", bytes.TrimSpace(line)); err != nil {
		return "", &complaint{err.Error(), "Use the words of spec/schema/adapter-answer-v1.schema.json, implementation."}
	}
	if t.shape() == "" || !slices.Contains(done.Hello.Roles, adapter.RoleDevice) {
		return "", &complaint{
			fmt.Sprintf("shapes %v and roles %v", done.Hello.Shapes, done.Hello.Roles),
			"Claim one of the shapes split, hooked and sealed, and the role device.",
		}
	}
	if done.Hello.Class == "RP" && done.Hello.Provision == adapter.ProvisionRequest {
		t.realm = newRealm(t.profile)
	}
	h := done.Hello
	return fmt.Sprintf("%s %s %s, class %s, %s, shapes %v, lifecycle %s, %d capabilities", h.Vendor, h.Product, h.Release, h.Class, h.Tier, h.Shapes, h.Lifecycle, len(h.Capabilities)), nil
}

func (t *trial) negotiate() (string, error) {
	done, err := t.must("", adapter.Hello{Versions: []int{99, adapter.Version}})
	if err != nil {
		return "", err
	}
	if done.Hello == nil || done.Hello.Version != adapter.Version {
		return "", &complaint{"of the versions 99 and 1 it did not choose 1", "Answer the highest version of the list that the adapter speaks."}
	}
	answer, err := t.do("", adapter.Hello{Versions: []int{99}})
	if err := saidNo(err); err != nil {
		return "", err
	}
	if answer.Done != nil {
		return "", &complaint{"version 99 alone was answered with done", "Refuse a hello whose versions the adapter does not speak (code 110)."}
	}
	return "chose 1 of 99 and 1, and did not accept 99", nil
}

// saidNo lets an adapter's own error pass, and nothing else.
func saidNo(err error) error {
	if spoken(err) {
		return nil
	}
	return err
}

func (t *trial) echo() (string, error) {
	for range 3 {
		if _, err := t.must("", adapter.Hello{Versions: []int{adapter.Version}}); err != nil {
			return "", err
		}
	}
	return "each answer had the number of its request", nil
}

type unknownVerb struct{}

func (unknownVerb) Name() string { return "no-such-verb" }

func (t *trial) unknownVerb() (string, error) {
	answer, err := t.do(t.devices[0].handle, unknownVerb{})
	if err := saidNo(err); err != nil {
		return "", err
	}
	saw := "an unknown verb was " + describe(answer)
	if fault, ok := errors.AsType[*adapter.Error](err); ok {
		if fault.Fault == adapter.FaultUnsupported {
			return err.Error(), nil
		}
		saw = "an unknown verb gave: " + err.Error()
	}
	return "", &complaint{
		saw,
		`Answer {"error": {"kind": "unsupported", "message": "..."}}: a later version may send verbs that this one does not have.`,
	}
}

type wideHello struct {
	Versions []int `json:"versions"`
	Reserved bool  `json:"assay_check_reserved"`
}

func (wideHello) Name() string { return "hello" }

func (t *trial) unknownField() (string, error) {
	answer, err := t.do("", wideHello{[]int{adapter.Version}, true})
	if err := saidNo(err); err != nil {
		return "", err
	}
	if err != nil {
		return err.Error(), nil
	}
	return "hello was " + describe(answer) + "; both are allowed, ending is not", nil
}

func (t *trial) create() (string, error) {
	blank := adapter.Create{Profile: t.profile.JSON(), Epoch: t.profile.Epoch}
	if slices.Contains(t.hello.Roles, adapter.RoleLedger) {
		c := blank
		c.Role, c.Seed = adapter.RoleLedger, []byte("assay ledger")
		if t.realm != nil {
			c.Injected = t.realm.injected()
		}
		done, err := t.must("", c)
		if err != nil {
			return "", err
		}
		t.ledger = done.Handle
	}
	for i := range t.devices {
		if i > 0 && t.hello.Units == 1 {
			break
		}
		c := blank
		c.Role, c.Seed = adapter.RoleDevice, fmt.Appendf(nil, "assay device %d", i+1)
		done, err := t.must("", c)
		if err != nil {
			return "", err
		}
		t.devices[i] = unit{handle: done.Handle, account: "account-of-" + done.Handle, id: done.Device}
	}
	handles := []string{t.devices[0].handle}
	if t.hello.Units != 1 {
		handles = append(handles, t.devices[1].handle)
	}
	if t.ledger != "" {
		handles = append(handles, t.ledger)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(handles))); len(distinct) < len(handles) || slices.Contains(handles, "") {
		return "", &complaint{
			fmt.Sprintf("the handles are %q", handles),
			"Give every unit a handle of its own: a payment needs two devices.",
		}
	}
	return fmt.Sprintf("handles %q", handles), nil
}

func (t *trial) unknownUnit() (string, error) {
	answer, err := t.do("no-such-unit", adapter.Query{})
	if err := saidNo(err); err != nil {
		return "", err
	}
	if answer.Done != nil {
		return "", &complaint{"a unit that was never created answered a query", "Answer an error for a handle that create has not given."}
	}
	if err != nil {
		return err.Error(), nil
	}
	return "the query was " + describe(answer), nil
}

func (t *trial) bye() (string, error) {
	if _, err := t.must("", adapter.Bye{}); err != nil {
		return "", err
	}
	return "it answered", nil
}
