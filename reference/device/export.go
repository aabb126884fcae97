package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// Export moves the oldest released TRANSFER out of its slot, so that a payee that
// keeps its receipt costs a place in the log and not the wallet. The exception
// entry keeps what is signed: whatever ends a debit in a slot ends it too. The
// error is a [*Refusal] or nvm's.
func (d *Device) Export() (wire.ID, error) {
	if err := d.ready(); err != nil {
		return wire.ID{}, err
	}
	oldest := -1
	for i, s := range d.state.Slots {
		if s.State != SlotReleased || s.Type != wire.TypeTransfer {
			continue
		}
		if oldest < 0 || s.LogNumber < d.state.Slots[oldest].LogNumber {
			oldest = i
		}
	}
	if oldest < 0 {
		return wire.ID{}, d.refuse(spec.ATO07, spec.EState)
	}
	next := d.state.clone()
	exported := next.Slots[oldest]
	if d.former[exported.Cert] == nil { // a key that was replaced cannot sign it again
		exported.Signature, exported.State = nil, SlotDebited
	}
	next.Slots[oldest] = Slot{}
	next.Exceptions = append(slices.Clip(next.Exceptions), exported)
	if !logRoom(&Context{State: next, Config: &d.cfg}) {
		return wire.ID{}, d.refuse(spec.LIM08, spec.ELogFull)
	}
	if err := d.enter(next, wire.LogException, exported.ID, exported.Amount, exported.Request); err != nil {
		return wire.ID{}, err
	}
	return exported.ID, d.install(StepX1, next)
}
