package device_test

import (
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A town is devices and their ledger.
type town struct {
	t      *testing.T
	auth   *cert.Authority
	ledger *ledger.Ledger
	policy wire.Policy
}

func newTown(t *testing.T, mode uint64) *town {
	return newTownOf(t, mode, wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 5})
}

func newTownOf(t *testing.T, mode uint64, provenance wire.Provenance) *town {
	return newTownIn(t, 0, mode, provenance)
}

// newTownIn is a town of a family of value.
func newTownIn(t *testing.T, family, mode uint64, provenance wire.Provenance, edit ...func(*wire.Policy)) *town {
	parameters := cert.DefaultParameters()
	parameters.Family = family
	auth := cert.NewAuthority([]byte("town"), parameters)
	policy := wire.Policy{
		PolicyVersion: 1, Epoch: 100, Suites: suite.All(), KEMs: []wire.KEM{wire.KEMX25519},
		Limits:     []wire.Limits{{Class: 1, MaxHolding: wire.LimitOf(100000), MaxCumulative: wire.LimitOf(5000)}},
		Provenance: provenance,
		Fresh:      wire.Freshness{MaxAge: 400, MaxCount: 1000, Grace: 30},
		SyncMode:   mode, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptAck,
	}
	for _, e := range edit {
		e(&policy)
	}
	l, err := ledger.New(ledger.Parts{
		Place: auth.Place, Random: rand.NewChaCha8([32]byte{99}), Book: ledger.NewBook(), Env: wire.EnvTest,
		Roots:     []*cert.Certificate{auth.Root.Cert},
		Providers: []cert.Path{auth.Path(auth.Provider.Cert)},
		Service:   auth.Service, Policy: policy, Paths: cert.Verifier{Rules: cert.Rules()}, Epoch: 100,
		Retention: 256, Rules: ledger.DefaultRules(), Detectors: ledger.DefaultDetectors(),
		Audits: ledger.DefaultAudits(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &town{t, auth, l, policy}
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) device(name string, seed byte, account money.Amount) *device.Device {
	w.t.Helper()
	store, err := nvm.Format(nvm.NewMemory(nvm.Options{}))
	w.must(err)
	d, err := device.New(device.Parts{Store: store, Rand: rand.NewChaCha8([32]byte{seed})},
		device.DefaultConfig(w.auth.Place, wire.EnvTest))
	w.must(err)
	key, _ := d.PublicKey(suite.Ed25519)
	c := w.auth.IssueDevice(key, cert.DeviceOptions{Subject: d.DID()})
	w.must(d.Provision(device.Provisioning{Certs: [][]byte{c.Raw}, Issuers: w.auth.Certificates(),
		Roots: [][]byte{w.auth.Root.Cert.Raw}, Policy: w.auth.SignPolicy(w.policy)}))
	w.ledger.OpenAccount(name, account)
	_, err = w.ledger.Register(name, c.Raw)
	w.must(err)
	return d
}

func (w *town) fund(d *device.Device, amount money.Amount) {
	w.t.Helper()
	req, err := d.FundRequest(amount)
	w.must(err)
	voucher, err := w.ledger.IssueFunding(req)
	w.must(err)
	w.must(d.FundAccept(voucher))
}

// sync synchronises, and takes what waits for the device.
func (w *town) sync(d *device.Device, factor ledger.Factor) {
	w.t.Helper()
	challenge, err := w.ledger.Challenge(d.DID())
	w.must(err)
	report, err := d.SyncReport(challenge)
	w.must(err)
	answer, err := w.ledger.Reconcile(report.Sync, report.Records, factor)
	w.must(err)
	for i, o := range answer.Records {
		if o.Err != nil {
			w.t.Fatalf("record %d: %v", i, o.Err)
		}
	}
	w.must(d.SyncApply(answer.Ack))
	if answer.Revocations != nil {
		w.must(d.ApplyRevocations(answer.Revocations))
	}
	for _, r := range answer.Resolutions {
		_, err := d.Resolve(r.Resolve, r.Refused, r.Certificates)
		w.must(err)
	}
	for _, mail := range answer.Mail {
		record, err := settlement.Parse(mail)
		w.must(err)
		receipt, err := d.DeliverLinked(record.Object, record.Certificates, record.Links)
		w.must(err)
		w.ledger.Upload([][]byte{settlement.Append(nil, settlement.Record{Object: receipt})})
	}
}

// begin pays up to M3.
func (w *town) begin(payer, payee *device.Device, amount money.Amount) []byte {
	w.t.Helper()
	m1, err := payer.Start(0, 0)
	w.must(err)
	m2, err := payee.Request(0, m1, device.Demand{Amount: amount})
	w.must(err)
	m3, err := payer.Pay(0, m2, device.PayOptions{Verified: true})
	w.must(err)
	return m3
}

func (w *town) pay(payer, payee *device.Device, amount money.Amount) {
	w.t.Helper()
	m4, err := payee.Accept(0, w.begin(payer, payee, amount))
	w.must(err)
	_, err = payer.Acknowledge(0, m4)
	w.must(err)
}

func balance(d *device.Device) money.Amount {
	s, err := d.Query()
	if err != nil {
		return money.Max
	}
	return s.Balance
}

func TestDevicesAndLedgerAgree(t *testing.T) {
	for _, mode := range []uint64{wire.SyncFull, wire.SyncTotals} {
		w := newTown(t, mode)
		a, b := w.device("a", 1, 10000), w.device("b", 2, 0)
		w.fund(a, 4000)
		w.pay(a, b, 1500)
		w.pay(b, a, 200)
		w.sync(a, ledger.SecondFactor)
		w.sync(b, ledger.NoFactor)
		nonce, err := w.ledger.DefundOrder("b")
		w.must(err)
		defund, err := b.DefundRequest(1300, nonce)
		w.must(err)
		ack, err := w.ledger.AcceptDefunding(defund)
		w.must(err)
		_, err = b.DefundAcknowledge(ack)
		w.must(err)
		w.sync(b, ledger.NoFactor)
		account, _ := w.ledger.Balance("b")
		if balance(a) != 2700 || balance(b) != 0 || account != 1300 {
			t.Errorf("mode %d: balances %d and %d, account %d", mode, balance(a), balance(b), account)
		}
		if s, _ := a.Query(); s.Used.Amount != 0 || s.LogLength != 0 {
			t.Errorf("mode %d: used %+v, log %d", mode, s.Used, s.LogLength)
		}
		if f := w.ledger.Findings(); len(f) != 0 {
			t.Errorf("mode %d: %d findings", mode, len(f))
		}
	}
}

func TestMailboxCompletesAPayment(t *testing.T) {
	w := newTown(t, wire.SyncFull)
	a, b := w.device("a", 1, 10000), w.device("b", 2, 0)
	w.fund(a, 4000)
	w.begin(a, b, 1500) // M3 is lost, and they never meet again
	w.sync(a, ledger.NoFactor)
	w.sync(b, ledger.NoFactor)
	w.sync(b, ledger.NoFactor)
	w.sync(a, ledger.NoFactor)
	if s, _ := a.Query(); balance(a) != 2500 || balance(b) != 1500 || len(s.Pending) != 0 {
		t.Errorf("balances %d and %d, pending %d", balance(a), balance(b), len(s.Pending))
	}
	w.pay(b, a, 100)
	w.sync(a, ledger.NoFactor)
	w.sync(b, ledger.NoFactor)
	if f := w.ledger.Findings(); len(f) != 0 {
		t.Errorf("%d findings", len(f))
	}
}

func TestBlockedAtTheNextSync(t *testing.T) {
	w := newTown(t, wire.SyncFull)
	a, b := w.device("a", 1, 10000), w.device("b", 2, 0)
	w.fund(a, 4000)
	w.ledger.Block(a.DID())
	w.pay(a, b, 100)
	w.sync(a, ledger.NoFactor)
	m1, err := a.Start(0, 0)
	w.must(err)
	m2, err := b.Request(0, m1, device.Demand{Amount: 1})
	w.must(err)
	if _, err := a.Pay(0, m2, device.PayOptions{Verified: true}); err == nil {
		t.Error("a blocked device pays")
	}
}
