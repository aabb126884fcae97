package evidence

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A key of a device, by digest.
type ofDevice struct {
	device wire.DID
	key    wire.ID
}

// own is the key rule: the device id follows from the key, or the device has said
// with a key of its own that this one is its too. Without it a rogue provider
// could certify a second key for a device, and convict it with that.
func (j *judge) own(c *cert.Certificate) bool {
	digest := wire.KeyDigest(c.Body.Key)
	return c.Body.Subject == wire.DIDOf(c.Body.Realm, digest) || j.linked[ofDevice{c.Body.Subject, digest}]
}

// link takes the REKEY_REQs of a bundle, in any order. A link that does not
// verify with a key of the device's shows nothing and is no fault.
func (j *judge) link(encoded [][]byte) error {
	j.linked = map[ofDevice]bool{}
	var links []link
	for i, b := range encoded {
		o, err := wire.DecodeObject(b, wire.TypeRekeyReq.MaxBytes())
		if err != nil {
			return notProven("link %d: %v", i, err)
		}
		m, err := wire.DecodeRekeyReq(o.Payload)
		if err != nil {
			return notProven("link %d: %v", i, err)
		}
		links = append(links, link{o, m})
	}
	for range links { // each round shows one more key at least, or nothing is left
		for _, l := range links {
			j.follow(l)
		}
	}
	return nil
}

type link struct {
	object wire.Object
	body   wire.RekeyReq
}

// follow notes the key that a link names for each device whose key signed it.
func (j *judge) follow(l link) {
	for _, c := range j.certs {
		known := c.Key != nil && c.Body.Level == wire.LevelDevice && c.Body.Realm == j.realm && l.body.Realm == j.realm
		if known && j.own(c) && c.SuiteMatches(l.object, l.body.Suite) && c.Verify(l.object, wire.TypeRekeyReq) == nil {
			j.linked[ofDevice{c.Body.Subject, wire.KeyDigest(l.body.Key)}] = true
		}
	}
}

// named is a certificate of the bundle; its path has been verified.
func (j *judge) named(id wire.ID) *cert.Certificate {
	for _, c := range j.certs {
		if c.ID == id {
			return c
		}
	}
	return nil
}
