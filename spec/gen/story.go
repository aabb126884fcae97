package main

import (
	"crypto/sha256"
	"fmt"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// The examples are one story: Ana's device is funded with 100.00 EUR, pays
// Ben's 12.50, defunds 50.00 and synchronises. Every byte that should be
// random is the digest of its name, so that the story is the same each time.
const (
	issuer = "Example Central Bank"
	issued = 2526 // the epoch of everything, 2026-12-01
)

// A party holds a key and the certificate over it.
type party struct {
	key   suite.PrivateKey
	did   wire.DID
	cert  []byte  // encoded CERT
	crt   wire.ID // its identifier
	alg   int64
	realm wire.Realm
}

func digest(name string) [32]byte { return sha256.Sum256([]byte("assay example " + name)) }

func nonceOf(name string) wire.Nonce {
	d := digest(name)
	return wire.Nonce(d[:16])
}

// newParty makes the Ed25519 key of a name.
func newParty(name string) (*party, error) {
	scheme, ok := suite.Lookup(suite.Ed25519)
	if !ok {
		return nil, fmt.Errorf("no suite %d", suite.Ed25519)
	}
	seed := digest("key of " + name)
	key, err := scheme.NewKey(seed[:])
	if err != nil {
		return nil, err
	}
	realm := wire.RealmOf(issuer, "EUR", 2, wire.EnvTest)
	did := wire.DIDOf(realm, wire.KeyDigest(key.Public().COSE()))
	return &party{key: key, did: did, alg: scheme.Alg(), realm: realm}, nil
}

// sign returns the signed object of a payload, and its identifier.
func (p *party) sign(t wire.Type, payload []byte) ([]byte, wire.ID) {
	o := wire.Object{Alg: p.alg, Payload: payload}
	o.Signature = p.key.Sign(o.ToBeSigned(t))
	return o.Encode(), o.ID(t)
}

// certify gives the party a certificate by the issuer, itself for a root.
func (p *party) certify(by *party, level, usage uint64) {
	c := wire.Cert{
		Version: wire.V1, Realm: p.realm, Suite: suite.Ed25519, Issuer: by.crt, Epoch: issued,
		Level: level, Subject: p.did, Key: p.key.Public().COSE(), Usage: usage, Env: wire.EnvTest,
		NotBefore: issued, NotAfter: issued + 730, Suites: []suite.Suite{suite.Ed25519},
	}
	if level == wire.LevelDevice {
		c.Class, c.Limits, c.Tee = wire.ClassSE, 1, 1
	}
	p.cert, p.crt = by.sign(wire.TypeCert, c.Encode())
}

// A cast is everybody in the story.
type cast struct {
	root, provider, service, ana, ben, cem *party
	profile                                *spec.Profile
}

func newCast() (*cast, error) {
	profile, err := spec.LoadProfile("reference")
	if err != nil {
		return nil, err
	}
	c := &cast{profile: profile}
	for name, p := range map[string]**party{
		"root": &c.root, "provider": &c.provider, "service": &c.service, "ana": &c.ana, "ben": &c.ben, "cem": &c.cem,
	} {
		if *p, err = newParty(name); err != nil {
			return nil, err
		}
	}
	const device = wire.UsePay | wire.UseReceive | wire.UseRespend | wire.UseFund
	c.root.certify(c.root, wire.LevelRoot, wire.UseSignCert)
	c.provider.certify(c.root, wire.LevelService, wire.UseSignCert)
	c.service.certify(c.root, wire.LevelService, wire.UseSignFund|wire.UseSignPolicy|wire.UseSignRevset|wire.UseSignAck)
	c.ana.certify(c.provider, wire.LevelDevice, device)
	c.ben.certify(c.provider, wire.LevelDevice, device)
	c.cem.certify(c.provider, wire.LevelDevice, device)
	return c, nil
}
