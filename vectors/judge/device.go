package judge

import (
	"bytes"
	"io"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// A draw is the device's source of randomness: first what it is born with, then
// what a procedure needs.
type draw struct{ io.Reader }

// endless is what nothing published depends on, the salts of log entries.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0x5a
	}
	return len(p), nil
}

// device makes a device in the state that the vector names. Its lifecycle comes
// last, because a session is opened by a device in service.
func (c *call) device(random *draw) (*device.Device, *vectors.Device) {
	s := c.file.Device(c.vector.Device)
	if s == nil {
		c.fail("no device state %q", c.vector.Device)
		return nil, nil
	}
	var born []byte
	cfg := device.Config{
		Place: c.place(s.Realm, s.Currency, s.Exponent), Env: s.Env, PIN: []byte("1234"), Tee: 1, MTU: 2048,
		LogCapacity: int(s.LogCapacity), Slots: int(s.Slots), Requests: 4, Retention: 16,
		Ring: int(s.LogCapacity) + 16, BurnedIn: s.BurnedIn, Fragments: int(s.FragmentPlaces), RenewAbove: 16,
	}
	cfg.Place.Family = s.Family
	for _, own := range s.Own {
		k := c.file.Key(own.Key)
		if k == nil {
			c.fail("no key %q", own.Key)
			return nil, nil
		}
		cfg.Suites = append(cfg.Suites, suite.Suite(k.Suite))
		born = append(born, c.hex(k.Seed)...)
	}
	born = append(append(born, c.hex(s.RequestKey)...), make([]byte, 32)...)
	random.Reader = io.MultiReader(bytes.NewReader(born), endless{})
	store, err := nvm.Format(nvm.NewMemory(nvm.Options{Size: 96 << 10}))
	if err != nil {
		c.fail("memory: %w", err)
	}
	if c.fault != nil {
		return nil, nil
	}
	d, err := device.New(device.Parts{
		Store: store, Rand: random, Rules: c.judge.Device, Path: c.judge.Path, PolicyRules: c.judge.PolicyRules,
		Verify: verified.Verify, PathVerify: verified.Verify, Certificates: certificates,
		Tokens: c.judge.Tokens, Host: c.host(s),
	}, cfg)
	if err != nil {
		c.fail("device: %w", err)
		return nil, nil
	}
	if did := c.did(s.DID); d.DID() != did {
		c.fail("the first key gives did %x", d.DID())
	}
	next := c.state(d.State(), s)
	next.Provisioned, next.Decommissioned = true, false
	c.edit(d, next)
	return d, s
}

func (c *call) place(realm string, currency, exponent uint64) wire.Place {
	p := wire.Place{Currency: currency, Exponent: exponent}
	c.array(p.Realm[:], realm)
	return p
}

func (c *call) edit(d *device.Device, next device.State) {
	if c.fault != nil {
		return
	}
	if err := d.Edit(func(s *device.State) { *s = next }); err != nil {
		c.fail("state: %w", err)
	}
}

// lifecycle puts the device where the vector has it.
func (c *call) lifecycle(d *device.Device, s *vectors.Device) {
	next := d.State()
	next.Provisioned, next.Decommissioned = s.Provisioned, s.Decommissioned
	c.edit(d, next)
}

func (c *call) state(next device.State, s *vectors.Device) device.State {
	next.Roots, next.Issuers = c.objects(s.Roots), c.objects(s.Issuers)
	next.Policy = c.object(s.Policy)
	if s.Revset != "" {
		next.Revset = c.object(s.Revset)
	}
	for i, own := range s.Own {
		next.Keys[i].Cert = c.object(own.Certificate)
	}
	next.Consent, next.Tries = s.Consent, s.PINTries
	next.Epoch, next.GrantEpoch, next.RevsetCount = s.Epoch, s.GrantEpoch, s.RevsetCount
	next.Counter, next.Prev = s.Counter, c.id(s.Prev)
	next.NextRequest, next.LowWater = s.NextRequest, s.LowWater
	next.Used = device.Used{
		Amount: c.amount(s.Used.Amount), Count: s.Used.Count, Received: c.amount(s.Used.Received),
	}
	next.AuthCount, next.LogNumber = s.AuthCount, s.LogUnacked
	for _, l := range s.Balance {
		next.Lots[l.Hop] = c.amount(l.Amount)
	}
	c.log(&next, s)
	c.lists(&next, s)
	c.statics(&next, s)
	c.value(&next, s)
	return next
}

