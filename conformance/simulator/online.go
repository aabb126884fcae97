package simulator

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/spec"
)

// ledger finds a ledger by its handle; without one it is the latest.
func (s *simulator) ledger(handle string) (*book, error) {
	if handle != "" {
		if b := s.ledgers[handle]; b != nil {
			return b, nil
		}
		return nil, fmt.Errorf("there is no ledger %q", handle)
	}
	for i := len(s.order) - 1; i >= 0; i-- {
		if b := s.ledgers[s.order[i]]; b != nil {
			return b, nil
		}
	}
	return nil, errors.New("there is no ledger")
}

// connect gives the host a connection, or takes it away.
func (u *unit) connect(s *simulator, v adapter.Connect) error {
	u.connected = nil
	if b, err := s.ledger(v.Ledger); err == nil && v.Online {
		u.connected = b
	}
	u.device.SetOnline(u.connected != nil)
	return nil
}

// takeHome brings the tokens of a payment to the ledger, and its answer to the
// device. What the ledger turns down has no answer, and the payee none for its
// payer.
func (u *unit) takeHome(session int, errand *device.Errand) ([]byte, error) {
	if err := firstRefusal(u.connected.ledger.Upload([][]byte{errand.Record})); err != nil {
		return nil, err
	}
	var message []byte
	err := error(&ledger.Refusal{Rule: "the ledger answers a deposit", Requirement: spec.ECH04, Code: spec.EState})
	for _, ack := range u.connected.ledger.Deposited(u.device.DID()) {
		m4, failed := u.device.Deposited(session, ack)
		if no, refused := errors.AsType[*device.Refusal](failed); !refused || len(no.Message) > 0 {
			message, err = m4, failed
			continue
		}
		// It is about another payment: tokens of it were spent twice.
		if record, failed := u.device.DepositAccept(ack); failed == nil && len(record) > 0 {
			u.connected.ledger.Upload([][]byte{record})
		}
	}
	return message, err
}

// fund is FUND_REQ, FUND and F2. A ledger that refuses leaves the device a
// request that will never be answered, so it is cancelled.
func (u *unit) fund(b *book, v adapter.Fund) error {
	request, err := u.device.FundRequest(money.Amount(v.Amount))
	if err != nil {
		return err
	}
	voucher, err := b.ledger.IssueFunding(request)
	if _, no := errors.AsType[*ledger.Refusal](err); no {
		cancel, failed := u.device.FundCancel()
		if failed != nil {
			return failed
		}
		if failed := b.ledger.CancelFunding(cancel); failed != nil {
			return failed
		}
	}
	if err != nil {
		return err
	}
	return u.device.FundAccept(voucher)
}

// defund is the order, DEFUND, DEFUND_ACK and P3. Where the ledger keeps a
// reserve the device synchronises first, and what the reserve does not have is
// not asked for.
func (u *unit) defund(b *book, v adapter.Defund) error {
	account := b.accounts[u.device.DID()]
	if account == "" {
		return errNoAccount
	}
	if !b.ledger.Ready(u.device.DID(), money.Amount(v.Amount)) {
		if err := u.synchronise(b, adapter.Synchronise{}); err != nil {
			return err
		}
	}
	if !b.ledger.Ready(u.device.DID(), money.Amount(v.Amount)) && u.device.State().Lots.Sum() >= money.Amount(v.Amount) {
		return &ledger.Refusal{Rule: "the reserve covers it", Requirement: spec.SET07, Code: spec.EShortfall}
	}
	nonce, err := b.ledger.DefundOrder(account)
	if err != nil {
		return err
	}
	message, err := u.device.DefundRequest(money.Amount(v.Amount), nonce)
	if err != nil {
		return err
	}
	ack, err := b.ledger.AcceptDefunding(message)
	if err != nil {
		return err
	}
	_, err = u.device.DefundAcknowledge(ack)
	return err
}

// synchronise is SYNC_CHAL, SYNC, SYNC_ACK and A1, and then everything that
// waits for the device; receipts go back to the ledger.
func (u *unit) synchronise(b *book, v adapter.Synchronise) error {
	challenge, err := b.ledger.Challenge(u.device.DID())
	if err != nil {
		return err
	}
	report, err := u.device.SyncReport(challenge)
	if err != nil {
		return err
	}
	ack, err := b.reconcile(adapter.Reconcile{
		Message: report.Sync, Records: pack(report.Records), Authorised: v.Authorised,
	})
	if err != nil {
		return err
	}
	if err := u.device.SyncApply(ack.Message); err != nil {
		return err
	}
	for _, message := range ack.Messages {
		receipt, err := u.resolve(message)
		if _, no := errors.AsType[*device.Refusal](err); err != nil && !no {
			return err
		}
		if record, err := settlement.Parse(receipt); err == nil && record.Opening != nil {
			b.ledger.Upload([][]byte{receipt})
		} else if len(receipt) > 0 {
			b.ledger.Upload([][]byte{settlement.Append(nil, settlement.Record{Object: receipt})})
		}
	}
	return nil
}
