package sizes

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A meeting is one session with what its two sides sign.
type meeting struct {
	payer, payee               *link.Link
	hello, m2                  []byte
	request, transfer, receipt []byte
	rqh, txid                  wire.ID
	nonce                      wire.Nonce // of the request
}

// payment counts a payment of one hop: its objects, its frames with the
// signers' certificates in them and without, and the whole.
func (b *bench) payment() error {
	with, err := b.meet([][]byte{b.ben.cert})
	if err != nil {
		return err
	}
	without, err := b.meet(nil)
	if err != nil {
		return err
	}
	if b.kem == kems[0].number {
		b.objects(without)
	}
	b.add("M1", without.hello)
	b.frames(without, Cached, nil)
	b.frames(with, Value, [][]byte{b.ana.cert})
	b.questions(without)
	if b.kem == kems[0].number { // a sealed frame is as long over any KEM
		b.chain(without)
	}
	return nil
}

// meet opens a session with an M2 that brings the payee's certificates.
func (b *bench) meet(certs [][]byte) (*meeting, error) {
	ephemeral, err := link.NewEphemeralFor(b.kem, bytes.NewReader(seed("ephemeral key of ana", 256)))
	if err != nil {
		return nil, err
	}
	suites, offer := []suite.Suite{b.scheme.Suite()}, []wire.KEM{b.kem}
	m := &meeting{nonce: wire.RequestNonce(digest("k_n of ben"), count)}
	m.hello = wire.Hello{
		Version: wire.V1, Realm: b.realm, Nonce: nonce("hello"), Flags: wire.HelloByValue,
		Versions: []uint64{wire.V1}, Suites: suites, KEMs: offer, KEM: b.kem,
		KEMKey: ephemeral.Public(), MTU: apdu.ExtendedPayload,
	}.Encode()
	caps := wire.Caps{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Nonce: nonce("caps"), Flags: wire.HelloByValue,
		Versions: []uint64{wire.V1}, Suites: suites, KEMs: offer, KEM: b.kem, MTU: apdu.ExtendedPayload,
	}.Encode()
	m.payee, err = link.NewPayeeFor(b.kem, bytes.NewReader(seed("ephemeral key of ben", 256)), m.hello, caps, ephemeral.Public())
	if err != nil {
		return nil, err
	}
	b.signed(m)
	m.m2 = m.payee.Send(wire.Item{Type: wire.TypePayReq, Object: m.request, Certs: certs})
	opening, err := wire.DecodeOpening(m.m2)
	if err != nil {
		return nil, err
	}
	m.payer, _, err = link.NewPayer(ephemeral, m.hello, opening)
	return m, err
}

// signed makes what the two sides sign in the session.
func (b *bench) signed(m *meeting) {
	m.request, m.rqh = b.sign(b.ben, wire.TypePayReq, wire.PayReq{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Currency: currency, Exponent: exponent, Amount: amount,
		Transcript: m.payee.Transcript(), Nonce: m.nonce, Cert: b.ben.crt, Request: count,
		PolicyVersion: version, RevocationVersion: revocation, Epoch: epoch,
		Flags: wire.PayReqSE, Family: wire.FamilyBalance, MaxHop: 3,
	}.Encode())
	m.transfer, m.txid = b.sign(b.ana, wire.TypeTransfer, b.transfer(m, 1).Encode())
	m.receipt, _ = b.sign(b.ben, wire.TypeReceipt, wire.Receipt{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Cert: b.ben.crt,
		RequestHash: m.rqh, TransferHash: m.txid, Status: wire.ReceiptAccepted,
	}.Encode())
}

// transfer draws on so many lots.
func (b *bench) transfer(m *meeting, lots int) wire.Transfer {
	t := wire.Transfer{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Currency: currency, Exponent: exponent, Amount: amount,
		Cert: b.ana.crt, Request: count, PayeeTag: wire.PayeeTag(b.ben.did, m.nonce), Counter: count,
		Prev: digest("debit before"), RequestHash: m.rqh, PolicyVersion: version, Epoch: epoch, Family: wire.FamilyBalance,
	}
	rest := amount
	for hop := 1; hop < lots; hop++ {
		t.Lots = append(t.Lots, wire.Lot{Hop: uint64(hop), Amount: 1000})
		rest -= 1000
	}
	t.Lots = append(t.Lots, wire.Lot{Hop: uint64(lots), Amount: rest})
	return t
}

// objects are what is signed, by itself.
func (b *bench) objects(m *meeting) {
	over := b.kemName
	b.kemName = ""
	defer func() { b.kemName = over }()
	b.add("PAY_REQ", m.request)
	b.add("TRANSFER", m.transfer)
	b.object(b.ana, "TRANSFER, 4 lots", wire.TypeTransfer, b.transfer(m, 4).Encode())
	b.add("RECEIPT", m.receipt)
	b.object(b.ben, "PEER", wire.TypePeer, wire.Peer{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Transcript: m.payee.Transcript(),
		Nonce: nonce("peer"), Cert: b.ben.crt,
	}.Encode())
	opening := &settlement.Opening{Payee: b.ben.did, Nonce: m.nonce}
	b.add("settlement record", settlement.Append(nil, settlement.Record{Object: m.transfer, Opening: opening}))
	b.addWith("settlement record", Value, settlement.Append(nil, settlement.Record{
		Object: m.transfer, Certificates: [][]byte{b.ana.cert}, Opening: opening,
	}))
}

// questions are asked and answered where certificates go by reference: for the
// one of the object before, and for its issuer's too.
func (b *bench) questions(m *meeting) {
	b.add("CERT_GET, sealed", m.payee.Send(wire.Item{Type: wire.TypeCertGet, IDs: []wire.ID{b.ana.crt}}))
	b.addWith("CERTS, sealed", Value, m.payer.Send(wire.Item{Type: wire.TypeCerts, Certs: [][]byte{b.ana.cert}}))
	b.add("CERT_GET, sealed, 2 certificates", m.payee.Send(wire.Item{Type: wire.TypeCertGet, IDs: []wire.ID{b.ana.crt, b.provider.crt}}))
	b.addWith("CERTS, sealed, 2 certificates", Value, m.payer.Send(wire.Item{Type: wire.TypeCerts, Certs: [][]byte{b.ana.cert, b.provider.cert}}))
}

// frames seals what follows M2 and counts the conversation, with a receipt and
// with an ACK.
func (b *bench) frames(m *meeting, certificates string, payer [][]byte) {
	m3 := m.payer.Send(wire.Item{Type: wire.TypeTransfer, Object: m.transfer, Certs: payer})
	receipt := m.payee.Send(wire.Item{Type: wire.TypeReceipt, Object: m.receipt})
	ack := m.payee.Send(wire.Item{Type: wire.TypeAck, Transfer: m.txid})
	b.addWith("M2", certificates, m.m2)
	b.addWith("M3", certificates, m3)
	if certificates == Cached {
		b.add("M4 RECEIPT", receipt)
		b.add("M4 ACK", ack)
		b.add("ABORT, sealed", m.payee.Send(wire.Item{Type: wire.TypeAbort, Why: spec.EFunds}))
	}
	b.addWith("payment RECEIPT", certificates, m.hello, m.m2, m3, receipt)
	b.addWith("payment ACK", certificates, m.hello, m.m2, m3, ack)
}
