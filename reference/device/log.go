package device

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// enter appends a log entry with a fresh salt to the next state.
func (d *Device) enter(next *State, kind uint64, ref wire.ID, amount money.Amount, x uint64) error {
	var salt [16]byte
	if err := d.draw(salt[:]); err != nil {
		return err
	}
	d.enterSalted(next, kind, ref, amount, x, salt)
	return nil
}

func (d *Device) enterSalted(next *State, kind uint64, ref wire.ID, amount money.Amount, x uint64, salt [16]byte) {
	e := wire.LogEntry{
		Number: next.LogNumber + 1, Kind: kind, Salt: salt, Ref: ref, Amount: amount, X: x, Epoch: next.Epoch,
	}
	next.Log = append(next.Log, e)
	next.LogNumber = e.Number
	next.LogHead = wire.LogNext(next.LogHead, e.Number, e.Digest())
}

// salt derives a salt where there may be nothing to draw from.
func (d *Device) salt(ref wire.ID) [16]byte {
	mac := hmac.New(sha256.New, d.state.StubKey[:])
	mac.Write([]byte("salt"))
	mac.Write(ref[:])
	return [16]byte(mac.Sum(nil)[:16])
}

// keepDebit hands the host the record of an own transfer for the next SYNC.
func (d *Device) keepDebit(slot *Slot) {
	opening := settlement.Opening{Payee: slot.Payee, Nonce: slot.Nonce}
	d.keepRecord(slot.ID, d.object(slot), d.ownChain(slot), opening)
}

// ownChain is the path of the certificate that a debit was signed under, as far
// as it is known.
func (d *Device) ownChain(slot *Slot) cert.Path {
	own := d.certOf(slot)
	path, err := d.store.Path(own.ID, []*cert.Certificate{own})
	if err != nil {
		path = cert.Path{Chain: []*cert.Certificate{own}}
	}
	return path
}

func (d *Device) keepRecord(id wire.ID, object []byte, path cert.Path, opening settlement.Opening) {
	record := settlement.Record{Object: object, Opening: &opening}
	for _, c := range path.Chain {
		record.Certificates = append(record.Certificates, c.Raw)
	}
	d.parts.Host.KeepRecord(id, settlement.Append(nil, record))
}

// pendingFor returns the ids of the transfers pending for a payee, the oldest
// first.
func (d *Device) pendingFor(payee wire.DID) []wire.ID {
	var found []Slot
	for _, s := range slices.Concat(d.state.Slots, d.state.Exceptions) {
		if s.State != SlotFree && (s.Type == wire.TypeTransfer || s.Type == wire.TypeTokens) && s.Payee == payee && s.Flags&wire.TransferOneWay == 0 {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b Slot) int { return int(a.LogNumber) - int(b.LogNumber) })
	ids := make([]wire.ID, len(found))
	for i, s := range found {
		ids[i] = s.ID
	}
	return ids
}

// pendingIDs returns the ids of all pending debits, ascending.
func (s *State) pendingIDs() []wire.ID {
	var ids []wire.ID
	for _, slot := range slices.Concat(s.Slots, s.Exceptions) {
		if slot.State != SlotFree && slot.Type != wire.TypeTokens { // those are exchanged, and not reported
			ids = append(ids, slot.ID)
		}
	}
	slices.SortFunc(ids, func(a, b wire.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

// highestSuite is the suite of the highest rank that the device is certified
// for. What goes to the ledger is signed with it whatever the policy allows
// between devices: value can always go home.
func (d *Device) highestSuite() suite.Suite {
	best, _ := suite.Highest(slices.Collect(maps.Keys(d.certs)))
	return best
}

// A stub is what a device hands its host about a request number before it
// forgets it. Final states never change, so an old stub is never wrong.
type stub struct {
	credited bool
	transfer wire.ID
}

func (d *Device) sealStub(number uint64, s stub) []byte {
	b := binary.BigEndian.AppendUint64(nil, number)
	if s.credited {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = append(b, s.transfer[:]...)
	mac := hmac.New(sha256.New, d.state.StubKey[:])
	mac.Write(b)
	return mac.Sum(b)
}

// stub returns what the host has of a request number, if it is authentic.
func (d *Device) stub(number uint64) (stub, bool) {
	const body = 8 + 1 + 32
	b := d.parts.Host.Stub(number)
	if len(b) != body+sha256.Size {
		return stub{}, false
	}
	s := stub{credited: b[8] == 1, transfer: wire.ID(b[9:body])}
	return s, hmac.Equal(b, d.sealStub(number, s))
}
