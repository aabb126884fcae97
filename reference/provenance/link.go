package provenance

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A Link is one object of a chain as it was read. Which bodies are filled
// depends on the type; nothing about it is verified.
type Link struct {
	Type     wire.Type
	ID       wire.ID
	Nonce    wire.Nonce // of a TRANSFER
	Transfer wire.Transfer
	Defund   wire.Defund
	Fund     wire.Fund
	Receipt  wire.Receipt
	Resolve  wire.Resolve
	Ack      wire.DefundAck
	Renewal  wire.SyncAck // of family T, with TOKENs

	issued []wire.Fragment // the TOKENs of a FUND or SYNC_ACK of family T, each whole
	raw    []byte
	object wire.Object
	head   head
	path   cert.Path
}

// A head is what all bodies have.
type head struct {
	realm wire.Realm
	suite suite.Suite
	cert  wire.ID
	epoch uint64
	usage uint64
	level uint64
	ages  bool // its signer's certificate has to be in force at epoch
}

// ReadObject reads an object that may be a link, without its nonce; ok is false
// for what can be none.
func ReadObject(b []byte) (link *Link, ok bool) {
	o, err := wire.DecodeObject(b, wire.MaxTokenFund)
	if err != nil {
		return nil, false
	}
	link = &Link{raw: b, object: o}
	link.Type, _ = wire.Peek(o.Payload)
	if link.Type.Domain() == "" || len(b) > link.Type.LimitIn(wire.FamilyToken) || !link.body() ||
		len(b) > link.Type.MaxBytes() && link.issued == nil {
		return nil, false
	}
	link.ID = o.ID(link.Type)
	return link, true
}

// Read reads a link; ok is false for what can be none.
func Read(l wire.Link) (link *Link, ok bool) {
	link, ok = ReadObject(l.Object)
	if !ok || (l.Nonce != nil) != (link.Type == wire.TypeTransfer) {
		return nil, false
	}
	if l.Nonce != nil {
		link.Nonce = *l.Nonce
	}
	return link, true
}

// named reports whether a FUND names a reservation where the family has one, and a
// TRANSFER likewise, and whether in family T, and in no other, value has the form
// of parts of tokens.
func (l *Link) named(family uint64) bool {
	parted := family == wire.FamilyToken
	switch l.Type {
	case wire.TypeFund:
		return (l.Fund.Reservation > 0) == (family == wire.FamilyIOU) && (l.issued != nil) == parted
	case wire.TypeSyncAck:
		return parted
	case wire.TypeTransfer:
		return (l.Transfer.Reserved == (l.Transfer.Family == wire.FamilyIOU) || family != wire.FamilyIOU) &&
			(len(l.Transfer.Inputs) == 0) == parted
	case wire.TypeDefund:
		return (len(l.Defund.Inputs) == 0) == parted
	}
	return true
}

