package ledger

import (
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An ecashWorld is a ledger of family E with the published test keys.
func ecashWorld(t *testing.T, last uint64) (*world, *ecash.Keys) {
	keys, err := ecash.ParseKeyset(wire.Keyset{Version: wire.V1, Realm: newWorldOf(t, wire.FamilyECash).authority.Place.Realm,
		Keys: ecash.TestEntries(1, func(uint64) uint64 { return last })})
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOf(t, wire.FamilyECash, func(p *Parts) { p.Keys, p.Mint = keys, ecash.TestMint(p.Place.Realm) }), keys
}

func (u *unit) withdrawal(number uint64, keys *ecash.Keys, amount money.Amount, status uint64) ([]byte, []*ecash.Pending) {
	u.t.Helper()
	m := wire.FundReq{Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519,
		Currency: u.authority.Place.Currency, Exponent: u.authority.Place.Exponent, Amount: amount,
		Nonce: wire.Nonce{byte(number)}, Cert: u.id.Cert.ID, Request: number, Status: status}
	var pending []*ecash.Pending
	for _, k := range keys.InForce(today) {
		if k.Denomination == amount && status == wire.FundRequest {
			p, err := k.Blind(ecash.SecretOf([32]byte{byte(number)}, 0))
			if err != nil {
				u.t.Fatal(err)
			}
			pending = append(pending, p)
			m.Blinded = append(m.Blinded, wire.Blinded{Key: k.ID, Message: p.Blinded})
		}
	}
	return u.id.Sign(wire.TypeFundReq, m.Encode()), pending
}

// What is signed blind is money: its cancel gives nothing back, and its FUND can
// still be had. A cancel that comes first ends the request.
func TestBlindSignaturesAreNotCancelled(t *testing.T) {
	w, keys := ecashWorld(t, today)
	u := w.unit("ana")
	balance := func() money.Amount { b, _ := w.ledger.Balance("ana"); return b }
	request, _ := u.withdrawal(1, keys, 200, wire.FundRequest)
	cancel, _ := u.withdrawal(1, keys, 200, wire.FundCancel)
	fund, err := w.ledger.IssueFunding(request)
	wantCode(t, "the request", err, 0)
	for range 2 {
		wantCode(t, "the cancel", w.ledger.CancelFunding(cancel), spec.EFundReplay)
	}
	again, err := w.ledger.IssueFunding(request)
	wantCode(t, "the request after the cancel", err, 0)
	if string(again) != string(fund) || balance() != 4800 {
		t.Errorf("another FUND, or a balance of %d", balance())
	}
	early, _ := u.withdrawal(2, keys, 100, wire.FundCancel)
	late, _ := u.withdrawal(2, keys, 100, wire.FundRequest)
	for range 2 {
		wantCode(t, "a cancel before its request", w.ledger.CancelFunding(early), 0)
	}
	_, err = w.ledger.IssueFunding(late)
	wantCode(t, "a request after its cancel", err, spec.EFundReplay)
	if balance() != 4800 {
		t.Errorf("a balance of %d", balance())
	}
}

// A DEPOSIT whose answer was lost is answered when the time of its keys is over; any
// other with the same tokens, or of the same keys, is not.
func TestDepositAgainAfterItsKeys(t *testing.T) {
	w, keys := ecashWorld(t, today)
	u := w.unit("ana")
	request, pending := u.withdrawal(1, keys, 200, wire.FundRequest)
	fund, err := w.ledger.IssueFunding(request)
	wantCode(t, "the request", err, 0)
	m, err := wire.DecodeFund(u.openAny(fund, wire.TypeFund).Payload)
	wantCode(t, "the FUND", err, 0)
	signature, err := pending[0].Finish(m.Signatures[0])
	if err != nil {
		t.Fatal(err)
	}
	coin := coin200{keys, pending[0], signature}
	deposit := func(number uint64) []byte { return u.deposit(coin, number) }
	first := deposit(3)
	bring := func(record []byte) error { return w.ledger.Upload([][]byte{record})[0].Err }
	answer := func() wire.DepositAck {
		t.Helper()
		acks := w.ledger.Deposited(u.did)
		if len(acks) != 1 {
			t.Fatalf("%d answers", len(acks))
		}
		ack, err := wire.DecodeDepositAck(u.openAny(acks[0], wire.TypeDepositAck).Payload)
		wantCode(t, "the answer", err, 0)
		return ack
	}
	wantCode(t, "the DEPOSIT", bring(first), 0)
	before := answer()
	w.ledger.SetEpoch(today + 1)
	wantCode(t, "the DEPOSIT again", bring(first), 0)
	if after := answer(); after.Status != wire.DepositTaken || string(after.Signatures[0]) != string(before.Signatures[0]) {
		t.Error("the DEPOSIT again has another answer")
	}
	wantCode(t, "its tokens for other messages", bring(deposit(4)), spec.ETokenEpoch)
}

// A coin200 is a token of 200 as its holder has it.
type coin200 struct {
	keys      *ecash.Keys
	pending   *ecash.Pending
	signature []byte
}

// deposit brings the token home for a fresh message, which the number names.
func (u *unit) deposit(c coin200, number uint64) []byte {
	_, fresh := u.withdrawal(number, c.keys, 200, wire.FundRequest)
	s, nonce := c.pending.Secret, wire.Nonce{9}
	return settlement.Append(nil, settlement.Record{Certificates: [][]byte{u.id.Cert.Raw}, Object: u.id.Sign(wire.TypeDeposit, wire.Deposit{
		Version: wire.V1, Realm: u.authority.Place.Realm, Suite: suite.Ed25519, Currency: u.authority.Place.Currency,
		Exponent: u.authority.Place.Exponent, Amount: 200, Nonce: nonce, Cert: u.id.Cert.ID, Epoch: today,
		Blinded: []wire.Blinded{{Key: fresh[0].Key.ID, Message: fresh[0].Blinded}},
		Tokens: []wire.Token{{Key: c.pending.Key.ID, Holder: s.Holder(), Randomizer: s.Randomizer(), Signature: c.signature,
			Spend: s.Spend(wire.ID{}, wire.PayeeTag(u.did, nonce))}},
	}.Encode())})
}

// However often a token is brought home again, each device has one answer for each
// of its DEPOSITs, and is asked about it once.
func TestAnswersAreBounded(t *testing.T) {
	w, keys := ecashWorld(t, today)
	one, two := w.unit("ana"), w.unit("ben")
	_, pending := one.withdrawal(1, keys, 200, wire.FundRequest)
	signed, err := ecash.TestMint(one.authority.Place.Realm).Sign(wire.Blinded{Key: pending[0].Key.ID, Message: pending[0].Blinded})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := pending[0].Finish(signed)
	if err != nil {
		t.Fatal(err)
	}
	coin := coin200{keys, pending[0], signature}
	for range 3 {
		wantCode(t, "the first", w.ledger.Upload([][]byte{one.deposit(coin, 3)})[0].Err, 0)
	}
	for n := range 5 {
		wantCode(t, "another", w.ledger.Upload([][]byte{two.deposit(coin, uint64(4+n%2))})[0].Err, 0)
	}
	status := func(u *unit) (list []uint64) {
		for _, b := range w.ledger.Deposited(u.did) {
			m, err := wire.DecodeDepositAck(u.openAny(b, wire.TypeDepositAck).Payload)
			wantCode(t, "an answer", err, 0)
			list = append(list, m.Status)
		}
		return list
	}
	if got := status(one); !slices.Equal(got, []uint64{wire.DepositTaken, wire.DepositSpent}) {
		t.Errorf("the first has the answers %d; want one that it was taken, and one question", got)
	}
	if got := status(two); !slices.Equal(got, []uint64{wire.DepositSpent, wire.DepositSpent}) {
		t.Errorf("the second has the answers %d; want one for each of its two", got)
	}
	var many depositAnswers
	for i := range 2 * maxAnswers {
		many.add(wire.ID{byte(i), byte(i >> 8)}, nil)
	}
	if n := len(many.list()); n != maxAnswers {
		t.Errorf("%d answers wait; want %d", n, maxAnswers)
	}
}

// openAny decodes a message of family E.
func (u *unit) openAny(b []byte, typ wire.Type) wire.Object {
	u.t.Helper()
	o, err := wire.DecodeObject(b, typ.LimitIn(wire.FamilyECash))
	if err != nil {
		u.t.Fatal(err)
	}
	return o
}
