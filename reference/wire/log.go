package wire

import (
	"crypto/sha256"

	"github.com/assay-cbdc/assay/reference/money"
)

// The kinds of a log entry.
const (
	LogFund       = 1
	LogDefund     = 2
	LogPay        = 3
	LogReceive    = 4
	LogResolve    = 5
	LogRefund     = 6
	LogClose      = 7
	LogPolicy     = 8
	LogRevset     = 9
	LogRekey      = 10
	LogException  = 11
	LogFundCancel = 12
)

// A LogEntry is one operation of a device.
type LogEntry struct {
	Number uint64 // from 1, without gaps
	Kind   uint64
	Salt   [16]byte // hides the rest of the entry behind its digest
	Ref    ID       // what the operation is about
	Amount money.Amount
	X      uint64 // counter, request number or version, by kind
	Epoch  uint64
}

// Encode returns the entry's bytes.
func (e LogEntry) Encode() []byte {
	b := AppendUint(AppendUint(AppendArray(nil, 7), e.Number), e.Kind)
	b = AppendBytes(AppendBytes(b, e.Salt[:]), e.Ref[:])
	return AppendUint(AppendUint(AppendUint(b, uint64(e.Amount)), e.X), e.Epoch)
}

// DecodeLogEntry reads an entry; the error is an [*Error].
func DecodeLogEntry(b []byte) (LogEntry, error) {
	var e LogEntry
	var c codec
	c.in = NewReader(b)
	c.lengthItem(0, 7, 7, 7)
	numberItem(&c, 0, &e.Number, 1, maxCounter)
	numberItem(&c, 0, &e.Kind, LogFund, LogFundCancel)
	c.fixedItem(0, e.Salt[:])
	c.fixedItem(0, e.Ref[:])
	numberItem(&c, 0, &e.Amount, 0, maxCounter)
	numberItem(&c, 0, &e.X, 0, maxCounter)
	numberItem(&c, 0, &e.Epoch, 0, maxEpoch)
	return e, c.decoded(b)
}

// Digest returns the digest of the entry, which alone enters the chain.
func (e LogEntry) Digest() ID { return sha256.Sum256(e.Encode()) }

// LogStart returns the log head before the first entry.
func LogStart(device DID) ID {
	var head ID
	copy(head[:], device[:])
	return head
}

// LogNext returns the log head after entry number n with the given digest.
func LogNext(head ID, n uint64, digest ID) ID {
	b := AppendBytes(AppendText(AppendArray(nil, 4), "assay/1/log"), head[:])
	return sha256.Sum256(AppendBytes(AppendUint(b, n), digest[:]))
}
