package wire

// The kinds of evidence, key 24.
const (
	EvidenceCounter = 1 // two debits of one did with one counter
	EvidencePrev    = 2 // one prev, or counters c and c+1 that are not linked
	EvidenceRequest = 3 // two TRANSFERs for one request
	EvidenceReceipt = 4 // ACCEPTED and REFUSED for one TRANSFER
	EvidenceFork    = 5 // two SYNCs with different heads at one entry
	EvidenceAbsent  = 6 // a debit that the signer's own log does not hold
	EvidenceIssuer  = 7 // two certificates of one subject that no re-key links
	EvidenceToken   = 8 // two debits that name one token of family E
	EvidenceSource  = 9 // draws from one lot of CHAIN provenance that exceed it
)

// Evidence is a bundle of signed objects that convicts with public keys alone.
type Evidence struct {
	Version uint64
	Realm   Realm
	Kind    uint64
	Objects [][]byte // encoded objects
	Certs   [][]byte
	Links   [][]byte // REKEY_REQs, encoded
}

func (m *Evidence) fields(c *codec) {
	c.head(&m.Version, TypeEvidence)
	c.fixed(3, m.Realm[:])
	c.choice(24, &m.Kind, func(n uint64) bool {
		return n >= EvidenceCounter && n <= EvidenceSource
	})
	c.strings(100, &m.Objects, 1)
	c.strings(101, &m.Certs, 0)
	if c.optional(102, len(m.Links) > 0) {
		c.strings(102, &m.Links, 1)
	}
}
