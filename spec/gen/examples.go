package main

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A teller tells the story of story.go and keeps its messages.
type teller struct {
	*cast
	made map[string]example
	fund wire.ID // identifier of the FUND
	tx   wire.ID // of the TRANSFER
	out  wire.ID // of the DEFUND
	rqh  wire.ID
}

// examples returns every example by name, and the conversation with a card.
func examples() (map[string]example, string, error) {
	c, err := newCast()
	if err != nil {
		return nil, "", err
	}
	s := &teller{cast: c, made: map[string]example{}}
	s.documents()
	s.funding()
	if err := s.payment(); err != nil {
		return nil, "", err
	}
	s.defunding()
	s.synchronisation()
	s.evidence()
	s.provenance()
	if err := s.ecash(); err != nil {
		return nil, "", err
	}
	s.issued()
	if err := s.oneWay(); err != nil {
		return nil, "", err
	}
	card, err := s.conversation()
	return s.made, card, err
}

// signed keeps a signed example and returns its identifier.
func (s *teller) signed(by *party, t wire.Type, payload []byte, about string) wire.ID {
	o, id := by.sign(t, payload)
	s.made[t.String()] = example{bytes: o, object: true, about: about}
	return id
}

func (s *teller) plain(name string, b []byte, about string, parts ...string) {
	s.made[name] = example{bytes: b, about: about, parts: parts}
}

// documents are the certificate, enrolment, policy and revocation set.
func (s *teller) documents() {
	s.made["CERT"] = example{bytes: s.ana.cert, object: true, about: "The payer's device certificate, signed by its provider."}
	s.signed(s.ana, wire.TypeEnrolReq, wire.EnrolReq{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Nonce: nonceOf("enrolment"),
		Key: s.ana.key.Public().COSE(), Tee: 1,
	}.Encode(), "The device asks for the certificate above.")
	heir, _ := suite.Lookup(suite.Ed25519)
	seed := digest("key of ana after her re-key")
	key, err := heir.NewKey(seed[:])
	if err != nil {
		panic("spec/gen: " + err.Error()) // every seed of 32 bytes is one of Ed25519
	}
	s.signed(s.ana, wire.TypeRekeyReq, wire.RekeyReq{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Nonce: nonceOf("re-key"), Cert: s.ana.crt,
		Key: key.Public().COSE(), Head: wire.LogStart(s.ana.did),
	}.Encode(), "The device names its next key, before its first debit.")
	stranger := digest("blocked certificate")
	lost := digest("lost device")
	s.signed(s.service, wire.TypeRevset, wire.Revset{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Cert: s.service.crt,
		RevocationVersion: 1, Epoch: issued,
		Certs: []wire.ShortID{wire.ShortID(stranger[:16])}, Devices: []wire.ShortID{wire.ShortID(lost[:16])},
	}.Encode(), "One certificate and one device are blocked.")
	s.signed(s.service, wire.TypePolicy, s.policy().Encode(), "The limits of the profile `reference`.")
}

func (s *teller) policy() wire.Policy {
	p := s.profile
	limits := wire.Limits{
		Class: 1, MaxTx: wire.LimitOf(*p.MaxTx), MaxHolding: wire.LimitOf(*p.MaxHolding),
		MaxCumulative: wire.LimitOf(*p.MaxCumulativeUnsynced), MaxCount: wire.LimitOf(*p.MaxUnsyncedCount),
		AuthFreeAmount: wire.LimitOf(*p.AuthFreeAmount), AuthFreeCount: wire.LimitOf(*p.AuthFreeCount),
		MaxOfflineEpochs: wire.LimitOf(*p.MaxOfflineEpochs),
	}
	return wire.Policy{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519,
		Currency: uint64(p.CurrencyCode), Exponent: uint64(p.Exponent), Cert: s.service.crt,
		PolicyVersion: 1, Epoch: issued, Limits: []wire.Limits{limits},
		Suites: []suite.Suite{suite.Ed25519, suite.P256}, KEMs: []wire.KEM{wire.KEMX25519},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: uint64(*p.MaxHops)},
		Fresh:      wire.Freshness{MaxAge: *p.RevocationMaxAge, MaxCount: *p.RevocationMaxCount, Grace: *p.Grace},
		UVMode:     1, Consent: 1, SyncMode: wire.SyncFull, Finality: 1, Respend: 1,
		Providers: []wire.ID{s.provider.crt}, ReceiptMode: wire.ReceiptSigned,
		Rules: wire.Rules{Replenish: 1},
	}
}

func (s *teller) funding() {
	request := s.signed(s.ana, wire.TypeFundReq, wire.FundReq{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2,
		Amount: 10000, Nonce: nonceOf("funding"), Cert: s.ana.crt, Request: 1, Status: wire.FundRequest,
	}.Encode(), "The payer's device asks for 100.00 EUR.")
	s.fund = s.signed(s.service, wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2,
		Amount: 10000, Nonce: nonceOf("funding"), Cert: s.service.crt, RequestHash: request,
		Epoch: issued, Device: s.ana.did,
	}.Encode(), "The voucher for it.")
}

