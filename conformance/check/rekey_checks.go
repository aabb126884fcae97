package check

import (
	"slices"

	"github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/evidence"
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

// badAnswers are answers to a re-key one mutation away from the right one.
func (t *T) badAnswers() []struct {
	name   string
	codes  []spec.Code
	change func(o *cert.DeviceOptions, key *suite.PublicKey)
} {
	edit := func(o *cert.DeviceOptions, more func(*wire.Cert)) {
		right := o.Edit
		o.Edit = func(b *wire.Cert) { right(b); more(b) }
	}
	path := []spec.Code{spec.EPath}
	return []struct {
		name   string
		codes  []spec.Code
		change func(o *cert.DeviceOptions, key *suite.PublicKey)
	}{
		{"another device's identifier", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) { o.Subject[0] ^= 1 }},
		{"another key", path, func(_ *cert.DeviceOptions, key *suite.PublicKey) {
			*key = cert.DeriveKey((*key).Suite(), []byte("a key of nobody"), "rekey").Public()
		}},
		{"no key before", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) {
			edit(o, func(b *wire.Cert) { b.Replaces = wire.ID{} })
		}},
		{"another key before", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) { edit(o, func(b *wire.Cert) { b.Replaces[0] ^= 1 }) }},
		{"without its own suite", []spec.Code{spec.EPath, spec.ESuite}, func(o *cert.DeviceOptions, key *suite.PublicKey) {
			o.Suites = []suite.Suite{suite.P256}
			if (*key).Suite() == suite.P256 {
				o.Suites = []suite.Suite{suite.Ed25519}
			}
		}},
		{"a validity beyond its issuer's", path, func(o *cert.DeviceOptions, _ *suite.PublicKey) { edit(o, func(b *wire.Cert) { b.NotAfter++ }) }},
		{"certified by the service", []spec.Code{spec.EUsage, spec.EPath}, func(o *cert.DeviceOptions, _ *suite.PublicKey) { o.Issuer = &t.env.realm.Service }},
		{"a wrong signature", []spec.Code{spec.ESig}, func(o *cert.DeviceOptions, _ *suite.PublicKey) { o.BadSignature = true }},
	}
}

func rekeyAnswers(t *T) {
	const message = "a certificate was taken for a new key that is not its own"
	unit, other := t.Funded(1000), t.Device()
	base := int(t.env.realm.base)
	t.For(spec.LCM04, "certificates were taken that nobody had asked for").Expect(
		unit.do(adapter.Provision{Certificates: []adapter.Bytes{other.Certificates[0]}})).To(t.Refused(spec.EState))
	before := unit.keepsake()
	n := unit.Renew(spec.LCM04, base)
	for _, bad := range t.badAnswers() {
		t.For(spec.LCM04, message).Expect(n.Install(n.Certify(bad.change))).To(t.Refused(bad.codes...), bad.name)
	}
	right := n.Certify(nil)
	foreign := adapter.Provision{Certificates: []adapter.Bytes{other.Certificates[0]}}
	t.For(spec.LCM04, message).Expect(n.Install(foreign)).To(t.Refused(spec.EPath), "another device's certificate")
	beside := right
	stranger := adapter.Bytes(t.env.realm.Stranger.Service.Cert.Raw)
	beside.Issuers = []adapter.Bytes{stranger}
	t.For(spec.LCM04, "an issuer under an unknown root was taken beside a certificate").Expect(n.Install(beside)).To(t.Refused(spec.EPath, spec.ECertNeeded))
	forged := slices.Clone(t.env.realm.Service.Cert.Raw)
	forged[len(forged)-1] ^= 1
	beside.Issuers = []adapter.Bytes{forged}
	t.For(spec.LCM04, "an issuer with a wrong signature was taken beside a certificate").Expect(n.Install(beside)).To(t.Refused(spec.ESig))
	unit.same(before)
	t.MustTransfer(unit, other, 10) // with the key before
	t.For(spec.LCM04, "after refusals the right certificate is refused").Expect(n.Install(right)).To(BeDone())
	n.Done(right)
	t.MustTransfer(unit, other, 10)
}

// certificatesTogether is about a device with two certificates, of which a re-key
// changes one.
func certificatesTogether(t *T) {
	unit := t.DeviceWith(DeviceOptions{Suites: []int{1, 2}})
	t.Control(unit.Fund(100), "funding")
	before := unit.keepsake()
	n := unit.Renew(spec.LCM04, 1)
	disagrees := n.Certify(func(o *cert.DeviceOptions, _ *suite.PublicKey) {
		right := o.Edit
		o.Edit = func(b *wire.Cert) { right(b); b.Limits = 2 }
	})
	t.For(spec.LCM04, "certificates of one device that disagree were taken").Expect(n.Install(disagrees)).To(t.Refused(spec.EPath))
	right := n.Certify(nil)
	sidestep := adapter.Provision{Certificates: right.Certificates[1:]}
	t.For(spec.LCM04, "without a certificate for the new key an answer was taken").Expect(n.Install(sidestep)).To(t.Refused(spec.ECertNeeded))
	unit.same(before)
	t.For(spec.LCM04, "after refusals the right certificates are refused").Expect(n.Install(right)).To(BeDone())
	n.Done(right)
	t.MustTransfer(unit, t.Device(), 10)
}