// lists fills requests, credits, pending debits and what is open with the ledger.
func (c *call) lists(next *device.State, s *vectors.Device) {
	for i, r := range s.Requests {
		next.Requests[i] = device.Request{
			Open: true, Number: r.Number, Amount: c.amount(r.Amount), Hash: c.id(r.Hash),
			Suite: suite.Suite(r.Suite), MaxHop: r.MaxHop, Nonce: wire.RequestNonce(next.RequestKey, r.Number),
		}
	}
	for _, r := range s.Credits {
		next.Ring = append(next.Ring, device.Credit{
			Request: r.Request, Transfer: c.id(r.Transfer), Payer: c.did(r.Payer), Counter: r.Counter,
		})
	}
	for i, p := range s.Pending {
		typ := wire.TypeTransfer
		if p.Payee == "" { // a DEFUND has none
			typ = wire.TypeDefund
		}
		next.Slots[i] = device.Slot{
			State: device.SlotReleased, Type: typ, ID: c.id(p.ID), RequestHash: c.id(p.RequestHash),
			Payee: c.did(p.Payee), Amount: c.amount(p.Amount),
			Lots: []wire.Lot{{Hop: 0, Amount: c.amount(p.Amount)}},
		}
		if p.Object != "" {
			c.debit(&next.Slots[i], p.Object, uint64(i))
		}
	}
	if f := s.Funding; f != nil {
		next.Funding = device.Funding{
			State: device.FundingOpen, Number: f.Number, Nonce: c.nonce(f.Nonce), Amount: c.amount(f.Amount),
			Hash: c.id(f.Hash), Suite: next.Keys[0].Suite,
		}
		if f.Cancelled {
			next.Funding.State = device.FundingCancelled
		}
	}
	if r := s.Rekey; r != nil {
		next.Rekey = c.rekeying(r)
	}
	if m := s.Sync; m != nil {
		next.Sync = device.SyncMark{Open: true, Nonce: c.nonce(m.Nonce), Hash: c.id(m.Hash), Last: m.Last, Head: c.id(m.Head)}
	}
}

// rekeying is a key that waits; what it was asked for with does not matter here.
func (c *call) rekeying(r *vectors.Rekey) device.Rekeying {
	key, signer := c.file.Key(r.Key), c.file.Key(r.Signer)
	if key == nil || signer == nil {
		c.fail("no key %q or %q", r.Key, r.Signer)
		return device.Rekeying{}
	}
	return device.Rekeying{
		Open: true, Suite: suite.Suite(key.Suite), Seed: c.hex(key.Seed), Signer: wire.KeyDigest(c.hex(signer.Public)),
	}
}

func (c *call) amount(text string) money.Amount { return money.Amount(c.decimal(text)) }

