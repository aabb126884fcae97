package disguise

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
)

// StagedOffline is [Closed] for a product that stages what it receives: it is
// incoming, and cannot be paid on, until the device has synchronised. The run's
// profile has to say so (respend: false), since respending is what a profile
// promises to its users.
func StagedOffline(next adapter.Adapter) adapter.Adapter {
	return newClosed(next, func(m *wire.Policy) { m.Respend = 0 })
}
