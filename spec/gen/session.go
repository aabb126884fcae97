package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ikm returns the 32 bytes that a party draws for the link's key: the input of
// DeriveKeyPair of RFC 9180, section 7.1.3.
func ikm(name string) *bytes.Reader {
	d := digest("ephemeral key of " + name)
	return bytes.NewReader(d[:])
}

// payment is M1 to M4 and what a session may hold besides.
func (s *teller) payment() error {
	ephemeral, err := link.NewEphemeral(ikm("ana"))
	if err != nil {
		return err
	}
	hello := wire.Hello{
		Version: wire.V1, Realm: s.ana.realm, Nonce: nonceOf("hello"), Flags: wire.HelloByValue,
		Versions: []uint64{wire.V1}, Suites: []suite.Suite{suite.Ed25519}, KEMs: []wire.KEM{wire.KEMX25519},
		KEM: wire.KEMX25519, KEMKey: ephemeral.Public(), MTU: 2048,
		Extra: []wire.Member{{Key: 131, Value: wire.AppendBytes(nil, []byte("ignored"))}},
	}.Encode()
	caps := wire.Caps{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Nonce: nonceOf("caps"), Flags: wire.HelloByValue,
		Versions: []uint64{wire.V1}, Suites: []suite.Suite{suite.Ed25519}, KEMs: []wire.KEM{wire.KEMX25519},
		KEM: wire.KEMX25519, MTU: 2048,
	}.Encode()
	payee, err := link.NewPayee(ikm("ben"), hello, caps, ephemeral.Public())
	if err != nil {
		return err
	}
	s.plain("HELLO", hello, "M1. Member 131 is one that nobody knows.")
	s.plain("CAPS", caps, "The payee's choice.")
	s.transferred(payee.Transcript())
	m2 := payee.Send(wire.Item{Type: wire.TypePayReq, Object: s.made["PAY_REQ"].bytes, Certs: [][]byte{s.ben.cert}})
	opening, err := wire.DecodeOpening(m2)
	if err != nil {
		return err
	}
	payer, _, err := link.NewPayer(ephemeral, hello, opening)
	if err != nil {
		return err
	}
	m3 := payer.Send(wire.Item{Type: wire.TypeTransfer, Object: s.made["TRANSFER"].bytes, Certs: [][]byte{s.ana.cert}})
	m4 := payee.Send(wire.Item{Type: wire.TypeReceipt, Object: s.made["RECEIPT"].bytes})
	s.plain("M2", m2, "The PAY_REQ below with the payee's certificate.", "CAPS", "enc", "ct")
	s.plain("M3", m3, "The TRANSFER below with the payer's certificate.", "seq", "ct")
	s.plain("M4", m4, "The RECEIPT below.", "seq", "ct")
	s.items()
	return nil
}

// transferred is what the two devices sign in the session of th.
func (s *teller) transferred(th wire.ID) {
	nonce := wire.RequestNonce(digest("k_n of ben"), 1)
	s.rqh = s.signed(s.ben, wire.TypePayReq, wire.PayReq{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: 1250,
		Transcript: th, Nonce: nonce, Cert: s.ben.crt, Request: 1, PolicyVersion: 1, RevocationVersion: 1,
		Epoch: issued, Flags: wire.PayReqSE, Family: wire.FamilyBalance, MaxHop: 3, Label: "Bakery",
	}.Encode(), "The payee asks for 12.50 EUR.")
	s.tx = s.signed(s.ana, wire.TypeTransfer, s.transfer(1, 1250, s.rqh, wire.PayeeTag(s.ben.did, nonce)).Encode(),
		"The payer's first debit, for the request above.")
	s.signed(s.ben, wire.TypeReceipt, wire.Receipt{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Cert: s.ben.crt,
		RequestHash: s.rqh, TransferHash: s.tx, Status: wire.ReceiptAccepted,
	}.Encode(), "The payee has credited it.")
	s.signed(s.ben, wire.TypePeer, wire.Peer{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Transcript: th,
		Nonce: nonceOf("peer"), Cert: s.ben.crt,
	}.Encode(), "The payee is armed to finish.")
}

// items are those that nobody signs.
func (s *teller) items() {
	s.plain("ABORT", wire.Item{Type: wire.TypeAbort, Why: spec.EFunds}.Encode(), "Not enough is spendable.", "typ", "code")
	s.plain("ACK", wire.Item{Type: wire.TypeAck, Transfer: s.tx}.Encode(), "The transfer is credited.", "typ", "txh", "credited")
	s.plain("CERT_GET", wire.Item{Type: wire.TypeCertGet, IDs: []wire.ID{s.ana.crt}}.Encode(),
		"The payee lacks the payer's certificate.", "typ", "identifiers")
	s.plain("CERTS", wire.Item{Type: wire.TypeCerts, Certs: [][]byte{s.ana.cert}}.Encode(), "It gets it.", "typ", "certificates")
}
