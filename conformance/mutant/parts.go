package mutant

import (
	"io"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A stuckReader repeats one block once its start-up draws are made.
type stuckReader struct {
	next io.Reader
	left int
}

func (r *stuckReader) Read(p []byte) (int, error) {
	if r.left > 0 {
		n, err := r.next.Read(p)
		r.left -= n
		return n, err
	}
	for i := range p {
		p[i] = byte(i + 1)
	}
	return len(p), nil
}

// A constantNonce answers every draw of a nonce's size alike, after the first
// few.
type constantNonce struct {
	next  io.Reader
	skip  int
	nonce [16]byte
	drawn bool
}

func (r *constantNonce) Read(p []byte) (int, error) {
	if len(p) != len(r.nonce) {
		return r.next.Read(p)
	}
	if r.skip > 0 {
		r.skip--
		return r.next.Read(p)
	}
	if !r.drawn {
		r.drawn = true
		if _, err := io.ReadFull(r.next, r.nonce[:]); err != nil {
			return 0, err
		}
	}
	return copy(p, r.nonce[:]), nil
}

// overdraw takes what is there and puts the missing rest on top.
func overdraw(lots *device.Lots, amount money.Amount, highest uint64) ([]wire.Lot, bool) {
	drawn, ok := device.Draw(lots, amount, highest)
	if ok {
		return drawn, true
	}
	var have money.Amount
	for _, l := range drawn {
		have += l.Amount
	}
	if len(drawn) == 0 {
		return []wire.Lot{{Hop: 0, Amount: amount}}, true
	}
	drawn[0].Amount += amount - have
	return drawn, true
}

// relabel draws from every hop and says that all of it may make one more.
func relabel(lots *device.Lots, amount money.Amount, highest uint64) ([]wire.Lot, bool) {
	drawn, ok := device.Draw(lots, amount, wire.MaxHop)
	var merged []wire.Lot
	for _, l := range drawn {
		l.Hop = min(l.Hop, highest)
		if n := len(merged); n > 0 && merged[n-1].Hop == l.Hop {
			merged[n-1].Amount += l.Amount
			continue
		}
		merged = append(merged, l)
	}
	return merged, ok
}

// A splitStore makes two writes of what should be one.
type splitStore struct{ nvm.Store }

func (s splitStore) Commit(entries []nvm.Entry) error {
	if len(entries) < 2 {
		return s.Store.Commit(entries)
	}
	half := len(entries) / 2
	if err := s.Store.Commit(entries[:half]); err != nil {
		return err
	}
	return s.Store.Commit(entries[half:])
}

// A deafStore does not look whether a write succeeded.
type deafStore struct{ nvm.Store }

func (s deafStore) Commit(entries []nvm.Entry) error {
	_ = s.Store.Commit(entries)
	return nil
}
