package check

import (
	"bytes"
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func syncChecks() []Check {
	sync := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapLedger}
	split := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	blind := split[1:] // needs no query
	return []Check{
		{ID: "SET-01.order", Title: "any order of synchronisation gives the same ledger", Cites: []spec.ID{spec.SET01}, Needs: sync, Fresh: true, Units: 3, Run: anyOrder},
		{ID: "SET-03.altered", Title: "a report that its host alters is rejected", Cites: []spec.ID{spec.SET03}, Needs: blind, Run: alteredReport},
		{ID: "SET-05.erased", Title: "the log is erased by an authentic acknowledgement only", Cites: []spec.ID{spec.SET05}, Needs: split, Run: erasedAfterAck},
		{ID: "SET-06.once", Title: "what is uploaded twice settles once", Cites: []spec.ID{spec.SET06}, Needs: split, Fresh: true, Run: settlesOnce},
		{ID: "DET-01.double-spend", Title: "two transfers with one counter are found", Cites: []spec.ID{spec.DET01}, RP: true, Needs: blind, Receives: true, FullSync: true, Run: doubleSpendFound},
		{ID: "INV-06.oracle", Title: "no command signs what its caller chose", Cites: []spec.ID{spec.INV06}, RP: true, Needs: blind, Run: noSigningOracle},
		{ID: "INT-01.versions", Title: "versions are negotiated, unknown ones refused", Cites: []spec.ID{spec.INT01}, RP: true, Receives: true, Needs: []adapter.Capability{adapter.CapQuery}, Run: versions},
		{ID: "PVY-02.frames", Title: "frames show no identifier, key, certificate, amount or length", Cites: []spec.ID{spec.PVY02}, RP: true, Needs: []adapter.Capability{adapter.CapQuery}, Run: framesShowNothing},
		{ID: "PAY-08.receipt", Title: "the receipt verifies and names the transfer", Cites: []spec.ID{spec.PAY08}, RP: true, Receives: true, Run: receiptVerifies},
	}
}

// anyOrder has three devices pay each other and synchronise in every order; the
// ledger and the balances must come out the same.
func anyOrder(t *T) {
	orders := [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	var first string
	for _, i := range t.Sample(len(orders), len(orders)) {
		t.forget()
		t.ledger = nil
		units := []*Unit{t.Funded(100), t.Funded(100), t.Funded(20)}
		t.MustTransfer(units[0], units[1], 10)
		t.MustTransfer(units[1], units[2], 25)
		t.MustTransfer(units[2], units[0], 5)
		for _, k := range orders[i] {
			t.For(spec.SET01, "a device could not synchronise because of the order").Expect(units[k].Sync(true)).To(BeDone())
		}
		s := t.ledger.Supply()
		outcome := fmt.Sprintf("funded %d, defunded %d, outstanding %d, alarms %v, findings %d",
			s.Funded, s.Defunded, s.Outstanding, s.Alarms, len(t.ledger.Findings()))
		for k, u := range units {
			outcome += fmt.Sprintf(", unit %d holds %d, pending %d, account %d", k, u.Held(), u.Outgoing(), t.ledger.Balance(u.Account))
		}
		if first == "" {
			first = outcome
		}
		t.For(spec.SET01, "the order of synchronisation decides what the ledger holds").Expect(outcome).To(gomega.Equal(first))
		t.For(spec.SET01, "honest devices raised an alarm or a finding").Expect(len(s.Alarms) + len(t.ledger.Findings())).To(gomega.BeZero())
	}
}

func alteredReport(t *T) {
	unit, other := t.Funded(100), t.Device()
	t.MustTransfer(unit, other, 10)
	report, a := unit.Report()
	if report == nil {
		t.Control(a, "report")
	}
	for _, i := range t.Sample(len(report.Message)*8, 24) {
		bad := append([]byte{}, report.Message...)
		bad[i/8] ^= 1 << (i % 8)
		a := t.ledger.do(adapter.Reconcile{Message: bad, Authorised: true})
		t.For(spec.SET03, "an altered report was reconciled").Expect(a).NotTo(BeDone(), fmt.Sprintf("bit %d of byte %d", i%8, i/8))
	}
	ack := t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true})
	t.For(spec.SET03, "after altered reports the right one is not reconciled any more").Expect(ack).To(BeDone())
}

