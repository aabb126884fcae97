package simulator

import (
	"errors"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// carryOut maps a verb to what the device does. Errors are refusals, nvm's, or
// the adapter's own.
func (u *unit) carryOut(q request) (r adapter.Result, err error) {
	d := u.device
	switch v := q.verb.(type) {
	case adapter.Provision:
		return u.provision(v)
	case adapter.Query:
		return u.query()
	case adapter.VerifyUser:
		return r, d.VerifyPIN([]byte(v.Secret))
	case adapter.Consent:
		return r, d.Consent(v.Given)
	case adapter.SetClock:
		return r, d.SetHostClock(uint64(max(v.Unix, 0)))
	case adapter.ApplyPolicy:
		if o, err := wire.DecodeObject(v.Message, wire.TypeKeyset.MaxBytes()); err == nil {
			if t, _ := wire.Peek(o.Payload); t == wire.TypeKeyset {
				return r, d.ApplyKeyset(v.Message)
			}
		}
		return r, d.ApplyPolicy(v.Message)
	case adapter.ApplyRevocations:
		return r, d.ApplyRevocations(v.Message)
	case adapter.Connect:
		return r, u.connect(q.s, v)
	case adapter.Fund, adapter.Defund, adapter.Synchronise:
		return u.online(q)
	case adapter.FundRequest, adapter.FundAccept, adapter.FundCancel, adapter.DefundRequest, adapter.DefundAcknowledge:
		return u.funding(q.verb)
	case adapter.SyncReport:
		report, err := d.SyncReport(v.Message)
		return adapter.Result{Message: report.Sync, Messages: pack(report.Records)}, err
	case adapter.SyncApply:
		return r, d.SyncApply(v.Message)
	case adapter.APDU:
		return u.transmit(v)
	case adapter.ReadText, adapter.ShowTexts:
		return u.texts(v)
	case adapter.ShowFrames, adapter.ReadFrame, adapter.AskFrames:
		return u.telecomVerbs(v)
	case adapter.Resolve:
		r.Message, err = u.resolve(v.Message)
		return r, err
	}
	return u.payment(q)
}

// payment maps the verbs of the split shape.
func (u *unit) payment(q request) (r adapter.Result, err error) {
	d := u.device
	switch v := q.verb.(type) {
	case adapter.Start:
		r.Session = u.session()
		r.Message, err = d.Start(r.Session, 0)
		u.sessions.payer = r.Session
	case adapter.RequestPayment:
		r.Session = u.session()
		if v.Finish {
			r.Message, err = d.RequestFinish(r.Session, v.Message)
		} else {
			r.Message, err = d.Request(r.Session, v.Message, device.Demand{Amount: money.Amount(v.Amount), Label: v.Label})
		}
		u.sessions.payee = r.Session
	case adapter.Pay:
		r.Message, err = u.pay(v, q.show)
		r.Again = d.Asks(or(v.Session, u.sessions.payer))
	case adapter.Accept:
		number := or(v.Session, u.sessions.payee)
		r.Message, err = d.Accept(number, v.Message)
		if errand, home := errors.AsType[*device.Errand](err); home {
			r.Message, err = u.takeHome(number, errand)
		}
		r.Again = d.Asks(or(v.Session, u.sessions.payee))
	case adapter.Acknowledge:
		var outcome device.Outcome
		outcome, err = d.Acknowledge(or(v.Session, u.sessions.payer), v.Message)
		r.Message = outcome.Answer
	case adapter.Resend:
		var frames [][]byte
		frames, err = d.Resend(or(v.Session, u.sessions.payer), v.Message)
		r.Messages = pack(frames)
		r.Again = d.Asks(or(v.Session, u.sessions.payer))
	case adapter.Cancel:
		err = d.Cancel(or(v.Session, u.sessions.last))
	case adapter.CloseSession:
		u.closeSessions(v.Session)
	default:
		return u.oneWay(q.verb)
	}
	return r, err
}

func (u *unit) session() int {
	number, oldest := u.sessions.next()
	if oldest != 0 {
		u.device.CloseSession(oldest)
	}
	return number
}

func (u *unit) closeSessions(number int) {
	for _, open := range u.sessions.open {
		if number == 0 || number == open {
			u.device.CloseSession(open)
		}
	}
}

// pay shows the offer before it asks for the secret, and says when it is done.
func (u *unit) pay(v adapter.Pay, show func(adapter.Show)) ([]byte, error) {
	var shown adapter.Show
	o := device.PayOptions{Show: func(d device.Display) {
		shown = adapter.Show{Mode: d.Mode, Amount: adapter.Amount(d.Amount), Label: d.Label}
		shown.Stage = "offer"
		show(shown)
		if v.Secret != "" {
			shown.Stage = "authenticate"
			show(shown)
		}
	}}
	if v.Secret != "" {
		o.PIN = []byte(v.Secret)
	}
	m3, err := u.device.Pay(or(v.Session, u.sessions.payer), v.Message, o)
	if err == nil && shown.Stage != "" {
		shown.Stage = "done"
		show(shown)
	}
	return m3, err
}

func (u *unit) provision(v adapter.Provision) (r adapter.Result, err error) {
	did := u.device.DID()
	r.Device = did[:]
	var requests [][]byte
	switch {
	case v.Rekey != 0:
		requests, err = u.device.Rekey(suite.Suite(v.Rekey))
		r.Messages = pack(requests)
		return r, err
	case len(v.Root) == 0 && len(v.Policy) == 0 && len(v.Certificates) == 0:
		requests, err = u.device.Enrol(suitesOf(v.Suites)...)
		r.Messages = pack(requests)
		return r, err
	case len(v.Root) == 0 && len(v.Policy) == 0:
		return r, u.device.Rekeyed(unpack(v.Certificates), unpack(v.Issuers))
	}
	p := device.Provisioning{
		Certs: unpack(v.Certificates), Issuers: unpack(v.Issuers), Roots: [][]byte{v.Root}, Policy: v.Policy,
	}
	if len(v.Revocations) > 0 {
		p.Revset = v.Revocations
	}
	if len(v.Keyset) > 0 {
		p.Keyset = v.Keyset
	}
	return r, u.device.Provision(p)
}

// funding maps the split verbs of funding and defunding.
func (u *unit) funding(verb adapter.Verb) (r adapter.Result, err error) {
	d := u.device
	switch v := verb.(type) {
	case adapter.FundRequest:
		r.Message, err = d.FundRequest(money.Amount(v.Amount))
	case adapter.FundAccept:
		err = d.FundAccept(v.Message)
	case adapter.FundCancel:
		r.Message, err = d.FundCancel()
	case adapter.DefundRequest:
		r.Message, err = u.defundRequest(v)
	case adapter.DefundAcknowledge:
		_, err = d.DefundAcknowledge(v.Message)
	}
	return r, err
}

func (u *unit) defundRequest(v adapter.DefundRequest) ([]byte, error) {
	if len(v.Nonce) != len(wire.Nonce{}) {
		return nil, &device.Refusal{Requirement: spec.ENC03, Code: spec.EField}
	}
	if v.Secret != "" {
		// A wrong or locked PIN is no reason not to defund; it only does not verify.
		err := u.device.VerifyPIN([]byte(v.Secret))
		if _, no := errors.AsType[*device.Refusal](err); err != nil && !no {
			return nil, err
		}
	}
	return u.device.DefundRequest(money.Amount(v.Amount), wire.Nonce(v.Nonce))
}

func (u *unit) query() (adapter.Result, error) {
	st, err := u.device.Query()
	if err != nil {
		return adapter.Result{}, err
	}
	amount := func(a money.Amount) *adapter.Amount { return ptr(adapter.Amount(a)) }
	return adapter.Result{
		Device: st.DID[:],
		Value: &adapter.Value{
			Spendable: amount(st.Spendable), Incoming: amount(st.Held), Outgoing: amount(st.PendingOutgoing),
			Reserved: amount(st.Reserved), ObservedBy: "device",
		},
		State: &adapter.State{
			Counter: ptr(st.Counter), NextRequest: ptr(st.NextRequest), LowWaterMark: ptr(st.LowWater),
			LogEntries: ptr(st.LogLength), LogCapacity: ptr(st.LogCapacity), Pending: ptr(uint64(len(st.Pending))),
			UsedAmount: amount(st.Used.Amount), UsedCount: ptr(st.Used.Count),
			PolicyVersion: ptr(st.Policy), RevocationsVersion: ptr(st.Revocations), Epoch: ptr(st.Epoch),
			PINTries: ptr(st.Tries), Locked: ptr(st.Locked), Blocked: ptr(st.Blocked),
			Provisioned: ptr(st.Provisioned), Consent: ptr(st.Consent),
		},
	}, nil
}

func suitesOf(numbers []int) []suite.Suite {
	var list []suite.Suite
	for _, n := range numbers {
		list = append(list, suite.Suite(n))
	}
	return list
}
