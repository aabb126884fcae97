package check

import (
	"slices"

	"github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func haveTwo() gomegatypes.GomegaMatcher { return gomega.HaveLen(2) }

func succeed() gomegatypes.GomegaMatcher { return gomega.Succeed() }

func equalBytes(b []byte) gomegatypes.GomegaMatcher { return gomega.Equal(b) }

func sortedSuites(list []suite.Suite) []suite.Suite {
	slices.Sort(list)
	return slices.Compact(list)
}

// rekeyChecks give a device another key, rightly and wrongly.
func rekeyChecks() []Check {
	needs := []adapter.Capability{adapter.CapRekey, adapter.CapQuery}
	and := func(more ...adapter.Capability) []adapter.Capability { return append(slices.Clone(needs), more...) }
	rp := func(id spec.ID, word, title string, needs []adapter.Capability, run func(*T)) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	migrates := rp(spec.PQC04, "migration", "another suite keeps value, and the one before ends with the policy", and(adapter.CapPolicy), migration)
	migrates.Suites = []int{1, 5}
	together := rp(spec.LCM04, "together", "the certificates of one device agree", needs, certificatesTogether)
	together.Suites = []int{1, 2}
	all := []Check{
		rp(spec.LCM04, "keeps", "another key keeps balance, counters, limits and what is pending", and(adapter.CapResend), rekeyKeeps),
		rp(spec.LCM04, "payee", "a payee with another key finishes what it began", and(adapter.CapResend), rekeyPayee),
		rp(spec.LCM04, "funding", "a funding that is open is finished with another key", and(adapter.CapSplitFunding, adapter.CapLedger), rekeyFunding),
		rp(spec.LCM04, "again", "a new key is asked for by the same words until it is certified", needs, rekeyAgain),
		rp(spec.LCM04, "answer", "no certificate but its own is taken for a new key", needs, rekeyAnswers),
		rp(spec.LCM04, "cuts", "a re-key that is cut is whole or not begun", and(adapter.CapResend, adapter.CapPowerCycle, adapter.CapCutWrite), rekeyCuts),
		together, migrates,
		rp(spec.LCM03, "terminal", "a terminal whose certificate is blocked is not paid", []adapter.Capability{adapter.CapQuery, adapter.CapPolicy}, blockedTerminal),
		rp(spec.DET04, "rekeyed", "a double spend across two keys of a device names the device", []adapter.Capability{adapter.CapLedger, adapter.CapSplitSync, adapter.CapRekey}, evidenceAcrossKeys),
	}
	for i := range all {
		all[i].Fresh = true // a unit with another key is not the one that the next check knows
	}
	return all
}

// A keepsake is what a re-key may not change.
type keepsake struct {
	spendable, outgoing     uint64
	counter, request, count uint64
	used                    uint64
	log                     uint64
}

func (u *Unit) keepsake() keepsake {
	r := u.Query()
	k := keepsake{spendable: u.Spendable(), outgoing: u.Outgoing()}
	if s := r.State; s != nil {
		for _, n := range []struct {
			from *uint64
			to   *uint64
		}{{s.Counter, &k.counter}, {s.NextRequest, &k.request}, {s.UsedCount, &k.count}, {s.LogEntries, &k.log}} {
			if n.from != nil {
				*n.to = *n.from
			}
		}
		if s.UsedAmount != nil {
			k.used = uint64(*s.UsedAmount)
		}
	}
	return k
}

// same holds a unit to what it had; the log has at most the entry of the re-key
// more, and never less.
func (u *Unit) same(before keepsake) {
	after := u.keepsake()
	u.t.For(spec.LCM04, "a re-key shortened the log").Expect(after.log).To(gomega.BeNumerically(">=", before.log))
	after.log = before.log
	u.t.For(spec.LCM04, "a re-key changed balance, counters, used limits or what is pending").Expect(after).To(gomega.Equal(before))
}

func rekeyKeeps(t *T) {
	payer, payee, kit := t.Funded(5000), t.Funded(50), t.Kit(KitOptions{}) // the payee spends its own
	t.MustTransfer(payer, payee, 40)
	t.MustTransfer(payee, payer, 15)
	s, m2 := kit.Invite(payer, 250, Invitation{})
	t.Control(s.Take(m2), "pay")
	pending := s.Paid.Encode()
	before := payer.keepsake()
	payer.Rekey(spec.LCM04, int(t.env.realm.base))
	payer.same(before)
	again, objects := kit.Meeting(payer)
	t.For(spec.LCM04, "after a re-key what is pending is not sent again exactly once").Expect(objects).To(gomega.HaveLen(1))
	t.For(spec.LCM04, "after a re-key what is pending has other bytes").Expect(objects[0].Encode()).To(gomega.Equal(pending))
	ended := payer.do(adapter.Acknowledge{Session: again.Session, Message: again.Answer(nil)})
	t.For(spec.LCM04, "after a re-key the receipt of what was pending is refused").Expect(ended).To(BeDone())
	t.For(spec.LCM04, "after its receipt a payment is still pending").Expect(payer.Outgoing()).To(gomega.BeZero())
	last := again.Transfer
	s, m2 = kit.Invite(payer, 30, Invitation{})
	t.For(spec.LCM04, "after a re-key the device does not pay").Expect(s.Take(m2)).To(BeDone())
	current, err := cert.Parse(payer.Certificates[0])
	if err != nil {
		t.harness("a certificate of the harness: " + err.Error())
	}
	t.For(spec.LCM04, "after a re-key a payment is signed under the old certificate").Expect(s.Transfer.Cert).To(gomega.Equal(current.ID))
	t.For(spec.LCM04, "after a re-key a payment has another key's signature").Expect(current.Verify(s.Paid, wire.TypeTransfer)).To(gomega.Succeed())
	t.For(spec.LCM04, "a re-key broke the chain of debits").Expect(s.Transfer.Prev).To(gomega.Equal(wireID(pending)))
	t.For(spec.LCM04, "a re-key changed the counter").Expect(s.Transfer.Counter).To(gomega.Equal(last.Counter + 1))
	t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	t.MustTransfer(payee, payer, 10)
	if t.Has(adapter.CapSynchronise) {
		t.For(spec.LCM04, "a report under the new key was refused").Expect(payer.Sync(true)).To(BeDone())
		t.For(spec.LCM04, "a device was accused of its re-key").Expect(t.ledger.Findings()).To(gomega.BeEmpty())
	}
}

func wireID(transfer []byte) wire.ID {
	o, err := wire.DecodeObject(transfer, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return wire.ID{}
	}
	return o.ID(wire.TypeTransfer)
}

func rekeyPayee(t *T) {
	payer, payee := t.Funded(1000), t.Device()
	open := t.Payment(payer, payee, 100).Open()
	t.Control(open.Pay(), "pay")
	credited := t.Payment(payer, payee, 50).Open()
	t.Control(credited.Pay(), "pay")
	t.Control(credited.Accept(), "accept")
	payee.Rekey(spec.LCM04, int(t.env.realm.base))
	t.Finish(payer, payee)
	t.For(spec.LCM04, "a payee that was re-keyed has not credited what it asked for").Expect(payee.Held()).To(gomega.Equal(uint64(150)))
	t.For(spec.LCM04, "a payment to a payee that was re-keyed stays pending").Expect(payer.Outgoing()).To(gomega.BeZero())
}

func rekeyFunding(t *T) {
	unit := t.Device()
	request := t.Control(unit.do(adapter.FundRequest{Amount: t.env.scale.minor(300)}), "ask for funding")
	voucher := t.Control(t.ledger.do(adapter.IssueFunding{Message: request.Message}), "issue funding")
	t.book.funded += 300
	unit.Rekey(spec.LCM04, int(t.env.realm.base))
	again := unit.do(adapter.FundRequest{Amount: t.env.scale.minor(300)})
	t.For(spec.LCM04, "after a re-key an open funding is not asked for again").Expect(again).To(BeDone())
	t.For(spec.LCM04, "after a re-key an open funding is asked for with other bytes").Expect(again.Done.Message).To(gomega.Equal(request.Message))
	t.For(spec.LCM04, "after a re-key a voucher was refused").Expect(unit.do(adapter.FundAccept{Message: voucher.Message})).To(BeDone())
	t.For(spec.LCM04, "after a re-key a voucher was not credited").Expect(unit.Spendable()).To(gomega.Equal(uint64(300)))
}

func rekeyAgain(t *T) {
	unit := t.Funded(100)
	base := int(t.env.realm.base)
	first := unit.Renew(spec.LCM04, base)
	if t.Has(adapter.CapPowerCycle) {
		unit.PowerCycle()
	}
	again := unit.Renew(spec.LCM04, base)
	t.For(spec.LCM04, "two keys were named for one re-key").Expect(again.Requests).To(gomega.Equal(first.Requests))
	for _, other := range t.env.Suites() {
		if other != base {
			t.For(spec.LCM04, "a second key was asked for while one waits").Expect(unit.do(adapter.Provision{Rekey: other})).To(t.Refused(spec.EState))
			break
		}
	}
	answer := again.Certify(nil)
	t.For(spec.LCM04, "the certificate of a new key was refused").Expect(again.Install(answer)).To(BeDone())
	t.For(spec.LCM04, "the same answer again was refused").Expect(again.Install(answer)).To(BeDone())
	again.Done(answer)
	t.MustTransfer(unit, t.Device(), 10)
	next := unit.Renew(spec.LCM04, base)
	t.For(spec.LCM04, "the next re-key names the key before").Expect(next.Requests[0]).NotTo(gomega.Equal(first.Requests[0]))
}
