package device

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// syncRules are the checks on SYNC_CHAL. What the ledger has acknowledged is not
// among them: a device that was turned back must report, not judge itself, so
// that the ledger sees both histories.
func syncRules() []Rule {
	return slices.Concat([]Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"device", spec.SET05, spec.EAckMismatch, func(c *Context) bool { return c.Chal.Device == c.State.DID }},
	}, serviceRules(wire.UseSignAck))
}

// syncAckRules are the checks on SYNC_ACK, before A1: nothing is erased on the
// word of anything but the answer to the latest SYNC.
func syncAckRules() []Rule {
	return slices.Concat([]Rule{
		{"device", spec.SET05, spec.EAckMismatch, func(c *Context) bool { return c.Ack.Device == c.State.DID }},
		{"nonce", spec.SET05, spec.EAckMismatch, func(c *Context) bool {
			return c.State.Sync.Open && c.Ack.Nonce == c.State.Sync.Nonce
		}},
		{"report", spec.SET05, spec.EAckMismatch, func(c *Context) bool {
			return c.Ack.SyncHash == c.State.Sync.Hash
		}},
		{"head", spec.SET05, spec.EAckMismatch, func(c *Context) bool {
			return c.Ack.Last == c.State.Sync.Last && c.Ack.Head == c.State.Sync.Head
		}},
	}, serviceRules(wire.UseSignAck))
}

// A Report is a SYNC, and the records that travel beside it.
type Report struct {
	Sync    []byte
	Records [][]byte // settlement records
}

// SyncReport answers SYNC_CHAL with the device's signed account of itself. In
// FULL mode it holds every entry since the last acknowledged one, in TOTALS
// those of funding and defunding alone. Pending transfers are always attached.
// The error is a [*Refusal] or nvm's.
func (d *Device) SyncReport(challenge []byte) (Report, error) {
	if err := d.ready(); err != nil {
		return Report{}, err
	}
	c := d.context()
	if err := c.readChallenge(challenge); err != nil {
		return Report{}, d.refusalOf(err)
	}
	if r := d.judge(ProcSync, c); r != nil {
		return Report{}, r
	}
	for _, id := range d.state.pendingIDs() {
		if err := d.release(id); err != nil {
			return Report{}, err
		}
	}
	body := d.account(c.Chal.Nonce)
	payload := body.Encode()
	mark := SyncMark{
		Open: true, Nonce: c.Chal.Nonce, Last: body.Last, Head: body.Head, Used: d.state.Used,
		GrantLast: d.state.Sync.GrantLast,
		Hash:      wire.Object{Alg: d.alg(body.Suite), Payload: payload}.ID(wire.TypeSync),
	}
	err := d.commit(StepS1, func(s *State) {
		if d.ecash() {
			d.batches(s)
			d.fixDeposits(s)
		}
		s.Sync = mark
		s.giveUp(body.Fragments)
		s.closeOld(uint64(d.cfg.Retention))
	})
	if err != nil {
		return Report{}, err
	}
	object := d.sign(body.Suite, wire.TypeSync, payload)
	d.parts.Trace(EmitSync)
	return Report{Sync: object.Encode(), Records: d.records(body.Mode)}, nil
}

func (c *Context) readChallenge(challenge []byte) error {
	o, err := wire.DecodeObject(challenge, wire.TypeSyncChal.MaxBytes())
	if err != nil {
		return err
	}
	m, err := wire.DecodeSyncChal(o.Payload)
	if err = c.Config.Place.CheckRealm(m.Realm, err); err != nil {
		return err
	}
	c.Chal = m
	c.signed(o, wire.TypeSyncChal, m.Suite, m.Cert, 0)
	return nil
}

