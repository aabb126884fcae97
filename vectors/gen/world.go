package main

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/vectors"
)

// The epochs of every world: certificates are issued, the policy is, the
// revocation set is, and now.
const (
	epochIssued = 2400
	epochPolicy = 2500
	epochRevset = 2510
	epochNow    = 2526
	epochEnd    = 4000 // last epoch of devices
	epochTop    = 5000 // of providers and services
)

// The payment that most vectors are about.
const (
	amount        = 1250
	requestNumber = 5
	counter       = 7
)

// A world is a realm with a payer and a payee.
type world struct {
	*file
	auth   *cert.Authority
	policy wire.Policy
	number suite.Suite // of payer and payee
	kem    wire.KEM    // of its sessions, the one that its policy allows
	payer  *cert.Certificate
	payee  *cert.Certificate
	debits map[string]wire.ID // of the history that were made, by label
}

// classical is a realm of classical suites alone; hybrid one of all of them,
// under a hybrid root.
func classical(f *file) *world { return newWorld(f, suite.Ed25519, suite.Ed25519, 1, 2) }

func newWorld(f *file, top, number suite.Suite, allowed ...suite.Suite) *world {
	return newWorldUnder(f, 0, wire.KEMX25519, top, number, allowed...)
}

// newWorldUnder is newWorld with a root of a suite of its own and another KEM.
func newWorldUnder(f *file, root suite.Suite, kem wire.KEM, top, number suite.Suite, allowed ...suite.Suite) *world {
	p := cert.DefaultParameters()
	p.Epoch, p.NotAfter, p.TopSuite, p.LeafSuite, p.RootSuite = epochIssued, epochTop, top, allowed, root
	w := &world{file: f, number: number, kem: kem, auth: cert.NewAuthority([]byte(seed), p), policy: wire.Policy{
		PolicyVersion: 7, Epoch: epochPolicy, MinEpoch: 2450, Suites: allowed, KEMs: []wire.KEM{kem},
		Limits: []wire.Limits{{
			Class: 1, MaxTx: wire.LimitOf(50000), MaxHolding: wire.LimitOf(100000),
			MaxCumulative: wire.LimitOf(80000), MaxCount: wire.LimitOf(10), AuthFreeAmount: wire.LimitOf(5000),
			AuthFreeCount: wire.LimitOf(5), MaxOfflineEpochs: wire.LimitOf(60),
			MaxReceiveTx: wire.LimitOf(40000), MaxReceiveCumulative: wire.LimitOf(90000),
		}},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 5},
		Fresh:      wire.Freshness{MaxAge: 400, MaxCount: 1000, Grace: 30},
		UVMode:     1, Consent: 1, SyncMode: wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
		Rules: wire.Rules{Loss: 1, Shortfall: 1, Recovery: 1, Replenish: 1},
	}}
	w.key("root", w.auth.Root.Key)
	w.key("provider", w.auth.Provider.Key)
	w.key("service", w.auth.Service.Key)
	w.object("root", w.auth.Root.Cert.Raw)
	w.object("provider", w.auth.Provider.Cert.Raw)
	w.object("service", w.auth.Service.Cert.Raw)
	w.object("policy", w.auth.SignPolicy(w.policy))
	w.object("revset", w.auth.SignRevset(3, epochRevset, []wire.ID{{1}}, []wire.DID{{2}, {3}}))
	w.payer = w.device("payer", number)
	w.payee = w.device("payee", number)
	return w
}

// device makes a key and its certificate; both get the name.
func (w *world) device(name string, number suite.Suite, edit ...func(*wire.Cert)) *cert.Certificate {
	k := cert.DeriveKey(number, []byte(seed), name)
	w.key(name, k)
	c := w.auth.IssueDevice(k.Public(), cert.DeviceOptions{Edit: func(m *wire.Cert) {
		m.NotBefore, m.NotAfter = epochIssued, epochEnd
		for _, e := range edit {
			e(m)
		}
	}})
	w.object(name, c.Raw)
	return c
}

// drawn returns n bytes that follow from the seed and a label.
func drawn(label string, n int) []byte {
	var b []byte
	for i := byte(0); len(b) < n; i++ {
		digest := sha256.Sum256(append([]byte(seed+"/"+label+"/"), i))
		b = append(b, digest[:]...)
	}
	return b[:n]
}

func drawnID(label string) wire.ID { return wire.ID(drawn(label, 32)) }

