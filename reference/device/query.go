package device

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Status is what a device says of itself. Amounts are minor units.
type Status struct {
	DID             wire.DID
	Provisioned     bool
	Consent         bool
	Locked          bool // the PIN
	Blocked         bool
	Decommissioned  bool
	Lots            Lots
	Balance         money.Amount // sum of Lots
	Spendable       money.Amount // what may make one more hop
	Held            money.Amount // the rest, until a SYNC or DEFUND
	PendingOutgoing money.Amount // drawn, not yet resolved
	Reserved        money.Amount // head-room for open requests and funding
	Pending         []wire.ID
	Totals          wire.Totals
	Counter         uint64
	NextRequest     uint64
	LowWater        uint64
	LogNumber       uint64
	LogLength       uint64 // entries that the ledger has not acknowledged
	LogCapacity     uint64
	Used            Used
	Tries           uint64
	Policy          uint64 // version
	Revocations     uint64 // version
	Epoch           uint64
	HostClock       uint64
	LastRefusal     spec.Code // since power-on, 0 for none
}

// Query returns the status; it changes nothing. Without power it returns nvm's
// error.
func (d *Device) Query() (Status, error) {
	if d.broken != nil {
		return Status{}, d.broken
	}
	s := d.state
	st := Status{
		DID: s.DID, Provisioned: s.Provisioned, Consent: s.Consent, Locked: s.PIN != nil && s.Tries == 0,
		Blocked: d.revoked.BlocksDevice(s.DID), Decommissioned: s.Decommissioned, Lots: s.Lots,
		Balance: s.Lots.Sum(), PendingOutgoing: s.pendingAmount(), Reserved: s.reserved(),
		Pending: s.pendingIDs(), Totals: s.Totals, Counter: s.Counter, NextRequest: s.NextRequest,
		LowWater: s.LowWater, LogNumber: s.LogNumber, LogLength: s.LogNumber - s.Acked,
		LogCapacity: uint64(d.cfg.LogCapacity), Used: s.Used, Tries: s.Tries,
		Policy: d.policy.PolicyVersion, Revocations: d.revocationVersion(), Epoch: s.Epoch,
		HostClock: s.HostClock, LastRefusal: d.last,
	}
	limit := min(d.policy.Provenance.MaxHops, wire.MaxHop)
	if d.chained() && d.policy.Respend == 0 {
		limit = min(limit, 1)
	}
	if limit > 0 {
		st.Spendable = s.Lots.upTo(limit - 1)
	}
	for _, f := range s.Fragments {
		if f.Given && f.Hop+1 <= limit {
			st.Spendable -= f.Amount()
		}
	}
	st.Held = st.Balance - st.Spendable
	return st, nil
}
