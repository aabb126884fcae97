package check

import (
	"bytes"
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// daysChecks put days, and the batches of others, between what belongs together:
// a ledger that compares within one batch, or forgets at night, passes every
// check that is over in one day.
func daysChecks() []Check {
	needs := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	rp := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{
			ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs[1:], Receives: true,
			FullSync: true, Fresh: true, Run: run,
		}
	}
	return []Check{
		rp(spec.DET01, "days", "two transfers with one counter are found across batches and days", doubleSpendAcrossDays),
		rp(spec.DET04, "population", "an honest population is never accused, in whatever order and on whatever day it reports", populationUnaccused),
		rp(spec.SET06, "days", "what is uploaded again on a later day settles once", settlesOnceAcrossDays),
	}
}

// nextDays moves the ledger's epoch.
func (t *T) nextDays(n uint64) {
	t.today += n
	t.Control(t.ledger.do(adapter.SetEpoch{Epoch: t.Profile().Epoch + t.today}), "move the ledger's epoch")
}

func doubleSpendAcrossDays(t *T) {
	one, two, kit := t.Peer(), t.Peer(), t.Kit(KitOptions{})
	for _, payee := range []*Unit{one, two} {
		s := kit.Meet(payee, 40)
		a, _ := s.Deliver(s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode()).Encode())
		t.Control(a, "each of two transfers with one counter")
		t.book.injected += 40
	}
	others := []*Unit{t.Peer(), t.Peer()}
	t.Control(others[0].Fund(100), "funding")
	t.MustTransfer(others[0], others[1], 10)
	t.Control(one.Sync(true), "the first payee synchronises")
	for _, u := range others {
		t.nextDays(3)
		t.Control(u.Sync(true), "another device synchronises")
		t.For(spec.DET01, "somebody was accused before there was a conflict").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	}
	t.nextDays(3)
	t.Control(two.Sync(true), "the second payee synchronises")
	findings, did := t.ledger.Findings(), kit.DID()
	t.For(spec.DET01, "two transfers with one counter were not found in two batches").Expect(findings).NotTo(gomega.BeEmpty())
	for _, f := range findings {
		t.For(spec.DET01, "a device other than the double spender was accused").Expect([]byte(f.Device)).To(gomega.Equal(did[:]))
		proven, err := evidence.Verify(f.Evidence, t.env.realm.Root.Cert)
		t.For(spec.DET01, "the evidence across two batches does not verify").Expect(err).NotTo(gomega.HaveOccurred())
		t.For(spec.DET01, "the evidence across two batches proves something of another device").Expect(proven.Accused).To(gomega.Equal(did))
	}
	t.nextDays(1)
	t.For(spec.DET01, "a finding was gone on the next day").Expect(t.ledger.Findings()).To(gomega.HaveLen(len(findings)))
}

func settlesOnceAcrossDays(t *T) {
	payer, payee := t.Peer(), t.Peer()
	t.Control(payer.Fund(100), "funding")
	t.MustTransfer(payer, payee, 30)
	var brought []adapter.Bytes
	for _, u := range []*Unit{payee, payer} {
		_, report := u.report()
		brought = append(brought, report.Messages...)
		t.Control(u.Sync(true), "synchronise")
	}
	if len(brought) == 0 {
		t.Inconclusive("positive control: reports bring the records of a payment", "they bring none, and nothing can be uploaded again")
	}
	before := t.ledger.Supply()
	unmoved := func(again string) {
		after := t.ledger.Supply()
		t.For(spec.SET06, "a record settled again on a later day").Expect(after.Outstanding).To(gomega.Equal(before.Outstanding), again)
		t.For(spec.SET06, "a record that came again on a later day raised an alarm").Expect(after.Alarms).To(gomega.BeEmpty(), again)
		t.For(spec.SET06, "a record that came again on a later day accused somebody").Expect(t.ledger.Findings()).To(gomega.BeEmpty(), again)
	}
	for range 2 {
		t.nextDays(2)
		t.Control(t.ledger.do(adapter.Upload{Records: brought}), "upload the records once more")
		unmoved("after the upload")
	}
	for _, u := range []*Unit{payee, payer} { // a ledger holds its rows against totals when a device reports
		t.Control(u.Sync(true), "synchronise once more")
		unmoved("after the next synchronisation")
	}
	t.For(spec.SET06, "a record that came again changed its payer").Expect(payer.Held()).To(gomega.Equal(uint64(70)))
	t.For(spec.SET06, "a record that came again changed its payee").Expect(payee.Held()).To(gomega.Equal(uint64(30)))
}

// populationUnaccused lets devices pay at random, lose receipts, repeat
// uploads and stay away for days.
func populationUnaccused(t *T) {
	var all []*Unit
	for range 5 {
		u := t.Peer()
		t.Control(u.Fund(100), "funding")
		all = append(all, u)
	}
	var archive []adapter.Bytes
	lost := map[*Unit]int{}
	report := func(u *Unit) {
		_, r := u.report()
		archive = append(archive, r.Messages...)
		t.Control(u.Sync(true), "synchronise")
	}
	for step := range 24 {
		at := t.rand.IntN(len(all))
		payer, payee := all[at], all[(at+1+t.rand.IntN(len(all)-1))%len(all)]
		p := t.Payment(payer, payee, 1+t.rand.Uint64N(3)).Open()
		t.Control(p.Pay(), "pay")
		t.Control(p.Accept(), "accept")
		if lost[payer] < 2 && t.rand.IntN(3) == 0 { // the debit stays pending, in one of its slots
			lost[payer]++
		} else {
			t.Control(p.Acknowledge(), "acknowledge")
		}
		switch t.rand.IntN(4) {
		case 0:
			report(all[t.rand.IntN(len(all))])
		case 1:
			if t.today < 5 {
				t.nextDays(1)
			}
		case 2:
			if len(archive) > 0 {
				again := archive[t.rand.IntN(len(archive))]
				t.Control(t.ledger.do(adapter.Upload{Records: []adapter.Bytes{bytes.Clone(again)}}), "upload a record once more")
			}
		}
		t.For(spec.DET04, "an honest population was accused").Expect(t.ledger.Findings()).To(gomega.BeEmpty(), fmt.Sprint("step ", step))
	}
	for _, at := range t.rand.Perm(len(all)) {
		report(all[at])
	}
	t.For(spec.DET04, "an honest population was accused").Expect(t.ledger.Findings()).To(gomega.BeEmpty(), "at the end")
	t.For(spec.DET04, "the books of an honest population do not balance").Expect(t.ledger.Supply().Alarms).To(gomega.BeEmpty())
}
