package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// uploadChecks hand the ledger under test what devices of the harness have
// signed wrongly: a ledger that takes one of these pays out what is not there.
func uploadChecks() []Check {
	funding := []adapter.Capability{adapter.CapSplitFunding, adapter.CapLedger}
	sync := []adapter.Capability{adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	rp := func(id spec.ID, word, title string, needs []adapter.Capability, run func(*T)) Check {
		return receives(Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run})
	}
	return []Check{
		rp(spec.INV01, "forged-request", "the ledger issues no voucher for a forged or impossible request", funding, forgedFunding),
		rp(spec.FND05, "forged-defunding", "the ledger credits no forged or impossible defunding", funding, forgedDefunding),
		rp(spec.FND02, "ledger-once", "one funding number has one voucher and one debit", funding, fundingNumberOnce),
		rp(spec.SET04, "challenge", "a report answers the ledger's own challenge", sync, reportAnswersChallenge),
	}
}

func forgedFunding(t *T) {
	const message, effect = "a forged or impossible funding request was answered with a voucher", "an account was debited for a funding that was refused"
	peer := t.Peer()
	request := t.Control(peer.do(adapter.FundRequest{Amount: 700}), "ask for funding").Message
	m := payloadOf(t, request, wire.TypeFundReq, wire.DecodeFundReq)
	account := t.ledger.Balance(peer.Account)
	spoilt := peer.signAs(m.Suite, wire.TypeFundReq, m.Encode())
	spoilt.Signature[3] ^= 1
	header := peer.signAs(m.Suite, wire.TypeFundReq, m.Encode())
	header.Alg = -8
	cases := []forgery{
		{"a wrong signature", spoilt.Encode(), []spec.Code{spec.ESig}},
		{"signed as a defunding", peer.signAs(m.Suite, wire.TypeDefund, m.Encode()).Encode(), []spec.Code{spec.ESig}},
		{"another algorithm in the header", header.Encode(), []spec.Code{spec.ESuite, spec.EHdr}},
	}
	if limit := t.Profile().MaxHolding; limit != nil {
		over := m
		over.Amount = money.Amount(*limit + 1)
		cases = append(cases, forgery{"above the holding limit", peer.signAs(m.Suite, wire.TypeFundReq, over.Encode()).Encode(), []spec.Code{spec.EFundHeadroom, spec.EHolding}})
	}
	for _, c := range cases {
		t.For(spec.INV01, message).Expect(t.ledger.do(adapter.IssueFunding{Message: c.message})).To(t.Refused(c.codes...), c.name)
		t.For(spec.INV01, effect).Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account), c.name)
	}
	poor := t.Peer()
	t.Control(t.ledger.do(adapter.OpenAccount{Account: "poor", Balance: 10}), "open an account")
	elsewhere := adapter.Register{Account: "poor"}
	stranger := t.DeviceWith(DeviceOptions{Peer: true, Unregistered: true})
	for _, c := range stranger.Certificates {
		elsewhere.Certificates = append(elsewhere.Certificates, c)
	}
	ask := t.Control(stranger.do(adapter.FundRequest{Amount: 11}), "ask for funding").Message
	t.For(spec.INV01, "a device without an account was funded").Expect(t.ledger.do(adapter.IssueFunding{Message: ask})).To(t.Refused(spec.EFundBinding, spec.ECertNeeded))
	t.Control(t.ledger.do(elsewhere), "register a device")
	t.For(spec.INV01, "an account was overdrawn by a funding").Expect(t.ledger.do(adapter.IssueFunding{Message: ask})).To(t.Refused(spec.EFunds))
	t.For(spec.INV01, "after forged requests the right one is refused").Expect(poor.Fund(100)).To(BeDone())
}

