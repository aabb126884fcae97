package witness

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

const (
	itemCertGet = 0x1a
	itemCerts   = 0x1b
)

// certGetProcedure is a CERT_GET at a payee that has shown its certificate.
func certGetProcedure() procedure {
	return procedure{prepare: (*call).atDevice, checks: []check{
		{"item", 103, (*call).readQuestion},
		{"own path", 126, func(c *call) bool {
			for _, id := range c.asked {
				if c.ofOwnPath(id) == nil {
					return false
				}
			}
			return true
		}},
	}, finish: func(c *call) {
		if c.code != 0 {
			return
		}
		var certs []any
		for _, id := range c.asked {
			certs = append(certs, c.ofOwnPath(id))
		}
		c.set("certs", primitive.Encode([]any{uint64(itemCerts), certs}))
	}}
}

// readQuestion reads the item: an array of the type and one to three identifiers.
func (c *call) readQuestion() bool {
	v, code := decode(c.input("item"))
	if code != 0 {
		return c.fail(code)
	}
	parts, ok := v.([]any)
	if !ok || len(parts) != 2 {
		return false
	}
	if parts[0] != uint64(itemCertGet) {
		return c.fail(118)
	}
	list, ok := parts[1].([]any)
	if !ok || len(list) < 1 || len(list) > 3 {
		return false
	}
	for _, item := range list {
		id, ok := item.([]byte)
		if !ok || len(id) != 32 {
			return false
		}
		c.asked = append(c.asked, id)
	}
	return true
}

// ofOwnPath is the encoded certificate of the own path with an identifier, nil
// for any other.
func (c *call) ofOwnPath(id []byte) []byte {
	own := c.own[0]
	if bytes.Equal(own.id, id) {
		return c.stored(c.device.Own[0].Certificate)
	}
	i := slices.IndexFunc(c.device.Issuers, func(name string) bool {
		issuer := c.certificateOf(name)
		return bytes.Equal(issuer.id, id) && bytes.Equal(own.body.bytes(10), id)
	})
	if i < 0 {
		return nil
	}
	return c.stored(c.device.Issuers[i])
}

// certsProcedure is the answer to a CERT_GET at the device that has asked.
func certsProcedure() procedure {
	return procedure{checks: []check{
		{"item", 103, (*call).readAnswer},
		{"number", 125, func(c *call) bool { return 32*len(c.asked) == len(c.input("asked")) }},
		{"those asked for", 125, func(c *call) bool {
			for i, b := range c.asked {
				one, code := parseCertificate(b)
				if code != 0 {
					return c.fail(code)
				}
				if !bytes.Equal(one.id, c.input("asked")[32*i:32*i+32]) {
					return false
				}
			}
			return true
		}},
	}, finish: func(c *call) { c.setNumber("certificates", uint64(len(c.asked))) }}
}

// readAnswer reads the item: an array of the type and certificates.
func (c *call) readAnswer() bool {
	v, code := decode(c.input("item"))
	if code == 0 {
		code = item(v)
	}
	if code != 0 {
		return c.fail(code)
	}
	parts, _ := v.([]any)
	if parts[0] != uint64(itemCerts) {
		return c.fail(118)
	}
	c.asked = body{1: parts[1]}.strings(1)
	return true
}
