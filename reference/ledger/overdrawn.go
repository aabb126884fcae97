package ledger

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
)

// issued keeps what the ledger has signed and a device may name as a source.
func (l *Ledger) issued(t wire.Type, object []byte) {
	if !l.chained() && !l.parted() {
		return
	}
	if o, err := wire.DecodeObject(object, t.LimitIn(l.parts.Place.Spoken())); err == nil {
		l.seen.issued[o.ID(t)] = object
	}
}

// A drawnLot is one lot of one device that debits draw from.
type drawnLot struct {
	payer  wire.DID
	source wire.ID
	hop    uint64
}

// overdrawn is kind 9: for each lot the debits in the order of their counters, up
// to the one that draws more than is left. A source that the ledger has not seen
// proves nothing yet.
func (l *Ledger) overdrawn() []Finding {
	draws := map[drawnLot][]*Debit{}
	for _, d := range l.Debits() {
		for _, in := range d.Drawn {
			key := drawnLot{d.Payer, in.Source, in.Hop}
			draws[key] = append(draws[key], d)
		}
	}
	var found []Finding
	for _, key := range slices.SortedFunc(maps.Keys(draws), compareLots) {
		lot, objects := l.sourceOf(key)
		if objects == nil {
			continue
		}
		var sum money.Amount
		var signers [][]byte
		for _, d := range draws[key] {
			sum += drawnFrom(d, key)
			objects = append(objects, d.Object)
			signers = append(signers, l.chainOf(d.Cert)...)
			if sum > lot {
				found = append(found, l.finding(wire.EvidenceSource, key.payer, objects, signers))
				break
			}
		}
	}
	return found
}

func compareLots(a, b drawnLot) int {
	return cmp.Or(bytes.Compare(a.payer[:], b.payer[:]), bytes.Compare(a.source[:], b.source[:]), cmp.Compare(a.hop, b.hop))
}

func drawnFrom(d *Debit, key drawnLot) (sum money.Amount) {
	for _, in := range d.Drawn {
		if in.Source == key.source && in.Hop == key.hop {
			sum += in.Amount
		}
	}
	return sum
}

// sourceOf returns the amount of a lot and the objects that show it, nil for a
// source that has not been seen.
func (l *Ledger) sourceOf(key drawnLot) (money.Amount, [][]byte) {
	lot, of, objects := l.readSource(key.source)
	if lot == nil {
		return 0, nil
	}
	return lot.Lot(key.hop, of), objects
}

// readSource returns a source, for a return the debit that it answers, and the
// objects of both; nil for what has not been seen.
func (l *Ledger) readSource(id wire.ID) (lot, of *provenance.Link, objects [][]byte) {
	object := l.object(id)
	lot, ok := provenance.ReadObject(object)
	if !ok {
		return nil, nil, nil
	}
	objects = [][]byte{object}
	if debit, isReturn := lot.Answers(); isReturn {
		returned := l.object(debit)
		if of, ok = provenance.ReadObject(returned); !ok {
			return nil, nil, nil
		}
		objects = append(objects, returned)
	}
	return lot, of, objects
}

// object returns a signed object that may be part of a chain, nil for one that
// has not been seen.
func (l *Ledger) object(id wire.ID) []byte {
	if d := l.seen.debits[id]; d != nil {
		return d.Object
	}
	if a := l.seen.receipts[id]; a != nil {
		return a.Bytes
	}
	return l.seen.issued[id]
}
