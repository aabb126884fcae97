package simulator_test

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/spec"
)

// Power is cut at every write of pay and of accept, in every mode. The torn
// verb says so, power is back, and after the devices have met the value is
// where it was or where it was going.
func TestPowerCutAtEveryWrite(t *testing.T) {
	for _, verb := range []string{"pay", "accept"} {
		for _, mode := range []string{"old", "erased", "noise"} {
			cuts := 0
			for write := 1; ; write++ {
				if !tornPayment(t, verb, mode, write) {
					break
				}
				cuts++
			}
			if cuts < 2 {
				t.Errorf("%s, mode %s: %d writes were cut; want some", verb, mode, cuts)
			}
		}
	}
}

// tornPayment reports whether the cut fired.
func tornPayment(t *testing.T, verb, mode string, write int) bool {
	w := newWorld(t, simulator.Options{})
	payer, payee := w.device(1000), w.device(0)
	m1 := w.done(payer, adapter.Start{})
	m2 := w.done(payee, adapter.RequestPayment{Amount: 300, Message: m1.Message})
	cut := map[string]string{"pay": payer, "accept": payee}[verb]
	if verb == "pay" {
		w.done(cut, adapter.CutWrite{Write: write, Byte: 7, Mode: mode})
	}
	answer := w.do(payer, adapter.Pay{Session: m1.Session, Message: m2.Message})
	if verb == "accept" {
		w.done(cut, adapter.CutWrite{Write: write, Byte: 7, Mode: mode})
		answer = w.do(payee, adapter.Accept{Session: m2.Session, Message: answer.Done.Message})
	}
	told := w.done(cut, adapter.CutWrite{})
	if fired := *told.CutFired; fired != (answer.Torn != nil) || fired && answer.Torn.Writes == 0 {
		t.Fatalf("%s cut at write %d: fired %v, torn %+v", verb, write, fired, answer.Torn)
	}
	w.finish(payer, payee)
	if total := w.held(payer) + w.held(payee); total != 1000 || *w.value(payer).Outgoing != 0 {
		t.Fatalf("%s cut at write %d (%s): %d in all, %d outgoing; want 1000 and 0",
			verb, write, mode, total, *w.value(payer).Outgoing)
	}
	return *told.CutFired
}

func TestSnapshotRestoresMemoryAndNotRandomness(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	payer := w.device(1000)
	w.done(payer, adapter.Synchronise{Ledger: w.ledger})
	name := w.done(payer, adapter.TakeSnapshot{}).Snapshot
	before := w.done(payer, adapter.Start{}).Message
	w.done(payer, adapter.Defund{Amount: 400, Ledger: w.ledger})
	w.done(payer, adapter.Synchronise{Ledger: w.ledger})
	w.done(payer, adapter.Restore{Snapshot: name})
	if held := w.held(payer); held != 1000 {
		t.Errorf("after the restore %d are held; want 1000", held)
	}
	if again := w.done(payer, adapter.Start{}).Message; string(again) == string(before) {
		t.Error("the restored device says the same hello again: its randomness was rewound")
	}
	a := w.do(payer, adapter.Synchronise{Ledger: w.ledger})
	if a.Done != nil && len(w.done(w.ledger, adapter.Findings{}).Findings) == 0 {
		t.Error("the restored device synchronises and nothing is found")
	}
}

func TestWholeVerbsMoveValueThroughTheLedger(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	payer := w.device(1000)
	w.done(payer, adapter.Defund{Amount: 250, Ledger: w.ledger})
	w.done(payer, adapter.Synchronise{Ledger: w.ledger, Authorised: true})
	account := *w.done(w.ledger, adapter.Account{Account: payer}).Account
	supply := w.done(w.ledger, adapter.AskSupply{}).Supply
	if account != 9250 || supply.Outstanding != 750 || w.held(payer) != 750 {
		t.Errorf("account %d, outstanding %d, held %d; want 9250, 750, 750", account, supply.Outstanding, w.held(payer))
	}
	a := w.do(payer, adapter.Fund{Amount: 9300, Ledger: w.ledger})
	if a.Refused == nil || w.held(payer) != 750 {
		t.Errorf("funding above the account: %+v, held %d; want a refusal and 750", a, w.held(payer))
	}
	// The cancelled request is forgotten once the ledger has acknowledged it.
	w.done(payer, adapter.Synchronise{Ledger: w.ledger})
	w.done(payer, adapter.Fund{Amount: 50, Ledger: w.ledger})
}

