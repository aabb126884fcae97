package provider

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

type realm struct {
	*cert.Authority
	t *testing.T
}

func newRealm(t *testing.T) realm {
	return realm{cert.NewAuthority([]byte("provider"), cert.DefaultParameters()), t}
}

func (r realm) provider() *Provider {
	return New(Setting{Place: r.Place, Env: r.Env, Suites: suite.All(), Roots: []*cert.Certificate{r.Root.Cert},
		Issuers: []*cert.Certificate{r.Provider.Cert, r.Service.Cert}, Epoch: 40000, Rules: DefaultRules(),
		Paths: cert.Verifier{Rules: cert.Rules()}})
}

func key(s suite.Suite, name string) suite.PrivateKey { return cert.DeriveKey(s, []byte("key"), name) }

// requests are the two of a re-key, by an identity for a new key.
func (r realm) requests(by cert.Identity, next suite.PrivateKey) (rekey, enrol []byte) {
	m := wire.RekeyReq{Version: wire.V1, Realm: r.Place.Realm, Suite: by.Key.Public().Suite(), Nonce: wire.Nonce{1},
		Cert: by.Cert.ID, Key: next.Public().COSE()}
	o := cert.SignObject(by.Key, wire.TypeRekeyReq, m.Encode())
	e := wire.EnrolReq{Version: wire.V1, Realm: r.Place.Realm, Suite: next.Public().Suite(), Nonce: wire.Nonce{1},
		Cert: by.Cert.ID, Rekey: o.ID(wire.TypeRekeyReq), Key: next.Public().COSE(), Tee: 1}
	return o.Encode(), cert.SignObject(next, wire.TypeEnrolReq, e.Encode()).Encode()
}

func (r realm) code(err error) spec.Code {
	r.t.Helper()
	if err == nil {
		return 0
	}
	coded, ok := err.(interface{ RefusalCode() spec.Code })
	if !ok {
		r.t.Fatalf("no refusal: %v", err)
	}
	return coded.RefusalCode()
}

// A key is certified once, alone or as a component, whichever came first; the
// same request again is no second time.
func TestNoKeyIsCertifiedTwice(t *testing.T) {
	r := newRealm(t)
	old := key(suite.P256, "device")
	device := cert.Identity{Key: old, Cert: r.IssueDevice(old.Public(), cert.DeviceOptions{})}
	hybrid := key(suite.Ed25519MLDSA44, "next")
	scheme, _ := suite.Lookup(suite.Ed25519)
	component, err := scheme.NewKey(hybrid.Seed()[:32])
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		asks  suite.PrivateKey
		taken suite.PrivateKey
		own   bool // certified for the same device, after the same key
		want  spec.Code
	}{
		{"new", component, key(suite.Ed25519, "other"), false, 0},
		{"the same request again", component, component, true, 0},
		{"a key of another device", component, component, false, spec.EKeyreuse},
		{"a component of a key that was certified", component, hybrid, false, spec.EKeyreuse},
		{"a component of a key of its own", component, hybrid, true, spec.EKeyreuse},
		{"a key one of whose components was certified", hybrid, component, false, spec.EKeyreuse},
		{"the key before", old, key(suite.Ed25519, "other"), false, spec.EKeyreuse},
	} {
		p := r.provider()
		o := cert.DeviceOptions{}
		if tt.own {
			o.Subject, o.Edit = device.Cert.Device(), func(c *wire.Cert) { c.Replaces = wire.KeyDigest(old.Public().COSE()) }
		}
		p.Certified(r.IssueDevice(tt.taken.Public(), o))
		rekey, enrol := r.requests(device, tt.asks)
		got, err := p.Rekey(rekey, enrol, [][]byte{device.Cert.Raw})
		if r.code(err) != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
			continue
		}
		if err != nil {
			continue
		}
		if did, replaces := got.Certificate(); did != device.Cert.Device() || replaces != wire.KeyDigest(old.Public().COSE()) {
			t.Errorf("%s: certified as %x after %x", tt.name, did, replaces)
		}
	}
}

func TestOnlyDevicesAreReKeyed(t *testing.T) {
	r := newRealm(t)
	rekey, enrol := r.requests(r.Service, key(suite.Ed25519MLDSA44, "a service's next"))
	if _, err := r.provider().Rekey(rekey, enrol, nil); r.code(err) != spec.EPath {
		t.Errorf("a service: %v; want 123", err)
	}
}

func TestAgeDoesNotCountAndABlockDoes(t *testing.T) {
	r := newRealm(t)
	old := key(suite.Ed25519, "device")
	expired := r.IssueDevice(old.Public(), cert.DeviceOptions{Edit: func(c *wire.Cert) { c.NotAfter = 10 }})
	rekey, enrol := r.requests(cert.Identity{Key: old, Cert: expired}, key(suite.Ed25519, "next"))
	if _, err := r.provider().Rekey(rekey, enrol, [][]byte{expired.Raw}); err != nil {
		t.Errorf("expired for 39990 epochs: %v", err)
	}
	p := r.provider()
	p.in.Revoked = cert.NewRevocations(wire.ID{1}, wire.Revset{Devices: []wire.ShortID{wire.ShortID(expired.Device())}})
	if _, err := p.Rekey(rekey, enrol, [][]byte{expired.Raw}); r.code(err) != spec.ERevoked {
		t.Errorf("blocked: %v; want 154", err)
	}
}
