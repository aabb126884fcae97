package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// need is the capability that serves a verb; verbs of no capability are not in
// it.
func need(verb string, finish bool) string {
	switch verb {
	case "query", "defund", "synchronise", "cancel", "power-cycle", "cut-write", "cut-message", "cut-time", "block", "resend":
		return verb
	case "verify-user":
		return "user-verification"
	case "set-clock":
		return "clock"
	case "open-account", "account", "register", "findings", "supply", "set-epoch":
		return "ledger"
	case "request", "transfer":
		if finish {
			return "resend"
		}
	}
	return ""
}

// served says whether the shape and the capabilities have the verb.
func (b *bench) served(verb string, finish bool) bool {
	switch verb {
	case "request", "pay", "accept", "acknowledge", "resend", "close-session":
		if b.shape != "split" {
			return false
		}
	case "transfer":
		if b.shape == "split" {
			return false
		}
	}
	n := need(verb, finish)
	return n == "" || b.has(n)
}

// do carries out a verb.
func (b *bench) do(q request, a arguments, hook func(side, int, []byte) reply, show func(string, uint64, string)) (result, error) {
	if !b.served(q.Verb, a.Finish) {
		return result{}, unsupported(q.Verb)
	}
	switch q.Verb {
	case "hello":
		b.made = 0
		return b.hello(a)
	case "create":
		return b.create(a)
	case "bye":
		return result{}, nil
	}
	if q.Handle == issuerHandle {
		return b.issuer.do(q.Verb, a)
	}
	c := b.card(q.Handle)
	if c == nil {
		return result{}, fmt.Errorf("there is no unit %q", q.Handle)
	}
	switch q.Verb {
	case "transfer":
		return b.transfer(c, a, hook, show)
	case "power-cycle", "cut-write", "cut-message", "cut-time", "set-clock":
		return c.rig(q.Verb, a)
	}
	c.begin()
	r, err := c.do(q.Verb, a, show)
	c.cutAt = 0
	return r, err
}

const issuerHandle = "issuer"

// hello says what the adapter drives.
func (b *bench) hello(a arguments) (result, error) {
	for _, v := range a.Versions {
		if v != 1 {
			continue
		}
		roles, own := []string{"device"}, map[string]units{
			"max_tx": units(ownLimits.maxTx), "max_holding": units(ownLimits.maxHolding),
		}
		if b.has("ledger") {
			roles = append(roles, "ledger")
		}
		if b.has("user-verification") {
			own["auth_free_amount"] = units(ownLimits.pinFree)
		}
		return result{Hello: map[string]any{
			"version": 1, "vendor": "Tollkeeper", "product": "Purse", "release": "3.4", "class": "BH",
			"tier": "simulator", "family": "B", "shapes": []string{b.shape}, "roles": roles,
			"capabilities": b.capabilities(), "provision": "pre-provisioned", "lifecycle": "none",
			"units": len(b.cards), "limits": own,
		}}, nil
	}
	return result{}, refusal("VERSION")
}

// create hands out the next card of the bench, or its one issuer.
func (b *bench) create(a arguments) (result, error) {
	switch {
	case a.Role == "ledger" && b.has("ledger"):
		return result{Handle: issuerHandle}, nil
	case a.Role != "device":
		return result{}, unsupported("role " + a.Role)
	case b.made == len(b.cards):
		return result{}, fmt.Errorf("the bench has %d cards, and all are handed out", len(b.cards))
	}
	var p struct {
		MaxTx      *uint64 `json:"max_tx"`
		MaxHolding *uint64 `json:"max_holding"`
		PINFree    *uint64 `json:"auth_free_amount"`
	}
	if len(a.Profile) > 0 {
		if err := json.Unmarshal(a.Profile, &p); err != nil {
			return result{}, fmt.Errorf("the profile: %w", err)
		}
	}
	c := b.cards[b.made]
	b.made++
	c.limits = limits{lower(ownLimits.maxTx, p.MaxTx), lower(ownLimits.maxHolding, p.MaxHolding), lower(ownLimits.pinFree, p.PINFree)}
	return result{Handle: c.handle}, nil
}