// body decodes the payload of an object that may be a link.
func (l *Link) body() bool {
	var err error
	service := func(realm wire.Realm, s suite.Suite, crt wire.ID, epoch, usage uint64) {
		l.head = head{realm, s, crt, epoch, usage, wire.LevelService, true}
	}
	switch payload := l.object.Payload; l.Type {
	case wire.TypeTransfer:
		if l.Transfer, err = wire.DecodeChained(payload); err != nil {
			l.Transfer, err = wire.DecodeTransfer(payload)
			err = inParts(err, l.Transfer.Fragments)
		}
		m := &l.Transfer
		l.head = head{m.Realm, m.Suite, m.Cert, m.Epoch, wire.UsePay, wire.LevelDevice, true}
	case wire.TypeDefund:
		if l.Defund, err = wire.DecodeChainedDefund(payload); err != nil {
			l.Defund, err = wire.DecodeDefund(payload)
			err = inParts(err, l.Defund.Fragments)
		}
		m := &l.Defund
		l.head = head{m.Realm, m.Suite, m.Cert, m.Epoch, 0, wire.LevelDevice, true}
	case wire.TypeFund:
		if l.Fund, err = wire.DecodeFund(payload); err != nil {
			l.Fund, err = wire.DecodeReservation(payload)
		}
		if err != nil {
			if l.Fund, err = wire.DecodeTokenFund(payload); err == nil {
				l.issued, err = whole(l.Fund.Issued)
			}
		}
		service(l.Fund.Realm, l.Fund.Suite, l.Fund.Cert, l.Fund.Epoch, wire.UseSignFund)
	case wire.TypeReceipt:
		l.Receipt, err = wire.DecodeReceipt(payload)
		m := &l.Receipt
		l.head = head{m.Realm, m.Suite, m.Cert, 0, wire.UseReceive, wire.LevelDevice, false}
		return err == nil && m.Status == wire.ReceiptRefused
	case wire.TypeResolve:
		l.Resolve, err = wire.DecodeResolve(payload)
		m := &l.Resolve
		service(m.Realm, m.Suite, m.Cert, m.Epoch, wire.UseSignAck)
		return err == nil && m.Status == wire.ResolveRefund && m.Payee != wire.DID{}
	case wire.TypeDefundAck:
		l.Ack, err = wire.DecodeDefundAck(payload)
		service(l.Ack.Realm, l.Ack.Suite, l.Ack.Cert, l.Ack.Epoch, wire.UseSignAck)
		return err == nil && l.Ack.Status == wire.DefundRefused
	case wire.TypeSyncAck:
		m := &l.Renewal
		if *m, err = wire.DecodeTokenSyncAck(payload); err == nil {
			l.issued, err = whole(m.Issued)
		}
		service(m.Realm, m.Suite, m.Cert, m.Epoch, wire.UseSignAck)
	default:
		return false
	}
	return err == nil
}

// Answers returns the id of the debit that a return answers, and false for what
// is no return.
func (l *Link) Answers() (wire.ID, bool) {
	switch l.Type {
	case wire.TypeReceipt:
		return l.Receipt.TransferHash, true
	case wire.TypeResolve:
		return l.Resolve.TransferHash, true
	case wire.TypeDefundAck:
		return l.Ack.TransferHash, true
	default:
		return wire.ID{}, false
	}
}

// Drawn returns what a debit was drawn from, with the hops at which it was held;
// nothing for what is no debit.
func (l *Link) Drawn() []Draw {
	switch l.Type {
	case wire.TypeTransfer:
		return held(Draws(l.Transfer.Inputs, l.Transfer.Fragments))
	case wire.TypeDefund:
		return Draws(l.Defund.Inputs, l.Defund.Fragments)
	default:
		return nil
	}
}

// Held returns the inputs of a TRANSFER with the hops at which its payer held
// them. An input of hop 0 is no input: its source has nothing at that hop.
func Held(inputs []wire.Input) []wire.Input {
	out := make([]wire.Input, len(inputs))
	for i, in := range inputs {
		out[i] = in
		out[i].Hop--
	}
	return out
}

// Lot returns the amount of the lot that the link is the source of, at a hop; of
// is the debit that a return answers. There is none where it is 0.
func (l *Link) Lot(hop uint64, of *Link) money.Amount {
	switch {
	case l.Type == wire.TypeFund && hop == 0:
		return l.Fund.Amount
	case l.Type == wire.TypeTransfer:
		return At(Draws(l.Transfer.Inputs, nil), hop)
	case l.returns() && of != nil && !of.parted():
		return At(of.Drawn(), hop)
	}
	return 0
}

func (l *Link) returns() bool {
	_, ok := l.Answers()
	return ok
}

// Signer returns the device that signed the link, once its path is known.
func (l *Link) Signer() wire.DID { return l.path.Leaf().Device() }

// Path returns the path of the link's signer, once the rule "path" holds.
func (l *Link) Path() cert.Path { return l.path }

// Raw returns the encoded object.
func (l *Link) Raw() []byte { return l.raw }
