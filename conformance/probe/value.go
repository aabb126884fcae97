package probe

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// secret is what every unit's user verification is in a check.
const secret = "1234"

func (t *trial) provision() (string, error) {
	for i := range t.devices {
		u := &t.devices[i]
		if u.handle == "" {
			continue // a bench of one unit
		}
		certificates, err := t.certify(u)
		if err != nil {
			return "", err
		}
		if t.has(adapter.CapConsent) {
			if _, err := t.must(u.handle, adapter.Consent{Given: true}); err != nil {
				return "", err
			}
		}
		if t.ledger == "" {
			continue
		}
		opened, err := t.do(t.ledger, adapter.OpenAccount{Account: u.account, Balance: 10_000})
		if err != nil {
			return "", err
		}
		if opened.Done == nil && t.hello.Lifecycle == adapter.LifecycleReset {
			return "", &complaint{"open-account was " + describe(opened), "Open the account; a ledger that is used may refuse one that it has."}
		}
		register := adapter.Register{Account: u.account, Device: u.handle, Certificates: certificates}
		if _, err := t.must(t.ledger, register); err != nil {
			return "", err
		}
	}
	return "both devices are ready", nil
}

// certify provisions a device and returns its certificates, if it has any.
func (t *trial) certify(u *unit) ([]adapter.Bytes, error) {
	done, err := t.must(u.handle, adapter.Provision{})
	if err != nil || t.realm == nil {
		return nil, err
	}
	install, did, err := t.realm.certify(done.Messages)
	if err != nil {
		return nil, &complaint{err.Error(), "Answer an empty provision with one enrolment request for each key: spec/certificates.md."}
	}
	u.id = did[:]
	_, err = t.must(u.handle, install)
	return install.Certificates, err
}

func (t *trial) fund() (string, error) {
	payer := t.devices[0]
	before, err := t.spendable(payer)
	if err != nil {
		return "", err
	}
	if t.ledger != "" && t.has(adapter.CapSplitFunding) {
		err = t.fundInSteps(payer)
	} else {
		_, err = t.must(payer.handle, adapter.Fund{Amount: 1000, Ledger: t.ledger})
	}
	if err != nil {
		return "", err
	}
	return t.moved("spendable", payer, before, 1000)
}

func (t *trial) fundInSteps(payer unit) error {
	request, err := t.must(payer.handle, adapter.FundRequest{Amount: 1000})
	if err != nil {
		return err
	}
	voucher, err := t.must(t.ledger, adapter.IssueFunding{Message: request.Message})
	if err != nil {
		return err
	}
	_, err = t.must(payer.handle, adapter.FundAccept{Message: voucher.Message})
	return err
}

// spendable is what a unit reports; -1 when the adapter serves no query.
func (t *trial) spendable(u unit) (int64, error) {
	if !t.has(adapter.CapQuery) {
		return -1, nil
	}
	done, err := t.must(u.handle, adapter.Query{})
	if err != nil {
		return 0, err
	}
	if done.Value == nil || done.Value.Spendable == nil {
		return 0, &complaint{"query tells nothing that is spendable", `Answer {"done": {"value": {"spendable": "..."}}}, or do not claim query.`}
	}
	return int64(*done.Value.Spendable), nil
}

// moved compares what a unit reports now with before.
func (t *trial) moved(what string, u unit, before, by int64) (string, error) {
	if before < 0 {
		return "done; nothing to compare with, because query is not claimed", nil
	}
	after, err := t.spendable(u)
	if err != nil {
		return "", err
	}
	if after-before != by {
		return "", &complaint{
			fmt.Sprintf("%s of %s went from %d to %d; it should have moved by %d", what, u.handle, before, after, by),
			"Answer query from the device itself, after the verb has had its effect. Amounts are minor units.",
		}
	}
	return fmt.Sprintf("%s of %s went from %d to %d", what, u.handle, before, after), nil
}

// transfer makes one payment and returns the first answer that is not done,
// with the verb that it answered.
func (t *trial) transfer(amount adapter.Amount) (adapter.Answer, string, error) {
	payer, payee := t.devices[0].handle, t.devices[1].handle
	var m1, m2, m3, m4 adapter.Result
	steps := []struct {
		verb   func() adapter.Verb
		handle string
		out    *adapter.Result
	}{
		{func() adapter.Verb { return adapter.Start{} }, payer, &m1},
		{func() adapter.Verb { return adapter.RequestPayment{Amount: amount, Message: m1.Message} }, payee, &m2},
		{func() adapter.Verb {
			return adapter.Pay{Session: m1.Session, Message: m2.Message, Amount: amount, Secret: t.secret()}
		}, payer, &m3},
		{func() adapter.Verb { return adapter.Accept{Session: m2.Session, Message: m3.Message} }, payee, &m4},
		{func() adapter.Verb { return adapter.Acknowledge{Session: m1.Session, Message: m4.Message} }, payer, &adapter.Result{}},
	}
	if !t.has(adapter.CapStart) {
		steps = steps[1:]
	}
	var answer adapter.Answer
	for _, s := range steps {
		verb := s.verb()
		var err error
		if answer, err = t.do(s.handle, verb); err != nil || answer.Done == nil {
			return answer, verb.Name(), err
		}
		*s.out = *answer.Done
	}
	return answer, "acknowledge", nil
}

func (t *trial) secret() string {
	if t.has(adapter.CapUserVerification) {
		return secret
	}
	return ""
}

func (t *trial) pay(s adapter.Shape, link func(adapter.Frame) adapter.Reply) (string, error) {
	payer, payee := t.devices[0], t.devices[1]
	before, err := t.spendable(payer)
	if err != nil {
		return "", err
	}
	held, err := t.spendable(payee)
	if err != nil {
		return "", err
	}
	answer, verb, err := t.moveIn(s, 250, link)
	if err != nil {
		return "", err
	}
	if answer.Done == nil {
		return "", &complaint{
			fmt.Sprintf("%s was %s", verb, describe(answer)),
			"Let an ordinary payment through: in the shape split request, pay, accept, acknowledge, and start first if it is claimed; else transfer.",
		}
	}
	saw, err := t.moved("spendable", payer, before, -250)
	if err != nil || held < 0 {
		return saw, err
	}
	// What is received may have to be synchronised before it is spendable.
	more, err := t.spendable(payee)
	if err == nil && more != held && more != held+250 {
		_, err = t.moved("spendable", payee, held, 250)
	}
	return fmt.Sprintf("%s, of %s from %d to %d", saw, payee.handle, held, more), err
}

func (t *trial) refuse() (string, error) {
	var saw string
	for _, try := range []struct {
		amount adapter.Amount
		what   string
	}{{1_000_000_000, "10^9 minor units"}, {0, "zero"}} {
		answer, verb, err := t.moveIn(t.shape(), try.amount, func(adapter.Frame) adapter.Reply { return adapter.Reply{Action: adapter.Deliver} })
		if err != nil {
			return "", err
		}
		if answer.Refused != nil {
			return fmt.Sprintf("%s of %s was %s", verb, try.what, describe(answer)), nil
		}
		saw += fmt.Sprintf("a payment of %s was %s; ", try.what, describe(answer))
	}
	return "", &complaint{saw + "nothing was refused", `Answer {"refused": {...}} when the product says no; done means that it did what was asked.`}
}
