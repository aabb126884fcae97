package oddity

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/spec"
)

// codes are unusual in how they show the texts of QR codes.
func codes() []Oddity {
	return []Oddity{
		odd("frames-from-anywhere", spec.INT15, "shows frames from a number on that it chose, whatever an object's size", showing(qr.DefaultBlock, func(k uint32) uint32 { return 1<<31 + k })),
		odd("sums-alone", spec.INT15, "shows sums of blocks and no block itself", showing(100, func(k uint32) uint32 { return k })),
		odd("small-codes", spec.INT15, "shows small codes, of blocks of 64 bytes or as many more as an object needs", showing(64, func(uint32) uint32 { return 0 })),
		odd("repeats-its-blocks", spec.INT15, "shows the blocks of an object again and again, and no sum", func() adapter.Adapter {
			return reference(simulator.Options{QR: func(q *simulator.QR) {
				q.Show = func(object []byte, n int) (texts []string, err error) {
					f, err := qr.Split(object, qr.DefaultBlock)
					for i := 0; err == nil && i < n; i++ {
						texts = append(texts, f.Text(uint32(i%f.Blocks())))
					}
					return texts, err
				}
			}})
		}),
		odd("no-codes", spec.INT10, "neither reads nor shows QR codes", func() adapter.Adapter {
			return unserved{reference(simulator.Options{Without: []adapter.Capability{adapter.CapQR}}), adapter.CapQR}
		}),
	}
}

// showing shows frames of blocks of a size, or as much more as 64 of them need,
// from a number on that depends on k.
func showing(size int, first func(k uint32) uint32) func() adapter.Adapter {
	return func() adapter.Adapter {
		return reference(simulator.Options{QR: func(q *simulator.QR) {
			q.Show = func(object []byte, n int) ([]string, error) {
				size := max(size, (len(object)+qr.MaxBlocks-1)/qr.MaxBlocks)
				return simulator.ShowFrames(object, n, size, first(uint32((len(object)+size-1)/size)))
			}
		}})
	}
}
