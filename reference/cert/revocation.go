package cert

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
)

// Revocations is an installed revocation set. A nil set is that of a device
// which never got one: version 0, nothing blocked.
type Revocations struct {
	ID      wire.ID
	Version uint64
	Epoch   uint64
	certs   []wire.ShortID
	devices []wire.ShortID
}

// NewRevocations returns the set of a decoded REVSET, whose lists ascend.
func NewRevocations(id wire.ID, m wire.Revset) *Revocations {
	return &Revocations{id, m.RevocationVersion, m.Epoch, m.Certs, m.Devices}
}

// BlocksDevice reports whether every certificate of the device is blocked.
func (r *Revocations) BlocksDevice(device wire.DID) bool {
	return r != nil && contains(r.devices, wire.ShortID(device))
}

// Blocks reports whether the certificate is blocked, itself or as one of its
// subject's.
func (r *Revocations) Blocks(c *Certificate) bool {
	return r != nil && (contains(r.certs, wire.ShortOf(c.ID)) || r.BlocksDevice(c.Body.Subject))
}

func contains(list []wire.ShortID, id wire.ShortID) bool {
	_, found := slices.BinarySearchFunc(list, id, func(a, b wire.ShortID) int {
		return bytes.Compare(a[:], b[:])
	})
	return found
}