// entries is the number of entries in the unit's log.
func (u *Unit) entries() uint64 {
	s := u.Query().State
	if s == nil || s.LogEntries == nil {
		u.t.Inconclusive("query tells the number of log entries", "unknown")
	}
	return *s.LogEntries
}

func erasedAfterAck(t *T) {
	const message = "log entries were erased without an authentic acknowledgement"
	unit, other := t.Funded(100), t.Device()
	t.MustTransfer(unit, other, 10)
	before := unit.entries()
	report, a := unit.Report()
	if report == nil {
		t.Control(a, "report")
	}
	ack := t.Control(t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages}), "reconcile")
	forged := append([]byte{}, ack.Message...)
	forged[len(forged)-1] ^= 1
	t.For(spec.SET05, message).Expect(unit.do(adapter.SyncApply{Message: forged})).To(t.Refused(spec.ESig, spec.EAckMismatch))
	t.For(spec.SET05, message).Expect(unit.entries()).To(gomega.Equal(before))
	theirs, a := other.Report()
	if theirs == nil {
		t.Control(a, "report")
	}
	foreign := t.Control(t.ledger.do(adapter.Reconcile{Message: theirs.Message, Records: theirs.Messages}), "reconcile")
	t.For(spec.SET05, "an acknowledgement for another device was applied").Expect(unit.do(adapter.SyncApply{Message: foreign.Message})).To(t.Refused(spec.EAckMismatch))
	t.For(spec.SET05, message).Expect(unit.entries()).To(gomega.Equal(before))
	t.For(spec.SET05, "the right acknowledgement was refused").Expect(unit.do(adapter.SyncApply{Message: ack.Message})).To(BeDone())
	t.For(spec.SET05, "an acknowledged log was not erased").Expect(unit.entries()).To(gomega.BeZero())
}

// settlesOnce has both parties upload, twice, and looks for anything that
// counted twice.
func settlesOnce(t *T) {
	payer, payee := t.Funded(100), t.Device()
	t.MustTransfer(payer, payee, 10)
	for _, u := range []*Unit{payer, payee, payer, payee} {
		report, a := u.Report()
		if report == nil {
			t.Control(a, "report")
		}
		first := t.Control(t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true}), "reconcile")
		again := t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true})
		t.For(spec.SET06, "the same report was refused the second time").Expect(again).To(BeDone())
		t.Control(t.ledger.do(adapter.Upload{Records: report.Messages}), "upload the records once more")
		t.Control(u.do(adapter.SyncApply{Message: first.Message}), "apply the acknowledgement")
	}
	s := t.ledger.Supply()
	t.For(spec.SET06, "a repeated upload changed the supply").Expect(t.env.scale.of(s.Outstanding)).To(gomega.Equal(uint64(100)))
	t.For(spec.SET06, "a repeated upload changed the balances").Expect(payer.Held() + payee.Held()).To(gomega.Equal(uint64(100)))
	t.For(spec.SET06, "a repeated upload raised an alarm").Expect(s.Alarms).To(gomega.BeEmpty())
	t.For(spec.SET06, "a repeated upload accused somebody").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
}

func doubleSpendFound(t *T) {
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	for _, payee := range []*Unit{one, two} {
		s := kit.Meet(payee, 400)
		o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
		a, _ := s.Deliver(o.Encode())
		t.Control(a, "each of the two transfers on its own")
		t.book.injected += 400 // and the counter is not raised: the same money
	}
	t.Control(one.Sync(true), "the first payee synchronises")
	t.For(spec.DET01, "somebody was accused before there was a conflict").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	t.Control(two.Sync(true), "the second payee synchronises")
	did := kit.DID()
	found := false
	for _, f := range t.ledger.Findings() {
		found = found || bytes.Equal(f.Device, did[:])
		t.For(spec.DET01, "a device other than the double spender was accused").Expect([]byte(f.Device)).To(gomega.Equal(did[:]))
	}
	t.For(spec.DET01, "two transfers with one counter were not found").Expect(found).To(gomega.BeTrue())
}

