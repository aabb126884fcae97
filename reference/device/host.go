package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
)

// A Host keeps what the core hands it: the records of payments for the next
// SYNC, and stubs. It survives power cuts and is not trusted: what it loses
// costs availability only, and a stub comes back under a MAC.
type Host interface {
	// KeepRecord keeps a settlement record by the id of its object.
	KeepRecord(id wire.ID, record []byte)
	// Record returns it, nil when there is none.
	Record(id wire.ID) []byte
	// KeepStub keeps the stub of a request number.
	KeepStub(request uint64, stub []byte)
	// Stub returns it, nil when there is none.
	Stub(request uint64) []byte
}

type memoryHost struct {
	records map[wire.ID][]byte
	stubs   map[uint64][]byte
}

// NewHost returns a host that keeps everything in memory.
func NewHost() Host {
	return &memoryHost{map[wire.ID][]byte{}, map[uint64][]byte{}}
}

func (h *memoryHost) KeepRecord(id wire.ID, record []byte) { h.records[id] = slices.Clone(record) }
func (h *memoryHost) Record(id wire.ID) []byte             { return h.records[id] }
func (h *memoryHost) KeepStub(n uint64, stub []byte)       { h.stubs[n] = slices.Clone(stub) }
func (h *memoryHost) Stub(n uint64) []byte                 { return h.stubs[n] }
