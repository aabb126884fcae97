package cert

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Store has the configured roots and the certificates that were verified
// before. It is not safe for concurrent use.
type Store struct {
	roots    []*Certificate
	services []*Certificate
	devices  []*Certificate // the last used at the end
	capacity int
}

// NewStore returns a store of the given roots that remembers up to capacity
// device certificates, the least recently used making room, and every
// certificate of a provider or service.
func NewStore(capacity int, roots ...*Certificate) *Store {
	return &Store{roots: roots, capacity: capacity}
}

func find(list []*Certificate, id wire.ID) *Certificate {
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Find returns the verified certificate with the id, or nil.
func (s *Store) Find(id wire.ID) *Certificate {
	if c := find(s.services, id); c != nil {
		return c
	}
	return find(s.devices, id)
}

// Path returns the path of the certificate with the id, out of what is stored
// and, for what is not, out of the certificates that came with the message. The
// error is a [*Refusal]: 126 when one is missing, 123 when the path ends at no
// configured root. What came by value although it is stored is ignored, and
// nothing is stored.
func (s *Store) Path(id wire.ID, carried []*Certificate) (Path, error) {
	var p Path
	for range wire.LevelDevice { // a path has two certificates at most
		c := s.Find(id)
		if c == nil {
			c = find(carried, id)
		}
		if c == nil {
			return Path{}, &Refusal{spec.CRY01, spec.ECertNeeded}
		}
		p.Chain = append(p.Chain, c)
		if p.Root = find(s.roots, c.Body.Issuer); p.Root != nil {
			return p, nil
		}
		id = c.Body.Issuer
	}
	return Path{}, &Refusal{spec.CRY01, spec.EPath}
}

// Missing returns the id that [Store.Path] cannot find, to be asked for with
// CERT_GET, and false when it finds all.
func (s *Store) Missing(id wire.ID, carried []*Certificate) (wire.ID, bool) {
	for range wire.LevelDevice {
		c := s.Find(id)
		if c == nil {
			c = find(carried, id)
		}
		if c == nil {
			return id, true
		}
		if find(s.roots, c.Body.Issuer) != nil {
			break
		}
		id = c.Body.Issuer
	}
	return wire.ID{}, false
}

// Remember stores the certificates of a path all of whose checks have passed,
// the signatures among them. Only then: an id does not cover the signature, and
// a certificate stored on the word of its id alone would keep the right one out.
// The store keeps copies, because a certificate may be in several stores.
func (s *Store) Remember(p Path) {
	for _, given := range p.Chain {
		stored := *given
		stored.verified = true
		c := &stored
		if c.Body.Level == wire.LevelService {
			if find(s.services, c.ID) == nil {
				s.services = append(s.services, c)
			}
			continue
		}
		s.devices = slices.DeleteFunc(s.devices, func(old *Certificate) bool { return old.ID == c.ID })
		s.devices = append(s.devices, c)
		if len(s.devices) > s.capacity {
			s.devices = s.devices[1:]
		}
	}
}

// Carried parses the certificates that came with a message; what is not one is
// left out, because only what a path names can matter.
func Carried(encoded [][]byte) []*Certificate {
	var list []*Certificate
	for _, b := range encoded {
		if c, err := Parse(b); err == nil {
			list = append(list, c)
		}
	}
	return list
}

// Answers checks that the certificates of a CERTS are those that a CERT_GET
// named, in its order; the error is a [*wire.Error], or a [*Refusal] with 125.
func Answers(ids []wire.ID, encoded [][]byte) ([]*Certificate, error) {
	if len(ids) != len(encoded) {
		return nil, &Refusal{spec.CRY01, spec.ECertid}
	}
	list := make([]*Certificate, len(ids))
	for i, b := range encoded {
		c, err := Parse(b)
		if err != nil {
			return nil, err
		}
		if c.ID != ids[i] {
			return nil, &Refusal{spec.CRY01, spec.ECertid}
		}
		list[i] = c
	}
	return list, nil
}