// noSigningOracle offers bytes of its choice to every verb that takes some and
// looks for a signature over them.
func noSigningOracle(t *T) {
	const message = "a command signed bytes that its caller chose"
	unit, kit := t.Funded(1000), t.Kit(KitOptions{})
	s, _ := kit.Invite(unit, 10, Invitation{})
	chosen := wire.SigStructure(-19, wire.TypeTransfer.Domain(), s.Request.Encode())
	verbs := []adapter.Verb{
		adapter.SyncReport{Message: chosen}, adapter.SyncApply{Message: chosen}, adapter.FundAccept{Message: chosen},
		adapter.DefundAcknowledge{Message: chosen}, adapter.ApplyPolicy{Message: chosen}, adapter.ApplyRevocations{Message: chosen},
		adapter.Resolve{Message: chosen}, adapter.RequestPayment{Amount: 1, Message: chosen}, adapter.Pay{Message: chosen},
	}
	key := kit.Cert.Key
	for _, c := range unit.Certificates {
		if parsed, err := parseKey(c); err == nil {
			key = parsed
		}
	}
	for _, v := range verbs {
		a := unit.do(v)
		t.For(spec.INV06, "a malformed message was carried out").Expect(a).NotTo(BeDone(), v.Name())
		var out []byte
		if a.Refused != nil {
			out = a.Refused.Message
		}
		for at := 0; at+64 <= len(out); at++ {
			signed := key.Verify(chosen, out[at:at+64]) == nil
			t.For(spec.INV06, message).Expect(signed).To(gomega.BeFalse(), v.Name())
		}
	}
	report, a := unit.Report()
	if report == nil {
		t.Control(a, "a report on a right challenge")
	}
}

func versions(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	offer := func(list ...uint64) (*KitPayer, adapter.Answer) {
		s := kit.Greet(func(h *wire.Hello) { h.Versions = list; h.Version = list[len(list)-1] })
		s.Payee = payee
		return s, payee.do(adapter.RequestPayment{Amount: 50, Message: s.M1})
	}
	state := func() adapter.State {
		if s := payee.Query().State; s != nil {
			return *s
		}
		return adapter.State{}
	}
	before := state()
	_, a := offer(9)
	t.For(spec.INT01, "a version that is unknown was accepted").Expect(a).To(t.Refused(spec.EVersion, spec.ENocommon))
	t.For(spec.INT01, "a refused version changed the state").Expect(state()).To(gomega.Equal(before))
	s, a := offer(1, 2)
	t.For(spec.INT01, "a peer that also has a later version was refused").Expect(a).To(BeDone())
	s.Session, s.M2 = a.Done.Session, a.Done.Message
	if err := s.open(a.Done.Message); err != nil {
		t.Inconclusive("positive control: the payee's M2 can be read", err.Error())
	}
	paid, _ := s.Pay()
	t.For(spec.INT01, "a payment in the version that both have failed").Expect(paid).To(BeDone())
}

func receiptVerifies(t *T) {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	s := kit.Meet(payee, 250)
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	a, item := s.Deliver(o.Encode())
	t.Control(a, "a transfer")
	s.Accepted(o)
	t.For(spec.PAY08, "the payee gave no receipt").Expect(item.Type).To(gomega.Equal(wire.TypeReceipt))
	r, err := wire.DecodeObject(item.Object, wire.TypeReceipt.MaxBytes())
	t.For(spec.PAY08, "the receipt cannot be read").Expect(err).NotTo(gomega.HaveOccurred())
	m, err := wire.DecodeReceipt(r.Payload)
	t.For(spec.PAY08, "the receipt cannot be read").Expect(err).NotTo(gomega.HaveOccurred())
	t.For(spec.PAY08, "the receipt does not name the transfer").Expect(m.TransferHash).To(gomega.Equal(o.ID(wire.TypeTransfer)))
	t.For(spec.PAY08, "the receipt does not name the request").Expect(m.RequestHash).To(gomega.Equal(s.RequestID))
	t.For(spec.PAY08, "the receipt does not say that the transfer is credited").Expect(m.Status).To(gomega.Equal(uint64(wire.ReceiptAccepted)))
	t.For(spec.PAY08, "the receipt's signature does not verify with the payee's certificate").Expect(s.PayeeCert.Verify(r, wire.TypeReceipt)).To(gomega.Succeed())
}