func rekeyCuts(t *T) {
	base := int(t.env.realm.base)
	writes := t.rekeyWrites(base)
	for _, i := range t.Sample(writes*len(cutModes), 12) {
		payer, kit := t.Funded(1000), t.Kit(KitOptions{})
		s, m2 := kit.Invite(payer, 250, Invitation{})
		t.Control(s.Take(m2), "pay")
		pending := s.Paid.Encode()
		before := payer.keepsake()
		t.Control(payer.do(adapter.CutWrite{Write: i/len(cutModes) + 1, Byte: 1, Mode: cutModes[i%len(cutModes)]}), "arm a power cut")
		payer.do(adapter.Provision{Rekey: base})
		n := payer.Renew(spec.LCM04, base)
		answer := n.Certify(nil)
		if n.Install(answer).Done == nil {
			t.For(spec.LCM04, "after a cut the same answer was refused").Expect(n.Install(answer)).To(BeDone())
		}
		t.Control(payer.do(adapter.CutWrite{}), "disarm the power cut")
		n.Done(answer)
		payer.same(before)
		again, objects := kit.Meeting(payer)
		t.For(spec.LCM04, "after a re-key that was cut what is pending is not sent again exactly once").Expect(objects).To(gomega.HaveLen(1))
		t.For(spec.LCM04, "after a re-key that was cut what is pending has other bytes").Expect(objects[0].Encode()).To(gomega.Equal(pending))
		t.Control(payer.do(adapter.Acknowledge{Session: again.Session, Message: again.Answer(nil)}), "acknowledge")
		t.MustTransfer(payer, t.Device(), 10)
		t.forget()
	}
}

// rekeyWrites finds by a dry run how many persistent writes a re-key makes.
func (t *T) rekeyWrites(base int) int {
	unit := t.Funded(10)
	t.Control(unit.do(adapter.CutWrite{Write: 1 << 20}), "count persistent writes")
	unit.Rekey(spec.LCM04, base)
	writes := t.Control(unit.do(adapter.CutWrite{}), "count persistent writes").Writes
	t.forget()
	return writes
}

func migration(t *T) {
	const classical, hybrid = int(suite.Ed25519), int(suite.Ed25519MLDSA44)
	both := []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}
	kit := func(number suite.Suite, certified ...suite.Suite) *Kit {
		return t.Kit(KitOptions{Suite: number, Certify: cert.DeviceOptions{Suites: certified}})
	}
	unit := t.DeviceWith(DeviceOptions{Suites: []int{classical}})
	t.Control(unit.Fund(1000), "funding")
	old := kit(suite.Ed25519, suite.Ed25519)
	s, m2 := old.Invite(unit, 100, Invitation{})
	t.Control(s.Take(m2), "pay with the suite before")
	t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	counter, before := s.Transfer.Counter, unit.keepsake()
	unit.Rekey(spec.PQC04, hybrid)
	after := unit.keepsake()
	after.log = before.log
	t.For(spec.PQC04, "a key of another suite changed value or counters").Expect(after).To(gomega.Equal(before))
	drop := t.env.realm.Policy(2, func(m *wire.Policy) { m.Suites = []suite.Suite{suite.Ed25519MLDSA44} })
	t.For(spec.PQC04, "a policy that drops a suite was refused").Expect(unit.do(adapter.ApplyPolicy{Message: drop})).To(BeDone())
	next := kit(suite.Ed25519MLDSA44, both...)
	s, m2 = next.Invite(unit, 60, Invitation{})
	t.For(spec.PQC04, "a device does not pay with its new suite").Expect(s.Take(m2)).To(BeDone())
	t.For(spec.PQC04, "a payment has the suite that the policy dropped").Expect(s.Transfer.Suite).To(gomega.Equal(suite.Ed25519MLDSA44))
	t.For(spec.PQC04, "a key of another suite changed the counter").Expect(s.Transfer.Counter).To(gomega.Equal(counter + 1))
	t.Control(unit.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
	paid, _ := next.Meet(unit, 40).Pay()
	t.For(spec.PQC04, "a device is not paid with its new suite").Expect(paid).To(BeDone())
	t.refusesDropped(unit, old, next)
	t.For(spec.PQC04, "value changed by what was refused").Expect(unit.Held()).To(gomega.Equal(uint64(880)))
}

