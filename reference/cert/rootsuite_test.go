package cert

import (
	"fmt"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// underSLHDSA is a realm whose root alone has a key of suite 7.
func underSLHDSA() *Authority {
	p := DefaultParameters()
	p.RootSuite = suite.SLHDSA128s
	return NewAuthority([]byte("seed"), p)
}

func TestARootOfSuite7StandsAboveEverySuite(t *testing.T) {
	a := underSLHDSA()
	if a.Root.Cert.Body.Suite != suite.SLHDSA128s || a.Provider.Cert.Body.Suite != suite.Ed25519MLDSA44 {
		t.Fatalf("root of suite %d, provider of suite %d", a.Root.Cert.Body.Suite, a.Provider.Cert.Body.Suite)
	}
	if n := len(a.Provider.Cert.Raw); n > wire.TypeCert.MaxBytes() {
		t.Errorf("a provider's certificate has %d bytes; a CERT at most %d", n, wire.TypeCert.MaxBytes())
	}
	for _, s := range suite.All() {
		key := DeriveKey(s, []byte("device"), "key").Public()
		in := situation(a)
		in.Suites = suite.All()
		if err := verify(a.Path(a.IssueDevice(key, DeviceOptions{})), in); err != nil {
			t.Errorf("suite %d: %v", s, err)
		}
	}
	spoilt := *a.Provider.Cert
	spoilt.Object.Signature = append([]byte(nil), spoilt.Object.Signature...)
	spoilt.Object.Signature[7855] ^= 1
	leaf := a.IssueDevice(DeriveKey(suite.Ed25519, []byte("device"), "key").Public(), DeviceOptions{})
	path := Path{Chain: []*Certificate{leaf, &spoilt}, Root: a.Root.Cert}
	if err := verify(path, situation(a)); codeOf(err) != spec.ESig {
		t.Errorf("a bit of the root's signature: %v; want 130", err)
	}
}

// Nobody below a root has a key of suite 7, whoever vouches for it: a provider
// or a service is refused with 120, and a device with 124 before that, because
// no provider that is taken ranks as high.
func TestSuite7BelowARootIsRefused(t *testing.T) {
	a := underSLHDSA()
	key := DeriveKey(suite.SLHDSA128s, []byte("below"), "key")
	provider := Identity{key, below(a, key.Public(), wire.LevelService, wire.UseSignCert, a.Root)}
	service := below(a, key.Public(), wire.LevelService, wire.UseSignPolicy, a.Root)
	device := DeriveKey(suite.Ed25519, []byte("device"), "key").Public()
	in := situation(a)
	for _, tt := range []struct {
		name string
		path Path
		use  uint64
		want spec.Code
	}{
		{"a provider", Path{[]*Certificate{a.IssueDevice(device, DeviceOptions{Issuer: &provider}), provider.Cert}, a.Root.Cert}, 1, spec.ESuite},
		{"a service", Path{[]*Certificate{service}, a.Root.Cert}, wire.UseSignPolicy, spec.ESuite},
		{"a device", a.Path(a.IssueDevice(key.Public(), DeviceOptions{})), 1, spec.EWeak},
		{"a device under a provider of suite 7", Path{[]*Certificate{a.IssueDevice(key.Public(), DeviceOptions{Issuer: &provider}), provider.Cert}, a.Root.Cert}, 1, spec.ESuite},
	} {
		in.Usage, in.Suites = tt.use, suite.Registered()
		if err := verify(tt.path, in); codeOf(err) != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
		}
	}
}

// below certifies a key directly below the root, for every suite.
func below(a *Authority, key suite.PublicKey, level, usage uint64, issuer Identity) *Certificate {
	body := wire.Cert{
		Version: wire.V1, Realm: a.Place.Realm, Suite: key.Suite(), Issuer: issuer.Cert.ID, Level: level,
		Subject: wire.DIDOf(a.Place.Realm, wire.KeyDigest(key.COSE())), Key: key.COSE(), Usage: usage,
		Env: a.Env, NotAfter: a.NotAfter, Suites: suite.Registered(),
	}
	return mustParse(issuer.Sign(wire.TypeCert, body.Encode()))
}

// What any suite signs fits its message's bound, with every optional member: the
// longest are those of ML-DSA-65 and, for certificates, of a root of suite 7.
func TestEverySuiteFitsItsMessages(t *testing.T) {
	for _, s := range suite.Registered() {
		key := DeriveKey(s, []byte("sizes"), "key")
		size := func(typ wire.Type, payload []byte) {
			if n := len(SignObject(key, typ, payload).Encode()); n > typ.MaxBytes() {
				t.Errorf("suite %d: %s of %d bytes; at most %d", s, typ, n, typ.MaxBytes())
			}
		}
		largest := DeriveKey(suite.MLDSA65, []byte("sizes"), "subject").Public().COSE()
		label := fmt.Sprintf("%040d", 0)
		size(wire.TypeCert, wire.Cert{Version: 1, Suite: s, Level: 1, Key: largest, Suites: suite.All(), NotAfter: 1 << 30, Label: label}.Encode())
		if s.RootsOnly() {
			continue
		}
		size(wire.TypePayReq, wire.PayReq{Version: 1, Suite: s, Amount: 1 << 52, Request: 1 << 52, PolicyVersion: 1 << 52,
			RevocationVersion: 1 << 52, Epoch: 1 << 30, Family: 1, Reference: make([]byte, 32), Label: label}.Encode())
		size(wire.TypeTransfer, wire.Transfer{Version: 1, Suite: s, Amount: 1 << 52, Request: 1 << 52, Counter: 1 << 52,
			Lots: make([]wire.Lot, 64), Family: 1}.Encode())
		size(wire.TypeReceipt, wire.Receipt{Version: 1, Suite: s, Status: wire.ReceiptRefused, Why: 999}.Encode())
		size(wire.TypeEnrolReq, wire.EnrolReq{Version: 1, Suite: s, Key: key.Public().COSE(), Tee: 1}.Encode())
	}
}
