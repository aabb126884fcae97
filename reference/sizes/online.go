package sizes

import (
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// fund answers a funding request.
func (b *bench) fund(request wire.ID) wire.Fund {
	return wire.Fund{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Currency: currency, Exponent: exponent, Amount: amount,
		Nonce: nonce("funding"), Cert: b.service.crt, RequestHash: request, Epoch: epoch, Device: b.ana.did,
	}
}

// online counts what devices and the ledger send each other.
func (b *bench) online() {
	s := b.scheme.Suite()
	_, request := b.object(b.ana, "FUND_REQ", wire.TypeFundReq, wire.FundReq{
		Version: wire.V1, Realm: b.realm, Suite: s, Currency: currency, Exponent: exponent,
		Amount: amount, Nonce: nonce("funding"), Cert: b.ana.crt, Request: count, Status: wire.FundRequest,
	}.Encode())
	b.object(b.service, "FUND", wire.TypeFund, b.fund(request).Encode())
	tid := nonce("token")
	b.object(b.service, "TOKEN", wire.TypeToken, wire.IssuerToken{
		Version: wire.V1, Realm: b.realm, Suite: s, Currency: currency, Exponent: exponent, Value: amount,
		Cert: b.service.crt, Epoch: epoch, TID: wire.TID(tid),
	}.Encode())
	_, out := b.object(b.ana, "DEFUND", wire.TypeDefund, wire.Defund{
		Version: wire.V1, Realm: b.realm, Suite: s, Currency: currency, Exponent: exponent, Amount: amount,
		Nonce: nonce("order"), Cert: b.ana.crt, Counter: count, Prev: digest("debit before"),
		Lots: []wire.Lot{{Hop: 1, Amount: amount}}, PolicyVersion: version, Epoch: epoch,
		Flags: wire.TransferUV, Family: wire.FamilyBalance,
	}.Encode())
	b.object(b.service, "DEFUND_ACK", wire.TypeDefundAck, wire.DefundAck{
		Version: wire.V1, Realm: b.realm, Suite: s, Cert: b.service.crt,
		TransferHash: out, Epoch: epoch, Status: wire.DefundCredited, Device: b.ana.did,
	}.Encode())
	b.synchronisation(out)
	b.ecash()
	b.object(b.service, "RESOLVE", wire.TypeResolve, wire.Resolve{
		Version: wire.V1, Realm: b.realm, Suite: s, Cert: b.service.crt,
		TransferHash: out, Epoch: epoch, Status: wire.ResolveRetire, Device: b.ana.did,
	}.Encode())
}

// entries encodes log entries of one kind, from count.
func entries(n int, kind uint64) [][]byte {
	var list [][]byte
	for i := range n {
		list = append(list, wire.LogEntry{
			Number: count + uint64(i), Kind: kind, Ref: digest("entry"), Amount: amount, X: count + uint64(i), Epoch: epoch,
		}.Encode())
	}
	return list
}

func (b *bench) synchronisation(pending wire.ID) {
	s := b.scheme.Suite()
	b.object(b.service, "SYNC_CHAL", wire.TypeSyncChal, wire.SyncChal{
		Version: wire.V1, Realm: b.realm, Suite: s, Nonce: nonce("challenge"),
		Cert: b.service.crt, Device: b.ana.did, Last: count - 1, Head: digest("head before"),
	}.Encode())
	report := wire.Sync{
		Version: wire.V1, Realm: b.realm, Suite: s, Currency: currency, Exponent: exponent,
		Nonce: nonce("challenge"), Cert: b.ana.crt, Counter: count, Prev: pending,
		Lots: []wire.Lot{{Hop: 0, Amount: amount}}, PolicyVersion: version, RevocationVersion: revocation, Epoch: epoch,
		First: count, HeadBefore: digest("head before"), Last: count + 99, Head: digest("head"),
		Totals:     wire.Totals{In: 98765, Out: 98765, Funded: 98765, Defunded: 9876, Refunded: 987},
		UsedAmount: amount, UsedCount: 20, NextRequest: count, Mode: wire.SyncFull,
	}
	report.Entries = entries(100, wire.LogPay)
	_, id := b.object(b.ana, "SYNC FULL, 100 entries", wire.TypeSync, report.Encode())
	report.Mode, report.Entries = wire.SyncTotals, entries(1, wire.LogFund)
	b.object(b.ana, "SYNC TOTALS, 1 funding", wire.TypeSync, report.Encode())
	b.object(b.service, "SYNC_ACK", wire.TypeSyncAck, wire.SyncAck{
		Version: wire.V1, Realm: b.realm, Suite: s, Nonce: nonce("challenge"), Cert: b.service.crt, SyncHash: id,
		PolicyVersion: version, RevocationVersion: revocation, Epoch: epoch, Device: b.ana.did,
		Last: count + 99, Head: digest("head"), LowWater: wire.NoLimit, Grant: 1, ClearHops: 1,
	}.Encode())
	b.add("log entry", report.Entries[0])
}

// documents counts certificates and what services publish.
func (b *bench) documents() {
	s := b.scheme.Suite()
	b.add("CERT, device", b.ana.cert)
	b.add("CERT, provider", b.provider.cert)
	b.object(b.ana, "ENROL_REQ", wire.TypeEnrolReq, wire.EnrolReq{
		Version: wire.V1, Realm: b.realm, Suite: s, Nonce: nonce("enrolment"), Key: b.ana.key.Public().COSE(), Tee: 1,
	}.Encode())
	b.object(b.ana, "REKEY_REQ", wire.TypeRekeyReq, wire.RekeyReq{
		Version: wire.V1, Realm: b.realm, Suite: s, Nonce: nonce("enrolment"), Cert: b.ana.crt, Counter: count,
		Key: b.ben.key.Public().COSE(), Head: digest("log"),
	}.Encode())
	b.object(b.service, "POLICY, 1 class", wire.TypePolicy, b.policy().Encode())
	set := wire.Revset{Version: wire.V1, Realm: b.realm, Suite: s, Cert: b.service.crt, RevocationVersion: revocation, Epoch: epoch}
	b.object(b.service, "REVSET, empty", wire.TypeRevset, set.Encode())
	set.Devices, set.Certs = make([]wire.ShortID, 1000), make([]wire.ShortID, 100)
	b.object(b.service, "REVSET, 1100 entries", wire.TypeRevset, set.Encode())
}

func (b *bench) policy() wire.Policy {
	limit := func(n uint64) wire.Limit { return wire.LimitOf(n) }
	return wire.Policy{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Currency: currency, Exponent: exponent,
		Cert: b.service.crt, PolicyVersion: version, Epoch: epoch, MinEpoch: epoch,
		Limits: []wire.Limits{{
			Class: 1, MaxTx: limit(20000), MaxHolding: limit(50000), MaxCumulative: limit(50000), MaxCount: limit(30),
			AuthFreeAmount: limit(5000), AuthFreeCount: limit(5), MaxOfflineEpochs: limit(30),
		}},
		Suites: []suite.Suite{b.scheme.Suite()}, KEMs: []wire.KEM{wire.KEMX25519},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 3},
		Fresh:      wire.Freshness{MaxAge: 30, MaxCount: 100, Grace: 7},
		UVMode:     1, Consent: 1, SyncMode: wire.SyncFull, Finality: 1, Respend: 1,
		Providers: []wire.ID{b.provider.crt}, ReceiptMode: wire.ReceiptSigned, Rules: wire.Rules{Replenish: 1},
	}
}
