package ledger

import (
	"bytes"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A Link is a decoded REKEY_REQ under judgement. The ledger keeps it only for
// evidence: it shows that a key is the device's own.
type Link struct {
	Signed
	Body wire.RekeyReq
}

// linkRules are the checks of sync.md, section Settlement, for a REKEY_REQ.
func linkRules() []Rule[Link] { return signerRules[Link]() }

// isFirst reports whether the device id follows from the certificate's key.
func isFirst(c *cert.Certificate) bool {
	return c.Body.Subject == wire.DIDOf(c.Body.Realm, wire.KeyDigest(c.Body.Key))
}

func (l *Ledger) takeLink(rec settlement.Record) Outcome {
	k := &Link{}
	var err error
	how := opened{typ: wire.TypeRekeyReq, carried: rec.Certificates}
	k.Signed, err = l.open(rec.Object, how, func(payload []byte) (signerOf, error) {
		var err error
		k.Body, err = wire.DecodeRekeyReq(payload)
		by := signerOf{k.Body.Suite, k.Body.Cert}
		if by.cert == (wire.ID{}) {
			by.cert = l.firstSigner(rec)
		}
		return by, l.parts.Place.CheckRealm(k.Body.Realm, err)
	})
	if err == nil {
		err = judge(l, l.parts.Rules.Link, k)
	}
	if err != nil {
		return Outcome{ID: k.ID, Err: err}
	}
	l.certified(k.path)
	known := l.seen.links[k.Device][k.ID] != nil
	if !known {
		if l.seen.links[k.Device] == nil {
			l.seen.links[k.Device] = map[wire.ID][]byte{}
		}
		l.seen.links[k.Device][k.ID] = k.Bytes
	}
	return Outcome{ID: k.ID, New: !known}
}

// firstSigner is the certificate of the key that signed a REKEY_REQ of a first
// enrolment, when there was none to name.
func (l *Ledger) firstSigner(rec settlement.Record) wire.ID {
	o, err := wire.DecodeObject(rec.Object, wire.TypeRekeyReq.MaxBytes())
	if err != nil {
		return wire.ID{}
	}
	known := slices.SortedFunc(maps.Values(l.seen.certs), func(a, b *cert.Certificate) int {
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	for _, c := range slices.Concat(cert.Carried(rec.Certificates), known) {
		if isFirst(c) && c.Verify(o, wire.TypeRekeyReq) == nil {
			return c.ID
		}
	}
	return wire.ID{}
}

// linksOf returns the REKEY_REQs of a device, and the certificates of the keys
// that signed them.
func (l *Ledger) linksOf(did wire.DID) (links, certs [][]byte) {
	for _, id := range slices.SortedFunc(maps.Keys(l.seen.links[did]), func(a, b wire.ID) int { return bytes.Compare(a[:], b[:]) }) {
		links = append(links, l.seen.links[did][id])
	}
	if links == nil {
		return nil, nil
	}
	for _, c := range l.seen.certs {
		if c.Body.Subject == did {
			certs = append(certs, c.Raw)
		}
	}
	slices.SortFunc(certs, bytes.Compare)
	return links, certs
}
