package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// claimChecks are of oneway.md, sections Payees in software and Claims at the
// ledger. The harness is the software.
func claimChecks() []Check {
	device := []adapter.Capability{adapter.CapClaims, adapter.CapQuery, adapter.CapStart}
	ledger := []adapter.Capability{adapter.CapClaims, adapter.CapQuery, adapter.CapStart, adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	return []Check{
		{ID: "CLM-01.class", Title: "a payment to software is a claim, and one to a device is none", Cites: []spec.ID{spec.CLM01}, RP: true, Needs: device, Run: claimByClass},
		{ID: "CLM-02.refused", Title: "no refusal gives a claim back", Cites: []spec.ID{spec.CLM02}, RP: true, Needs: []adapter.Capability{adapter.CapClaims, adapter.CapQuery, adapter.CapOneWay}, Run: claimRefused},
		{ID: "CLM-03.paid", Title: "a claim is paid once, whoever brings it, and nothing else is", Cites: []spec.ID{spec.CLM03}, RP: true, Needs: ledger, Run: claimPaid},
		{ID: "CLM-04.refunded", Title: "an unclaimed claim comes back when it has ended, and is paid no more", Cites: []spec.ID{spec.CLM04}, RP: true, Needs: ledger, Fresh: true, Run: claimRefunded},
	}
}

// software is a kit with a certificate of class NOSE.
func software() KitOptions {
	return KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) {
		b.Class, b.Usage, b.Tee = wire.ClassNOSE, wire.UseReceive, 6
	}}}
}

// noDevice is what a request of software says.
func noDevice(m *wire.PayReq) { m.Flags &^= wire.PayReqSE }

func claimByClass(t *T) {
	payer := t.Funded(2000)
	epoch := t.env.realm.epoch
	soft, hard := t.Kit(software()), t.Kit(KitOptions{})
	s, m2 := soft.Invite(payer, 100, Invitation{Request: noDevice})
	t.For(spec.CLM01, "a payee in software was not paid").Expect(s.Take(m2)).To(BeDone())
	t.For(spec.CLM01, "a payment to software is no claim").Expect(s.Transfer.Flags & wire.TransferClaim).To(gomega.Equal(uint64(wire.TransferClaim)))
	t.For(spec.CLM01, "a claim ends before software can reach the ledger").Expect(s.Transfer.Expiry).To(gomega.BeNumerically(">=", epoch+3))
	s, m2 = hard.Invite(payer, 100, Invitation{})
	t.Control(s.Take(m2), "a payment to a device")
	t.For(spec.CLM01, "a payment to a device is a claim").Expect(s.Transfer.Flags & wire.TransferClaim).To(gomega.BeZero())
	left := payer.Spendable()
	for _, tt := range []struct {
		kit *Kit
		in  Invitation
	}{{soft, Invitation{}}, {hard, Invitation{Request: noDevice}}} {
		s, m2 := tt.kit.Invite(payer, 100, tt.in)
		t.For(spec.CLM01, "a request of another class than its certificate's was paid").Expect(s.Take(m2)).To(t.Refused(spec.EUsage))
	}
	if t.Has(adapter.CapOneWay) {
		p := soft.KitPoster(nil)
		t.For(spec.CLM01, "a static request of software was not paid").Expect(p.PaidBy(payer, 100)).To(BeDone())
		t.For(spec.CLM01, "a one-way payment to software is no claim").Expect(p.Transfer.Flags &^ wire.TransferUV).To(gomega.Equal(uint64(wire.TransferClaim | wire.TransferOneWay)))
		left -= 100
		lie := soft.KitPoster(func(m *wire.StaticReq) { m.Flags = wire.StaticReqSE })
		t.For(spec.CLM01, "a static request of another class than its certificate's was paid").Expect(lie.PaidBy(payer, 100)).To(t.Refused(spec.EUsage))
	}
	t.For(spec.CLM01, "a refused request has debited its payer").Expect(payer.Spendable()).To(gomega.Equal(left))
}

