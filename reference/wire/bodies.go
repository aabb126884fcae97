package wire

// Each body below has its encoder and decoder. A decoding error is an [*Error]
// whose code follows the order of the chapter: 101 or 102, 110, 118, 103, 105.
// With 105, and only then, the body is decoded in full, so that its realm and
// currency can be judged first: see [Place.Check].

// A body describes its members to a codec.
type body[T any] interface {
	*T
	fields(*codec)
}

func encode[T any, B body[T]](m *T) []byte {
	var c codec
	c.write()
	B(m).fields(&c)
	return c.encoded()
}

func decode[T any, B body[T]](payload []byte) (T, error) {
	var m T
	var c codec
	c.read(payload)
	B(&m).fields(&c)
	return m, c.decoded(payload)
}

// Encode returns the payload of a HELLO.
func (m Hello) Encode() []byte { return encode(&m) }

// DecodeHello reads the payload of a HELLO.
func DecodeHello(payload []byte) (Hello, error) { return decode[Hello](payload) }

// Encode returns the payload of a CAPS.
func (m Caps) Encode() []byte { return encode(&m) }

// DecodeCaps reads the payload of a CAPS.
func DecodeCaps(payload []byte) (Caps, error) { return decode[Caps](payload) }

// Encode returns the payload of a PAY_REQ.
func (m PayReq) Encode() []byte { return encode(&m) }

// DecodePayReq reads the payload of a PAY_REQ.
func DecodePayReq(payload []byte) (PayReq, error) { return decode[PayReq](payload) }

// Decode is [DecodePayReq] into memory that is used again, without allocating.
func (m *PayReq) Decode(payload []byte) error {
	*m = PayReq{}
	var c codec
	c.read(payload)
	m.fields(&c)
	return c.decoded(payload)
}

// Encode returns the payload of a TRANSFER.
func (m Transfer) Encode() []byte { return encode(&m) }

// DecodeTransfer reads the payload of a TRANSFER.
func DecodeTransfer(payload []byte) (Transfer, error) { return decode[Transfer](payload) }

// Decode is [DecodeTransfer] into memory that is used again, without allocating.
func (m *Transfer) Decode(payload []byte) error {
	*m = Transfer{Lots: m.Lots[:0]}
	var c codec
	c.read(payload)
	m.fields(&c)
	return c.decoded(payload)
}

// Encode returns the payload of a RECEIPT.
func (m Receipt) Encode() []byte { return encode(&m) }

// DecodeReceipt reads the payload of a RECEIPT.
func DecodeReceipt(payload []byte) (Receipt, error) { return decode[Receipt](payload) }

// Decode is [DecodeReceipt] into memory that is used again, without allocating.
func (m *Receipt) Decode(payload []byte) error {
	*m = Receipt{}
	var c codec
	c.read(payload)
	m.fields(&c)
	return c.decoded(payload)
}

// Encode returns the payload of a PEER.
func (m Peer) Encode() []byte { return encode(&m) }

// DecodePeer reads the payload of a PEER.
func DecodePeer(payload []byte) (Peer, error) { return decode[Peer](payload) }

// Encode returns the payload of a FUND_REQ.
func (m FundReq) Encode() []byte { return encode(&m) }

// DecodeFundReq reads the payload of a FUND_REQ.
func DecodeFundReq(payload []byte) (FundReq, error) { return decode[FundReq](payload) }

// Encode returns the payload of a FUND.
func (m Fund) Encode() []byte { return encode(&m) }

// DecodeFund reads the payload of a FUND.
func DecodeFund(payload []byte) (Fund, error) { return decode[Fund](payload) }

// DecodeReservation reads the payload of a FUND of family I, which has a
// reservation.
func DecodeReservation(payload []byte) (Fund, error) {
	var m Fund
	var c codec
	c.reserved = true
	c.read(payload)
	m.fields(&c)
	return m, c.decoded(payload)
}

// Encode returns the payload of a DEFUND.
func (m Defund) Encode() []byte { return encode(&m) }

// DecodeDefund reads the payload of a DEFUND.
func DecodeDefund(payload []byte) (Defund, error) { return decode[Defund](payload) }

// Encode returns the payload of a DEFUND_ACK.
func (m DefundAck) Encode() []byte { return encode(&m) }

// DecodeDefundAck reads the payload of a DEFUND_ACK.
func DecodeDefundAck(payload []byte) (DefundAck, error) { return decode[DefundAck](payload) }

// Encode returns the payload of a SYNC_CHAL.
func (m SyncChal) Encode() []byte { return encode(&m) }

// DecodeSyncChal reads the payload of a SYNC_CHAL.
func DecodeSyncChal(payload []byte) (SyncChal, error) { return decode[SyncChal](payload) }

// Encode returns the payload of a SYNC.
func (m Sync) Encode() []byte { return encode(&m) }

// DecodeSync reads the payload of a SYNC.
func DecodeSync(payload []byte) (Sync, error) { return decode[Sync](payload) }

// Encode returns the payload of a SYNC_ACK.
func (m SyncAck) Encode() []byte { return encode(&m) }

// DecodeSyncAck reads the payload of a SYNC_ACK.
func DecodeSyncAck(payload []byte) (SyncAck, error) { return decode[SyncAck](payload) }

// Encode returns the payload of a RESOLVE.
func (m Resolve) Encode() []byte { return encode(&m) }

// DecodeResolve reads the payload of a RESOLVE.
func DecodeResolve(payload []byte) (Resolve, error) { return decode[Resolve](payload) }

// Encode returns the payload of a CERT.
func (m Cert) Encode() []byte { return encode(&m) }

// DecodeCert reads the payload of a CERT.
func DecodeCert(payload []byte) (Cert, error) { return decode[Cert](payload) }

// Decode is [DecodeCert] into memory that is used again, without allocating.
func (m *Cert) Decode(payload []byte) error {
	*m = Cert{Suites: m.Suites[:0]}
	var c codec
	c.read(payload)
	m.fields(&c)
	return c.decoded(payload)
}

// Encode returns the payload of a ENROL_REQ.
func (m EnrolReq) Encode() []byte { return encode(&m) }

// DecodeEnrolReq reads the payload of a ENROL_REQ.
func DecodeEnrolReq(payload []byte) (EnrolReq, error) { return decode[EnrolReq](payload) }

// Encode returns the payload of a REKEY_REQ.
func (m RekeyReq) Encode() []byte { return encode(&m) }

// DecodeRekeyReq reads the payload of a REKEY_REQ.
func DecodeRekeyReq(payload []byte) (RekeyReq, error) { return decode[RekeyReq](payload) }

// Encode returns the payload of a REVSET.
func (m Revset) Encode() []byte { return encode(&m) }

// DecodeRevset reads the payload of a REVSET.
func DecodeRevset(payload []byte) (Revset, error) { return decode[Revset](payload) }

// Encode returns the payload of a POLICY.
func (m Policy) Encode() []byte { return encode(&m) }

// DecodePolicy reads the payload of a POLICY.
func DecodePolicy(payload []byte) (Policy, error) { return decode[Policy](payload) }

// Encode returns the payload of a EVIDENCE.
func (m Evidence) Encode() []byte { return encode(&m) }

// DecodeEvidence reads the payload of a EVIDENCE.
func DecodeEvidence(payload []byte) (Evidence, error) { return decode[Evidence](payload) }
