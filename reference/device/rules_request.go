package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// startRules are the payer's checks before HELLO.
func startRules() []Rule {
	return []Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"in service", spec.PRV02, spec.EUnprovisioned, inService},
	}
}

// requestRules are the payee's checks on HELLO, before Q1. The request is a
// promise: what could not be credited is not asked for (PAY-07).
func requestRules() []Rule {
	return slices.Concat(lifecycleRules(), negotiationRules(), []Rule{
		{"amount", spec.ENC04, spec.EAmount, payable},
		{"revocations fresh", spec.LCM02, spec.ERevOld, revocationsFresh},
		{"offline duration", spec.TIM02, spec.EOfflineEpochs, withinDuration},
		{"holding", spec.LIM02, spec.EHolding, withinHolding},
		{"receive limit", spec.LIM02, spec.EReceiveLimit, requestWithinReceive},
		{"log", spec.LIM08, spec.ELogFull, logRoom},
		{"ring", spec.LIM08, spec.ELogFull, ringRoom},
		{"own certificate", spec.CRY12, spec.EExpired, ownInForce},
	})
}

func negotiationRules() []Rule {
	return []Rule{
		{"hello", spec.ENC02, spec.EField, helloRead},
		{"version", spec.INT01, spec.EVersion, commonVersion},
		{"realm", spec.ENC05, spec.ERealm, func(c *Context) bool { return c.Hello.Realm == c.Config.Place.Realm }},
		{"common suite", spec.CRY06, spec.ENocommon, chosen},
	}
}

// finishRules are the payee's checks on HELLO when it is armed to finish.
func finishRules() []Rule { return slices.Concat(startRules()[:1], negotiationRules()) }

func helloRead(c *Context) bool {
	if len(c.message) > wire.TypeHello.MaxBytes() {
		return c.Fail(spec.ENC03, spec.ESize)
	}
	var err error
	c.Hello, err = wire.DecodeHello(c.message)
	return c.holds(err)
}

func commonVersion(c *Context) bool { return slices.Contains(c.Hello.Versions, wire.V1) }

// chosen negotiates. Selection is a function of both offers, not a choice.
func chosen(c *Context) bool {
	offer := c.d.offer()
	choice, err := link.Choose(link.HelloOffer(c.Hello), offer)
	if err != nil {
		return false
	}
	c.Caps = wire.Caps{
		Version: choice.Version, Realm: c.Config.Place.Realm, Suite: choice.Suite, KEM: choice.KEM,
		Versions: offer.Versions, Suites: offer.Suites, KEMs: offer.KEMs, MTU: c.Config.MTU,
		Flags: c.d.linkFlags(),
	}
	return c.Hello.KEM == choice.KEM
}

// offer is what this device can do under its policy.
func (d *Device) offer() link.Offer {
	o := link.Offer{Versions: []uint64{wire.V1}, Suites: d.suites()}
	for _, k := range link.KEMs() {
		if slices.Contains(d.policy.KEMs, k) {
			o.KEMs = append(o.KEMs, k)
		}
	}
	return o
}
