package witness

import (
	"bytes"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// The usage bits of a certificate.
const (
	usePay        = 1 << 0
	useReceive    = 1 << 1
	useRespend    = 1 << 2
	useVerifyOnly = 1 << 3
	useFund       = 1 << 4
	useSignCert   = 1 << 8
	useSignFund   = 1 << 9
	useSignPolicy = 1 << 10
	useSignRevset = 1 << 11
	useSignAck    = 1 << 12
)

// A situation is what the verifier of a path knows and wants.
type situation struct {
	realm              []byte
	currency, exponent uint64
	env, epoch, grace  uint64
	usage              uint64
	suites             []uint64 // that the policy allows; nil for any
}

// A link is one certificate of a path and the one above it.
type link struct {
	cert, issuer certificate
	leaf         bool
}

// linkChecks are the checks of a path, each of every link before the next.
func linkChecks() []struct {
	name  string
	code  int
	holds func(*call, link) bool
} {
	return []struct {
		name  string
		code  int
		holds func(*call, link) bool
	}{
		{"realm", 112, func(c *call, l link) bool { return bytes.Equal(l.cert.body.bytes(3), c.at.realm) }},
		{"environment", 123, func(c *call, l link) bool { return l.cert.body.number(35) == c.at.env }},
		{"level", 123, func(_ *call, l link) bool { return l.cert.body.number(30) == l.issuer.body.number(30)+1 }},
		{"issuer", 123, func(_ *call, l link) bool { return bytes.Equal(l.cert.body.bytes(10), l.issuer.id) }},
		{"issuer's usage", 121, func(_ *call, l link) bool { return l.issuer.uses(useSignCert) }},
		{"usage", 121, usageRight},
		{"rank", 124, rankRight},
		{"suite", 120, suiteRight},
		{"in force", 122, func(c *call, l link) bool {
			val, epoch := l.cert.body.list(36), c.at.epoch
			return val[0] <= max(epoch, l.cert.body.number(21)) && epoch <= val[1]+c.at.grace
		}},
		{"nesting", 123, func(_ *call, l link) bool {
			val, above := l.cert.body.list(36), l.issuer.body.list(36)
			return val[0] <= val[1] && above[0] <= val[0] && val[1] <= above[1]
		}},
		{"blocked", 154, func(c *call, l link) bool { return !c.blocked(l.cert) }},
	}
}

func usageRight(c *call, l link) bool {
	const spends = usePay | useRespend | useFund
	use := l.cert.body.number(33)
	if use&useVerifyOnly != 0 && use&(spends|useReceive) != 0 || l.cert.body.number(34) == 2 && use&spends != 0 {
		return false
	}
	return !l.leaf || l.cert.uses(c.at.usage)
}

func rankRight(c *call, l link) bool {
	rank, suite := primitive.Rank(l.issuer.body.number(4)), l.cert.body.number(4)
	for _, vouched := range append(l.cert.body.list(37), suite) {
		if primitive.Rank(vouched) > rank {
			return false
		}
	}
	if l.issuer.body.number(30) == 1 && !slices.Contains(l.issuer.body.list(37), suite) {
		return false
	}
	postQuantum := slices.ContainsFunc(c.at.suites, func(s uint64) bool { return primitive.Rank(s) >= 30 })
	return l.cert.body.number(30) != 1 || !postQuantum || primitive.Rank(suite) >= 30
}

func suiteRight(c *call, l link) bool {
	suite := l.cert.body.number(4)
	if primitive.Alg(suite) == 0 || suite == primitive.SLHDSA || l.cert.alg != primitive.Alg(l.issuer.body.number(4)) {
		return false
	}
	allowed := c.at.suites == nil || slices.Contains(c.at.suites, suite)
	return l.cert.body.number(30) != 2 || slices.Contains(l.cert.body.list(37), suite) && allowed
}

// blocked looks a certificate and its subject up in the revocation set.
func (c *call) blocked(one certificate) bool {
	return holds(c.revset.bytes(82), one.id[:16]) || holds(c.revset.bytes(83), one.did())
}

// holds reports whether one of the identifiers of 16 bytes is id.
func holds(list, id []byte) bool {
	for ; len(list) >= 16; list = list[16:] {
		if bytes.Equal(list[:16], id) {
			return true
		}
	}
	return false
}

// climb applies the checks of a path but those with the codes to be left out.
func (c *call) climb(but ...int) (code int) {
	for _, check := range linkChecks() {
		if slices.Contains(but, check.code) || slices.Contains(c.judge.without, "path/"+check.name) {
			continue
		}
		for i, one := range c.path {
			above := c.root
			if i+1 < len(c.path) {
				above = c.path[i+1]
			}
			if !check.holds(c, link{one, above, i == 0}) {
				return check.code
			}
		}
	}
	return 0
}

// PathChecks returns the names of the checks of a path, as [New] takes them.
func PathChecks() (names []string) {
	for _, check := range linkChecks() {
		names = append(names, "path/"+check.name)
	}
	return names
}

// pathSigned checks the signatures of a path.
func (c *call) pathSigned() bool {
	for i, one := range c.path {
		above := c.root
		if i+1 < len(c.path) {
			above = c.path[i+1]
		}
		if !one.stored && !one.signedBy(above) {
			return false
		}
	}
	return true
}

// certificate is a path on its own.
func certificateProcedure() procedure {
	return procedure{
		prepare: func(c *call) {
			c.at = situation{
				realm: unhex(c.vector.Context["realm"]), env: c.context("env"), epoch: c.context("epoch"),
				grace: c.context("grace"), usage: c.context("usage"),
			}
			for _, digit := range c.vector.Context["suites"] {
				c.at.suites = append(c.at.suites, uint64(digit-'0'))
			}
			c.revset = c.lenient("revset", c.vector.Uses["revset"])
			c.root = c.certificateOf(c.vector.Uses["root"])
		},
		checks: []check{
			{"decoding", 102, func(c *call) bool {
				for _, field := range []string{"leaf", "provider"} {
					name, ok := c.vector.Uses[field]
					if !ok {
						continue
					}
					one, code := parseCertificate(c.stored(name))
					if code != 0 {
						return c.fail(code)
					}
					c.path = append(c.path, one)
				}
				return true
			}},
			{"path", 123, func(c *call) bool { code := c.climb(); return code == 0 || c.fail(code) }},
			{"signatures", 130, (*call).pathSigned},
		},
		finish: func(c *call) {
			if c.code == 0 {
				c.object = c.path[0].object
				c.publish()
				c.set("subject", c.path[0].did())
			}
		},
	}
}

func (c *call) certificateOf(name string) certificate {
	one, code := c.certificateIn(name)
	if code != 0 {
		panic(fault(name + " is no certificate"))
	}
	return one
}

// find finds the path of the certificate with the id among what is stored and
// what came with the object: 126 or 123.
func (c *call) find(id []byte, roots, issuers []string) int {
	var known []certificate
	for _, name := range issuers {
		one := c.certificateOf(name)
		one.stored = true
		known = append(known, one)
	}
	for field, name := range c.vector.Uses {
		if field != "certificate" && field != "issuer" && !strings.HasPrefix(field, "signer_") {
			continue
		}
		if one, code := c.certificateIn(name); code == 0 {
			known = append(known, one)
		}
	}
	c.path = nil
	for len(c.path) < 2 {
		i := slices.IndexFunc(known, func(one certificate) bool { return bytes.Equal(one.id, id) })
		if i < 0 {
			return 126
		}
		c.path = append(c.path, known[i])
		id = known[i].body.bytes(10)
		for _, name := range roots {
			if root := c.certificateOf(name); bytes.Equal(root.id, id) {
				c.root = root
				return 0
			}
		}
	}
	return 123
}
