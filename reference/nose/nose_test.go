package nose_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/nose"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

const today = 100

// A shop is a payer, a payee in software and their ledger.
type shop struct {
	t      *testing.T
	auth   *cert.Authority
	ledger *ledger.Ledger
	policy wire.Policy
	payer  *device.Device
	payee  *nose.Payee
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func newShop(t *testing.T, numbers ...suite.Suite) *shop {
	t.Helper()
	parameters := cert.DefaultParameters()
	parameters.Epoch = today
	s := &shop{t: t, auth: cert.NewAuthority([]byte("shop"), parameters)}
	s.policy = wire.Policy{
		PolicyVersion: 1, Epoch: today, Suites: suite.All(), KEMs: []wire.KEM{wire.KEMX25519},
		Limits:     []wire.Limits{{Class: 1}},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 5},
		Fresh:      wire.Freshness{MaxAge: 400, MaxCount: 1000, Grace: 5},
		SyncMode:   wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
	}
	var err error
	s.ledger, err = ledger.New(ledger.Standard(s.auth, s.policy, rand.NewChaCha8([32]byte{9})))
	s.must(err)
	s.payer = s.device(numbers)
	s.payee, err = nose.New(nose.Parts{Place: s.auth.Place, Env: wire.EnvTest, Rand: rand.NewChaCha8([32]byte{2})}, numbers...)
	s.must(err)
	p := nose.Provisioning{Issuers: s.auth.Certificates(), Root: s.auth.Root.Cert.Raw, Policy: s.auth.SignPolicy(s.policy)}
	for _, number := range numbers {
		key, _ := s.payee.PublicKey(number)
		p.Certs = append(p.Certs, s.auth.IssueDevice(key, cert.DeviceOptions{
			Subject: s.payee.DID(), Suites: numbers, Edit: func(m *wire.Cert) {
				m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6
			},
		}).Raw)
	}
	s.must(s.payee.Provision(p))
	s.ledger.OpenAccount("shop", 0)
	_, err = s.ledger.Register("shop", p.Certs...)
	s.must(err)
	return s
}

func (s *shop) device(numbers []suite.Suite) *device.Device {
	s.t.Helper()
	store, err := nvm.Format(nvm.NewMemory(nvm.Options{}))
	s.must(err)
	cfg := device.DefaultConfig(s.auth.Place, wire.EnvTest)
	cfg.Suites = numbers
	d, err := device.New(device.Parts{Store: store, Rand: rand.NewChaCha8([32]byte{1})}, cfg)
	s.must(err)
	p := device.Provisioning{Issuers: s.auth.Certificates(), Roots: [][]byte{s.auth.Root.Cert.Raw},
		Policy: s.auth.SignPolicy(s.policy)}
	for _, number := range numbers {
		key, _ := d.PublicKey(number)
		p.Certs = append(p.Certs, s.auth.IssueDevice(key, cert.DeviceOptions{Subject: d.DID(), Suites: numbers}).Raw)
	}
	s.must(d.Provision(p))
	s.ledger.OpenAccount("payer", 10000)
	_, err = s.ledger.Register("payer", p.Certs...)
	s.must(err)
	request, err := d.FundRequest(5000)
	s.must(err)
	voucher, err := s.ledger.IssueFunding(request)
	s.must(err)
	s.must(d.FundAccept(voucher))
	return d
}

func (s *shop) balance() uint64 {
	s.t.Helper()
	have, _ := s.ledger.Balance("shop")
	return uint64(have)
}

// sync is the payer's synchronisation.
func (s *shop) sync() {
	s.t.Helper()
	challenge, err := s.ledger.Challenge(s.payer.DID())
	s.must(err)
	report, err := s.payer.SyncReport(challenge)
	s.must(err)
	answer, err := s.ledger.Reconcile(report.Sync, report.Records, ledger.NoFactor)
	s.must(err)
	s.must(s.payer.SyncApply(answer.Ack))
	for _, r := range answer.Resolutions {
		_, err := s.payer.Resolve(r.Resolve, r.Refused, r.Certificates)
		s.must(err)
	}
}

