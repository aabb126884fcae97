package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// oneWay is a poster of Ben's, and the capsule in which Ana pays it: her third
// debit, after all the rest of the story.
func (s *teller) oneWay() error {
	seed := digest("poster key of ben")
	key, err := link.NewEphemeral(bytes.NewReader(seed[:]))
	if err != nil {
		return err
	}
	rqh := s.signed(s.ben, wire.TypeStaticReq, wire.StaticReq{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2,
		Nonce: nonceOf("poster"), Cert: s.ben.crt, Request: 1, PolicyVersion: 1, RevocationVersion: 1,
		Epoch: issued, Flags: wire.StaticReqSE, Family: wire.FamilyBalance, MaxHop: 3,
		KEM: wire.KEMX25519, KEMKey: key.Public(), Expiry: issued + 90, Max: 64, Label: "Bakery",
	}.Encode(), "The payer chooses the amount.")
	nonce := nonceOf("payer nonce")
	m := s.transfer(1, 300, rqh, wire.PayeeTag(s.ben.did, nonce))
	m.Counter, m.Prev, m.Flags, m.Expiry = 3, s.out, wire.TransferOneWay, issued+30
	object, _ := s.ana.sign(wire.TypeTransfer, m.Encode())
	drawn := digest("capsule of ana")
	capsule, err := link.SealCapsule(bytes.NewReader(drawn[:]), key.KEM(), key.Public(), rqh, wire.OneWay{
		Object: object, Nonce: nonce, Certs: [][]byte{s.ana.cert},
	})
	if err != nil {
		return err
	}
	s.plain("CAPSULE", capsule, "3.00 EUR for the poster above.", "enc", "ct")
	return nil
}
