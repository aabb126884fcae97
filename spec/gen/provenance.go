package main

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// provenance tells the payment again in a realm of CHAIN, and goes on: Ben pays
// Cem 5.00 of what Ana has paid him.
func (s *teller) provenance() {
	nonce := wire.RequestNonce(digest("k_n of ben"), 1)
	first := s.transfer(1, 1250, s.rqh, wire.PayeeTag(s.ben.did, nonce))
	first.Lots, first.Inputs = nil, []wire.Input{{Hop: 1, Amount: 1250, Source: s.fund}}
	paid, id := s.ana.sign(wire.TypeTransfer, first.Encode())
	tag := wire.PayeeTag(s.cem.did, wire.RequestNonce(digest("k_n of cem"), 1))
	s.plain("LINKS", wire.AppendLinks(nil, sorted(map[wire.ID]wire.Link{
		id: {Object: paid, Nonce: &nonce}, s.fund: {Object: s.made["FUND"].bytes},
	})), "What stands beside it: the payer's own receipt, opened to it, and the voucher of the device before.")
	second, _ := s.ben.sign(wire.TypeTransfer, wire.Transfer{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: 500,
		Cert: s.ben.crt, Request: 1, PayeeTag: tag, Counter: 1,
		Inputs:      []wire.Input{{Hop: 2, Amount: 500, Source: id}},
		RequestHash: digest("request of cem"), PolicyVersion: 1, Epoch: issued, Family: wire.FamilyBalance,
	}.Encode())
	s.made["CHAIN_TRANSFER"] = example{bytes: second, object: true,
		about: "Ben's device pays 5.00 EUR on, out of what Ana's has paid it under CHAIN."}
}

// sorted returns links ascending by identifier.
func sorted(links map[wire.ID]wire.Link) []wire.Link {
	var ids []wire.ID
	for id := range links {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b wire.ID) int { return bytes.Compare(a[:], b[:]) })
	list := make([]wire.Link, len(ids))
	for i, id := range ids {
		list[i] = links[id]
	}
	return list
}