// The mailbox: a transfer that the payee never got reaches it by the ledger.
func TestSynchroniseDeliversWhatWaits(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	payer, payee := w.device(1000), w.device(0)
	m1 := w.done(payer, adapter.Start{})
	m2 := w.done(payee, adapter.RequestPayment{Amount: 300, Message: m1.Message})
	w.done(payer, adapter.Pay{Message: m2.Message})
	for _, handle := range []string{payer, payee, payer} {
		w.done(handle, adapter.Synchronise{Ledger: w.ledger})
	}
	if a, b := w.held(payer), w.held(payee); a != 700 || b != 300 || *w.value(payer).Outgoing != 0 {
		t.Errorf("payer %d, payee %d, outgoing %d; want 700, 300, 0", a, b, *w.value(payer).Outgoing)
	}
}

func TestShowsBeforeItAsks(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	payer, payee := w.device(1000), w.device(0)
	m1 := w.done(payer, adapter.Start{})
	m2 := w.done(payee, adapter.RequestPayment{Amount: 300, Label: "Café", Message: m1.Message})
	var stages string
	pay := adapter.Request{Handle: payer, Verb: adapter.Pay{Message: m2.Message, Secret: simulator.Secret}}
	_, err := w.sim.Do(t.Context(), pay, func(e adapter.Event) adapter.Reply {
		if e.Show.Amount != 300 || e.Show.Label != "Café" || e.Show.Mode != "offline" {
			t.Errorf("shown: %+v; want 300 offline for Café", *e.Show)
		}
		stages += e.Show.Stage + " "
		return adapter.Reply{}
	})
	if err != nil || stages != "offer authenticate done " {
		t.Errorf("stages %q, %v; want offer, authenticate, done", stages, err)
	}
}

// A wrong part is handed in again at each power-up, and the hooks are reached.
func TestOptionsReplaceParts(t *testing.T) {
	made, booted, around := 0, 0, 0
	w := newWorld(t, simulator.Options{
		Device: func(p *device.Parts) {
			made++
			p.Rules = p.Rules.Without(device.ProcFund, "amount")
		},
		Config:  func(c *device.Config) { c.Slots = 2 },
		Booted:  func(*device.Device) { booted++ },
		Limits:  simulator.Limits{LogCapacity: 9},
		Without: []adapter.Capability{adapter.CapResend},
		Around: func(_ *device.Device, v adapter.Verb, do func(adapter.Verb) (adapter.Answer, error)) (adapter.Answer, error) {
			around++
			return do(v)
		},
	})
	handle := w.device(10)
	before := made
	w.done(handle, adapter.PowerCycle{})
	if made != before+1 || booted != 1 || around == 0 {
		t.Errorf("parts made %d times, then %d; booted %d, around %d", before, made, booted, around)
	}
	if n := *w.done(handle, adapter.Query{}).State.LogCapacity; n != 9 {
		t.Errorf("the log holds %d entries; want 9", n)
	}
	for _, c := range w.done("", adapter.Hello{Versions: []int{1}}).Hello.Capabilities {
		if c == adapter.CapResend {
			t.Error("hello claims resend")
		}
	}
}

func TestOldestUnitsAreDropped(t *testing.T) {
	s := simulator.New(simulator.Options{Limits: simulator.Limits{Memory: 64 << 10}})
	create := adapter.Request{Verb: adapter.Create{Role: adapter.RoleDevice, Profile: reference(t).JSON()}}
	var first string
	for range simulator.MaxUnits + 1 {
		a, err := s.Do(t.Context(), create, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = a.Done.Handle
		}
	}
	if _, err := s.Do(t.Context(), adapter.Request{Handle: first, Verb: adapter.Query{}}, nil); err == nil {
		t.Errorf("%s still answers after %d others were created", first, simulator.MaxUnits)
	}
}

func TestVersionThatIsNotSpoken(t *testing.T) {
	s := simulator.New(simulator.Options{})
	a, err := s.Do(t.Context(), adapter.Request{Verb: adapter.Hello{Versions: []int{9}}}, nil)
	if err != nil || a.Refused == nil || a.Refused.Code != int(spec.EVersion) {
		t.Errorf("hello with version 9: %+v, %v; want refused 110", a, err)
	}
}