func (s *shop) pending() int {
	s.t.Helper()
	st, err := s.payer.Query()
	s.must(err)
	return len(st.Pending)
}

// meet pays interactively up to M3.
func (s *shop) meet() []byte {
	s.t.Helper()
	m1, err := s.payer.Start(0, 0)
	s.must(err)
	m2, err := s.payee.Request(0, m1, nose.Demand{Amount: 700, Label: "kiosk"})
	s.must(err)
	m3, err := s.payer.Pay(0, m2, device.PayOptions{Verified: true})
	s.must(err)
	return m3
}

func TestSoftwareIsPaidByEitherUpload(t *testing.T) {
	for _, numbers := range [][]suite.Suite{{suite.Ed25519}, {suite.Ed25519, suite.Ed25519MLDSA44}} {
		s := newShop(t, numbers...)
		m4, err := s.payee.Accept(0, s.meet())
		s.must(err)
		out, err := s.payer.Acknowledge(0, m4)
		if err != nil || out.Refunded || s.pending() != 0 {
			t.Errorf("%v: receipt: %+v, %v", numbers, out, err)
		}
		for _, o := range s.ledger.Upload(s.payee.Claims()) {
			s.must(o.Err)
		}
		s.sync() // the payer uploads it too
		if s.balance() != 700 {
			t.Errorf("%v: the shop has %d; want 700", numbers, s.balance())
		}
		if f := s.ledger.Findings(); len(f) != 0 || len(s.ledger.Supply().Alarms) != 0 {
			t.Errorf("%v: %d findings, %d alarms", numbers, len(f), len(s.ledger.Supply().Alarms))
		}
	}
}

func TestThePayersUploadPaysALostClaim(t *testing.T) {
	s := newShop(t, suite.Ed25519)
	s.meet() // M3 is lost
	s.sync()
	if s.balance() != 700 || s.pending() != 0 {
		t.Errorf("the shop has %d, pending %d; want 700, 0", s.balance(), s.pending())
	}
}

func TestAnUnclaimedPaymentComesBack(t *testing.T) {
	s := newShop(t, suite.Ed25519)
	s.meet()
	s.ledger.SetEpoch(today + device.ClaimTerm + 5)
	expired := s.ledger.Epoch() + 1
	s.ledger.SetEpoch(expired)
	s.sync()
	st, err := s.payer.Query()
	s.must(err)
	if s.balance() != 0 || s.pending() != 0 || st.Balance != 5000 {
		t.Errorf("the shop has %d, pending %d, payer %d; want 0, 0, 5000", s.balance(), s.pending(), st.Balance)
	}
}

func TestAStaticRequestOfSoftware(t *testing.T) {
	s := newShop(t, suite.Ed25519)
	object, certs, err := s.payee.Static(nose.Demand{Label: "donations"}, today+20, 2)
	s.must(err)
	var capsules [][]byte
	for _, amount := range []uint64{100, 250, 40} {
		if _, err := s.payer.PayOneWay(object, certs, 0, device.PayOptions{Verified: true}); err == nil {
			t.Fatal("an amount of zero is paid")
		}
		capsule, err := s.payer.PayOneWay(object, certs, moneyOf(amount), device.PayOptions{Verified: true})
		s.must(err)
		capsules = append(capsules, capsule)
	}
	for i, want := range []spec.Code{0, 0, spec.EReqUsed} {
		record, err := s.payee.AcceptOneWay(capsules[i])
		if code := codeOf(err); code != want {
			t.Errorf("capsule %d: %d; want %d", i, code, want)
		}
		if err != nil {
			continue
		}
		again, err := s.payee.AcceptOneWay(capsules[i])
		if err != nil || !bytes.Equal(again, record) {
			t.Errorf("capsule %d again: %v", i, err)
		}
		r, err := settlement.Parse(record)
		s.must(err)
		_, err = s.payer.Receipt(r.Object, r.Certificates)
		s.must(err)
	}
	for _, o := range s.ledger.Upload(s.payee.Claims()) {
		s.must(o.Err)
	}
	if s.balance() != 350 || s.pending() != 1 {
		t.Errorf("the shop has %d, pending %d; want 350, 1", s.balance(), s.pending())
	}
}

