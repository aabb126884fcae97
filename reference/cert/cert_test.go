package cert

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// classical is an authority of one suite throughout: fast, and enough for every
// rule but those of rank.
func classical() *Authority {
	p := DefaultParameters()
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519, suite.P256}
	p.Epoch, p.NotAfter = 100, 1000
	return NewAuthority([]byte("seed"), p)
}

func situation(a *Authority) Situation {
	return Situation{Realm: a.Place.Realm, Env: a.Env, Epoch: 200, Grace: 5, Usage: wire.UsePay,
		Suites: []suite.Suite{suite.Ed25519}}
}

func edited(edit func(*wire.Cert)) DeviceOptions { return DeviceOptions{Edit: edit} }

func codeOf(err error) spec.Code {
	code, _ := wire.CodeOf(err)
	return code
}

// verify is all of the check of a path.
func verify(p Path, in Situation) error {
	v := Verifier{Rules: Rules()}
	if err := v.Check(p, in); err != nil {
		return err
	}
	return v.Signatures(p)
}

func TestEachWrongCertificateIsRefusedForItsReason(t *testing.T) {
	a := classical()
	key := DeriveKey(suite.Ed25519, []byte("device"), "key").Public()
	other := NewAuthority([]byte("other seed"), a.Parameters)
	for _, tt := range []struct {
		name    string
		options DeviceOptions
		want    spec.Code
	}{
		{"right", DeviceOptions{}, 0},
		{"another realm", edited(func(c *wire.Cert) { c.Realm[0] ^= 1 }), spec.ERealm},
		{"production", edited(func(c *wire.Cert) { c.Env = wire.EnvProduction }), spec.EPath},
		{"level of a service", edited(func(c *wire.Cert) { c.Level, c.Usage = wire.LevelService, wire.UseSignCert }), spec.EPath},
		{"another provider", DeviceOptions{Issuer: &other.Provider}, spec.EPath},
		{"the right provider named, another key signs", DeviceOptions{Issuer: &Identity{other.Provider.Key, a.Provider.Cert}}, spec.ESig},
		{"suite not among its own", DeviceOptions{Suites: []suite.Suite{suite.P256}}, spec.ESuite},
		{"suites above the issuer's", DeviceOptions{Suites: []suite.Suite{suite.Ed25519, suite.MLDSA44}}, spec.EWeak},
		{"no usage", edited(func(c *wire.Cert) { c.Usage = 0 }), spec.EUsage},
		{"receive only", edited(func(c *wire.Cert) { c.Usage = wire.UseReceive }), spec.EUsage},
		{"verify-only and pay", edited(func(c *wire.Cert) { c.Usage |= wire.UseVerifyOnly }), spec.EUsage},
		{"NOSE that pays", edited(func(c *wire.Cert) { c.Class = wire.ClassNOSE }), spec.EUsage},
		{"longer than its issuer", edited(func(c *wire.Cert) { c.NotAfter = 1001 }), spec.EPath},
		{"end before begin", edited(func(c *wire.Cert) { c.NotBefore, c.NotAfter = 199, 198 }), spec.EPath},
		{"ended, grace over", edited(func(c *wire.Cert) { c.NotAfter = 194 }), spec.EExpired},
		{"ended, grace running", edited(func(c *wire.Cert) { c.NotAfter = 195 }), 0},
		{"not begun", edited(func(c *wire.Cert) { c.NotBefore = 201 }), spec.EExpired},
		{"begun with its own epoch of issue", edited(func(c *wire.Cert) { c.NotBefore, c.Epoch = 250, 250 }), 0},
		{"bad signature", DeviceOptions{BadSignature: true}, spec.ESig},
	} {
		err := verify(a.Path(a.IssueDevice(key, tt.options)), situation(a))
		if got := codeOf(err); got != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
		}
	}
}

func TestServicesAreCheckedByTheSameRules(t *testing.T) {
	a := classical()
	in := situation(a)
	in.Usage = wire.UseSignPolicy | wire.UseSignAck
	if err := verify(a.Path(a.Service.Cert), in); err != nil {
		t.Errorf("service: %v", err)
	}
	in.Usage = wire.UseSignCert
	if err := verify(a.Path(a.Service.Cert), in); codeOf(err) != spec.EUsage {
		t.Errorf("service as an issuer: %v; want 121", err)
	}
	device := DeriveKey(suite.Ed25519, []byte("device"), "key").Public()
	issued := a.IssueDevice(device, DeviceOptions{Issuer: &a.Service})
	path := Path{Chain: []*Certificate{issued, a.Service.Cert}, Root: a.Root.Cert}
	if err := verify(path, situation(a)); codeOf(err) != spec.EUsage {
		t.Errorf("device certified by a service: %v; want 121", err)
	}
}

