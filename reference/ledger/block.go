package ledger

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
)

// revocations is the REVSET that the ledger publishes.
type revocations struct {
	version uint64
	encoded []byte // nil before the first
}

// Block stops a device: it is funded no more, is granted nothing, and is in
// the next REVSET, by which it and its counterparties learn of it. Its value is
// not destroyed. Blocking twice changes nothing.
func (l *Ledger) Block(did wire.DID) {
	d := l.device(did)
	if d.blocked {
		return
	}
	d.blocked = true
	l.revset.version++
	m := wire.Revset{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Cert: l.service.Cert.ID,
		RevocationVersion: l.revset.version, Epoch: l.epoch,
	}
	for _, did := range l.deviceIDs() {
		if l.devices[did].blocked {
			m.Devices = append(m.Devices, wire.ShortID(did))
		}
	}
	slices.SortFunc(m.Devices, func(a, b wire.ShortID) int { return bytes.Compare(a[:], b[:]) })
	l.revset.encoded = l.service.Sign(wire.TypeRevset, m.Encode())
}

// Blocked reports whether the device is blocked.
func (l *Ledger) Blocked(did wire.DID) bool {
	d := l.devices[did]
	return d != nil && d.blocked
}

// Revocations returns the current REVSET, or nil if nothing was ever blocked.
func (l *Ledger) Revocations() []byte { return l.revset.encoded }