// Each rule alone keeps a claim out that differs in one member.
func TestClaimsThatSoftwareDoesNotKeep(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*wire.Transfer)
		code spec.Code
	}{
		{"another request", func(m *wire.Transfer) { m.RequestHash[0] ^= 1 }, spec.EReqUnknown},
		{"another number", func(m *wire.Transfer) { m.Request++ }, spec.EMismatch},
		{"another suite", func(m *wire.Transfer) { m.Suite = suite.P256 }, spec.ESuite},
		{"an old peer", func(m *wire.Transfer) { m.Epoch = 1 }, spec.EPeerOld},
		{"another payee", func(m *wire.Transfer) { m.PayeeTag[0] ^= 1 }, spec.EMismatch},
		{"another amount", func(m *wire.Transfer) { m.Amount, m.Lots = 99, []wire.Lot{{Hop: 1, Amount: 99}} }, spec.EMismatch},
		{"another family", func(m *wire.Transfer) { m.Family = 2 }, spec.EMismatch},
		{"no claim", func(m *wire.Transfer) { m.Flags &^= wire.TransferClaim }, spec.EMismatch},
		{"not one way", func(m *wire.Transfer) { m.Flags &^= wire.TransferOneWay }, spec.EMismatch},
		{"too late", func(m *wire.Transfer) { m.Expiry = today + nose.Margin - 1 }, spec.EReqExpired},
		{"beyond the request", func(m *wire.Transfer) { m.Expiry = today + 21 }, spec.EReqExpired},
		{"too many hops", func(m *wire.Transfer) { m.Lots[0].Hop = 6 }, spec.EHop},
		{"as it is", nil, 0},
	} {
		s := newShop(t, suite.Ed25519)
		s.policy.PolicyVersion, s.policy.MinEpoch = 2, 50
		s.must(s.payee.ApplyPolicy(s.auth.SignPolicy(s.policy)))
		object, certs, err := s.payee.Static(nose.Demand{Amount: 100}, today+20, 2)
		s.must(err)
		_, err = s.payer.PayOneWay(object, certs, 100, device.PayOptions{Verified: true})
		s.must(err)
		if got := codeOf(s.show(object, tt.edit)); got != tt.code || len(s.payee.Claims()) > 0 != (tt.code == 0) {
			t.Errorf("%s: %d, %d claims; want %d", tt.name, got, len(s.payee.Claims()), tt.code)
		}
	}
}

// show seals the payer's transfer again, with one member edited and signed anew.
func (s *shop) show(request []byte, edit func(*wire.Transfer)) error {
	s.t.Helper()
	state := s.payer.State()
	slot := state.Slots[0]
	m, err := wire.DecodeTransfer(slot.Payload)
	s.must(err)
	if edit != nil {
		edit(&m)
	}
	scheme, _ := suite.Lookup(suite.Ed25519)
	key, err := scheme.NewKey(state.Keys[0].Seed)
	s.must(err)
	capsule, err := seal(s, request, wire.OneWay{
		Object: cert.SignObject(key, wire.TypeTransfer, m.Encode()).Encode(), Nonce: slot.Nonce,
		Certs: [][]byte{state.Keys[0].Cert},
	})
	s.must(err)
	_, err = s.payee.AcceptOneWay(capsule)
	return err
}

func codeOf(err error) spec.Code {
	if r, ok := errors.AsType[*nose.Refusal](err); ok {
		return r.Code
	}
	if err != nil {
		return 1
	}
	return 0
}