// refusesDropped meets counterparties whose certificate is of the suite dropped:
// one that says so, and one that claims the new suite in clear.
func (t *T) refusesDropped(unit *Unit, old, next *Kit) {
	codes := []spec.Code{spec.ENocommon, spec.EDowngrade, spec.ESuite}
	greeting := old.Greet(nil)
	refused := unit.do(adapter.RequestPayment{Amount: 20, Message: greeting.M1})
	t.For(spec.PQC04, "a payer of the suite dropped was asked for money").Expect(refused).To(t.Refused(codes...))
	s, m2 := old.Invite(unit, 20, Invitation{})
	t.For(spec.PQC04, "a payee of the suite dropped was paid").Expect(s.Take(m2)).To(t.Refused(codes...))
	disguised := *old
	disguised.offered = []suite.Suite{suite.Ed25519, suite.Ed25519MLDSA44}
	s, m2 = disguised.Invite(unit, 20, Invitation{Caps: func(c *wire.Caps) { c.Suite = suite.Ed25519MLDSA44 }})
	t.For(spec.PQC04, "a payee with a certificate of the suite dropped was paid").Expect(s.Take(m2)).To(t.Refused(codes...))
	p := next.Meet(unit, 20)
	p.Kit = old
	o := p.Sign(wire.TypeTransfer, p.Transfer(nil).Encode())
	a, _ := p.Deliver(o.Encode())
	if a.Done != nil {
		p.Accepted(o)
	}
	t.For(spec.PQC04, "a transfer of the suite dropped was credited").Expect(a).To(t.Refused(codes...))
}

func blockedTerminal(t *T) {
	realm := t.env.realm
	payer := t.Funded(1000)
	terminal := t.Kit(KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Usage = wire.UseReceive }}})
	pay := func() adapter.Answer {
		s, m2 := terminal.Invite(payer, 50, Invitation{})
		a := s.Take(m2)
		if a.Done != nil {
			t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
		}
		return a
	}
	t.Control(pay(), "pay a terminal that is not blocked")
	version := uint64(2)
	apply := func(certs ...wire.ID) {
		t.Control(payer.do(adapter.ApplyRevocations{Message: realm.SignRevset(version, realm.epoch, certs, nil)}), "apply a revocation set")
		version++
	}
	for _, blocked := range []struct {
		what string
		id   wire.ID
	}{{"the certificate", terminal.Cert.ID}, {"the provider's certificate", realm.Provider.Cert.ID}} {
		apply(blocked.id)
		balance := payer.Spendable()
		t.For(spec.LCM03, "a terminal whose certificate is blocked was paid").Expect(pay()).To(t.Refused(spec.ERevoked), blocked.what)
		t.For(spec.LCM03, "a payment to a blocked terminal was debited").Expect(payer.Spendable()).To(gomega.Equal(balance), blocked.what)
	}
	apply()
	t.For(spec.LCM03, "a terminal that is blocked no more was refused").Expect(pay()).To(BeDone())
}

func evidenceAcrossKeys(t *T) {
	one, two, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	next, word := kit.rekeyed(nil, nil)
	for _, spends := range []struct {
		payee *Unit
		kit   *Kit
	}{{one, kit}, {two, next}} {
		s := spends.kit.Meet(spends.payee, 400)
		a, _ := s.Deliver(s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode()).Encode())
		t.Control(a, "each of two transfers with one counter, under two keys")
		t.book.injected += 400
		t.Control(spends.payee.Sync(true), "synchronise")
	}
	accused := func() (list []wire.DID) {
		for _, f := range t.ledger.Findings() {
			proven, err := evidence.Verify(f.Evidence, t.env.realm.Root.Cert)
			t.For(spec.DET04, "evidence does not verify with public keys alone").Expect(err).NotTo(gomega.HaveOccurred())
			if !proven.Unlinked {
				list = append(list, proven.Accused)
			}
		}
		return list
	}
	t.For(spec.DET04, "a device was accused by a key that its provider alone has linked to it").Expect(accused()).To(gomega.BeEmpty())
	_, forged := kit.rekeyed(nil, func(o *wire.Object) { o.Signature[5] ^= 1 })
	t.For(spec.DET04, "a forged word about a device's next key was taken").Expect(
		t.ledger.do(adapter.Upload{Records: []adapter.Bytes{forged}})).To(t.Refused(spec.ESig))
	_, other := kit.rekeyed(func(m *wire.RekeyReq) { m.Suite = 99 }, nil)
	t.For(spec.DET04, "a word that names another suite than its signer's was taken").Expect(
		t.ledger.do(adapter.Upload{Records: []adapter.Bytes{other}})).To(t.Refused(spec.ESuite))
	t.For(spec.DET04, "a device was accused by a forged word").Expect(accused()).To(gomega.BeEmpty())
	taken := t.ledger.do(adapter.Upload{Records: []adapter.Bytes{word}})
	t.For(spec.DET04, "a device's own word for its next key was refused").Expect(taken).To(BeDone())
	t.For(spec.DET04, "a double spend across two keys of one device has no evidence").Expect(accused()).To(gomega.ContainElement(kit.DID()))
}
