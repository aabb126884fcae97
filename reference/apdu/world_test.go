package apdu_test

import (
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A realm certifies the devices of a test.
type realm struct {
	t      testing.TB
	auth   *cert.Authority
	limits wire.Limits
}

func newRealm(t testing.TB) *realm {
	p := cert.DefaultParameters()
	p.Epoch = 20000
	return &realm{t: t, auth: cert.NewAuthority([]byte("apdu"), p), limits: wire.Limits{Class: 1}}
}

// A body is a card with its memory, as a test holds it.
type body struct {
	*apdu.Card
	r     *realm
	mem   *nvm.Memory
	parts device.Parts
	cfg   device.Config
	known *cert.Certificate
}

// body makes a card that is provisioned. mtu above 255 declares extended length.
func (r *realm) body(seed byte, mtu int, rules ...func(*apdu.Rules)) *body {
	r.t.Helper()
	b := &body{r: r, mem: nvm.NewMemory(nvm.Options{Seed: uint64(seed)})}
	b.cfg = device.DefaultConfig(r.auth.Place, wire.EnvTest)
	b.parts = device.Parts{Rand: rand.NewChaCha8([32]byte{seed}), Host: device.NewHost()}
	store, err := nvm.Format(b.mem)
	r.must(err)
	b.parts.Store = store
	d, err := device.New(b.parts, b.cfg)
	r.must(err)
	r.provision(b, d)
	config := apdu.Config{Boot: b.boot, Host: b.parts.Host, MTU: mtu}
	for _, f := range rules {
		f(&config.Rules)
	}
	b.Card = apdu.NewCard(config)
	return b
}

func (r *realm) provision(b *body, d *device.Device) {
	r.t.Helper()
	key, _ := d.PublicKey(suite.Ed25519)
	b.known = r.auth.IssueDevice(key, cert.DeviceOptions{Subject: d.DID()})
	r.must(d.Provision(device.Provisioning{
		Certs: [][]byte{b.known.Raw}, Issuers: r.auth.Certificates(), Roots: [][]byte{r.auth.Root.Cert.Raw},
		Policy: r.auth.SignPolicy(r.policy()),
	}))
}

func (r *realm) policy() wire.Policy {
	return wire.Policy{
		PolicyVersion: 1, Epoch: 20000, Suites: suite.All(), KEMs: []wire.KEM{wire.KEMX25519},
		Limits:     []wire.Limits{r.limits},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 5},
		Fresh:      wire.Freshness{MaxAge: 400, MaxCount: 1000, Grace: 30},
		SyncMode:   wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
		UVMode: 1, Rules: wire.Rules{Loss: 1, Shortfall: 1, Recovery: 1, Replenish: 1},
	}
}

func (b *body) boot() (*device.Device, error) {
	b.mem.Power()
	store, err := nvm.Open(b.mem)
	if err != nil {
		return nil, err
	}
	b.parts.Store = store
	return device.Boot(b.parts, b.cfg)
}

func (r *realm) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// fund credits the card over its user's side.
func (b *body) fund(amount money.Amount) {
	b.r.t.Helper()
	t := b.terminal()
	request, err := t.Do(apdu.InsFundReq, 0, 0, wire.AppendUint(wire.AppendArray(nil, 1), uint64(amount)))
	b.r.must(err)
	_, err = t.Do(apdu.InsFund, 0, 0, b.r.voucher(request, b.known))
	b.r.must(err)
}

func (r *realm) voucher(request []byte, known *cert.Certificate) []byte {
	r.t.Helper()
	o, err := wire.DecodeObject(request, wire.TypeFundReq.MaxBytes())
	r.must(err)
	m, err := wire.DecodeFundReq(o.Payload)
	r.must(err)
	return r.auth.Service.Sign(wire.TypeFund, wire.Fund{
		Version: 1, Realm: m.Realm, Suite: r.auth.TopSuite, Currency: m.Currency, Exponent: m.Exponent,
		Amount: m.Amount, Nonce: m.Nonce, Cert: r.auth.Service.Cert.ID, RequestHash: o.ID(wire.TypeFundReq),
		Epoch: 20000, Device: known.Device(),
	}.Encode())
}

// terminal is a reader at the user's side that has selected the application.
func (b *body) terminal() *apdu.Terminal {
	b.r.t.Helper()
	t := &apdu.Terminal{Transmit: b.Card.Transmit}
	_, err := t.Select()
	b.r.must(err)
	return t
}

// stranger is a reader at the contactless side.
func (b *body) stranger() *apdu.Terminal {
	b.r.t.Helper()
	t := &apdu.Terminal{Transmit: b.Contactless.Transmit}
	_, err := t.Select()
	b.r.must(err)
	return t
}

func (b *body) status() device.Status {
	b.r.t.Helper()
	if b.Device() == nil {
		b.r.must(b.Reset())
	}
	s, err := b.Device().Query()
	b.r.must(err)
	return s
}
