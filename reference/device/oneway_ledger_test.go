package device_test

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// mail is sync for what is one way: a record of the mailbox goes to
// DeliverOneWay, and the record of the receipt back to the ledger.
func (w *town) mail(d *device.Device) {
	w.t.Helper()
	challenge, err := w.ledger.Challenge(d.DID())
	w.must(err)
	report, err := d.SyncReport(challenge)
	w.must(err)
	answer, err := w.ledger.Reconcile(report.Sync, report.Records, ledger.NoFactor)
	w.must(err)
	w.must(d.SyncApply(answer.Ack))
	for _, r := range answer.Resolutions {
		_, err := d.Resolve(r.Resolve, r.Refused, r.Certificates)
		w.must(err)
	}
	for _, b := range answer.Mail {
		record, err := settlement.Parse(b)
		w.must(err)
		receipt, err := d.DeliverOneWay(record)
		w.must(err)
		w.ledger.Upload([][]byte{receipt})
	}
}

func TestALostCapsuleIsCreditedThroughTheMailbox(t *testing.T) {
	w := newTown(t, wire.SyncFull)
	a, b := w.device("a", 1, 10000), w.device("b", 2, 0)
	w.fund(a, 4000)
	poster, err := b.StaticRequest(device.Terms{Expiry: 110, Max: 4})
	w.must(err)
	capsule, err := a.PayOneWay(poster.Object, poster.Certs, 1500, device.PayOptions{Verified: true})
	w.must(err)
	w.mail(a)
	w.mail(b)
	w.mail(a)
	if s, _ := a.Query(); balance(a) != 2500 || balance(b) != 1500 || len(s.Pending) != 0 {
		t.Errorf("balances %d and %d, pending %d", balance(a), balance(b), len(s.Pending))
	}
	if _, err := b.AcceptOneWay(capsule); err != nil || balance(b) != 1500 {
		t.Errorf("the capsule after all: %v, balance %d", err, balance(b))
	}
	w.mail(b)
	if f := w.ledger.Findings(); len(f) != 0 || len(w.ledger.Supply().Alarms) != 0 {
		t.Errorf("%d findings, %d alarms", len(f), len(w.ledger.Supply().Alarms))
	}
}

// What the payee can credit no longer goes back: its own epoch, shown in a full
// SYNC, is past the end.
func TestAnExpiredOneWayTransferIsRefunded(t *testing.T) {
	w := newTown(t, wire.SyncFull)
	a, b := w.device("a", 1, 10000), w.device("b", 2, 0)
	w.fund(a, 4000)
	poster, err := b.StaticRequest(device.Terms{Expiry: 110, Max: 4})
	w.must(err)
	capsule, err := a.PayOneWay(poster.Object, poster.Certs, 1500, device.PayOptions{Verified: true})
	w.must(err)
	w.ledger.SetEpoch(200)
	w.mail(b) // its SYNC says epoch 100 still, and its SYNC_ACK says 200
	w.mail(a)
	if s, _ := a.Query(); len(s.Pending) != 1 {
		t.Errorf("refunded on a SYNC of epoch 100: pending %d", len(s.Pending))
	}
	if s := b.State(); len(s.Statics.Slots) != 0 {
		t.Error("the request is still there")
	}
	if _, err := b.AcceptOneWay(capsule); err == nil {
		t.Error("credited after its end")
	}
	challenge, err := w.ledger.Challenge(b.DID())
	w.must(err)
	report, err := b.SyncReport(challenge)
	w.must(err)
	answer, err := w.ledger.Reconcile(report.Sync, report.Records, ledger.NoFactor)
	w.must(err)
	w.must(b.SyncApply(answer.Ack)) // and the mail is not taken
	w.mail(a)
	if s, _ := a.Query(); balance(a) != 4000 || balance(b) != 0 || len(s.Pending) != 0 {
		t.Errorf("balances %d and %d, pending %d", balance(a), balance(b), len(s.Pending))
	}
}
