package device

import (
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// resolveRules are the checks on RESOLVE. A refund needs its ground: the payee's
// REFUSED is judged like one that came directly, and a payee's name must be the
// slot's.
func resolveRules() []Rule {
	return slices.Concat([]Rule{
		{"device", spec.ATO06, spec.EMismatch, func(c *Context) bool { return c.Resolve.Device == c.State.DID }},
		{"payee", spec.ATO06, spec.EMismatch, func(c *Context) bool {
			return c.Resolve.Status == wire.ResolveRetire || c.Resolve.Refused != (wire.ID{}) ||
				c.Resolve.Payee == c.Slot.Payee
		}},
	}, serviceRules(wire.UseSignAck))
}

// Resolve takes the ledger's RESOLVE of a pending transfer, and the REFUSED that
// it names, nil when it names none. One that is not pending any more changes
// nothing. The error is a [*Refusal] or nvm's.
func (d *Device) Resolve(resolve, refused []byte, certs [][]byte) (Outcome, error) {
	if d.broken != nil {
		return Outcome{}, d.broken
	}
	c := d.context()
	o, err := wire.DecodeObject(resolve, wire.TypeResolve.MaxBytes())
	if err != nil {
		return Outcome{}, d.refusalOf(err)
	}
	m, err := wire.DecodeResolve(o.Payload)
	if err = d.cfg.Place.CheckRealm(m.Realm, err); err != nil {
		return Outcome{}, d.refusalOf(err)
	}
	c.Resolve = m
	c.signed(o, wire.TypeResolve, m.Suite, m.Cert, m.Epoch)
	c.Slot = d.state.findPending(m.TransferHash)
	if c.Slot == nil {
		return Outcome{Debit: m.TransferHash}, nil
	}
	if r := d.judge(ProcResolve, c); r != nil {
		return Outcome{}, r
	}
	switch {
	case m.Status == wire.ResolveRetire:
		return Outcome{Debit: m.TransferHash}, d.retire(m.TransferHash)
	case m.Refused != (wire.ID{}):
		object, err := wire.DecodeObject(refused, wire.TypeReceipt.MaxBytes())
		if err != nil || object.ID(wire.TypeReceipt) != m.Refused {
			return Outcome{}, d.refuse(spec.ATO06, spec.EMismatch)
		}
		return d.Receipt(refused, certs)
	}
	return Outcome{Debit: m.TransferHash, Refunded: true}, d.refund(c)
}

// policyRules are the checks on POLICY.
func policyRules() []Rule {
	return slices.Concat([]Rule{
		{"not burned in", spec.LIM10, spec.EPolicyFixed, func(c *Context) bool {
			return !c.Config.BurnedIn || !c.State.Provisioned
		}},
		{"signer known", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"content", spec.LIM10, spec.EStale, func(c *Context) bool {
			step := cert.PolicyStep{Next: c.Next, Signer: c.Signer()}
			if c.State.Policy != nil {
				step.Current = c.Policy
			}
			return c.holds(cert.CheckPolicy(c.d.parts.PolicyRules, step))
		}},
		{"provenance", spec.CON03, spec.EPolicyFixed, sameProvenance},
	}, serviceRules(wire.UseSignPolicy))
}

// revsetRules are the checks on REVSET.
func revsetRules() []Rule {
	return slices.Concat([]Rule{
		{"newer", spec.LCM02, spec.EStale, func(c *Context) bool {
			return c.Revset.RevocationVersion > c.d.revocationVersion()
		}},
	}, serviceRules(wire.UseSignRevset))
}

// ApplyPolicy installs a POLICY of a higher version; the one in force again
// changes nothing. The error is a [*Refusal] or nvm's.
func (d *Device) ApplyPolicy(policy []byte) error {
	if d.broken != nil {
		return d.broken
	}
	c := d.context()
	if !d.state.Provisioned {
		return d.refuse(spec.PRV02, spec.EUnprovisioned)
	}
	if err := c.judgePolicy(policy); err != nil {
		if errors.Is(err, errInForce) {
			return nil
		}
		return err
	}
	next := d.state.clone()
	next.Policy = slices.Clone(policy)
	next.Epoch = max(next.Epoch, c.Next.Epoch)
	if err := d.enterLifecycle(next, wire.LogPolicy, c.ID, c.Next.PolicyVersion); err != nil {
		return err
	}
	return d.install(StepInstall, next)
}

// errInForce says that the object is installed already.
var errInForce = errors.New("device: in force already")

func (c *Context) judgePolicy(policy []byte) error {
	next, o, err := cert.DecodePolicy(policy, c.Config.Place)
	if err != nil {
		return c.d.refusalOf(err)
	}
	if c.State.Policy != nil && c.Policy.Same(next) {
		return errInForce
	}
	c.Next = next
	c.signed(o, wire.TypePolicy, next.Suite, next.Cert, next.Epoch)
	if r := c.d.judge(ProcPolicy, c); r != nil {
		return r
	}
	return nil
}

// enterLifecycle logs a lifecycle change from the reserve.
func (d *Device) enterLifecycle(next *State, kind uint64, ref wire.ID, version uint64) error {
	if !recoveryRoom(&Context{State: next, Config: &d.cfg}) {
		return d.refuse(spec.LIM08, spec.ELogFull)
	}
	return d.enter(next, kind, ref, 0, version)
}

// ApplyRevocations installs a REVSET of a higher version; the one in force again
// changes nothing. The error is a [*Refusal] or nvm's.
func (d *Device) ApplyRevocations(revset []byte) error {
	if d.broken != nil {
		return d.broken
	}
	c := d.context()
	if !d.state.Provisioned {
		return d.refuse(spec.PRV02, spec.EUnprovisioned)
	}
	if err := c.judgeRevset(revset); err != nil {
		if errors.Is(err, errInForce) {
			return nil
		}
		return err
	}
	next := d.state.clone()
	next.Revset = slices.Clone(revset)
	next.RevsetCount = 0
	next.Epoch = max(next.Epoch, c.Revset.Epoch)
	if err := d.enterLifecycle(next, wire.LogRevset, c.ID, c.Revset.RevocationVersion); err != nil {
		return err
	}
	return d.install(StepInstall, next)
}

func (c *Context) judgeRevset(revset []byte) error {
	revoked, m, o, err := cert.DecodeRevset(revset, c.Config.Place)
	if err != nil {
		return c.d.refusalOf(err)
	}
	if c.d.revoked != nil && c.d.revoked.ID == revoked.ID {
		return errInForce
	}
	c.Revset = m
	c.signed(o, wire.TypeRevset, m.Suite, m.Cert, m.Epoch)
	if r := c.d.judge(ProcRevset, c); r != nil {
		return r
	}
	return nil
}
