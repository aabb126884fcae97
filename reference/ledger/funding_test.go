package ledger

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func (u *unit) wantBalance(account string, want money.Amount) {
	u.t.Helper()
	if got, _ := u.ledger.Balance(account); got != want {
		u.t.Errorf("account %s holds %d, want %d", account, got, want)
	}
}

func TestFundingDebitsOnce(t *testing.T) {
	a := newWorld(t).unit("a")
	request := a.fundReq(1, 1200, wire.FundRequest)
	first, err := a.ledger.IssueFunding(request)
	wantCode(t, "first", err, 0)
	again, err := a.ledger.IssueFunding(request)
	wantCode(t, "again", err, 0)
	if !bytes.Equal(first, again) {
		t.Errorf("the same request got %x, then %x", first, again)
	}
	a.wantBalance("a", 3800)
	body, err := wire.DecodeFund(a.open(first, wire.TypeFund).Payload)
	if err != nil || body.Device != a.did || body.Amount != 1200 || body.Nonce != (wire.Nonce{1}) {
		t.Errorf("voucher %+v, %v", body, err)
	}
	_, err = a.ledger.IssueFunding(a.fundReq(1, 1300, wire.FundRequest))
	wantCode(t, "another body with the number", err, spec.EFundReplay)
	a.wantBalance("a", 3800)
}

func TestFundingRefuses(t *testing.T) {
	w := newWorld(t)
	a := w.unit("a")
	for _, tt := range []struct {
		name   string
		before func()
		amount money.Amount
		code   spec.Code
	}{
		{"above the holding limit", nil, 10001, spec.EFundHeadroom},
		{"above the account", nil, 5001, spec.EFunds},
		{"the whole account", nil, 5000, 0},
		{"blocked", func() { w.ledger.Block(a.did) }, 1, spec.EBlocked},
	} {
		if tt.before != nil {
			tt.before()
		}
		a.fundings++
		_, err := w.ledger.IssueFunding(a.fundReq(a.fundings, tt.amount, wire.FundRequest))
		wantCode(t, tt.name, err, tt.code)
	}
	a.wantBalance("a", 0)
	forged := a.fundReq(9, 1, wire.FundRequest)
	forged[len(forged)-1] ^= 1
	_, err := w.ledger.IssueFunding(forged)
	wantCode(t, "forged", err, spec.ESig)
	_, err = w.ledger.IssueFunding(forged[:20])
	wantCode(t, "truncated", err, spec.EMalformed)
}

func TestCancelGivesBackOnce(t *testing.T) {
	a := newWorld(t).unit("a")
	_, err := a.ledger.IssueFunding(a.fundReq(1, 700, wire.FundRequest))
	wantCode(t, "fund", err, 0)
	for range 2 {
		wantCode(t, "cancel", a.ledger.CancelFunding(a.fundReq(1, 700, wire.FundCancel)), 0)
		a.wantBalance("a", 5000)
	}
	_, err = a.ledger.IssueFunding(a.fundReq(1, 700, wire.FundRequest))
	wantCode(t, "funding after its cancel", err, spec.EFundReplay)

	// The cancel overtakes its request.
	_, err = a.ledger.IssueFunding(a.fundReq(2, 300, wire.FundCancel))
	wantCode(t, "early cancel", err, 0)
	_, err = a.ledger.IssueFunding(a.fundReq(2, 300, wire.FundRequest))
	wantCode(t, "request after its cancel", err, spec.EFundReplay)
	a.wantBalance("a", 5000)
	if s := a.ledger.Supply(); s.Funded != 0 || s.Outstanding != 0 || len(s.Alarms) != 0 {
		t.Errorf("supply %+v, want none", s)
	}
}

func TestDefundingCreditsOnce(t *testing.T) {
	w := newWorld(t)
	a := w.unit("a")
	a.fund(1000)
	nonce, err := w.ledger.DefundOrder("a")
	wantCode(t, "order", err, 0)
	message := a.defund(400, nonce)
	first, err := w.ledger.AcceptDefunding(message)
	wantCode(t, "first", err, 0)
	again, err := w.ledger.AcceptDefunding(message)
	wantCode(t, "again", err, 0)
	w.ledger.Block(a.did)
	blocked, err := w.ledger.AcceptDefunding(message)
	wantCode(t, "again, after a block", err, 0)
	if !bytes.Equal(first, again) || !bytes.Equal(first, blocked) {
		t.Errorf("one DEFUND got %x, then %x, then %x", first, again, blocked)
	}
	a.wantBalance("a", 4400)
	ack, err := wire.DecodeDefundAck(a.open(first, wire.TypeDefundAck).Payload)
	if err != nil || ack.Status != wire.DefundCredited || ack.TransferHash != a.prev {
		t.Errorf("ack %+v, %v", ack, err)
	}
	if s := w.ledger.Supply(); s.Outstanding != 600 {
		t.Errorf("outstanding %d, want 600", s.Outstanding)
	}
}

// What cannot be credited is answered with a final no, on which the device
// takes its value back.
func TestDefundingSaysNoForEver(t *testing.T) {
	w := newWorld(t)
	a := w.unit("a")
	w.unit("b")
	a.fund(1000)
	other, err := w.ledger.DefundOrder("b")
	wantCode(t, "order", err, 0)
	used, err := w.ledger.DefundOrder("a")
	wantCode(t, "order", err, 0)
	_, err = w.ledger.AcceptDefunding(a.defund(100, used))
	wantCode(t, "the order's own", err, 0)
	for name, nonce := range map[string]wire.Nonce{"unknown": {7}, "another's account": other, "used": used} {
		message := a.defund(100, nonce)
		answer, err := w.ledger.AcceptDefunding(message)
		wantCode(t, name, err, 0)
		ack, err := wire.DecodeDefundAck(a.open(answer, wire.TypeDefundAck).Payload)
		if err != nil || ack.Status != wire.DefundRefused {
			t.Errorf("%s: %+v, %v, want status refused", name, ack, err)
		}
	}
	a.wantBalance("a", 4100)
	a.wantBalance("b", 5000)
}

func TestDefundingMoreThanFundedRings(t *testing.T) {
	w := newWorld(t)
	a := w.unit("a")
	a.fund(100)
	for i, amt := range []money.Amount{100, 1} {
		nonce, err := w.ledger.DefundOrder("a")
		wantCode(t, "order", err, 0)
		_, err = w.ledger.AcceptDefunding(a.defund(amt, nonce))
		wantCode(t, "defund", err, 0)
		s := w.ledger.Supply()
		if s.Outstanding != 0 || len(s.Alarms) != i {
			t.Errorf("after defunding %d: outstanding %d, alarms %v, want 0 and %d of them", amt, s.Outstanding, s.Alarms, i)
		}
	}
	if s := w.ledger.Supply(); len(s.Alarms) == 1 && (s.Alarms[0].Device != a.did || s.Alarms[0].Requirement != spec.DET02) {
		t.Errorf("alarm %+v", s.Alarms[0])
	}
}
