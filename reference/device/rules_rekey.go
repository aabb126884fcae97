package device

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// rekeyedRules are the checks on the certificates that answer a REKEY_REQ; all
// come before R2.
func rekeyedRules() []Rule {
	return []Rule{
		{"waiting", spec.LCM04, spec.EState, func(c *Context) bool { return c.State.Rekey.Open }},
		{"debits signed", spec.LCM04, spec.EState, debitsSigned},
		{"new certificate", spec.LCM04, spec.ECertNeeded, func(c *Context) bool { return c.renewed(c.State.Rekey.Suite) != nil }},
		{"own", spec.LCM04, spec.EPath, ownKeys},
		{"predecessor", spec.LCM04, spec.EPath, predecessors},
		{"agreement", spec.LCM04, spec.EPath, certificatesAgree},
		{"issuers", spec.CRY01, spec.EPath, issuersRight},
		{"path", spec.CRY01, spec.EPath, renewedPaths},
		{"path signature", spec.CRY01, spec.ESig, func(c *Context) bool { return c.renewedSigned() }},
	}
}

// debitsSigned: the key that is replaced signs nothing afterwards.
func debitsSigned(c *Context) bool {
	return !slices.ContainsFunc(slices.Concat(c.State.Slots, c.State.Exceptions), func(s Slot) bool {
		return s.State == SlotDebited
	})
}

// renewed returns the certificate of a suite among those handed over.
func (c *Context) renewed(number suite.Suite) *cert.Certificate {
	for _, r := range c.Renewed {
		if r.Body.Suite == number {
			return r
		}
	}
	return nil
}

// newKey is the public key that waits for its certificate.
func (c *Context) newKey() []byte {
	scheme, known := suite.Lookup(c.State.Rekey.Suite)
	if !known {
		return nil
	}
	key, err := scheme.NewKey(c.State.Rekey.Seed)
	if err != nil {
		return nil
	}
	return key.Public().COSE()
}

// ownKeys: of this device, and of the key that waits or of one in use.
func ownKeys(c *Context) bool {
	return !slices.ContainsFunc(c.Renewed, func(r *cert.Certificate) bool {
		want := []byte(nil)
		if r.Body.Suite == c.State.Rekey.Suite {
			want = c.newKey()
		} else if current := c.d.certs[r.Body.Suite]; current != nil {
			want = current.Body.Key
		}
		return r.Device() != c.State.DID || !bytes.Equal(r.Body.Key, want)
	})
}

// predecessors: the new key names the key that asked for it, and a certificate
// that is renewed beside it names what it named before.
func predecessors(c *Context) bool {
	return !slices.ContainsFunc(c.Renewed, func(r *cert.Certificate) bool {
		want := c.State.Rekey.Signer
		if current := c.d.certs[r.Body.Suite]; current != nil && r.Body.Suite != c.State.Rekey.Suite {
			want = current.Body.Replaces
		}
		return r.Body.Replaces != want
	})
}

// certificatesAgree: after R2 all own certificates say the same about the device
// and list the suites that it then has.
func certificatesAgree(c *Context) bool {
	held := map[suite.Suite]*cert.Certificate{}
	for number, current := range c.d.certs {
		held[number] = current
	}
	for _, r := range c.Renewed {
		held[r.Body.Suite] = r
	}
	first := c.renewed(c.State.Rekey.Suite)
	if first == nil {
		return false
	}
	for number, one := range held {
		if !agree(one.Body, first.Body) || !slices.Contains(first.Body.Suites, number) {
			return false
		}
	}
	return true
}

func agree(a, b wire.Cert) bool {
	return a.Class == b.Class && a.Limits == b.Limits && slices.Equal(a.Suites, b.Suites) &&
		a.NotBefore == b.NotBefore && a.NotAfter == b.NotAfter
}

// issuersRight verifies what came beside against the configured roots.
func issuersRight(c *Context) bool {
	var roots []*cert.Certificate
	for _, b := range c.State.Roots {
		root, err := cert.Parse(b)
		if err != nil {
			return false
		}
		roots = append(roots, root)
	}
	empty := cert.NewStore(rememberedPeers, roots...)
	for _, issuer := range c.Issuers {
		path, err := empty.Path(issuer.ID, []*cert.Certificate{issuer})
		if err == nil {
			err = c.d.paths().Check(path, c.anyPolicy())
		}
		if err == nil {
			err = c.d.paths().Signatures(path)
		}
		if err != nil {
			return c.holds(err)
		}
	}
	return true
}

func (c *Context) renewedPath(r *cert.Certificate) (cert.Path, error) {
	return c.d.store.Path(r.ID, slices.Concat([]*cert.Certificate{r}, c.Issuers))
}

// renewedPaths leaves the policy's suites aside: a device is certified for a new
// suite before the policy asks for it.
func renewedPaths(c *Context) bool {
	for _, r := range c.Renewed {
		path, err := c.renewedPath(r)
		if err == nil {
			err = c.d.paths().Check(path, c.anyPolicy())
		}
		if err != nil {
			return c.holds(err)
		}
	}
	return true
}

func (c *Context) renewedSigned() bool {
	for _, r := range c.Renewed {
		path, err := c.renewedPath(r)
		if err == nil {
			err = c.d.paths().Signatures(path)
		}
		if err != nil {
			return c.holds(err)
		}
	}
	return true
}
