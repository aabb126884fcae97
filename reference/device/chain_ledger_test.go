package device_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func chainTown(t *testing.T) *town {
	return newTownOf(t, wire.SyncFull, wire.Provenance{
		Mode: wire.ProvenanceChain, MaxHops: 5, Trunc: 2, MaxInputs: 4, MaxLinks: 16,
	})
}

// TestMailboxCarriesLinks: a payment of two hops is completed by the ledger alone.
func TestMailboxCarriesLinks(t *testing.T) {
	w := chainTown(t)
	a, b, c := w.device("a", 1, 10000), w.device("b", 2, 0), w.device("c", 3, 0)
	w.fund(a, 4000)
	w.pay(a, b, 1500)
	w.begin(b, c, 1000)
	w.sync(b, ledger.NoFactor)
	w.sync(c, ledger.NoFactor)
	w.sync(c, ledger.NoFactor)
	w.sync(b, ledger.NoFactor)
	if s, _ := b.Query(); balance(b) != 500 || balance(c) != 1000 || len(s.Pending) != 0 {
		t.Errorf("balances %d and %d, pending %d", balance(b), balance(c), len(s.Pending))
	}
	w.pay(c, a, 900)
	nonce, err := w.ledger.DefundOrder("a")
	w.must(err)
	defund, err := a.DefundRequest(3400, nonce)
	w.must(err)
	ack, err := w.ledger.AcceptDefunding(defund)
	w.must(err)
	_, err = a.DefundAcknowledge(ack)
	w.must(err)
	for _, d := range []*device.Device{a, b, c} {
		w.sync(d, ledger.SecondFactor)
	}
	if f := w.ledger.Findings(); len(f) != 0 || len(w.ledger.Supply().Alarms) != 0 {
		t.Errorf("%d findings, alarms %v", len(f), w.ledger.Supply().Alarms)
	}
}

// refuse has the payee close its request before the transfer arrives, and the
// payer get its value back.
func (w *town) refuse(payer, payee *device.Device, m3 []byte) {
	w.t.Helper()
	w.must(payee.Cancel(0))
	m1, err := payer.Start(0, 0)
	w.must(err)
	m2, err := payee.RequestFinish(0, m1)
	w.must(err)
	again, err := payer.Resend(0, m2)
	w.must(err)
	_, err = payee.Accept(0, again[0])
	r, ok := err.(*device.Refusal)
	if !ok || r.Code != spec.EReqClosed {
		w.t.Fatalf("got %v; want 165", err)
	}
	_, err = payer.Acknowledge(0, r.Message)
	w.must(err)
}

// TestOnlyOverdrawnSourcesAreFound: a returned lot that is paid again is none; a
// lot that a cracked device draws from twice is.
func TestOnlyOverdrawnSourcesAreFound(t *testing.T) {
	w := chainTown(t)
	a, b, c := w.device("a", 1, 10000), w.device("b", 2, 0), w.device("c", 3, 0)
	w.fund(a, 1000)
	w.refuse(a, b, w.begin(a, b, 1000))
	w.pay(a, c, 1000)
	for _, d := range []*device.Device{a, b, c} {
		w.sync(d, ledger.NoFactor)
	}
	if f := w.ledger.Findings(); len(f) != 0 {
		t.Fatalf("honest devices: %d findings of kind %d", len(f), f[0].Kind)
	}
	before := c.State().Chained
	w.pay(c, a, 700)
	w.must(c.Edit(func(s *device.State) { // the cracked core takes its value back
		s.Chained = before
		s.Lots[1] += 700
		s.Totals.In += 700
	}))
	w.pay(c, b, 700)
	w.sync(a, ledger.NoFactor)
	if f := w.ledger.Findings(); len(f) != 0 {
		t.Fatalf("before there is a conflict: %d findings", len(f))
	}
	w.sync(b, ledger.NoFactor)
	f := w.ledger.Findings()
	if len(f) != 1 || f[0].Kind != wire.EvidenceSource || f[0].Accused != c.DID() {
		t.Fatalf("%+v", f)
	}
	got, err := evidence.Verify(f[0].Evidence, w.auth.Root.Cert)
	if err != nil || got.Accused != c.DID() {
		t.Errorf("%+v, %v", got, err)
	}
	m, err := wire.DecodeEvidence(f[0].Evidence)
	w.must(err)
	for name, objects := range map[string][][]byte{
		"one debit":        m.Objects[:2],
		"one debit twice":  {m.Objects[0], m.Objects[1], m.Objects[1]},
		"no debit":         m.Objects[:1],
		"another source":   {m.Objects[1], m.Objects[1], m.Objects[2]},
		"a broken source":  {m.Objects[0][1:], m.Objects[1], m.Objects[2]},
		"a debit unsigned": {m.Objects[0], m.Objects[1], append(m.Objects[2][:len(m.Objects[2])-1:len(m.Objects[2])-1], 0)},
	} {
		b := evidence.Append(nil, w.auth.Place.Realm, wire.EvidenceSource, objects, m.Certs)
		if _, err := evidence.Verify(b, w.auth.Root.Cert); err == nil {
			t.Errorf("%s proves something", name)
		}
	}
	var none []*cert.Certificate
	if _, err := evidence.Verify(f[0].Evidence, none...); err == nil {
		t.Error("proven without a root")
	}
}
