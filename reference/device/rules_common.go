package device

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func provisioned(c *Context) bool { return c.State.Provisioned }

func inService(c *Context) bool { return !c.State.Decommissioned }

func consented(c *Context) bool { return c.State.Consent || c.Policy.Consent == 0 }

func notBlocked(c *Context) bool { return !c.d.revoked.BlocksDevice(c.State.DID) }

func pinUnlocked(c *Context) bool { return c.State.PIN == nil || c.State.Tries > 0 }

// ownInForce: what the device would sign under is in force. Its own dates tell:
// they lie within those of its issuers (rule 10 of a path).
func ownInForce(c *Context) bool {
	own := c.d.certs[c.Caps.Suite]
	return own == nil || own.InForce(c.State.Epoch, c.Policy.Fresh.Grace)
}

// revocationsFresh: the set has an age in epochs and one in payments, because
// the epoch of a device that hears of none stands still.
func revocationsFresh(c *Context) bool {
	since := c.d.revocationEpoch()
	return c.State.Epoch <= since+c.Policy.Fresh.MaxAge && c.State.RevsetCount < c.Policy.Fresh.MaxCount
}

// revocationEpoch is the issue epoch of the set, or of the own certificate when
// there never was a set.
func (d *Device) revocationEpoch() uint64 {
	if d.revoked != nil {
		return d.revoked.Epoch
	}
	if c := d.ownCertificate(); c != nil {
		return c.Body.Epoch
	}
	return 0
}

func peerKnowsEpoch(c *Context) bool { return c.Epoch >= c.Policy.MinEpoch }

func payable(c *Context) bool { return c.Amount.Payable() }

func withinDuration(c *Context) bool {
	return c.Limits.MaxOfflineEpochs.Allows(c.State.Epoch - min(c.State.Epoch, c.State.GrantEpoch))
}

// withinHolding counts what open requests and pending debits may still bring.
func withinHolding(c *Context) bool {
	sum, err := c.State.holding().Add(c.Amount)
	return err == nil && c.Limits.MaxHolding.Allows(uint64(sum))
}

func withinReceive(c *Context) bool {
	sum, err := c.State.Used.Received.Add(c.Amount)
	return err == nil && c.Limits.MaxReceiveTx.Allows(uint64(c.Amount)) &&
		c.Limits.MaxReceiveCumulative.Allows(uint64(sum))
}

// requestWithinReceive counts the other open requests too: each may be paid.
func requestWithinReceive(c *Context) bool {
	sum := c.State.Used.Received + c.Amount
	for _, r := range c.State.Requests {
		if r.Open {
			sum += r.Amount
		}
	}
	return c.Limits.MaxReceiveTx.Allows(uint64(c.Amount)) && c.Limits.MaxReceiveCumulative.Allows(uint64(sum))
}

func withinMaxTx(c *Context) bool { return c.Limits.MaxTx.Allows(uint64(c.Amount)) }

func withinCumulative(c *Context) bool {
	if c.d.online { // the limit is on what is paid without a connection
		return true
	}
	sum, err := c.State.Used.Amount.Add(c.Amount)
	return err == nil && c.Limits.MaxCumulative.Allows(uint64(sum))
}

func withinCount(c *Context) bool {
	return c.d.online || c.Limits.MaxCount.Allows(c.State.Used.Count+1)
}

func userVerified(c *Context) bool {
	free := c.Limits.AuthFreeAmount.Allows(uint64(c.Amount)) &&
		c.Limits.AuthFreeCount.Allows(c.State.AuthCount+1)
	return free || c.Verified
}

func slotFree(c *Context) bool {
	for _, s := range c.State.Slots {
		if s.State == SlotFree {
			return true
		}
	}
	return false
}

// Every log entry that may yet have to be written holds a place: one for each
// open request, or online payment on its way home, for the funding slot, and for
// each exported debit. The entries
// that end a debit in a slot, and those of recovery, have a reserve of
// Config.Slots + 4.

// logRoom leaves the reserve alone.
func logRoom(c *Context) bool { return c.State.logUsed()+1 <= uint64(c.Config.LogCapacity) }

// recoveryRoom may use the reserve, but for the places of pending debits.
func recoveryRoom(c *Context) bool {
	return c.State.logUsed()+c.State.pendingCount()+1 <= uint64(c.Config.LogCapacity+c.Config.Slots+4)
}

func (s *State) logUsed() uint64 {
	used := s.LogNumber - s.Acked + uint64(len(s.Exceptions)) + s.openCount()
	if s.roomKept() {
		used++
	}
	return used
}

// openCount counts what may yet be credited. E2 closes a request, and Q2 credits it
// later without another look at the limits.
func (s *State) openCount() (n uint64) {
	for _, r := range s.Requests {
		if r.Open {
			n++
		}
	}
	for _, t := range s.Taken {
		if t.Online {
			n++
		}
	}
	return n
}

func (s *State) pendingCount() (n uint64) {
	for _, slot := range s.Slots {
		if slot.State != SlotFree {
			n++
		}
	}
	return n
}

func ringRoom(c *Context) bool {
	return uint64(len(c.State.Ring))+c.State.openCount()+1 <= uint64(c.Config.Ring)
}

// hopLimit is the highest hop that a payment may have: the payee's own and that
// of the policy.
func hopLimit(c *Context, payee uint64) uint64 {
	return min(payee, c.Policy.Provenance.MaxHops, wire.MaxHop)
}

// composable holds for value that may make one more hop. Where there is not
// even enough of any kind, it is funds that are missing.
func composable(c *Context) bool {
	limit := payerLimit(c)
	var there money.Amount
	if limit > 0 {
		there = c.State.Lots.upTo(limit - 1)
	}
	return there >= c.Amount || c.State.Lots.Sum() < c.Amount
}

func funded(c *Context) bool { return c.State.Lots.Sum() >= c.Amount }

// lifecycleRules come before whatever moves value.
func lifecycleRules() []Rule {
	return []Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"in service", spec.PRV02, spec.EUnprovisioned, inService},
		{"consent", spec.UXC01, spec.EConsent, consented},
		{"blocked", spec.LCM05, spec.EBlocked, notBlocked},
	}
}
