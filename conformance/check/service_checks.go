package check

import (
	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// serviceChecks hand a device what only the services of its ledger may sign:
// whoever can forge one of these mints value, erases logs or lifts limits.
func serviceChecks() []Check {
	funding := []adapter.Capability{adapter.CapQuery, adapter.CapSplitFunding, adapter.CapLedger}
	sync := []adapter.Capability{adapter.CapQuery, adapter.CapSynchronise, adapter.CapSplitSync, adapter.CapLedger}
	policy := []adapter.Capability{adapter.CapQuery, adapter.CapPolicy}
	rp := func(id spec.ID, word, title string, needs []adapter.Capability, run func(*T)) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	return []Check{
		rp(spec.FND01, "fields", "each field binds a voucher to its request", funding, voucherFields),
		rp(spec.INV01, "forged-voucher", "a forged voucher is worth nothing", funding, forgedVoucher),
		rp(spec.FND05, "forged-answer", "a forged answer gives no defunding back", funding, forgedDefundAnswer),
		rp(spec.SET05, "forged", "an acknowledgement that is forged or for another report erases nothing", sync, forgedAcknowledgement),
		rp(spec.INV06, "challenge", "a device reports to its own ledger alone", sync, forgedChallenge),
		rp(spec.ATO07, "forged-resolution", "a forged resolution ends no payment", sync[:3], forgedResolution),
		rp(spec.LIM10, "signer", "a policy is signed by the policy service", policy, forgedPolicy),
		rp(spec.LCM02, "signer", "a revocation set is signed by its service", policy, forgedRevocations),
	}
}

// A forgery is a service's message one mutation away from the right one.
type forgery struct {
	name    string
	message []byte
	codes   []spec.Code
}

// forgeries are the ways to forge a message of a type. encode makes the payload
// for a signer's certificate and suite.
func (t *T) forgeries(typ wire.Type, encode func(signer wire.ID, s suite.Suite) []byte) []forgery {
	realm := t.env.realm
	sign := func(by cert.Identity, as wire.Type) wire.Object {
		return cert.SignObject(by.Key, as, encode(by.Cert.ID, by.Key.Public().Suite()))
	}
	spoilt := sign(realm.Service, typ)
	spoilt.Signature[3] ^= 1
	other := wire.TypeFund
	if typ == other {
		other = wire.TypePolicy
	}
	another := suite.Ed25519
	if realm.TopSuite == another {
		another = suite.P256
	}
	wrongSuite := cert.SignObject(realm.Service.Key, typ, encode(realm.Service.Cert.ID, another))
	return []forgery{
		{"a wrong signature", spoilt.Encode(), []spec.Code{spec.ESig}},
		{"signed as another message", sign(realm.Service, other).Encode(), []spec.Code{spec.ESig}},
		{"signed by the provider", sign(realm.Provider, typ).Encode(), []spec.Code{spec.EUsage}},
		{"signed by another realm's service", sign(realm.Stranger.Service, typ).Encode(), []spec.Code{spec.ECertNeeded, spec.EPath}},
		{"another suite than the certificate's", wrongSuite.Encode(), []spec.Code{spec.ESuite}},
	}
}

// payloadOf is the signed body of a message that the ledger has made.
func payloadOf[M any](t *T, message []byte, typ wire.Type, decode func([]byte) (M, error)) M {
	o, err := wire.DecodeObject(message, typ.LimitIn(t.env.realm.Place.Spoken()))
	var m M
	if err == nil {
		m, err = decode(o.Payload)
	}
	if err != nil {
		t.Inconclusive("positive control: the ledger's "+typ.String()+" can be read", err.Error())
	}
	return m
}

func voucherFields(t *T) {
	const message = "a voucher for another request was accepted"
	unit := t.Device()
	right := unit.voucher(700)
	m := payloadOf(t, right, wire.TypeFund, t.env.realm.decodeFund)
	cases := []struct {
		name string
		edit func(*wire.Fund)
	}{
		{"another device", func(m *wire.Fund) { m.Device[0] ^= 1 }},
		{"a larger amount", func(m *wire.Fund) { m.Amount += 1000 }},
		{"a smaller amount", func(m *wire.Fund) { m.Amount-- }},
		{"another request", func(m *wire.Fund) { m.RequestHash[0] ^= 1 }},
		{"another nonce", func(m *wire.Fund) { m.Nonce[0] ^= 1 }},
		{"another reservation", func(m *wire.Fund) { m.Reservation++ }},
	}
	if !t.env.realm.reserves() {
		cases = cases[:len(cases)-1]
	}
	for _, c := range cases {
		wrong := m
		c.edit(&wrong)
		a := unit.do(adapter.FundAccept{Message: t.env.realm.Service.Sign(wire.TypeFund, wrong.Encode())})
		t.For(spec.FND01, message).Expect(a).To(t.Refused(spec.EFundBinding), c.name)
		t.For(spec.FND01, "a voucher for another request was credited").Expect(unit.Spendable()).To(gomega.BeZero(), c.name)
	}
	t.For(spec.FND01, "after wrong vouchers the right one is refused").Expect(unit.do(adapter.FundAccept{Message: right})).To(BeDone())
}

func forgedVoucher(t *T) {
	unit := t.Device()
	right := unit.voucher(700)
	m := payloadOf(t, right, wire.TypeFund, t.env.realm.decodeFund)
	for _, f := range t.forgeries(wire.TypeFund, func(signer wire.ID, s suite.Suite) []byte {
		m.Cert, m.Suite = signer, s
		return m.Encode()
	}) {
		t.For(spec.INV01, "a forged voucher was accepted").Expect(unit.do(adapter.FundAccept{Message: f.message})).To(t.Refused(f.codes...), f.name)
		t.For(spec.INV01, "a forged voucher was credited").Expect(unit.Spendable()).To(gomega.BeZero(), f.name)
	}
	t.For(spec.INV01, "after forged vouchers the right one is refused").Expect(unit.do(adapter.FundAccept{Message: right})).To(BeDone())
}

func forgedDefundAnswer(t *T) {
	const message = "a forged answer to a defunding was taken"
	unit := t.Funded(900)
	order := t.Control(t.ledger.do(adapter.DefundOrder{Account: unit.Account}), "order a defunding")
	request := t.Control(unit.do(adapter.DefundRequest{Amount: 400, Nonce: order.Nonce, Secret: t.secret()}), "ask for defunding")
	t.book.defunded += 400
	right := t.Control(t.ledger.do(adapter.AcceptDefunding{Message: request.Message}), "accept a defunding").Message
	m := payloadOf(t, right, wire.TypeDefundAck, wire.DecodeDefundAck)
	refusal := m
	refusal.Status = wire.DefundRefused
	all := t.forgeries(wire.TypeDefundAck, func(signer wire.ID, s suite.Suite) []byte {
		refusal.Cert, refusal.Suite = signer, s
		return refusal.Encode()
	})
	elsewhere := m
	elsewhere.Status, elsewhere.Device[0] = wire.DefundRefused, m.Device[0]^1
	all = append(all, forgery{"for another device", t.env.realm.Service.Sign(wire.TypeDefundAck, elsewhere.Encode()), []spec.Code{spec.EFundBinding}})
	unknown := m
	unknown.TransferHash[0] ^= 1
	all = append(all, forgery{"for another defunding", t.env.realm.Service.Sign(wire.TypeDefundAck, unknown.Encode()), []spec.Code{spec.EState}})
	for _, f := range all {
		t.For(spec.FND05, message).Expect(unit.do(adapter.DefundAcknowledge{Message: f.message})).To(t.Refused(f.codes...), f.name)
		t.For(spec.FND05, "a forged answer gave a defunding back").Expect(unit.Spendable()).To(gomega.Equal(uint64(500)), f.name)
	}
	t.For(spec.FND05, "after forged answers the right one is refused").Expect(unit.do(adapter.DefundAcknowledge{Message: right})).To(BeDone())
	t.For(spec.FND05, "a defunding is pending although it was answered").Expect(unit.Outgoing()).To(gomega.BeZero())
}

func forgedAcknowledgement(t *T) {
	const message = "an acknowledgement that is forged or for another report was applied"
	unit, other := t.Funded(1000), t.Device()
	t.MustTransfer(unit, other, 100)
	report, a := unit.Report()
	if report == nil {
		t.Control(a, "report")
	}
	right := t.Control(t.ledger.do(adapter.Reconcile{Message: report.Message, Records: report.Messages}), "reconcile").Message
	m := payloadOf(t, right, wire.TypeSyncAck, t.env.realm.decodeSyncAck)
	before := unit.entries()
	grant := m
	grant.Grant = 1
	all := t.forgeries(wire.TypeSyncAck, func(signer wire.ID, s suite.Suite) []byte {
		grant.Cert, grant.Suite = signer, s
		return grant.Encode()
	})
	for _, c := range []struct {
		name string
		edit func(*wire.SyncAck)
	}{
		{"for another device", func(m *wire.SyncAck) { m.Device[0] ^= 1 }},
		{"another nonce", func(m *wire.SyncAck) { m.Nonce[0] ^= 1 }},
		{"another report", func(m *wire.SyncAck) { m.SyncHash[0] ^= 1 }},
		{"another log", func(m *wire.SyncAck) { m.Head[0] ^= 1 }},
		{"more entries", func(m *wire.SyncAck) { m.Last++ }},
	} {
		wrong := m
		c.edit(&wrong)
		all = append(all, forgery{c.name, t.env.realm.Service.Sign(wire.TypeSyncAck, wrong.Encode()), []spec.Code{spec.EAckMismatch}})
	}
	for _, f := range all {
		t.For(spec.SET05, message).Expect(unit.do(adapter.SyncApply{Message: f.message})).To(t.Refused(f.codes...), f.name)
		t.For(spec.SET05, "log entries were erased without an authentic acknowledgement").Expect(unit.entries()).To(gomega.Equal(before), f.name)
	}
	t.For(spec.SET05, "the right acknowledgement was refused").Expect(unit.do(adapter.SyncApply{Message: right})).To(BeDone())
}

func forgedChallenge(t *T) {
	const message = "a device reported to a challenge that is not its ledger's"
	unit := t.Funded(1000)
	right := t.Control(t.ledger.do(adapter.SyncChallenge{Device: unit.ID}), "challenge").Message
	m := payloadOf(t, right, wire.TypeSyncChal, wire.DecodeSyncChal)
	all := t.forgeries(wire.TypeSyncChal, func(signer wire.ID, s suite.Suite) []byte {
		forged := m
		forged.Cert, forged.Suite = signer, s
		return forged.Encode()
	})
	elsewhere := m
	elsewhere.Device[0] ^= 1
	all = append(all, forgery{"for another device", t.env.realm.Service.Sign(wire.TypeSyncChal, elsewhere.Encode()), []spec.Code{spec.EAckMismatch}})
	for _, f := range all {
		t.For(spec.INV06, message).Expect(unit.do(adapter.SyncReport{Message: f.message})).To(t.Refused(f.codes...), f.name)
	}
	t.For(spec.INV06, "after forged challenges the right one is refused").Expect(unit.do(adapter.SyncReport{Message: right})).To(BeDone())
}

func forgedResolution(t *T) {
	const message = "a forged resolution was taken"
	payer, kit := t.Funded(1000), t.Kit(KitOptions{})
	s, m2 := kit.Invite(payer, 250, Invitation{})
	t.Control(s.Take(m2), "pay")
	m := wire.Resolve{
		Version: wire.V1, Realm: t.env.realm.Place.Realm, Suite: t.env.realm.TopSuite, Cert: t.env.realm.Service.Cert.ID,
		TransferHash: s.Paid.ID(wire.TypeTransfer), Epoch: t.env.realm.epoch, Status: wire.ResolveRetire, Device: wire.DID(payer.ID),
	}
	all := t.forgeries(wire.TypeResolve, func(signer wire.ID, s suite.Suite) []byte {
		forged := m
		forged.Cert, forged.Suite = signer, s
		return forged.Encode()
	})
	service := t.env.realm.Service
	elsewhere, payee := m, m
	elsewhere.Device[0] ^= 1
	payee.Status, payee.Payee = wire.ResolveRefund, t.Kit(KitOptions{}).DID()
	all = append(all,
		forgery{"for another device", service.Sign(wire.TypeResolve, elsewhere.Encode()), []spec.Code{spec.EMismatch}},
		forgery{"a refund in the name of another payee", service.Sign(wire.TypeResolve, payee.Encode()), []spec.Code{spec.EMismatch}})
	for _, f := range all {
		t.For(spec.ATO07, message).Expect(payer.do(adapter.Resolve{Message: f.message})).To(t.Refused(f.codes...), f.name)
		t.For(spec.ATO07, "a forged resolution ended a payment").Expect(payer.Outgoing()).To(gomega.Equal(uint64(250)), f.name)
		t.For(spec.ATO07, "a forged resolution changed the balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(750)), f.name)
	}
	a := payer.do(adapter.Resolve{Message: service.Sign(wire.TypeResolve, m.Encode())})
	t.For(spec.ATO07, "after forged resolutions the right one is refused").Expect(a).To(BeDone())
	t.For(spec.ATO07, "a resolved payment is still reported as unfinished").Expect(payer.Outgoing()).To(gomega.BeZero())
}

func forgedPolicy(t *T) {
	unit := t.Device()
	m := payloadOf(t, t.env.realm.Policy(2, nil), wire.TypePolicy, wire.DecodePolicy)
	for _, f := range t.forgeries(wire.TypePolicy, func(signer wire.ID, s suite.Suite) []byte {
		forged := m
		forged.Cert, forged.Suite = signer, s
		return forged.Encode()
	}) {
		t.For(spec.LIM10, "a policy that its service has not signed was applied").Expect(unit.do(adapter.ApplyPolicy{Message: f.message})).To(t.Refused(f.codes...), f.name)
	}
	chain := t.env.realm.Policy(2, func(m *wire.Policy) { m.Provenance.Mode = wire.ProvenanceChain })
	t.For(spec.LIM10, "a policy of another provenance was applied").Expect(unit.do(adapter.ApplyPolicy{Message: chain})).To(t.Refused(spec.EPolicyFixed, spec.EField))
	t.For(spec.LIM10, "a signed policy of a higher version was refused").Expect(unit.do(adapter.ApplyPolicy{Message: t.env.realm.Policy(2, nil)})).To(BeDone())
}

func forgedRevocations(t *T) {
	unit, realm := t.Device(), t.env.realm
	m := payloadOf(t, realm.SignRevset(2, realm.epoch, nil, nil), wire.TypeRevset, wire.DecodeRevset)
	for _, f := range t.forgeries(wire.TypeRevset, func(signer wire.ID, s suite.Suite) []byte {
		forged := m
		forged.Cert, forged.Suite = signer, s
		return forged.Encode()
	}) {
		t.For(spec.LCM02, "a revocation set that its service has not signed was applied").Expect(unit.do(adapter.ApplyRevocations{Message: f.message})).To(t.Refused(f.codes...), f.name)
	}
	t.For(spec.LCM02, "a newer revocation set was refused").Expect(unit.block(2, realm.epoch)).To(BeDone())
}