// deviceProcedure returns what a device does with an object of the kind.
func deviceProcedure(kind string) func(*call) error {
	var t wire.Type
	var run func(*call, *device.Device) error
	switch kind {
	case "transfer":
		t, run = wire.TypeTransfer, deliver
	case "one-way":
		t, run = wire.TypeTransfer, deliverOneWay
	case "receipt":
		t, run = wire.TypeReceipt, func(c *call, d *device.Device) error {
			out, err := d.Receipt(c.input("object"), c.carried())
			c.outcome(out, err)
			return err
		}
	case "resolve":
		t, run = wire.TypeResolve, func(c *call, d *device.Device) error {
			out, err := d.Resolve(c.input("object"), nil, nil)
			c.outcome(out, err)
			return err
		}
	case "defund-ack":
		t, run = wire.TypeDefundAck, func(c *call, d *device.Device) error {
			out, err := d.DefundAcknowledge(c.input("object"))
			c.outcome(out, err)
			return err
		}
	case "policy":
		t, run = wire.TypePolicy, func(c *call, d *device.Device) error { return d.ApplyPolicy(c.input("object")) }
	case "revset":
		t, run = wire.TypeRevset, func(c *call, d *device.Device) error { return d.ApplyRevocations(c.input("object")) }
	case "fund":
		t, run = wire.TypeFund, func(c *call, d *device.Device) error { return d.FundAccept(c.input("object")) }
	case "rekeyed":
		t, run = wire.TypeCert, func(c *call, d *device.Device) error {
			return d.Rekeyed([][]byte{c.input("object")}, c.carried())
		}
	case "keyset":
		t, run = wire.TypeKeyset, keyset
	case "deposit-ack":
		t, run = wire.TypeDepositAck, func(c *call, d *device.Device) error {
			_, err := d.DepositAccept(c.input("object"))
			return err
		}
	case "sync-chal":
		t, run = wire.TypeSyncChal, report
	case "sync-ack":
		t, run = wire.TypeSyncAck, func(c *call, d *device.Device) error { return d.SyncApply(c.input("object")) }
	case "pay-req":
		return pay
	default:
		return nil
	}
	return func(c *call) error {
		d, s := c.device(&draw{})
		if c.fault != nil {
			return c.fault
		}
		c.lifecycle(d, s)
		if c.meet != nil {
			return c.meet(func() error { return run(c, d) }, func() any { return d.State() })
		}
		if err := run(c, d); err != nil {
			return err
		}
		c.signed(t, c.input("object"))
		c.setNumber("balance", uint64(d.State().Lots.Sum()))
		c.parts(d)
		return nil
	}
}

// deliver is a TRANSFER at its payee. A refusal says whether it was signed, for
// only a signed one gives the payer its money back.
func deliver(c *call, d *device.Device) error {
	receipt, err := d.DeliverLinked(c.input("object"), c.carried(), c.beside())
	if err == nil {
		o, err := wire.DecodeObject(receipt, wire.TypeReceipt.MaxBytes())
		if err != nil {
			return err
		}
		c.set("receipt_payload", o.Payload)
		return nil
	}
	signed := uint64(0)
	if r, ok := err.(*device.Refusal); ok && r.Message != nil {
		signed = 1
	}
	c.setNumber("signed", signed)
	return err
}

func (c *call) outcome(out device.Outcome, err error) {
	refunded := uint64(0)
	if err == nil && out.Refunded {
		refunded = 1
	}
	c.setNumber("refunded", refunded)
}

// opened is a payer which has opened the session with the published seeds.
func (c *call) opened() *device.Device {
	random := &draw{}
	d, s := c.device(random)
	if c.fault != nil {
		return nil
	}
	random.Reader = io.MultiReader(bytes.NewReader(c.input("ikm")), bytes.NewReader(c.input("hello_nonce")), endless{})
	if c.vector.Context["session"] != "0" {
		hello, err := d.Start(0, c.amount(c.vector.Context["expected_amount"]))
		if err != nil {
			c.fail("HELLO: %w", err)
			return nil
		}
		if !bytes.Equal(hello, c.input("hello")) {
			c.fail("the device says another HELLO: %x", hello)
			return nil
		}
	}
	c.lifecycle(d, s)
	return d
}

// pay is M2 at a payer.
func pay(c *call) error {
	d := c.opened()
	if c.fault != nil {
		return c.fault
	}
	if _, err := d.Pay(0, c.input("m2"), device.PayOptions{Verified: c.number("verified") == 1}); err != nil {
		return err
	}
	c.signed(wire.TypePayReq, c.input("pay_req"))
	slot := d.State().Slots[0]
	transfer := wire.Object{Alg: c.alg(slot.Suite), Payload: slot.Payload}
	id := transfer.ID(wire.TypeTransfer)
	c.set("transfer_payload", slot.Payload)
	c.set("transfer_id", id[:])
	return nil
}

func (c *call) alg(number suite.Suite) int64 {
	scheme, ok := suite.Lookup(number)
	if !ok {
		c.fail("suite %d", number)
		return 0
	}
	return scheme.Alg()
}

// paths returns the paths of services, which the configured roots have issued.
func paths(services []*cert.Certificate, roots []*cert.Certificate) (list []cert.Path) {
	for _, s := range services {
		for _, root := range roots {
			if s.Body.Issuer == root.ID {
				list = append(list, cert.Path{Chain: []*cert.Certificate{s}, Root: root})
			}
		}
	}
	return list
}
