package judge

import (
	"bytes"
	"errors"
	"strings"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

const account = "account"

// atLedger is a device's object at a ledger in the state that the vector names.
func atLedger(c *call) error {
	s := c.file.Ledger(c.vector.Ledger)
	if s == nil {
		c.fail("no ledger state %q", c.vector.Ledger)
		return c.fault
	}
	l := c.ledger(s)
	if c.fault != nil {
		return c.fault
	}
	if c.meet != nil {
		return c.meet(func() error { return c.take(l, c.input("object")) }, func() any {
			balance, _ := l.Balance(account)
			return [2]any{balance, l.State()}
		})
	}
	object := c.input("object")
	o, err := wire.DecodeObject(object, wire.TypeSync.MaxBytes())
	if err != nil && c.vector.Kind != "sync" { // the procedures decode again
		return c.take(l, object)
	}
	if err == nil {
		c.name(o)
	}
	return c.take(l, object)
}

// name publishes what is signed.
func (c *call) name(o wire.Object) {
	t := map[string]wire.Type{
		"fund-req": wire.TypeFundReq, "defund": wire.TypeDefund, "sync": wire.TypeSync,
		"record-transfer": wire.TypeTransfer, "record-receipt": wire.TypeReceipt, "record-pay-req": wire.TypePayReq, "record-rekey": wire.TypeRekeyReq,
		"record-deposit": wire.TypeDeposit,
	}[c.vector.Kind]
	id := o.ID(t)
	c.set("to_be_signed", o.ToBeSigned(t))
	c.set("id", id[:])
}

// take hands the object to its procedure.
func (c *call) take(l *ledger.Ledger, object []byte) error {
	switch c.vector.Kind {
	case "fund-req":
		voucher, err := l.IssueFunding(object)
		if err == nil && voucher != nil {
			c.answer("fund_payload", voucher)
		}
		c.balance(l)
		return err
	case "defund":
		answer, err := l.AcceptDefunding(object)
		if err == nil {
			c.answer("defund_ack_payload", answer)
		}
		c.balance(l)
		return err
	case "record-transfer", "record-receipt", "record-pay-req", "record-rekey":
		return c.upload(l)
	case "record-deposit":
		err := c.upload(l)
		for _, ack := range l.Deposited(c.did(c.file.Ledger(c.vector.Ledger).Device)) {
			if err == nil && answers(ack, object) {
				c.answer("deposit_ack_payload", ack)
			}
		}
		return err
	default:
		r, err := l.Reconcile(object, nil, ledger.NoFactor)
		if err == nil {
			c.answer("sync_ack_payload", r.Ack)
		}
		return err
	}
}

// upload hands the ledger a record of the object.
func (c *call) upload(l *ledger.Ledger) error {
	record := settlement.Record{Object: c.input("object"), Certificates: c.carried()}
	if c.vector.Kind == "record-transfer" {
		record.Opening = &settlement.Opening{Payee: c.did(c.vector.Input["payee"]), Nonce: c.nonce(c.vector.Input["nonce"])}
	}
	out := l.Upload([][]byte{settlement.Append(nil, record)})[0]
	if out.Err != nil {
		return out.Err
	}
	c.setNumber("new", map[bool]uint64{true: 1}[out.New])
	return nil
}

func (c *call) balance(l *ledger.Ledger) {
	if balance, ok := l.Balance(account); ok {
		c.setNumber("account", uint64(balance))
	}
}

func (c *call) answer(name string, encoded []byte) {
	o, err := wire.DecodeObject(encoded, len(encoded))
	if err != nil {
		c.fail("answer: %w", err)
		return
	}
	c.set(name, o.Payload)
}

func (c *call) ledger(s *vectors.Ledger) *ledger.Ledger {
	random := &draw{bytes.NewReader(nil)}
	p := ledger.Parts{
		Place: c.place(s.Realm, s.Currency, s.Exponent), Random: random, Book: ledger.NewBook(), Env: s.Env,
		Service: c.service(), Paths: c.judge.paths(), Epoch: s.Epoch, Retention: 16,
		Rules: c.judge.Ledger, Detectors: nil, Audits: nil,
	}
	c.money(&p, s, random)
	policy, err := wire.DecodeObject(c.object(s.Policy), wire.TypePolicy.MaxBytes())
	if err == nil {
		p.Policy, err = wire.DecodePolicy(policy.Payload)
	}
	if err != nil {
		c.fail("policy: %w", err)
		return nil
	}
	for _, name := range s.Roots {
		p.Roots = append(p.Roots, c.certificate(name))
	}
	var services []*cert.Certificate
	for _, name := range s.Issuers {
		services = append(services, c.certificate(name))
	}
	p.Providers = paths(services, p.Roots)
	l, err := ledger.New(p)
	if err != nil {
		c.fail("ledger: %w", err)
		return nil
	}
	c.register(l, s)
	c.open(l, s, random)
	return l
}

func (c *call) service() cert.Identity {
	k := c.file.Key("service")
	if k == nil {
		c.fail("no key of the service")
		return cert.Identity{}
	}
	scheme, ok := suite.Lookup(suite.Suite(k.Suite))
	if !ok {
		c.fail("suite %d", k.Suite)
		return cert.Identity{}
	}
	key, err := scheme.NewKey(c.hex(k.Seed))
	if err != nil {
		c.fail("service: %w", err)
	}
	return cert.Identity{Key: key, Cert: c.certificate("service")}
}

// register makes the device's certificates known and opens its account.
func (c *call) register(l *ledger.Ledger, s *vectors.Ledger) {
	l.OpenAccount(account, c.amount(s.Account))
	for _, encoded := range c.objects(s.Certificates) { // a record brings its signer's
		if _, err := l.Register(account, encoded); err != nil {
			c.fail("register: %w", err)
		}
	}
	if s.Blocked {
		l.Block(c.did(s.Device))
	}
}

// open takes what came before and opens what is open. A SYNC that came before
// answered a challenge of its own.
func (c *call) open(l *ledger.Ledger, s *vectors.Ledger, random *draw) {
	drawn := random.Reader
	defer func() { random.Reader = drawn }()
	if s.Order != "" {
		random.Reader = bytes.NewReader(c.hex(s.Order))
		for range len(s.Order) / 32 { // in hex
			if _, err := l.DefundOrder(account); err != nil {
				c.fail("order: %w", err)
			}
		}
	}
	for _, name := range s.Before {
		object := c.object(name)
		if strings.HasPrefix(c.vector.Kind, "record-") {
			if err := l.Upload([][]byte{object})[0].Err; err != nil {
				c.fail("%s: %w", name, err)
			}
			continue
		}
		o, err := wire.DecodeObject(object, wire.TypeSync.MaxBytes())
		if err != nil {
			c.fail("%s: %w", name, err)
			return
		}
		switch t, _ := wire.Peek(o.Payload); t {
		case wire.TypeFundReq:
			_, err = l.IssueFunding(object)
		case wire.TypeDefund:
			_, err = l.AcceptDefunding(object)
		case wire.TypeSync:
			m, _ := wire.DecodeSync(o.Payload)
			random.Reader = bytes.NewReader(m.Nonce[:])
			if _, err = l.Challenge(c.did(s.Device)); err == nil {
				_, err = l.Reconcile(object, nil, ledger.NoFactor)
			}
		default:
			err = errors.New("nothing that a ledger takes")
		}
		if err != nil {
			c.fail("%s: %w", name, err)
		}
	}
	if s.Challenge != "" {
		random.Reader = bytes.NewReader(c.hex(s.Challenge))
		if _, err := l.Challenge(c.did(s.Device)); err != nil {
			c.fail("challenge: %w", err)
		}
	}
}

// answers reports whether a DEPOSIT_ACK is one to the DEPOSIT: others that wait are
// about what the ledger's state began with.
func answers(ack, deposit []byte) bool {
	to, err := wire.DecodeObject(deposit, wire.TypeDeposit.MaxBytes())
	if err != nil {
		return false
	}
	o, err := wire.DecodeObject(ack, wire.TypeDepositAck.MaxBytes())
	if err != nil {
		return false
	}
	m, err := wire.DecodeDepositAck(o.Payload)
	return err == nil && m.DepositHash == to.ID(wire.TypeDeposit)
}
