// Package evidence judges accusations: a bundle of signed objects in conflict,
// which convicts one device, or one issuer, with public keys alone. Chapter:
// sync.md, section Evidence.
//
// It trusts nobody but the roots that it is given, the ledger that made the
// bundle least of all. It does not look for conflicts; that is the ledger's
// work.
package evidence

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
)

// ErrNotProven is the error of every bundle that proves nothing.
var ErrNotProven = errors.New("evidence: not proven")

func notProven(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotProven, fmt.Sprintf(format, args...))
}

// A Finding is what a bundle proves.
type Finding struct {
	Kind uint64 // wire.EvidenceCounter and so on
	// Accused is the device, for wire.EvidenceIssuer the issuer's subject.
	Accused wire.DID
	// Unlinked says that a key of the bundle is not shown to be the device's. The
	// accused is then the provider that certified it, which is put to proof: it
	// clears itself with the REKEY_REQs that it has to keep.
	Unlinked bool
}

// Append appends the bundle of the given kind. Certs are the paths of the
// signers without the root, in any order; a certificate may occur twice.
func Append(b []byte, realm wire.Realm, kind uint64, objects, certs [][]byte) []byte {
	return AppendLinked(b, realm, kind, objects, certs, nil)
}

// AppendLinked is [Append] with the REKEY_REQs that show keys to be the device's.
func AppendLinked(b []byte, realm wire.Realm, kind uint64, objects, certs, links [][]byte) []byte {
	m := wire.Evidence{Version: wire.V1, Realm: realm, Kind: kind, Objects: objects, Links: links}
	seen := map[string]bool{}
	for _, c := range certs {
		if !seen[string(c)] {
			seen[string(c)] = true
			m.Certs = append(m.Certs, c)
		}
	}
	return append(b, m.Encode()...)
}

// Verify judges a bundle: signatures, paths to one of the roots at the
// certificates' own epochs, the key rule and the stated conflict. The error is
// ErrNotProven or a [*wire.Error].
func Verify(bundle []byte, roots ...*cert.Certificate) (Finding, error) {
	if len(bundle) > wire.TypeEvidence.MaxBytes() {
		return Finding{}, notProven("larger than a bundle may be")
	}
	m, err := wire.DecodeEvidence(bundle)
	if err != nil {
		return Finding{}, err
	}
	j := judge{realm: m.Realm, store: cert.NewStore(0, roots...)}
	for _, root := range roots {
		if root.Body.Realm == m.Realm {
			j.env = root.Body.Env
		}
	}
	for i, b := range m.Certs {
		c, err := cert.Parse(b)
		if err != nil {
			return Finding{}, notProven("certificate %d: %v", i, err)
		}
		j.certs = append(j.certs, c)
	}
	if err := j.link(m.Links); err != nil {
		return Finding{}, err
	}
	return j.kind(m.Kind, m.Objects)
}

// kind judges the objects of a bundle by the rule of its kind.
func (j *judge) kind(kind uint64, objects [][]byte) (Finding, error) {
	want := 2
	if kind == wire.EvidenceRequest {
		want = 3
	}
	if len(objects) != want && kind != wire.EvidenceSource {
		return Finding{}, notProven("kind %d has %d objects, not %d", kind, want, len(objects))
	}
	conflict := map[uint64]func(objects [][]byte) (wire.DID, error){
		wire.EvidenceCounter: j.counter,
		wire.EvidencePrev:    j.prev,
		wire.EvidenceRequest: j.request,
		wire.EvidenceReceipt: j.receipt,
		wire.EvidenceFork:    j.fork,
		wire.EvidenceAbsent:  j.absent,
		wire.EvidenceIssuer:  j.issuer,
		wire.EvidenceToken:   j.token,
		wire.EvidenceSource:  j.source,
	}[kind]
	if conflict == nil {
		return Finding{}, notProven("kind %d is not defined", kind)
	}
	accused, err := conflict(objects)
	if err != nil {
		return Finding{}, err
	}
	if j.unlinked != nil {
		issuer := j.store.Find(j.unlinked.Body.Issuer)
		if issuer == nil {
			issuer = j.named(j.unlinked.Body.Issuer)
		}
		return Finding{Kind: kind, Accused: issuer.Device(), Unlinked: true}, nil
	}
	return Finding{Kind: kind, Accused: accused}, nil
}