func lower(own uint64, profile *uint64) uint64 {
	if profile == nil {
		return own
	}
	return min(own, *profile)
}

// rig carries out what the bench does to a card.
func (c *card) rig(verb string, a arguments) (result, error) {
	var fired bool
	switch verb {
	case "power-cycle":
		c.power()
		return result{}, nil
	case "set-clock":
		c.clock = a.Unix
		return result{}, nil
	case "cut-write":
		var writes int
		fired, writes = c.flash.arm(a.Write, a.Byte, a.Mode)
		return result{CutFired: &fired, Writes: writes}, nil
	case "cut-message":
		n, err := a.count()
		if err != nil {
			return result{}, fmt.Errorf("cut-message: %w", err)
		}
		fired = c.messageCut && c.cutAfter == 0
		c.cutAfter, c.messages, c.messageCut = n, 0, n > 0
	case "cut-time":
		fired, c.timeFired, c.cutIn = c.timeFired, false, a.Microseconds
	}
	return result{CutFired: &fired}, nil
}

// do carries out a verb of a card; a cut by time may end it.
func (c *card) do(verb string, a arguments, show func(string, uint64, string)) (result, error) {
	switch verb {
	case "provision": // done in the factory
		return result{}, nil
	case "query":
		return c.query(), nil
	case "verify-user":
		if a.Secret == "" {
			return result{}, wrongPIN
		}
		return result{}, c.verify(a.Secret, 0)
	case "fund":
		return result{}, c.load(c.b.issuer, uint64(a.Amount))
	case "defund":
		return result{}, c.unloadTo(c.b.issuer, uint64(a.Amount))
	case "synchronise":
		return result{}, c.contact(c.b.issuer, a.Authorised)
	case "request":
		return c.request(a)
	case "pay":
		return c.answerInvoice(a, show)
	case "accept":
		return c.accept(a)
	case "acknowledge":
		return c.acknowledge(a)
	case "resend":
		return c.resend(a)
	case "cancel":
		c.cancel(a.Session)
		return result{}, nil
	case "close-session":
		c.closeSession(a.Session)
		return result{}, nil
	}
	return result{}, unsupported(verb)
}

func (c *card) query() result {
	return result{
		Value: &value{Spendable: units(c.spendable()), Outgoing: units(c.st.outgoing()), ObservedBy: "device"},
		State: &told{
			Counter: c.counter(), NextRequest: c.st.invoice + 1, LogEntries: len(c.st.log), LogCapacity: maxLog,
			Pending: len(c.st.pending), PINTries: c.st.tries, Locked: c.st.tries == 0, Blocked: c.st.stopped, Provisioned: true,
		},
	}
}

// do carries out a verb of the issuer.
func (i *issuer) do(verb string, a arguments) (result, error) {
	switch verb {
	case "open-account":
		return result{}, i.openAccount(a.Account, uint64(a.Balance))
	case "account":
		balance, known := i.accounts[a.Account]
		if !known {
			return result{}, fmt.Errorf("account %q does not exist", a.Account)
		}
		u := units(balance)
		return result{Account: &u}, nil
	case "register":
		c := i.b.card(a.Device)
		if c == nil {
			return result{}, fmt.Errorf("there is no card %q", a.Device)
		}
		return result{}, i.register(c, a.Account)
	case "findings":
		return result{Findings: i.findings}, nil
	case "supply":
		outstanding, alarms := i.outstanding()
		return result{Supply: &supply{units(i.loaded), units(i.unloaded), units(outstanding), alarms}}, nil
	case "set-epoch":
		i.epoch = max(i.epoch, a.Epoch)
		return result{}, nil
	case "block":
		handle, err := hex.DecodeString(a.Device)
		c := i.b.card(string(handle))
		if err != nil || c == nil {
			return result{}, fmt.Errorf("there is no card of the identifier %q", a.Device)
		}
		i.holders[c.id].stopped = true
		return result{}, nil
	}
	return result{}, unsupported(verb)
}
