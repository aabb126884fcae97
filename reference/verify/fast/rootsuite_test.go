package fast_test

import (
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A provider of suite 7 in the setting, and a payer below it, are no reason to
// fall over: both cores refuse its payments with the same code, and take those
// below a root of suite 7.
func TestSuiteOfRootsInTheSetting(t *testing.T) {
	w := generate(t, suite.P256MLDSA44, 20, 0)
	p := cert.DefaultParameters()
	p.RootSuite, p.LeafSuite = suite.SLHDSA128s, suite.All()
	a := cert.NewAuthority([]byte("slow root"), p)
	key := cert.DeriveKey(suite.SLHDSA128s, []byte("below"), "key")
	body := wire.Cert{Version: wire.V1, Realm: a.Place.Realm, Suite: suite.SLHDSA128s, Issuer: a.Root.Cert.ID, Level: wire.LevelService,
		Subject: wire.DIDOf(a.Place.Realm, wire.KeyDigest(key.Public().COSE())), Key: key.Public().COSE(),
		Usage: wire.UseSignCert, Env: a.Env, NotAfter: a.NotAfter, Suites: suite.All()}
	below, err := cert.Parse(a.Root.Sign(wire.TypeCert, body.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	in := w.Setting
	in.Roots = append(slices.Clone(in.Roots), a.Root.Cert)
	in.Providers = append(slices.Clone(in.Providers), a.Provider.Cert, below)
	device := cert.DeriveKey(suite.P256MLDSA44, []byte("device"), "key")
	list := payments(w)
	codes := map[spec.Code]bool{}
	for _, issuer := range []cert.Identity{a.Provider, {Key: key, Cert: below}} {
		list = append(list, paid(t, in, device, a.IssueDevice(device.Public(), cert.DeviceOptions{Issuer: &issuer})))
	}
	plain, err := verify.New(in, verify.MapIndex{})
	if err != nil {
		t.Fatal(err)
	}
	got := inBatches(newCore(t, in, 10, 10), list, 64)
	for i, payment := range list {
		want := plain.Verify(payment)
		if got[i] != want {
			t.Errorf("payment %d: %+v; plain %+v", i, got[i], want)
		}
		if i >= len(list)-2 {
			codes[want.Code] = true
		}
	}
	if !codes[0] || !codes[spec.ESuite] {
		t.Errorf("codes %v; want 0 below the root and 120 below the provider of suite 7", codes)
	}
}

// paid is a right payment by a device, but for its certificate.
func paid(t *testing.T, in verify.Setting, key suite.PrivateKey, c *cert.Certificate) verify.Payment {
	t.Helper()
	payee, nonce := wire.DID{1}, wire.Nonce{2}
	m := wire.Transfer{Version: wire.V1, Realm: in.Place.Realm, Suite: key.Public().Suite(), Currency: in.Place.Currency,
		Exponent: in.Place.Exponent, Amount: 100, Cert: c.ID, Request: 1, PayeeTag: wire.PayeeTag(payee, nonce), Counter: 1,
		Lots: []wire.Lot{{Hop: 1, Amount: 100}}, RequestHash: wire.ID{3}, PolicyVersion: 1, Epoch: max(in.Epoch, in.MinEpoch), Family: wire.FamilyBalance}
	return settlement.Append(nil, settlement.Record{
		Object: cert.SignObject(key, wire.TypeTransfer, m.Encode()).Encode(), Certificates: [][]byte{c.Raw},
		Opening: &settlement.Opening{Payee: payee, Nonce: nonce},
	})
}
