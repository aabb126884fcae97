package simulator_test

import (
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A world is a simulator with a realm, a ledger and devices.
type world struct {
	t      *testing.T
	sim    adapter.Adapter
	realm  *cert.Authority
	policy []byte
	revset []byte
	ledger string
	made   int
}

func newWorld(t *testing.T, o simulator.Options) *world {
	t.Helper()
	params := cert.DefaultParameters()
	params.Epoch = reference(t).Epoch
	a := cert.NewAuthority([]byte("simulator test"), params)
	w := &world{t: t, sim: simulator.New(o), realm: a}
	w.policy = a.SignPolicy(wire.Policy{
		PolicyVersion: 1, Epoch: params.Epoch, Suites: suite.All(), KEMs: []wire.KEM{wire.KEMX25519},
		Limits:     []wire.Limits{{Class: 1}},
		Provenance: wire.Provenance{Mode: wire.ProvenanceReissue, MaxHops: 3},
		Fresh:      wire.Freshness{MaxAge: 365, MaxCount: 1 << 32},
		SyncMode:   wire.SyncFull, Finality: 1, Respend: 1, ReceiptMode: wire.ReceiptSigned,
		Rules: wire.Rules{Loss: 1, Shortfall: 1, Recovery: 1, Replenish: 1},
	})
	w.revset = a.SignRevset(1, params.Epoch, nil, nil)
	w.ledger = w.done("", adapter.Create{
		Role: adapter.RoleLedger, Profile: reference(t).JSON(), Epoch: params.Epoch,
		Injected: &adapter.Injected{
			ServiceSeed: a.Service.Key.Seed(), ServiceSuite: int(a.TopSuite),
			Certificates: []adapter.Bytes{a.Root.Cert.Raw, a.Provider.Cert.Raw, a.Service.Cert.Raw},
			Policy:       w.policy, Revocations: w.revset,
		},
	}).Handle
	return w
}

func (w *world) do(handle string, v adapter.Verb) adapter.Answer {
	w.t.Helper()
	a, err := w.sim.Do(w.t.Context(), adapter.Request{Handle: handle, Verb: v}, nil)
	if err != nil {
		w.t.Fatalf("%s: %v", v.Name(), err)
	}
	return a
}

func (w *world) done(handle string, v adapter.Verb) *adapter.Result {
	w.t.Helper()
	a := w.do(handle, v)
	if a.Done == nil {
		w.t.Fatalf("%s: refused %+v, torn %+v; want done", v.Name(), a.Refused, a.Torn)
	}
	return a.Done
}

// device creates a device that is ready and funded.
func (w *world) device(amount adapter.Amount) string {
	w.t.Helper()
	w.made++
	handle := w.done("", adapter.Create{
		Role: adapter.RoleDevice, Profile: reference(w.t).JSON(), Seed: []byte{byte(w.made)}, Epoch: reference(w.t).Epoch,
	}).Handle
	request, err := wire.DecodeObject(w.done(handle, adapter.Provision{}).Messages[0], wire.TypeEnrolReq.MaxBytes())
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := wire.DecodeEnrolReq(request.Payload)
	if err != nil {
		w.t.Fatal(err)
	}
	scheme, _ := suite.Lookup(body.Suite)
	key, err := scheme.ParsePublic(body.Key)
	if err != nil {
		w.t.Fatal(err)
	}
	install := adapter.Provision{
		Certificates: []adapter.Bytes{w.realm.IssueDevice(key, cert.DeviceOptions{}).Raw},
		Issuers:      []adapter.Bytes{w.realm.Provider.Cert.Raw, w.realm.Service.Cert.Raw},
		Root:         w.realm.Root.Cert.Raw, Policy: w.policy, Revocations: w.revset,
	}
	w.done(handle, install)
	w.done(w.ledger, adapter.OpenAccount{Account: handle, Balance: 10_000})
	w.done(w.ledger, adapter.Register{Account: handle, Device: handle})
	if amount > 0 {
		w.done(handle, adapter.Fund{Amount: amount, Ledger: w.ledger})
	}
	return handle
}

func (w *world) value(handle string) adapter.Value {
	w.t.Helper()
	return *w.done(handle, adapter.Query{}).Value
}

// held is what a device has and has not given away for good.
func (w *world) held(handle string) adapter.Amount {
	v := w.value(handle)
	return *v.Spendable + *v.Incoming
}

// finish lets two devices meet again, so that what is pending between them ends.
func (w *world) finish(payer, payee string) {
	w.t.Helper()
	m1 := w.done(payer, adapter.Start{})
	m2 := w.done(payee, adapter.RequestPayment{Finish: true, Message: m1.Message})
	for _, m3 := range w.done(payer, adapter.Resend{Message: m2.Message}).Messages {
		answer := w.do(payee, adapter.Accept{Message: m3})
		m4 := adapter.Bytes{}
		if answer.Done != nil {
			m4 = answer.Done.Message
		} else if answer.Refused != nil {
			m4 = answer.Refused.Message
		}
		w.done(payer, adapter.Acknowledge{Message: m4})
	}
}
