package ledger

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Factor is what the provider has verified beside the device's signature. Its
// number is the grant of the SYNC_ACK.
type Factor uint64

// The factors. Only with an additional factor are limits replenished.
const (
	NoFactor       Factor = 0
	SecondFactor   Factor = 1 // limits are replenished
	Identification Factor = 2 // and a locked PIN is unlocked
)

// Challenge opens a synchronisation of a registered device and returns the
// SYNC_CHAL. Only the nonce of the latest challenge is accepted. The error is
// a [*Refusal] unless drawing the nonce failed.
func (l *Ledger) Challenge(did wire.DID) ([]byte, error) {
	if l.accountOf(did) == "" {
		return nil, &Refusal{"the device is registered", spec.CRY01, spec.ECertNeeded}
	}
	n, err := l.nonce()
	if err != nil {
		return nil, err
	}
	d := l.device(did)
	d.challenge = n
	return l.service.Sign(wire.TypeSyncChal, wire.SyncChal{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Nonce: n,
		Cert: l.service.Cert.ID, Device: did, Last: d.point.last, Head: d.point.head,
	}.Encode()), nil
}

// A Reconciliation is the answer to a SYNC.
type Reconciliation struct {
	Ack []byte // SYNC_ACK
	// Records says what became of each record that came with the SYNC.
	Records []Outcome
	// Resolutions end pending transfers of the device.
	Resolutions []Resolution
	// Mail are records of TRANSFERs that wait for the device as their payee.
	Mail [][]byte
	// Deposits are DEPOSIT_ACKs, of family E.
	Deposits [][]byte
	// Revocations is a REVSET, if the device has an older one.
	Revocations []byte
}

// Reconcile takes a device's SYNC and the records that came with it, and
// acknowledges what it holds. The records are taken as by [Ledger.Upload],
// also when the SYNC is refused. The same SYNC gets the same SYNC_ACK again; a
// SYNC that repeats a range under a new challenge gets a new one over it. The
// error is a [*Refusal].
func (l *Ledger) Reconcile(sync []byte, records [][]byte, factor Factor) (Reconciliation, error) {
	out := Reconciliation{Records: l.Upload(records)}
	r := &Report{}
	var err error
	r.Signed, err = l.open(sync, opened{typ: wire.TypeSync}, func(payload []byte) (signerOf, error) {
		var err error
		decode := wire.DecodeSync
		if l.parted() {
			decode = wire.DecodeTokenSync
		}
		r.Body, err = decode(payload)
		return signerOf{r.Body.Suite, r.Body.Cert},
			l.parts.Place.Check(r.Body.Realm, r.Body.Currency, r.Body.Exponent, err)
	})
	if err != nil {
		return out, err
	}
	r.Entries = decodeEntries(r.Body.Entries)
	authentic := r.authentic(l)
	if authentic && l.device(r.Device).answered == r.ID {
		out.Ack = l.device(r.Device).ack
		l.wait(&out, r)
		return out, nil
	}
	err = judge(l, l.parts.Rules.Sync, r)
	if authentic {
		l.seen.reports[r.ID] = r
	}
	if err != nil {
		return out, err
	}
	clear := l.receiptsKnown(r)
	l.advance(r)
	l.apply()
	clear = clear && (!l.reserving() || l.receivedSettled(r.Device))
	l.auditDevice(r.Device, r)
	out.Ack = l.acknowledge(r, l.grant(r.Device, factor), clear)
	l.wait(&out, r)
	return out, nil
}

// decodeEntries returns nil if one of the entries is none, and an empty slice
// for no entries.
func decodeEntries(encoded [][]byte) []wire.LogEntry {
	entries := make([]wire.LogEntry, 0, len(encoded))
	for _, b := range encoded {
		e, err := wire.DecodeLogEntry(b)
		if err != nil {
			return nil
		}
		entries = append(entries, e)
	}
	return entries
}

// advance moves the checkpoint to the end of an accepted report.
func (l *Ledger) advance(r *Report) {
	d := l.device(r.Device)
	p := &d.point
	full := p.full && r.Body.Mode == wire.SyncFull
	for _, e := range r.Entries {
		switch e.Kind {
		case wire.LogReceive:
			d.received[e.Ref] = true
		case wire.LogResolve:
			d.retired[e.Ref] = true
		case wire.LogPay:
			l.reserves.paid[e.Ref] = counterOf{r.Device, e.X}
		case wire.LogRefund:
			l.passRefunded(r.Device, e.Ref)
		}
	}
	for n, head := range r.points() {
		d.heads[n] = head
	}
	*p = checkpoint{
		last: r.Body.Last, head: r.Body.Head, counter: r.Body.Counter, prev: r.Body.Prev,
		totals: r.Body.Totals, nextRequest: r.Body.NextRequest, epoch: r.Body.Epoch, pending: slices.Clone(r.Body.Pending),
		final: p.final || r.Body.Flags&wire.SyncFinal != 0, full: full,
	}
	d.challenge = wire.Nonce{}
}

// grant is what the device is granted: nothing while it is blocked or while
// one of its equations does not hold.
func (l *Ledger) grant(did wire.DID, factor Factor) uint64 {
	if l.Blocked(did) || l.supply.alarmed(did) {
		return uint64(NoFactor)
	}
	return uint64(factor)
}

// receiptsKnown reports whether every receipt in the report that is not
// acknowledged yet is that of a TRANSFER to the device which the ledger knows.
// Then, and only in FULL and under REISSUE, the received value starts over at hop
// 0.
func (l *Ledger) receiptsKnown(r *Report) bool {
	if r.Body.Mode != wire.SyncFull || l.chained() || l.ecash() {
		return false
	}
	for _, e := range l.news(r) {
		if e.Kind != wire.LogReceive {
			continue
		}
		d := l.seen.debits[e.Ref]
		if d == nil || d.Opening == nil || d.Opening.Payee != r.Device || d.Amount != e.Amount {
			return false
		}
	}
	return true
}

func (l *Ledger) acknowledge(r *Report, grant uint64, clear bool) []byte {
	ack := wire.SyncAck{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Nonce: r.Body.Nonce,
		Cert: l.service.Cert.ID, SyncHash: r.ID, PolicyVersion: l.parts.Policy.PolicyVersion,
		RevocationVersion: l.revset.version, Epoch: l.epoch, Device: r.Device,
		Last: r.Body.Last, Head: r.Body.Head, LowWater: l.lowWater(r.Device), Grant: grant, Issued: l.renew(r),
	}
	if clear {
		ack.ClearHops = 1
	}
	d := l.device(r.Device)
	d.answered, d.ack = r.ID, l.service.Sign(wire.TypeSyncAck, ack.Encode())
	if l.parted() {
		l.issued(wire.TypeSyncAck, d.ack)
	}
	l.bring(wire.TypeSyncAck, d.ack, brought{r.Device, l.givenBack(r, ack.Issued), false})
	return d.ack
}

// wait collects what waits for the device.
func (l *Ledger) wait(out *Reconciliation, r *Report) {
	for _, id := range r.Body.Pending {
		if res, err := l.Resolve(id); err == nil {
			out.Resolutions = append(out.Resolutions, res)
		}
	}
	out.Mail = l.Mailbox(r.Device)
	out.Deposits = l.Deposited(r.Device)
	if l.revset.encoded != nil && r.Body.RevocationVersion < l.revset.version {
		out.Revocations = l.revset.encoded
	}
}
