package fast

import (
	"errors"
	"sync/atomic"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A payer is a payer's certificate under a provider of the setting.
type payer struct {
	path   cert.Path // the certificate, with all its bytes, and its provider's
	alg    int64
	header []byte // protected header of what the key signs
	key    *key
	// What the rules of the path say, its signature apart; code 0: nothing.
	code        spec.Code
	requirement spec.ID
	used        atomic.Bool // since the cache last looked for one to drop
}

func (p *payer) leaf() *cert.Certificate { return p.path.Chain[0] }

// newPayer reads a certificate that a provider of the setting issued, with a
// copy of its bytes. It returns nil for anything else, also for what is not a
// certificate: package verify says what that means.
func (v *Verifier) newPayer(encoded []byte) *payer {
	c := &cert.Certificate{Raw: append([]byte(nil), encoded...)}
	var err error
	if c.Object, err = wire.DecodeObject(c.Raw, wire.TypeCert.MaxBytes()); err != nil {
		return nil
	}
	if c.Body, err = wire.DecodeCert(c.Object.Payload); err != nil {
		return nil
	}
	issuer := v.issuers[c.Body.Issuer]
	scheme, known := suite.Lookup(c.Body.Suite)
	if issuer == nil || !known {
		return nil
	}
	c.ID = c.Object.ID(wire.TypeCert)
	p := &payer{
		alg:    scheme.Alg(),
		header: wire.AppendInt(wire.AppendUint(wire.AppendMap(nil, 1), 1), scheme.Alg()),
		key:    newKey(c.Body.Suite, c.Body.Key, v.secret.hashID(c.ID)),
	}
	if p.key == nil {
		return nil
	}
	c.Key = p.key
	p.path = cert.Path{Chain: []*cert.Certificate{c, issuer.cert}, Root: issuer.root}
	v.judge(p)
	return p
}

// judge applies the rules of a path.
func (v *Verifier) judge(p *payer) {
	err := v.paths.Check(p.path, cert.Situation{
		Realm: v.in.Place.Realm, Env: v.in.Env, Epoch: v.in.Epoch, Grace: v.in.Grace,
		Revoked: v.in.Revoked, Suites: v.in.Suites, Usage: wire.UsePay,
	})
	if err == nil {
		return
	}
	refusal, ok := errors.AsType[*cert.Refusal](err)
	if !ok {
		panic("fast: a path refused without a code: " + err.Error())
	}
	p.code, p.requirement = refusal.Code, refusal.Requirement
}

// An issuer is a provider of the setting, with the root above it.
type issuer struct {
	cert, root *cert.Certificate
	key        *key
}