func TestRankOfAPath(t *testing.T) {
	hybrid := NewAuthority([]byte("seed"), DefaultParameters())
	for _, s := range suite.All() {
		key := DeriveKey(s, []byte("device"), "key").Public()
		in := situation(hybrid)
		in.Suites = suite.All()
		if err := verify(hybrid.Path(hybrid.IssueDevice(key, DeviceOptions{})), in); err != nil {
			t.Errorf("suite %d under a hybrid provider: %v", s, err)
		}
	}
	a := classical()
	strong := DeriveKey(suite.MLDSA44, []byte("device"), "key").Public()
	if err := verify(a.Path(a.IssueDevice(strong, DeviceOptions{})), situation(a)); codeOf(err) != spec.EWeak {
		t.Errorf("ML-DSA-44 under Ed25519: %v; want 124", err)
	}
	in := situation(a)
	in.Suites = suite.All()
	key := DeriveKey(suite.Ed25519, []byte("device"), "key").Public()
	if err := verify(a.Path(a.IssueDevice(key, DeviceOptions{})), in); codeOf(err) != spec.EWeak {
		t.Errorf("classical provider under a policy with hybrids: %v; want 124", err)
	}
}

func TestRevocationOfDeviceCertificateAndProvider(t *testing.T) {
	a := classical()
	c := a.IssueDevice(DeriveKey(suite.Ed25519, []byte("device"), "key").Public(), DeviceOptions{})
	for _, tt := range []struct {
		name    string
		certs   []wire.ID
		devices []wire.DID
		want    spec.Code
	}{
		{"nothing", nil, nil, 0},
		{"others", []wire.ID{{1}, {0xff}}, []wire.DID{{2}, {1}}, 0},
		{"certificate", []wire.ID{{1}, c.ID, {0xff}}, nil, spec.ERevoked},
		{"device", nil, []wire.DID{{0xff}, c.Device(), {}}, spec.ERevoked},
		{"provider", []wire.ID{a.Provider.Cert.ID}, nil, spec.ERevoked},
	} {
		revoked, m, o, err := DecodeRevset(a.SignRevset(3, 150, tt.certs, tt.devices), a.Place)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Service.Cert.SuiteMatches(o, m.Suite) || a.Service.Cert.Verify(o, wire.TypeRevset) != nil || revoked.Version != 3 {
			t.Errorf("%s: signature or version %d", tt.name, revoked.Version)
		}
		in := situation(a)
		in.Revoked = revoked
		if err := verify(a.Path(c), in); codeOf(err) != tt.want {
			t.Errorf("%s blocked: %v; want %d", tt.name, err, tt.want)
		}
	}
}

func TestStoreTakesOnlyWhatHasVerified(t *testing.T) {
	a := classical()
	s := NewStore(8, a.Root.Cert)
	v := Verifier{Rules: Rules()}
	key := DeriveKey(suite.Ed25519, []byte("device"), "key").Public()
	good := a.IssueDevice(key, DeviceOptions{})
	bad := a.IssueDevice(key, DeviceOptions{BadSignature: true})
	if good.ID != bad.ID {
		t.Fatal("the signature changes the id")
	}
	poisoned := mustParse(withSignature(a.Provider.Cert.Object, make([]byte, 64)))
	p, err := s.Path(good.ID, []*Certificate{bad, poisoned})
	if err != nil || codeOf(v.Signatures(p)) != spec.ESig {
		t.Errorf("path of bad signatures: %v, %v; want 130", err, v.Signatures(p))
	}
	if _, err := s.Path(good.ID, nil); codeOf(err) != spec.ECertNeeded {
		t.Errorf("path after the bad one: %v; want 126", err)
	}
	if id, missing := s.Missing(good.ID, []*Certificate{good}); !missing || id != a.Provider.Cert.ID {
		t.Errorf("missing %x, %v; want the provider's", id, missing)
	}
	p, err = s.Path(good.ID, []*Certificate{good, a.Provider.Cert})
	if err != nil || v.Signatures(p) != nil {
		t.Fatalf("good path: %v, %v", err, v.Signatures(p))
	}
	s.Remember(p)
	p, err = s.Path(good.ID, []*Certificate{bad, poisoned})
	if err != nil || !bytes.Equal(p.Leaf().Raw, good.Raw) || v.Signatures(p) != nil {
		t.Errorf("stored path beside bad copies: %v, %v", err, v.Signatures(p))
	}
	if _, missing := s.Missing(good.ID, nil); missing {
		t.Error("a stored certificate is missing")
	}
}

func withSignature(o wire.Object, signature []byte) []byte {
	o.Signature = signature
	return o.Encode()
}

func TestStoreForgetsTheDeviceUsedLongestAgo(t *testing.T) {
	a := classical()
	s := NewStore(2, a.Root.Cert)
	var paths []Path
	for _, label := range []string{"1", "2", "3"} {
		key := DeriveKey(suite.Ed25519, []byte("device"), label).Public()
		paths = append(paths, a.Path(a.IssueDevice(key, DeviceOptions{})))
	}
	for _, i := range []int{0, 1, 0, 2} {
		s.Remember(paths[i])
	}
	for i, kept := range []bool{true, false, true} {
		if got := s.Find(paths[i].Leaf().ID) != nil; got != kept {
			t.Errorf("device %d kept: %v; want %v", i, got, kept)
		}
	}
	if s.Find(a.Provider.Cert.ID) == nil {
		t.Error("the provider's certificate made room for a device's")
	}
}