func forgedDefunding(t *T) {
	const message, effect = "a forged or impossible defunding was taken", "an account was credited for a defunding that is not one"
	peer, other := t.Peer(), t.Peer()
	t.Control(peer.Fund(1000), "funding")
	account := t.ledger.Balance(peer.Account)
	nonce := func(account string) []byte {
		return t.Control(t.ledger.do(adapter.DefundOrder{Account: account}), "order a defunding").Nonce
	}
	order := nonce(peer.Account)
	request := t.Control(peer.do(adapter.DefundRequest{Amount: 400, Nonce: order, Secret: t.secret()}), "ask for defunding").Message
	t.book.defunded += 400
	m := payloadOf(t, request, wire.TypeDefund, t.env.realm.decodeDefund)
	spoilt := peer.signAs(m.Suite, wire.TypeDefund, m.Encode())
	spoilt.Signature[3] ^= 1
	header := peer.signAs(m.Suite, wire.TypeDefund, m.Encode())
	header.Alg = -8
	lots := m
	t.env.realm.short(&lots.Lots, &lots.Inputs)
	for _, c := range []forgery{
		{"a wrong signature", spoilt.Encode(), []spec.Code{spec.ESig}},
		{"signed as a transfer", peer.signAs(m.Suite, wire.TypeTransfer, m.Encode()).Encode(), []spec.Code{spec.ESig}},
		{"another algorithm in the header", header.Encode(), []spec.Code{spec.ESuite, spec.EHdr}},
		{"lots that do not make the amount", peer.signAs(m.Suite, wire.TypeDefund, lots.Encode()).Encode(), []spec.Code{spec.EHop, spec.EMalformed}},
	} {
		t.For(spec.FND05, message).Expect(t.ledger.do(adapter.AcceptDefunding{Message: c.message})).To(t.Refused(c.codes...), c.name)
		t.For(spec.FND05, effect).Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account), c.name)
	}
	t.For(spec.FND05, "after forged defundings the right one is refused").Expect(t.ledger.do(adapter.AcceptDefunding{Message: request})).To(BeDone())
	t.For(spec.FND05, "the account was not credited the amount of a defunding").Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account + 400))
	second := m
	second.Nonce = wire.Nonce(nonce(peer.Account))
	a := t.ledger.do(adapter.AcceptDefunding{Message: peer.signAs(m.Suite, wire.TypeDefund, second.Encode()).Encode()})
	t.For(spec.FND05, "a second defunding with one counter was taken").Expect(a).To(t.Refused(spec.EDefundReplay))
	// An order serves one defunding, into its own account.
	both := func() uint64 { return t.ledger.Balance(peer.Account) + t.ledger.Balance(other.Account) }
	before := both()
	for i, spent := range [][]byte{order, nonce(other.Account), make([]byte, len(order))} {
		next := m
		next.Counter, next.Prev, next.Nonce = m.Counter+uint64(i)+1, wire.ID{1}, wire.Nonce(spent)
		t.ledger.do(adapter.AcceptDefunding{Message: peer.signAs(m.Suite, wire.TypeDefund, next.Encode()).Encode()})
		t.For(spec.FND05, "a defunding was credited for an order that is not its own").Expect(both()).To(gomega.Equal(before))
	}
	t.book.cracked = true // the peer has signed what it was not debited for
}

func fundingNumberOnce(t *T) {
	peer := t.Peer()
	request := t.Control(peer.do(adapter.FundRequest{Amount: 700}), "ask for funding").Message
	account := t.ledger.Balance(peer.Account)
	first := t.Control(t.ledger.do(adapter.IssueFunding{Message: request}), "issue funding").Message
	t.book.funded += 700
	t.ledger.do(adapter.IssueFunding{Message: request})
	t.For(spec.FND02, "an account was debited twice for one funding").Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account - 700))
	m := payloadOf(t, request, wire.TypeFundReq, wire.DecodeFundReq)
	m.Nonce[0] ^= 1
	a := t.ledger.do(adapter.IssueFunding{Message: peer.signAs(m.Suite, wire.TypeFundReq, m.Encode()).Encode()})
	t.For(spec.FND02, "one funding number was funded twice").Expect(a).To(t.Refused(spec.EFundReplay))
	t.For(spec.FND02, "an account was debited twice for one funding").Expect(t.ledger.Balance(peer.Account)).To(gomega.Equal(account - 700))
	t.For(spec.FND02, "the voucher was refused").Expect(peer.do(adapter.FundAccept{Message: first})).To(BeDone())
}

// reportAnswersChallenge hands the ledger a report that is right but for the
// challenge, which a restored device would have kept.
func reportAnswersChallenge(t *T) {
	peer := t.Peer()
	t.Control(peer.Fund(1000), "funding")
	m, report := peer.report()
	stale := m
	stale.Nonce[0] ^= 1
	a := t.ledger.do(adapter.Reconcile{Message: peer.resign(stale), Authorised: true})
	t.For(spec.SET04, "a report on no challenge of the ledger was reconciled").Expect(a).To(t.Refused(spec.EState))
	header := peer.signAs(m.Suite, wire.TypeSync, m.Encode())
	header.Alg = -8
	a = t.ledger.do(adapter.Reconcile{Message: header.Encode(), Authorised: true})
	t.For(spec.SET04, "a report of another algorithm was reconciled").Expect(a).To(t.Refused(spec.ESuite, spec.EHdr))
	a = t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages, Authorised: true})
	t.For(spec.SET04, "the right report was refused").Expect(a).To(BeDone())
	t.Control(peer.Defund(300), "defunding")
	later, _ := peer.report()
	later.Totals.Funded -= 100
	later.Totals.Defunded -= 100
	a = t.ledger.do(adapter.Reconcile{Message: peer.resign(later), Authorised: true})
	t.For(spec.SET04, "a report whose totals have fallen was reconciled").Expect(a).To(t.Refused(spec.ERollback))
}