// requestKey is the payee's k_n.
func requestKey() [32]byte { return [32]byte(drawn("request key", 32)) }

func requestNonce(n uint64) wire.Nonce { return wire.RequestNonce(requestKey(), n) }

// payReq is the body of the payee's request in the session.
func (w *world) payReq(s session) wire.PayReq {
	return wire.PayReq{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: amount,
		Transcript: s.transcript(), Nonce: requestNonce(requestNumber), Cert: w.payee.ID, Request: requestNumber,
		PolicyVersion: 7, RevocationVersion: 3, Epoch: epochNow, Flags: wire.PayReqSE, Family: wire.FamilyBalance,
		MaxHop: 5, Label: "coffee",
	}
}

// request is the signed PAY_REQ of the session, and its id.
func (w *world) request(s session) ([]byte, wire.ID) {
	b := w.signedBy("payee", wire.TypePayReq, w.payReq(s).Encode())
	return b, idOf(wire.TypePayReq, b)
}

func (w *world) signedBy(signer string, t wire.Type, body []byte) []byte {
	return cert.SignObject(w.private[signer], t, body).Encode()
}

// transfer is the body of the payer's answer to the request.
func (w *world) transfer() wire.Transfer {
	_, hash := w.request(w.session())
	return wire.Transfer{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: amount,
		Cert: w.payer.ID, Request: requestNumber, PayeeTag: wire.PayeeTag(w.payee.Device(), requestNonce(requestNumber)),
		Counter: counter, Prev: drawnID("previous debit"), Lots: []wire.Lot{{Hop: 1, Amount: 1000}, {Hop: 2, Amount: 250}},
		RequestHash: hash, PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance,
	}
}

func (w *world) signedTransfer() []byte {
	return w.signedBy("payer", wire.TypeTransfer, w.transfer().Encode())
}

// blank is the state of a device in service with nothing going on.
func (w *world) blank(name, key string, c *cert.Certificate) vectors.Device {
	did := c.Device()
	return vectors.Device{
		Name: name, Realm: hex.EncodeToString(w.auth.Place.Realm[:]), Currency: 978, Exponent: 2, Env: wire.EnvTest,
		Own: []vectors.Own{{Key: key, Certificate: key}}, DID: hex.EncodeToString(did[:]),
		RequestKey: hex.EncodeToString(drawn("request key", 32)), Roots: []string{"root"},
		Issuers: []string{"provider", "service"}, Policy: "policy", Revset: "revset", Provisioned: true,
		Consent: true, PINTries: 3, Epoch: epochNow, GrantEpoch: 2500, RevsetCount: 12,
		Balance: []vectors.Lot{{Hop: 0, Amount: "3000"}, {Hop: 1, Amount: "500"}}, Counter: counter - 1,
		Prev: hexID(drawnID("previous debit")), NextRequest: requestNumber + 1,
		Used: vectors.Used{Amount: "2000", Count: 3, Received: "700"}, AuthCount: 1, LogUnacked: 4,
		LogCapacity: 32, Slots: 1, Requests: []vectors.Request{}, Credits: []vectors.Credit{}, Pending: []vectors.Pending{},
	}
}

// state publishes a device state; edits make it out of another.
func (w *world) state(d vectors.Device) string {
	w.Devices = append(w.Devices, d)
	return d.Name
}

// variant publishes a state that differs from a named one.
func (w *world) variant(from, name string, edit func(*vectors.Device)) string {
	d := *w.File.Device(from)
	d.Name = name
	d.Own, d.Requests, d.Credits = slices.Clone(d.Own), slices.Clone(d.Requests), slices.Clone(d.Credits)
	d.Balance, d.Pending, d.Issuers = slices.Clone(d.Balance), slices.Clone(d.Pending), slices.Clone(d.Issuers)
	d.Fragments, d.Taken = slices.Clone(d.Fragments), slices.Clone(d.Taken)
	edit(&d)
	return w.state(d)
}

// policyBut publishes the policy with a change, signed again.
func (w *world) policyBut(name string, edit func(*wire.Policy)) string {
	p := w.policy
	p.Limits = slices.Clone(p.Limits)
	edit(&p)
	return w.object(name, w.auth.SignPolicy(p))
}

func hexID(id wire.ID) string { return hex.EncodeToString(id[:]) }

func hexDID(did wire.DID) string { return hex.EncodeToString(did[:]) }

func dec(n uint64) string { return strconv.FormatUint(n, 10) }