// transfer is Ana's debit 1 for a request of Ben's.
func (s *teller) transfer(request uint64, amount money.Amount, rqh, tag wire.ID) wire.Transfer {
	return wire.Transfer{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: amount,
		Cert: s.ana.crt, Request: request, PayeeTag: tag, Counter: 1, Lots: []wire.Lot{{Hop: 1, Amount: amount}},
		RequestHash: rqh, PolicyVersion: 1, Epoch: issued, Family: wire.FamilyBalance,
	}
}

func (s *teller) defunding() {
	s.out = s.signed(s.ana, wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: 5000,
		Nonce: nonceOf("order"), Cert: s.ana.crt, Counter: 2, Prev: s.tx, Lots: []wire.Lot{{Hop: 0, Amount: 5000}},
		PolicyVersion: 1, Epoch: issued, Flags: wire.TransferUV, Family: wire.FamilyBalance,
	}.Encode(), "The payer's second debit: 50.00 EUR back to the account.")
	s.signed(s.service, wire.TypeDefundAck, wire.DefundAck{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Cert: s.service.crt,
		TransferHash: s.out, Epoch: issued, Status: wire.DefundCredited, Device: s.ana.did,
	}.Encode(), "The account is credited.")
}

// entries are Ana's log so far.
func (s *teller) entries() []wire.LogEntry {
	log := []wire.LogEntry{
		{Kind: wire.LogFund, Ref: s.fund, Amount: 10000, X: 1},
		{Kind: wire.LogPay, Ref: s.tx, Amount: 1250, X: 1},
		{Kind: wire.LogResolve, Ref: s.tx, X: 1},
		{Kind: wire.LogDefund, Ref: s.out, Amount: 5000, X: 2},
	}
	for i := range log {
		salt := digest("salt " + string(rune('1'+i)))
		log[i].Number, log[i].Epoch = uint64(i+1), issued
		copy(log[i].Salt[:], salt[:])
	}
	return log
}

func (s *teller) synchronisation() {
	start := wire.LogStart(s.ana.did)
	head := start
	var encoded [][]byte
	for _, e := range s.entries() {
		head = wire.LogNext(head, e.Number, e.Digest())
		encoded = append(encoded, e.Encode())
	}
	s.plain("LOG_ENTRY", encoded[1], "The payment, entry 2.", "n", "kind", "salt", "ref", "amt", "x", "ep")
	s.signed(s.service, wire.TypeSyncChal, wire.SyncChal{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Nonce: nonceOf("challenge"),
		Cert: s.service.crt, Device: s.ana.did, Last: 0, Head: start,
	}.Encode(), "Nothing was acknowledged before.")
	sync := s.signed(s.ana, wire.TypeSync, wire.Sync{
		Version: wire.V1, Realm: s.ana.realm, Suite: suite.Ed25519, Currency: 978, Exponent: 2,
		Nonce: nonceOf("challenge"), Cert: s.ana.crt, Counter: 2, Prev: s.out,
		Lots: []wire.Lot{{Hop: 0, Amount: 3750}}, PolicyVersion: 1, RevocationVersion: 1, Epoch: issued,
		First: 1, HeadBefore: start, Last: 4, Head: head, Entries: encoded,
		Totals:  wire.Totals{Out: 1250, Funded: 10000, Defunded: 5000},
		Pending: []wire.ID{s.out}, UsedAmount: 1250, UsedCount: 1, NextRequest: 1, Mode: wire.SyncFull,
	}.Encode(), "Four entries; the defunding is pending.")
	s.signed(s.service, wire.TypeSyncAck, wire.SyncAck{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Nonce: nonceOf("challenge"),
		Cert: s.service.crt, SyncHash: sync, PolicyVersion: 1, RevocationVersion: 1, Epoch: issued + 1,
		Device: s.ana.did, Last: 4, Head: head, LowWater: wire.NoLimit, Grant: 1, ClearHops: 1,
	}.Encode(), "All is acknowledged, limits are replenished.")
	s.signed(s.service, wire.TypeResolve, wire.Resolve{
		Version: wire.V1, Realm: s.service.realm, Suite: suite.Ed25519, Cert: s.service.crt,
		TransferHash: s.tx, Epoch: issued + 1, Status: wire.ResolveRetire, Device: s.ana.did,
	}.Encode(), "Had the receipt been lost: the payee has credited the transfer.")
}

// evidence shows what a second debit with counter 1 would cost Ana.
func (s *teller) evidence() {
	first := s.made["TRANSFER"].bytes
	tag := wire.PayeeTag(s.ben.did, wire.RequestNonce(digest("k_n of ben"), 2))
	second, _ := s.ana.sign(wire.TypeTransfer, s.transfer(2, 900, digest("another request"), tag).Encode())
	bundle := wire.Evidence{
		Version: wire.V1, Realm: s.ana.realm, Kind: wire.EvidenceCounter,
		Objects: [][]byte{first, second}, Certs: [][]byte{s.ana.cert, s.provider.cert},
	}
	s.plain("EVIDENCE", bundle.Encode(), "Kind 1, had the payer's device signed two debits with counter 1.")
}
