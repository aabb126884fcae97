package device

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A realm is an authority and the policy that its devices get.
type realm struct {
	t      testing.TB
	auth   *cert.Authority
	policy wire.Policy
	suites []suite.Suite
	epoch  uint64
	known  []*cert.Certificate // of devices
}

func newRealm(t testing.TB, suites ...suite.Suite) *realm {
	if len(suites) == 0 {
		suites = []suite.Suite{suite.Ed25519}
	}
	p := cert.DefaultParameters()
	p.Epoch = 20000
	return &realm{t: t, auth: cert.NewAuthority([]byte("realm"), p), suites: suites, epoch: 20000,
		policy: wire.Policy{
			PolicyVersion: 1, Epoch: 20000, Suites: suite.All(), KEMs: []wire.KEM{wire.KEMX25519},
			Limits:     []wire.Limits{{Class: 1, MaxTx: wire.LimitOf(50000), MaxHolding: wire.LimitOf(300000)}},
			Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 5},
			Fresh:      wire.Freshness{MaxAge: 400, MaxCount: 1000, Grace: 30},
			SyncMode:   wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
			UVMode: 1, Rules: wire.Rules{Loss: 1, Shortfall: 1, Recovery: 1, Replenish: 1},
		}}
}

// A card is a device with its memory, as a test holds it.
type card struct {
	*Device
	r     *realm
	mem   *nvm.Memory
	parts Parts
	cfg   Config
	steps []Step
}

func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// card creates and provisions a device; change may replace its parts.
func (r *realm) card(seed byte, change ...func(*Parts, *Config)) *card {
	r.t.Helper()
	return r.cardIn(0, seed, change...)
}

// cardIn is card with a memory of size bytes.
func (r *realm) cardIn(size int, seed byte, change ...func(*Parts, *Config)) *card {
	r.t.Helper()
	c := &card{r: r, mem: nvm.NewMemory(nvm.Options{Size: size, Seed: uint64(seed)})}
	c.cfg = DefaultConfig(r.auth.Place, wire.EnvTest)
	c.cfg.Suites = r.suites
	store, err := nvm.Format(c.mem)
	r.must(err)
	c.parts = Parts{Store: store, Rand: seeded(seed), Host: NewHost(),
		Trace: func(s Step) { c.steps = append(c.steps, s) }}
	for _, f := range change {
		f(&c.parts, &c.cfg)
	}
	c.Device, err = New(c.parts, c.cfg)
	r.must(err)
	r.must(c.Provision(r.provisioning(c.Device)))
	return c
}

func (r *realm) provisioning(d *Device) Provisioning {
	p := Provisioning{Issuers: r.auth.Certificates(), Roots: [][]byte{r.auth.Root.Cert.Raw},
		Policy: r.auth.SignPolicy(r.policy)}
	for _, s := range r.suites {
		key, _ := d.PublicKey(s)
		c := r.auth.IssueDevice(key, cert.DeviceOptions{Subject: d.DID(), Suites: r.suites})
		r.known = append(r.known, c)
		p.Certs = append(p.Certs, c.Raw)
	}
	return p
}

func (r *realm) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// power restores power and boots.
func (c *card) power() {
	c.r.t.Helper()
	c.mem.Power()
	store, err := nvm.Open(c.mem)
	c.r.must(err)
	c.parts.Store = store
	c.Device, err = Boot(c.parts, c.cfg)
	c.r.must(err)
}

// fund credits a card with a voucher of the realm.
func (c *card) fund(amount money.Amount) {
	c.r.t.Helper()
	req, err := c.FundRequest(amount)
	c.r.must(err)
	c.r.must(c.FundAccept(c.r.voucher(req, nil)))
}

// voucher answers a FUND_REQ, rightly or as edited.
func (r *realm) voucher(req []byte, edit func(*wire.Fund)) []byte {
	r.t.Helper()
	o, err := wire.DecodeObject(req, 4096)
	r.must(err)
	m, err := wire.DecodeFundReq(o.Payload)
	r.must(err)
	var did wire.DID
	for _, c := range r.known {
		if c.ID == m.Cert {
			did = c.Device()
		}
	}
	f := wire.Fund{Version: 1, Realm: m.Realm, Suite: r.auth.TopSuite, Currency: m.Currency, Exponent: m.Exponent,
		Amount: m.Amount, Nonce: m.Nonce, Cert: r.auth.Service.Cert.ID, RequestHash: o.ID(wire.TypeFundReq),
		Epoch: r.epoch, Device: did}
	if edit != nil {
		edit(&f)
	}
	return r.auth.Service.Sign(wire.TypeFund, f.Encode())
}

func (c *card) balance() money.Amount {
	c.r.t.Helper()
	st, err := c.Query()
	c.r.must(err)
	return st.Balance
}

// A run is one payment, message by message.
type run struct {
	m1, m2, m3, m4 []byte
}

func (c *card) pay(payee *card, amount money.Amount) run {
	c.r.t.Helper()
	var m run
	var err error
	m.m1, err = c.Start(0, 0)
	c.r.must(err)
	m.m2, err = payee.Request(0, m.m1, Demand{Amount: amount, Label: "coffee"})
	c.r.must(err)
	m.m3, err = c.Pay(0, m.m2, PayOptions{Verified: true})
	c.r.must(err)
	m.m4, err = payee.Accept(0, m.m3)
	c.r.must(err)
	_, err = c.Acknowledge(0, m.m4)
	c.r.must(err)
	return m
}

// code returns the code of a refusal, 0 for nil, and fails for other errors.
func (r *realm) code(err error) spec.Code {
	r.t.Helper()
	if err == nil {
		return 0
	}
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		r.t.Fatalf("no refusal: %v", err)
	}
	return refusal.Code
}
