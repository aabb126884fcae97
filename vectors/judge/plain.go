package judge

import (
	"maps"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// suiteVerify is one signature under one key.
func suiteVerify(c *call) error {
	number := suite.Suite(c.number("suite"))
	scheme, ok := suite.Lookup(number)
	if !ok {
		return &wire.Error{Code: spec.ESuite, Key: 4, What: "unknown"}
	}
	key, err := scheme.ParsePublic(c.input("key"))
	if err != nil {
		return &wire.Error{Code: spec.EField, Key: 32, What: "not a key of its suite"}
	}
	if key.Verify(c.input("message"), c.input("signature")) != nil {
		return &wire.Error{Code: spec.ESig, Key: wire.NoKey, What: "signature"}
	}
	return nil
}

// publishedCase tells the verdict on a case that others have published.
func publishedCase(c *call) error {
	c.values["verdict"] = "accepted"
	if suiteVerify(c) != nil {
		c.values["verdict"] = "refused"
	}
	return nil
}

// identifier derives one identifier.
func identifier(c *call) error {
	switch c.vector.Kind {
	case "realm":
		realm := wire.RealmOf(string(c.input("issuer")), string(c.input("currency")), c.number("exponent"), c.number("env"))
		c.set("realm", realm[:])
	case "did":
		var realm wire.Realm
		c.array(realm[:], c.vector.Input["realm"])
		digest := wire.KeyDigest(c.input("key"))
		did := wire.DIDOf(realm, digest)
		c.set("key_digest", digest[:])
		c.set("did", did[:])
	case "payee-tag":
		tag := wire.PayeeTag(c.did(c.vector.Input["did"]), c.nonce(c.vector.Input["nonce"]))
		c.set("tag", tag[:])
	case "request-nonce":
		var key [32]byte
		c.array(key[:], c.vector.Input["request_key"])
		nonce := wire.RequestNonce(key, c.number("request"))
		c.set("nonce", nonce[:])
	case "log-chain":
		return logChain(c)
	case "transcript":
		th := wire.TranscriptHash(c.input("hello"), c.input("caps"), c.input("enc"))
		c.set("transcript", th[:])
	case "sig-structure":
		signed := wire.SigStructure(int64(-c.number("minus_alg")), string(c.input("domain")), c.input("payload"))
		id := wire.KeyDigest(signed)
		c.set("to_be_signed", signed)
		c.set("id", id[:])
	}
	return nil
}

func logChain(c *call) error {
	e, err := wire.DecodeLogEntry(c.input("entry"))
	if err != nil {
		return err
	}
	head := c.id(c.vector.Input["head"])
	if e.Number == 1 {
		head = wire.LogStart(c.did(c.vector.Input["did"]))
	}
	digest := e.Digest()
	next := wire.LogNext(head, e.Number, digest)
	c.set("digest", digest[:])
	c.set("head", next[:])
	return nil
}

// path is a certificate path to a configured root, at an epoch.
func path(c *call) error {
	leaf, err := cert.Parse(c.object(c.vector.Uses["leaf"]))
	if err != nil {
		return err
	}
	p := cert.Path{Chain: []*cert.Certificate{leaf}, Root: c.certificate(c.vector.Uses["root"])}
	if name, ok := c.vector.Uses["provider"]; ok {
		provider, err := cert.Parse(c.object(name))
		if err != nil {
			return err
		}
		p.Chain = append(p.Chain, provider)
	}
	in := cert.Situation{
		Env: c.number("env"), Epoch: c.number("epoch"), Grace: c.number("grace"), Usage: c.number("usage"),
	}
	c.array(in.Realm[:], c.vector.Context["realm"])
	for _, digit := range c.vector.Context["suites"] {
		in.Suites = append(in.Suites, suite.Suite(digit-'0'))
	}
	if name, ok := c.vector.Uses["revset"]; ok {
		in.Revoked = c.revocations(name)
	}
	if c.fault != nil {
		return c.fault
	}
	v := c.judge.paths()
	if err := v.Check(p, in); err != nil {
		return err
	}
	if err := v.Signatures(p); err != nil {
		return err
	}
	did := leaf.Device()
	c.signed(wire.TypeCert, leaf.Raw)
	c.set("subject", did[:])
	return nil
}

// revocations reads a revocation set, of whatever realm.
func (c *call) revocations(name string) *cert.Revocations {
	o, err := wireObject(c.object(name), wire.TypeRevset)
	if err != nil {
		c.fail("%s: %w", name, err)
		return nil
	}
	m, err := wire.DecodeRevset(o.Payload)
	if err != nil {
		c.fail("%s: %w", name, err)
	}
	return cert.NewRevocations(o.ID(wire.TypeRevset), m)
}

// settle is a TRANSFER at the verification core, with the opening of its tag.
func settle(c *call) error {
	l := c.file.Ledger(c.vector.Ledger)
	if l == nil {
		c.fail("no ledger state")
		return c.fault
	}
	policy, err := wireObject(c.object(l.Policy), wire.TypePolicy)
	if err != nil {
		c.fail("%w", err)
		return c.fault
	}
	body, err := wire.DecodePolicy(policy.Payload)
	if err != nil {
		c.fail("%w", err)
	}
	in := verify.Setting{
		Env: l.Env, Suites: body.Suites, MaxHops: body.Provenance.MaxHops, Epoch: l.Epoch,
		MinEpoch: body.MinEpoch, Grace: body.Fresh.Grace,
		Place: wire.Place{Currency: l.Currency, Exponent: l.Exponent},
	}
	c.array(in.Place.Realm[:], l.Realm)
	for _, name := range l.Roots {
		in.Roots = append(in.Roots, c.certificate(name))
	}
	for _, name := range l.Issuers {
		in.Providers = append(in.Providers, c.certificate(name))
	}
	if l.Revset != "" {
		in.Revoked = c.revocations(l.Revset)
	}
	if body.Provenance.Mode == wire.ProvenanceChain {
		bounds := provenance.BoundsOf(body.Provenance)
		in.Chain = &bounds
	}
	index := verify.MapIndex{}
	v, err := verify.New(in, index, verify.LinkRules(c.judge.Links))
	if err != nil {
		c.fail("%w", err)
	}
	if c.fault != nil {
		return c.fault
	}
	for _, name := range l.Before {
		if c.before(v, name); c.fault != nil {
			return c.fault
		}
	}
	if c.meet != nil {
		return c.meet(func() error { return c.verdict(v) }, func() any { return maps.Clone(index) })
	}
	return c.verdict(v)
}

func (c *call) verdict(v *verify.Verifier) error {
	var links []wire.Link
	if c.vector.Kind == "chain" {
		var err error
		if links, err = wire.DecodeLinks(c.input("links")); err != nil {
			return err
		}
	}
	verdict := v.Verify(settlement.Append(nil, settlement.Record{
		Object: c.input("object"), Certificates: c.carried(),
		Opening: &settlement.Opening{Payee: c.did(c.vector.Input["payee"]), Nonce: c.nonce(c.vector.Input["nonce"])},
		Links:   links,
	}))
	if verdict.Code != 0 {
		return &cert.Refusal{Requirement: verdict.Requirement, Code: verdict.Code}
	}
	c.signed(wire.TypeTransfer, c.input("object"))
	c.set("payer", verdict.Payer[:])
	return nil
}

// before settles an earlier record, which is named whole.
func (c *call) before(v *verify.Verifier, name string) {
	if verdict := v.Verify(c.object(name)); !verdict.Accepted {
		c.fail("%s: refused with %d", name, verdict.Code)
	}
}

func wireObject(b []byte, t wire.Type) (wire.Object, error) {
	return wire.DecodeObject(b, t.MaxBytes())
}
