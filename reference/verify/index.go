package verify

import "github.com/assay-cbdc/assay/reference/wire"

// A Key is what a debit can be made for only once: one counter of one payer.
type Key struct {
	Payer   wire.DID
	Counter uint64
}

// An Index decides double spends: it remembers, for each counter of each payer,
// the transfer that was accepted for it.
type Index interface {
	// Put records txid for k unless k is taken. It returns the transfer that k
	// belongs to after the call, and whether k was taken before it: taken by
	// the same txid is a repeat, taken by another is a double spend. The first
	// one put stays.
	Put(k Key, txid wire.ID) (holder wire.ID, taken bool)
}

// A MapIndex is an Index in a Go map. It grows by one entry for each accepted
// payment, is lost with the process, and is not safe for concurrent use.
type MapIndex map[Key]wire.ID

// Put implements [Index].
func (m MapIndex) Put(k Key, txid wire.ID) (wire.ID, bool) {
	if holder, taken := m[k]; taken {
		return holder, true
	}
	m[k] = txid
	return txid, false
}