// account is the body of a SYNC.
func (d *Device) account(nonce wire.Nonce) wire.Sync {
	s := d.state
	number := d.highestSuite()
	m := wire.Sync{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: number, Currency: d.cfg.Place.Currency,
		Exponent: d.cfg.Place.Exponent, Nonce: nonce, Cert: d.certs[number].ID, Counter: s.Counter,
		Prev: s.Prev, Lots: s.Lots.list(), PolicyVersion: d.policy.PolicyVersion,
		RevocationVersion: d.revocationVersion(), Epoch: s.Epoch, First: s.Acked + 1,
		HeadBefore: s.AckedHead, Last: s.LogNumber, Head: s.LogHead, Totals: s.Totals,
		Fragments: d.givenUp(),
		Pending:   s.pendingIDs(), UsedAmount: s.Used.Amount, UsedCount: s.Used.Count,
		NextRequest: s.NextRequest, Mode: d.policy.SyncMode,
	}
	if s.Decommissioned {
		m.Flags |= wire.SyncFinal
	}
	for _, e := range s.Log {
		if m.Mode == wire.SyncFull || onlineKind(e.Kind) {
			m.Entries = append(m.Entries, e.Encode())
		}
	}
	return m
}

// onlineKind is an entry about something that the ledger took part in.
func onlineKind(kind uint64) bool {
	return kind == wire.LogFund || kind == wire.LogDefund || kind == wire.LogFundCancel
}

// closeOld closes the open requests that would hold the low-water mark back.
func (s *State) closeOld(retention uint64) {
	for i, r := range s.Requests {
		if r.Open && r.Number+retention+1 <= s.NextRequest {
			s.Requests[i] = Request{}
		}
	}
}

// records are what travels beside a SYNC: in FULL the transfers behind its
// entries, always the pending ones.
func (d *Device) records(mode uint64) [][]byte {
	var out [][]byte
	if d.ecash() { // who was paid by whom is nobody's business
		out, mode = d.depositRecords(), wire.SyncTotals
	}
	add := func(id wire.ID) {
		if record := d.parts.Host.Record(id); record != nil {
			out = append(out, record)
		}
	}
	pending := d.state.pendingIDs()
	for _, e := range d.state.Log {
		moves := e.Kind == wire.LogPay || e.Kind == wire.LogReceive
		if mode == wire.SyncFull && moves && !slices.Contains(pending, e.Ref) {
			add(e.Ref)
			if d.settlesChains() && e.Kind == wire.LogReceive && len(out) > 0 { // so that its payee settles all of a chain
				out[len(out)-1] = d.besideRecord(out[len(out)-1])
			}
		}
		if mode == wire.SyncFull && e.Kind == wire.LogRefund && d.bringsReturns() {
			add(returnOf(e.Ref))
		}
	}
	for _, id := range pending {
		if slot := d.state.findPending(id); slot.Type == wire.TypeTransfer {
			d.keepDebit(slot)
			if record := d.parts.Host.Record(id); record != nil {
				out = append(out, d.besideRecord(record))
			}
		}
	}
	return out
}

// SyncApply takes SYNC_ACK: what it covers is erased, and limits are replenished
// if it grants that. The SYNC_ACK that was applied last changes nothing. The
// error is a [*Refusal] or nvm's.
func (d *Device) SyncApply(ack []byte) error {
	if d.broken != nil {
		return d.broken
	}
	c := d.context()
	decode := wire.DecodeSyncAck
	if d.parted() {
		decode = wire.DecodeTokenSyncAck
	}
	o, err := wire.DecodeObject(ack, wire.TypeSyncAck.LimitIn(d.cfg.Place.Spoken()))
	if err != nil {
		return d.refusalOf(err)
	}
	m, err := decode(o.Payload)
	if err = d.cfg.Place.CheckRealm(m.Realm, err); err != nil {
		return d.refusalOf(err)
	}
	c.Ack = m
	c.signed(o, wire.TypeSyncAck, m.Suite, m.Cert, m.Epoch)
	if s := d.state.Sync; !s.Open && s.Hash == m.SyncHash && s.Nonce == m.Nonce && s.Hash != (wire.ID{}) {
		return nil
	}
	if r := d.judge(ProcSyncAck, c); r != nil {
		return r
	}
	if d.parted() {
		if r := d.judge(ProcRenewed, c); r != nil {
			return r
		}
		d.keepIssued(c)
		if d.chained() && len(c.issued) > 0 {
			d.keepObject(c.ID, bytes.Clone(ack), c.Path, nil)
		}
	}
	next := d.state.clone()
	d.erase(next, m)
	next.replenish(m)
	if d.parted() {
		d.renew(next, c)
	}
	switch {
	case m.ClearHops != 1, d.chained(), d.ecash(): // a SYNC_ACK shows where nothing was
	case d.parted():
		next.clearPartHops(d.parts.Join)
	default:
		next.clearHops()
	}
	if d.ecash() { // what is received counts until it is home
		next.Used.Received = d.state.Used.Received
	}
	next.Sync.Open, next.Sync.Used, next.Sync.Since = false, Used{}, Lots{}
	return d.install(StepA1, next)
}

