package main

import (
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// issued tells the funding and the payment again in a realm of family T.
func (s *teller) issued() {
	tid := wire.TID(nonceOf("tid"))
	s.signed(s.service, wire.TypeToken, wire.IssuerToken{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Value: 10000,
		Cert: s.service.crt, Epoch: issued, TID: tid,
	}.Encode(), "A token of 100.00 EUR, as it is issued and as it travels.")
	voucher, id := s.service.sign(wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2,
		Amount: 10000, Nonce: nonceOf("funding"), Cert: s.service.crt, RequestHash: digest("funding of a token"),
		Epoch: issued, Device: s.ana.did, Issued: [][]byte{s.made["TOKEN"].bytes},
	}.Encode())
	s.made["TOKEN_FUND"] = example{bytes: voucher, object: true, about: "The voucher that brings it."}
	nonce := wire.RequestNonce(digest("k_n of ben"), 1)
	m := s.transfer(1, 1250, s.rqh, wire.PayeeTag(s.ben.did, nonce))
	m.Family = wire.FamilyToken
	m.Fragments = []wire.Fragment{{TID: tid, From: 0, To: 1250, Hop: 1, Source: id}}
	paid, _ := s.ana.sign(wire.TypeTransfer, m.Encode())
	s.made["TOKEN_TRANSFER"] = example{bytes: paid, object: true,
		about: "Ana's device pays 12.50 EUR with the lower part of the token, and keeps [1250, 10000)."}
}
