package main

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

// TestMain makes this binary the wallet as well: "wallet" is its first argument
// then.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "wallet" {
		os.Exit(run(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// written is the wallet in each language: how it is started.
func written(t *testing.T) map[string][]string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{"go": {self, "wallet"}}
	if python, err := exec.LookPath("python3"); err != nil {
		t.Log("there is no python3 on this machine")
	} else {
		all["python"] = []string{python, "stranger.py"}
	}
	return all
}

// each runs a test on both wallets in some shapes.
func each(t *testing.T, shapes []string, test func(*testing.T, *desk)) {
	t.Helper()
	for language, argv := range written(t) {
		for _, shape := range shapes {
			t.Run(language+"/"+shape, func(t *testing.T) { test(t, open(t, argv, shape, "")) })
		}
	}
}

var everyShape = []string{"split", "hooked", "sealed"}

// A desk is a bench with its cards registered, from outside.
type desk struct {
	t      *testing.T
	client *stdio.Client
	split  bool
	cards  []string
	shows  []adapter.Show
	frames []adapter.Frame // of the last transfer
}

const deadline = 5 * time.Second

func open(t *testing.T, argv []string, shape, bug string) *desk {
	t.Helper()
	argv = append(slices.Clone(argv), "--shape", shape, "--bug="+bug)
	wait := deadline
	if bug == "hang" {
		wait = 400 * time.Millisecond
	}
	client, err := stdio.Start(context.Background(), argv, stdio.Options{Deadline: func(string) time.Duration { return wait }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, client: client, split: shape == "split"}
	d.greet()
	return d
}

// greet begins a conversation: the issuer, and the cards one after the other.
func (d *desk) greet() {
	hello := d.must("", adapter.Hello{Versions: []int{1}}).Hello
	profile := []byte(`{"id":"closed-wallet","max_tx":5000,"max_holding":20000}`)
	d.must("", adapter.Create{Role: adapter.RoleLedger, Profile: profile})
	d.cards = nil
	for range hello.Units {
		card := d.must("", adapter.Create{Role: adapter.RoleDevice, Profile: profile, Seed: []byte{1}}).Handle
		d.must(card, adapter.Provision{})
		d.do("issuer", adapter.OpenAccount{Account: "of " + card, Balance: 1_000_000}) // refused when it is known
		d.must("issuer", adapter.Register{Account: "of " + card, Device: card})
		d.cards = append(d.cards, card)
	}
}

// A link says what becomes of a frame; nil delivers it.
type link func(adapter.Frame) adapter.Reply

// nth does one thing to one frame and delivers the others.
func nth(number int, reply adapter.Reply) link {
	return func(f adapter.Frame) adapter.Reply {
		if f.Number == number {
			return reply
		}
		return adapter.Reply{Action: adapter.Deliver}
	}
}

func (d *desk) ask(handle string, v adapter.Verb, over link) (adapter.Answer, error) {
	d.shows, d.frames = nil, nil
	return d.client.Do(context.Background(), adapter.Request{Handle: handle, Verb: v}, func(e adapter.Event) adapter.Reply {
		if e.Show != nil {
			d.shows = append(d.shows, *e.Show)
		}
		if e.Frame == nil {
			return adapter.Reply{}
		}
		d.frames = append(d.frames, *e.Frame)
		if over == nil {
			return adapter.Reply{Action: adapter.Deliver}
		}
		return over(*e.Frame)
	})
}

func (d *desk) do(handle string, v adapter.Verb) adapter.Answer {
	d.t.Helper()
	a, err := d.ask(handle, v, nil)
	if err != nil {
		d.t.Fatalf("%s of %s: %v", v.Name(), handle, err)
	}
	return a
}

func (d *desk) must(handle string, v adapter.Verb) *adapter.Result {
	d.t.Helper()
	a := d.do(handle, v)
	if a.Done == nil {
		d.t.Fatalf("%s of %s is not done: %+v", v.Name(), handle, a.Refused)
	}
	return a.Done
}

func (d *desk) value(card string) *adapter.Value {
	d.t.Helper()
	return d.must(card, adapter.Query{}).Value
}

func (d *desk) balance(card string) uint64 { d.t.Helper(); return uint64(*d.value(card).Spendable) }

func (d *desk) outgoing(card string) uint64 { d.t.Helper(); return uint64(*d.value(card).Outgoing) }

func (d *desk) account(card string) uint64 {
	d.t.Helper()
	return uint64(*d.must("issuer", adapter.Account{Account: "of " + card}).Account)
}

// total is all value of cards and accounts; once all is settled it is what it was.
func (d *desk) total() (sum uint64) {
	d.t.Helper()
	for _, c := range d.cards {
		sum += d.balance(c) + d.outgoing(c) + d.account(c)
	}
	return sum
}

// usable is all value that can be spent now: what is pending can be credited
// already, so that total counts it twice until its receipt is there.
func (d *desk) usable() (sum uint64) {
	d.t.Helper()
	for _, c := range d.cards {
		sum += d.balance(c) + d.account(c)
	}
	return sum
}

// pay pays in the desk's shape. What the link loses in shape split ends the
// payment there: the answer is then the last one before.
func (d *desk) pay(from, to string, amount adapter.Amount, over link) adapter.Answer {
	d.t.Helper()
	if d.split {
		return d.carry(from, to, amount, over)
	}
	a, err := d.ask(from, adapter.Transfer{Payee: to, Amount: amount, Secret: "1234"}, over)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// carry carries an invoice, a debit and a receipt.
func (d *desk) carry(from, to string, amount adapter.Amount, over link) (a adapter.Answer) {
	d.t.Helper()
	a = d.do(to, adapter.RequestPayment{Amount: amount})
	steps := []struct {
		handle string
		verb   func(adapter.Bytes) adapter.Verb
	}{
		{from, func(m adapter.Bytes) adapter.Verb { return adapter.Pay{Message: m, Amount: amount, Secret: "1234"} }},
		{to, func(m adapter.Bytes) adapter.Verb { return adapter.Accept{Message: m} }},
		{from, func(m adapter.Bytes) adapter.Verb { return adapter.Acknowledge{Message: m} }},
	}
	for i, s := range steps {
		if a.Done == nil {
			return a
		}
		reply := adapter.Reply{Action: adapter.Deliver}
		if over != nil {
			reply = over(adapter.Frame{Number: i + 1, Message: a.Done.Message})
		}
		message := a.Done.Message
		switch reply.Action {
		case adapter.Drop, adapter.Cut, adapter.Delay:
			return a
		case adapter.Replace:
			message = reply.Message
		case adapter.Repeat:
			d.do(s.handle, s.verb(message))
		}
		a = d.do(s.handle, s.verb(message))
	}
	return a
}

// finish lets two cards meet again.
func (d *desk) finish(from, to string) {
	d.t.Helper()
	if !d.split {
		d.must(from, adapter.Transfer{Payee: to, Finish: true})
		return
	}
	door := d.must(to, adapter.RequestPayment{Finish: true})
	for _, m := range d.must(from, adapter.Resend{Message: door.Message}).Messages {
		answer := d.do(to, adapter.Accept{Session: door.Session, Message: m})
		receipt := adapter.Bytes(nil)
		if answer.Done != nil {
			receipt = answer.Done.Message
		} else if answer.Refused != nil {
			receipt = answer.Refused.Message
		}
		d.must(from, adapter.Acknowledge{Message: receipt})
	}
}