func claimRefused(t *T) {
	payer := t.Funded(1000)
	soft := t.Kit(software())
	p := soft.KitPoster(nil)
	t.Control(p.PaidBy(payer, 300), "a claim")
	// The same did has a certificate of class SE, which a provider should never
	// have issued.
	trusted := t.env.realm.IssueDevice(soft.Key.Public(), cert.DeviceOptions{Subject: soft.DID()})
	for _, signer := range []*cert.Certificate{soft.Cert, trusted} {
		word := p.Receipt(signer, wire.ReceiptRefused, uint64(spec.EReqClosed))
		t.For(spec.CLM02, "a refusal of a claim was taken").Expect(payer.do(adapter.AcknowledgeOneWay{Message: word})).To(t.Refused(spec.EUsage))
		t.For(spec.CLM02, "a refusal gave a claim back").Expect(payer.Spendable()).To(gomega.Equal(uint64(700)))
		t.For(spec.CLM02, "a refusal ended a claim").Expect(payer.Outgoing()).To(gomega.Equal(uint64(300)))
	}
	word := p.Receipt(soft.Cert, wire.ReceiptAccepted, 0)
	t.For(spec.CLM02, "the acceptance of a claim was not taken").Expect(payer.do(adapter.AcknowledgeOneWay{Message: word})).To(BeDone())
	t.For(spec.CLM02, "an accepted claim is still outgoing").Expect(payer.Outgoing()).To(gomega.BeZero())
}

// join opens an account for a kit at the ledger.
func (k *Kit) join(account string) {
	l := k.t.Ledger()
	k.t.Control(l.do(adapter.OpenAccount{Account: account, Balance: openingBalance}), "open an account")
	k.t.Control(l.do(adapter.Register{Account: account, Certificates: []adapter.Bytes{k.Cert.Raw}}), "register software")
}

// record is what the software uploads.
func (s *KitPayee) record() adapter.Bytes {
	return settlement.Append(nil, settlement.Record{
		Object: s.Paid.Encode(), Opening: &settlement.Opening{Payee: s.DID(), Nonce: s.Request.Nonce},
	})
}

func claimPaid(t *T) {
	payer := t.Funded(1000)
	soft, hard := t.Kit(software()), t.Kit(KitOptions{})
	soft.join("software")
	hard.join("device")
	l := t.Ledger()
	s, m2 := soft.Invite(payer, 300, Invitation{Request: noDevice})
	t.Control(s.Take(m2), "a payment to software")
	d, m2 := hard.Invite(payer, 200, Invitation{})
	t.Control(d.Take(m2), "a payment to a device")
	upload := func() { t.Control(l.do(adapter.Upload{Records: []adapter.Bytes{s.record(), d.record()}}), "an upload") }
	upload()
	t.For(spec.CLM03, "a claim was not paid into its payee's account").Expect(l.Balance("software")).To(gomega.Equal(uint64(openingBalance + 300)))
	upload()
	t.Control(payer.Sync(false), "the payer synchronises")
	t.For(spec.CLM03, "a claim was paid again").Expect(l.Balance("software")).To(gomega.Equal(uint64(openingBalance + 300)))
	t.For(spec.CLM03, "a transfer that is no claim was paid").Expect(l.Balance("device")).To(gomega.Equal(uint64(openingBalance)))
	t.For(spec.CLM03, "a claim that was paid is still outgoing").Expect(payer.Outgoing()).To(gomega.Equal(uint64(200)))
}

func claimRefunded(t *T) {
	payer := t.Funded(1000)
	soft := t.Kit(software())
	l := t.Ledger()
	s, m2 := soft.Invite(payer, 300, Invitation{Request: noDevice})
	t.Control(s.Take(m2), "a payment to software")
	end := s.Transfer.Expiry + t.env.realm.policy.Fresh.Grace
	at := func(epoch uint64) {
		t.Control(l.do(adapter.SetEpoch{Epoch: epoch}), "move the ledger's epoch")
		t.Control(payer.Sync(false), "the payer synchronises")
	}
	at(end)
	t.For(spec.CLM04, "a claim came back before its end").Expect(payer.Outgoing()).To(gomega.Equal(uint64(300)))
	at(end + 1)
	t.book.paidOut -= 300
	t.For(spec.CLM04, "an unclaimed claim did not come back").Expect(payer.Outgoing()).To(gomega.BeZero())
	t.For(spec.CLM04, "an unclaimed claim was lost").Expect(payer.Spendable()).To(gomega.Equal(uint64(1000)))
	soft.join("software")
	l.do(adapter.Upload{Records: []adapter.Bytes{s.record()}}) // whatever it answers
	t.For(spec.CLM04, "a claim that came back was paid").Expect(l.Balance("software")).To(gomega.Equal(uint64(openingBalance)))
}