func TestPathEndsAtAConfiguredRoot(t *testing.T) {
	a := classical()
	other := NewAuthority([]byte("other seed"), a.Parameters)
	c := other.IssueDevice(DeriveKey(suite.Ed25519, []byte("device"), "key").Public(), DeviceOptions{})
	_, err := NewStore(8, a.Root.Cert).Path(c.ID, []*Certificate{c, other.Provider.Cert})
	if codeOf(err) != spec.EPath {
		t.Errorf("another root: %v; want 123", err)
	}
}

func TestAnswersAreWhatWasAskedFor(t *testing.T) {
	a := classical()
	ids := []wire.ID{a.Provider.Cert.ID, a.Service.Cert.ID}
	if got, err := Answers(ids, a.Certificates()); err != nil || len(got) != 2 {
		t.Errorf("the two asked for: %v", err)
	}
	ids[0], ids[1] = ids[1], ids[0]
	if _, err := Answers(ids, a.Certificates()); codeOf(err) != spec.ECertid {
		t.Errorf("in another order: %v; want 125", err)
	}
	if _, err := Answers(ids[:1], a.Certificates()); codeOf(err) != spec.ECertid {
		t.Errorf("more than asked for: %v; want 125", err)
	}
}

func TestPolicyRules(t *testing.T) {
	a := NewAuthority([]byte("seed"), DefaultParameters())
	weak := classical()
	in := func(version uint64, suites ...suite.Suite) wire.Policy {
		return wire.Policy{PolicyVersion: version, Suites: suites, KEMs: []wire.KEM{wire.KEMX25519}, SyncMode: wire.SyncFull,
			Provenance: wire.Provenance{Mode: wire.ProvenanceReissue}, Finality: 1, ReceiptMode: wire.ReceiptSigned, Limits: []wire.Limits{{Class: 1, MaxTx: wire.LimitOf(5000)}}}
	}
	endless := in(4, suite.Ed25519)
	endless.Limits[0].MaxOfflineEpochs = wire.LimitOf(7)
	bounded := in(4, suite.Ed25519)
	bounded.Limits[0].MaxOfflineEpochs, bounded.Limits[0].MaxCount = wire.LimitOf(7), wire.LimitOf(50)
	for _, tt := range []struct {
		name   string
		policy wire.Policy
		signer *Authority
		want   spec.Code
	}{
		{"higher", in(4, suite.Ed25519), a, 0},
		{"equal", in(3, suite.Ed25519), a, spec.EStale},
		{"lower", in(2, suite.Ed25519), a, spec.EStale},
		{"duration without count", endless, a, spec.EMalformed},
		{"duration with count", bounded, a, 0},
		{"hybrids signed by a classical key", in(4, suite.Ed25519, suite.Ed25519MLDSA44), weak, spec.EWeak},
		{"hybrids taken away by a classical key", in(4, suite.Ed25519), weak, spec.EWeak},
	} {
		next, o, err := DecodePolicy(tt.signer.SignPolicy(tt.policy), tt.signer.Place)
		if err != nil {
			t.Fatal(err)
		}
		if tt.signer.Service.Cert.Verify(o, wire.TypePolicy) != nil {
			t.Errorf("%s: signature", tt.name)
		}
		current := &Policy{Policy: in(3, suite.Ed25519, suite.Ed25519MLDSA44)}
		err = CheckPolicy(PolicyRules(), PolicyStep{current, next, tt.signer.Service.Cert})
		if codeOf(err) != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
		}
		if limits, ok := next.LimitsOf(1); !ok || !limits.MaxTx.Allows(5000) || limits.MaxTx.Allows(5001) {
			t.Errorf("%s: limits %+v", tt.name, limits)
		}
	}
}

func TestOneSeedGivesOneAuthority(t *testing.T) {
	a, b := classical(), classical()
	for _, pair := range [][2]Identity{{a.Root, b.Root}, {a.Provider, b.Provider}, {a.Service, b.Service}} {
		if !bytes.Equal(pair[0].Cert.Raw, pair[1].Cert.Raw) {
			t.Error("two authorities of one seed differ")
		}
	}
	if c := NewAuthority([]byte("other"), a.Parameters); c.Root.Cert.ID == a.Root.Cert.ID {
		t.Error("two seeds give one root")
	}
}

func FuzzParse(f *testing.F) {
	a := classical()
	f.Add(a.Root.Cert.Raw)
	f.Add(a.IssueDevice(DeriveKey(suite.P256, []byte("device"), "key").Public(), DeviceOptions{}).Raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			return
		}
		if again := (wire.Object{Alg: c.Object.Alg, Payload: c.Body.Encode(), Signature: c.Object.Signature}).Encode(); !bytes.Equal(again, b) {
			t.Errorf("%x encodes to %x", b, again)
		}
		if c.Key != nil && !bytes.Equal(c.Key.COSE(), c.Body.Key) {
			t.Errorf("key %x parsed from %x", c.Key.COSE(), c.Body.Key)
		}
	})
}
