// Package cert holds certificates, revocation and policy of the certificate
// chapter: how they are read, the ordered checks of a path from a device or
// service to a configured root, and an authority that issues them.
//
// It does not judge payments, and it keeps no time: the epoch is handed in.
package cert

import (
	"fmt"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Refusal is a certificate, policy or signature turned down for a reason that
// the specification names.
type Refusal struct {
	Requirement spec.ID
	Code        spec.Code
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("cert: refused with %d (%s)", r.Code, r.Requirement)
}

// RefusalCode returns the refusal code.
func (r *Refusal) RefusalCode() spec.Code { return r.Code }

// A Certificate is a CERT as it was read, and its subject's key.
type Certificate struct {
	ID     wire.ID
	Body   wire.Cert
	Object wire.Object
	Raw    []byte          // the encoded object
	Key    suite.PublicKey // nil when the suite is unknown

	verified bool // its path's signatures are known to be right
}

// Parse reads a certificate. It checks nothing but its form: the error is a
// [*wire.Error], with 103 when the key is not one of its suite. The certificate
// keeps a copy of b.
func Parse(b []byte) (*Certificate, error) {
	c := &Certificate{Raw: append([]byte(nil), b...)}
	var err error
	if c.Object, err = wire.DecodeObject(c.Raw, wire.TypeCert.MaxBytes()); err != nil {
		return nil, err
	}
	if c.Body, err = wire.DecodeCert(c.Object.Payload); err != nil {
		return nil, err
	}
	c.ID = c.Object.ID(wire.TypeCert)
	scheme, known := suite.Lookup(c.Body.Suite)
	if !known {
		return c, nil
	}
	if c.Key, err = scheme.ParsePublic(c.Body.Key); err != nil {
		return nil, &wire.Error{Code: spec.EField, Key: 32, What: "not a key of its suite"}
	}
	return c, nil
}

// Device returns the subject's device id.
func (c *Certificate) Device() wire.DID { return c.Body.Subject }

// Uses reports whether every given usage bit is set.
func (c *Certificate) Uses(bits uint64) bool { return c.Body.Usage&bits == bits }

// SuiteMatches reports whether an object whose body names suite s has the
// algorithm and the suite of this certificate's key; if not it is refused with
// 120.
func (c *Certificate) SuiteMatches(o wire.Object, s suite.Suite) bool {
	scheme, known := suite.Lookup(c.Body.Suite)
	return known && s == c.Body.Suite && o.Alg == scheme.Alg()
}

// Verify checks the signature of an object of type t by this certificate's key;
// the error is a [*Refusal] with 130.
func (c *Certificate) Verify(o wire.Object, t wire.Type) error {
	if c.Key == nil || c.Key.Verify(o.ToBeSigned(t), o.Signature) != nil {
		return &Refusal{spec.CRY05, spec.ESig}
	}
	return nil
}

// A Path is the certificates from a subject up to a root: a device and its
// provider, or a service alone, and the root that is configured.
type Path struct {
	Chain []*Certificate // from the subject upwards, without the root
	Root  *Certificate
}

// Leaf returns the subject's certificate.
func (p Path) Leaf() *Certificate { return p.Chain[0] }

// issuer returns the issuer of the i-th certificate.
func (p Path) issuer(i int) *Certificate {
	if i+1 < len(p.Chain) {
		return p.Chain[i+1]
	}
	return p.Root
}
