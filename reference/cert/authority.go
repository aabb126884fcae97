package cert

import (
	"crypto/hkdf"
	"crypto/sha256"
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Parameters say what realm an [Authority] is for.
type Parameters struct {
	Issuer    string // name of the issuer, part of the realm
	Currency  string // ISO 4217 letters
	Number    uint64 // ISO 4217 number
	Exponent  uint64
	Env       uint64
	Family    uint64        // of value, as key 23 says it; 0 for B
	Epoch     uint64        // of issue
	NotAfter  uint64        // of root, provider and service
	TopSuite  suite.Suite   // of root, provider and service
	RootSuite suite.Suite   // of the root, where it is another; else 0
	LeafSuite []suite.Suite // that the provider may issue, ascending
}

// DefaultParameters are those of a test realm in euro: hybrid root, provider and
// service, which may issue every suite; valid from epoch 0 for a century.
func DefaultParameters() Parameters {
	return Parameters{
		Issuer: "assay test bank", Currency: "EUR", Number: 978, Exponent: 2, Env: wire.EnvTest,
		NotAfter: 36525, TopSuite: suite.Ed25519MLDSA44, LeafSuite: suite.All(),
	}
}

// An Identity is a key with its certificate.
type Identity struct {
	Key  suite.PrivateKey
	Cert *Certificate
}

// Sign returns the encoded object of type t with the given payload.
func (i Identity) Sign(t wire.Type, payload []byte) []byte {
	return SignObject(i.Key, t, payload).Encode()
}

// SignObject signs a payload as an object of type t.
func SignObject(key suite.PrivateKey, t wire.Type, payload []byte) wire.Object {
	scheme, ok := suite.Lookup(key.Public().Suite())
	if !ok {
		panic("cert: key of an unknown suite")
	}
	o := wire.Object{Alg: scheme.Alg(), Payload: payload}
	o.Signature = key.Sign(o.ToBeSigned(t))
	return o
}

// An Authority is the whole of a test realm's issuing side: a root, a provider
// that certifies devices, and a service of the ledger that signs everything
// else. All of it follows from a seed.
type Authority struct {
	Parameters
	Place    wire.Place
	Root     Identity
	Provider Identity
	Service  Identity

	seed []byte
}

// NewAuthority derives an authority. The same seed and parameters give the same
// bytes. An unknown suite is a programming error.
func NewAuthority(seed []byte, p Parameters) *Authority {
	a := &Authority{Parameters: p, seed: seed}
	a.Place = wire.Place{
		Realm:    wire.RealmOf(p.Issuer, p.Currency, p.Exponent, p.Env),
		Currency: p.Number, Exponent: p.Exponent, Family: p.Family,
	}
	a.Root = a.top("root", wire.LevelRoot, wire.UseSignCert, nil)
	a.Provider = a.top("provider", wire.LevelService, wire.UseSignCert, &a.Root)
	a.Service = a.top("service", wire.LevelService, wire.UseService&^wire.UseSignCert, &a.Root)
	return a
}

// DeriveKey returns the key of a suite that follows from a seed and a label. It
// draws again for the one seed in 2^32 that is not a scalar of P-256.
func DeriveKey(s suite.Suite, seed []byte, label string) suite.PrivateKey {
	scheme, ok := suite.Lookup(s)
	if !ok {
		panic("cert: no scheme for the suite")
	}
	for {
		derived, err := hkdf.Key(sha256.New, seed, nil, "assay/test/key/"+label, scheme.SeedSize())
		if err != nil {
			panic("cert: " + err.Error()) // only for sizes above 255 hashes
		}
		if key, err := scheme.NewKey(derived); err == nil {
			return key
		}
		label += "+"
	}
}

func (a *Authority) top(name string, level, usage uint64, issuer *Identity) Identity {
	number := a.TopSuite
	if level == wire.LevelRoot && a.RootSuite != 0 {
		number = a.RootSuite
	}
	key := DeriveKey(number, a.seed, name)
	coseKey := key.Public().COSE()
	body := wire.Cert{
		Version: wire.V1, Realm: a.Place.Realm, Suite: number, Epoch: a.Epoch, Level: level,
		Subject: wire.DIDOf(a.Place.Realm, wire.KeyDigest(coseKey)), Key: coseKey, Usage: usage,
		Env: a.Env, NotBefore: 0, NotAfter: a.NotAfter, Suites: a.LeafSuite,
	}
	if issuer == nil {
		issuer = &Identity{Key: key}
	} else {
		body.Issuer = issuer.Cert.ID
	}
	return Identity{key, mustParse(issuer.Sign(wire.TypeCert, body.Encode()))}
}

// mustParse reads what this package has just written.
func mustParse(b []byte) *Certificate {
	c, err := Parse(b)
	if err != nil {
		panic("cert: issued what does not parse: " + err.Error())
	}
	return c
}

// DeviceOptions say what differs from an ordinary device certificate. The zero
// value is that: class SE, every usage of a device but verify-only, limits class
// 1, in force like the provider's, for the suite of its key alone.
type DeviceOptions struct {
	Subject      wire.DID // zero: derived from the key
	Suites       []suite.Suite
	Edit         func(*wire.Cert) // last word on the body, right or wrong
	Issuer       *Identity        // nil: the provider
	BadSignature bool
}

// IssueDevice certifies a device's key, rightly or wrongly. An edit that leaves
// what cannot be parsed is a programming error; use [Identity.Sign] for that.
func (a *Authority) IssueDevice(key suite.PublicKey, o DeviceOptions) *Certificate {
	issuer := o.Issuer
	if issuer == nil {
		issuer = &a.Provider
	}
	body := wire.Cert{
		Version: wire.V1, Realm: a.Place.Realm, Suite: key.Suite(), Issuer: issuer.Cert.ID,
		Epoch: a.Epoch, Level: wire.LevelDevice, Subject: o.Subject, Key: key.COSE(),
		Usage: wire.UseDevice &^ wire.UseVerifyOnly, Class: wire.ClassSE, Env: a.Env,
		NotAfter: a.NotAfter, Suites: o.Suites, Limits: 1, Tee: 1,
	}
	if body.Subject == (wire.DID{}) {
		body.Subject = wire.DIDOf(a.Place.Realm, wire.KeyDigest(key.COSE()))
	}
	if body.Suites == nil {
		body.Suites = []suite.Suite{key.Suite()}
	}
	if o.Edit != nil {
		o.Edit(&body)
	}
	object := SignObject(issuer.Key, wire.TypeCert, body.Encode())
	if o.BadSignature {
		object.Signature[0] ^= 1
	}
	return mustParse(object.Encode())
}

// Path returns the path of a certificate that this authority issued.
func (a *Authority) Path(c *Certificate) Path {
	if c.Body.Level == wire.LevelService {
		return Path{Chain: []*Certificate{c}, Root: a.Root.Cert}
	}
	return Path{Chain: []*Certificate{c, a.Provider.Cert}, Root: a.Root.Cert}
}

// Certificates returns the provider's and the service's certificate, encoded,
// as a policy pre-loads them.
func (a *Authority) Certificates() [][]byte {
	return [][]byte{a.Provider.Cert.Raw, a.Service.Cert.Raw}
}

// SignPolicy completes a policy with what the realm determines and the service
// as its signer, and signs it.
func (a *Authority) SignPolicy(m wire.Policy) []byte {
	m.Version, m.Realm, m.Suite = wire.V1, a.Place.Realm, a.TopSuite
	m.Currency, m.Exponent, m.Cert = a.Number, a.Exponent, a.Service.Cert.ID
	m.Providers = []wire.ID{a.Provider.Cert.ID}
	return a.Service.Sign(wire.TypePolicy, m.Encode())
}

// SignKeyset signs what tokens of family E are signed with, in a version.
func (a *Authority) SignKeyset(version, epoch uint64, keys []wire.KeysetEntry) []byte {
	return a.Service.Sign(wire.TypeKeyset, wire.Keyset{
		Version: wire.V1, Realm: a.Place.Realm, Suite: a.TopSuite, Cert: a.Service.Cert.ID,
		KeysetVersion: version, Epoch: epoch, Keys: keys,
	}.Encode())
}

// SignRevset signs the revocation set that blocks the given certificates and
// devices, in any order.
func (a *Authority) SignRevset(version, epoch uint64, certs []wire.ID, devices []wire.DID) []byte {
	m := wire.Revset{Version: wire.V1, Realm: a.Place.Realm, Suite: a.TopSuite,
		Cert: a.Service.Cert.ID, RevocationVersion: version, Epoch: epoch}
	for _, id := range certs {
		m.Certs = append(m.Certs, wire.ShortOf(id))
	}
	for _, id := range devices {
		m.Devices = append(m.Devices, wire.ShortID(id))
	}
	m.Certs, m.Devices = ascending(m.Certs), ascending(m.Devices)
	return a.Service.Sign(wire.TypeRevset, m.Encode())
}

func ascending(list []wire.ShortID) []wire.ShortID {
	slices.SortFunc(list, func(a, b wire.ShortID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(list)
}