// erase drops what is acknowledged and moves the low-water mark, which never
// falls. The host gets the stubs first: they cost availability, not value.
func (d *Device) erase(next *State, m wire.SyncAck) {
	next.Log = slices.DeleteFunc(next.Log, func(e wire.LogEntry) bool { return e.Number <= m.Last })
	next.Acked, next.AckedHead = m.Last, m.Head
	next.Epoch = max(next.Epoch, m.Epoch)
	next.Statics.forget(next.Epoch, d.policy.Fresh.Grace, m.Last)
	if f := next.Funding; f.State == FundingCancelled && f.LogNumber <= m.Last && !d.ecash() {
		next.Funding = Funding{}
	}
	mark := max(next.LowWater, min(m.LowWater, next.ownBound(uint64(d.cfg.Retention))))
	for number := next.LowWater + 1; number <= mark; number++ {
		s := stub{}
		if credit := next.findCredit(number); credit != nil {
			s = stub{credited: true, transfer: credit.Transfer}
		}
		d.parts.Host.KeepStub(number, d.sealStub(number, s))
	}
	next.LowWater = mark
	next.Ring = slices.DeleteFunc(next.Ring, func(r Credit) bool { return r.Request <= mark })
}

// ownBound is the highest number up to which every request is closed, or
// credited in an erased entry, and which leaves the last R answerable.
func (s *State) ownBound(retention uint64) uint64 {
	if s.NextRequest <= retention+1 {
		return 0
	}
	bound := s.NextRequest - retention - 1
	for _, r := range s.Requests {
		if r.Open {
			bound = min(bound, r.Number-1)
		}
	}
	for _, t := range s.Taken {
		if t.Online { // its credit is still to come
			bound = min(bound, t.Request-1)
		}
	}
	for _, r := range s.Ring {
		if r.Log > s.Acked {
			bound = min(bound, r.Request-1)
		}
	}
	return bound
}

// replenish subtracts what the SYNC had counted: what was spent since stays.
func (s *State) replenish(m wire.SyncAck) {
	if m.Grant == 0 {
		return
	}
	s.Used.Amount -= min(s.Used.Amount, s.Sync.Used.Amount)
	s.Used.Count -= min(s.Used.Count, s.Sync.Used.Count)
	s.Used.Received -= min(s.Used.Received, s.Sync.Used.Received)
	s.GrantEpoch = m.Epoch
	s.Sync.GrantLast = m.Last
	if m.Grant == 2 {
		s.Tries = pinTries
	}
}

// clearHops moves what was here at the SYNC, and still is, back to hop 0.
func (s *State) clearHops() {
	for h := 1; h < len(s.Lots); h++ {
		carried := s.Lots[h] - min(s.Lots[h], s.Sync.Since[h])
		s.Lots[h] -= carried
		s.Lots[0] += carried
	}
}

// Decommission ends the device's service for good, before its final SYNC: every
// request is closed, and from now on it neither requests, pays nor is funded. It
// still answers transfers that come again, synchronises and defunds.
func (d *Device) Decommission() error {
	if d.broken != nil {
		return d.broken
	}
	return d.commit(StepD1, func(s *State) {
		s.Decommissioned = true
		for i := range s.Requests {
			s.Requests[i] = Request{}
		}
	})
}
