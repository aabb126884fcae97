package main

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// ecash tells the story in a realm of family E, with 0.02 EUR: Ana's device
// withdraws one token and pays it to Ben's, which takes it home.
func (s *teller) ecash() error {
	entries := ecash.TestEntries(1, func(uint64) uint64 { return issued + 365 })[:2]
	body := wire.Keyset{Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Cert: s.service.crt,
		KeysetVersion: 1, Epoch: issued, Keys: entries}
	s.signed(s.service, wire.TypeKeyset, body.Encode(), "The keys for 0.01 and 0.02 EUR. They are published: of a test realm.")
	keys, err := ecash.ParseKeyset(body)
	if err != nil {
		return err
	}
	coin, signature, err := s.withdraw(keys.List[1])
	if err != nil {
		return err
	}
	nonce := wire.RequestNonce(digest("k_n of ben"), 1)
	tag := wire.PayeeTag(s.ben.did, nonce)
	rqh := wire.ID(digest("request of ben in family E"))
	token := wire.Token{Key: keys.List[1].ID, Holder: coin.Holder(), Randomizer: coin.Randomizer(),
		Signature: signature, Spend: coin.Spend(rqh, tag)}
	m := s.transfer(1, 2, rqh, tag)
	m.Family, m.Flags, m.Tokens = wire.FamilyECash, wire.TransferFallback, []wire.ID{token.Hash()}
	paid, _ := s.ana.sign(wire.TypeTransfer, m.Encode())
	s.made["ECASH_TRANSFER"] = example{bytes: paid, object: true, about: "Ana's device pays 0.02 EUR without a connection."}
	s.plain("ECASH_TOKEN", token.Encode(), "The token that stands beside it.", "key id", "pk", "randomizer", "signature", "spend")
	return s.home(keys.List[1], token, rqh, nonce)
}

// withdraw has a token of a key signed blind for Ana.
func (s *teller) withdraw(key *ecash.Key) (ecash.Secret, []byte, error) {
	coin := ecash.SecretOf(digest("withdrawal of ana"), 0)
	pending, err := key.Blind(coin)
	if err != nil {
		return coin, nil, err
	}
	blinded := wire.Blinded{Key: key.ID, Message: pending.Blinded}
	object, request := s.ana.sign(wire.TypeFundReq, wire.FundReq{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: key.Denomination,
		Nonce: nonceOf("withdrawal"), Cert: s.ana.crt, Request: 1, Status: wire.FundRequest, Blinded: []wire.Blinded{blinded},
	}.Encode())
	s.made["ECASH_FUND_REQ"] = example{bytes: object, object: true, about: "The payer's device asks for 0.02 EUR as one token."}
	answer, err := ecash.TestMint(s.service.realm).Sign(blinded)
	if err != nil {
		return coin, nil, err
	}
	voucher, _ := s.service.sign(wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: key.Denomination,
		Nonce: nonceOf("withdrawal"), Cert: s.service.crt, RequestHash: request, Epoch: issued, Device: s.ana.did,
		Signatures: [][]byte{answer},
	}.Encode())
	s.made["ECASH_FUND"] = example{bytes: voucher, object: true, about: "The voucher for it, with the blind signature."}
	signature, err := pending.Finish(answer)
	return coin, signature, err
}

// home exchanges the token for a fresh one of Ben's.
func (s *teller) home(key *ecash.Key, token wire.Token, rqh wire.ID, nonce wire.Nonce) error {
	pending, err := key.Blind(ecash.SecretOf(digest("withdrawal of ben"), 0))
	if err != nil {
		return err
	}
	blinded := wire.Blinded{Key: key.ID, Message: bytes.Clone(pending.Blinded)}
	id := s.signed(s.ben, wire.TypeDeposit, wire.Deposit{
		Version: wire.V1, Realm: s.ben.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: key.Denomination,
		Nonce: nonce, Cert: s.ben.crt, RequestHash: rqh, Epoch: issued, Blinded: []wire.Blinded{blinded}, Tokens: []wire.Token{token},
	}.Encode(), "Ben's device takes the token home and asks for another.")
	answer, err := ecash.TestMint(s.service.realm).Sign(blinded)
	if err != nil {
		return err
	}
	s.signed(s.service, wire.TypeDepositAck, wire.DepositAck{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Cert: s.service.crt, DepositHash: id,
		Epoch: issued, Status: wire.DepositTaken, Device: s.ben.did, Signatures: [][]byte{answer},
	}.Encode(), "It gets one.")
	return nil
}
