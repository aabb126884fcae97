package evidence

import (
	"errors"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// rekeyed is the next key of a party, as its provider certifies it.
func (a party) rekeyed(name string) party {
	return newParty(a.Authority, name, cert.DeviceOptions{Subject: a.Cert.Device(), Edit: func(c *wire.Cert) {
		c.Replaces = wire.KeyDigest(a.Key.Public().COSE())
	}})
}

// names is the REKEY_REQ by which a party names the key of another.
func (a party) names(next party, crt wire.ID) []byte {
	m := wire.RekeyReq{Version: wire.V1, Realm: a.Place.Realm, Suite: suite.Ed25519, Nonce: wire.Nonce{1}, Cert: crt,
		Key: next.Key.Public().COSE()}
	return a.Sign(wire.TypeRekeyReq, m.Encode())
}

func TestAKeyCountsThatTheDeviceHasNamed(t *testing.T) {
	home := authority("home")
	a := newParty(home, "a", cert.DeviceOptions{})
	second := a.rekeyed("second")
	third := second.rekeyed("third")
	rogue := newParty(home, "rogue", cert.DeviceOptions{Subject: a.Cert.Device()})
	away := newParty(authority("away"), "a", cert.DeviceOptions{})
	certs := slices.Concat(a.chain(), second.chain(), third.chain(), rogue.chain())
	one := a.transfer(1, wire.ID{}, wire.ID{}, 1)
	by := func(p party) []byte { return p.transfer(1, wire.ID{}, wire.ID{}, 2) }
	provider := home.Provider.Cert.Device()
	for _, tt := range []struct {
		name     string
		other    []byte
		links    [][]byte
		accused  wire.DID
		unlinked bool
	}{
		{"a key that was named", by(second), [][]byte{a.names(second, a.Cert.ID)}, a.Cert.Device(), false},
		{"one that was named at enrolment", by(second), [][]byte{a.names(second, wire.ID{})}, a.Cert.Device(), false},
		{"the key after the next, links in any order", by(third),
			[][]byte{second.names(third, second.Cert.ID), a.names(second, a.Cert.ID)}, a.Cert.Device(), false},
		{"no link", by(second), nil, provider, true},
		{"a link left out", by(third), [][]byte{second.names(third, second.Cert.ID)}, provider, true},
		{"a key that names itself", by(rogue), [][]byte{rogue.names(rogue, rogue.Cert.ID)}, provider, true},
		{"a link for another key", by(rogue), [][]byte{a.names(second, a.Cert.ID)}, provider, true},
		{"a link of another realm's device with the same key", by(second), [][]byte{away.names(second, away.Cert.ID)}, a.Cert.Device(), false},
	} {
		b := AppendLinked(nil, home.Place.Realm, wire.EvidenceCounter, [][]byte{one, tt.other}, certs, tt.links)
		got, err := Verify(b, home.Root.Cert)
		if err != nil || got.Accused != tt.accused || got.Unlinked != tt.unlinked {
			t.Errorf("%s: %+v, %v; want %x, unlinked %v", tt.name, got, err, tt.accused, tt.unlinked)
		}
	}
	forged := a.names(second, a.Cert.ID)
	forged[len(forged)-1] ^= 1
	b := AppendLinked(nil, home.Place.Realm, wire.EvidenceCounter, [][]byte{one, by(second)}, certs, [][]byte{forged})
	if got, err := Verify(b, home.Root.Cert); err != nil || !got.Unlinked {
		t.Errorf("a forged link: %+v, %v; want the provider put to proof", got, err)
	}
	b = AppendLinked(nil, home.Place.Realm, wire.EvidenceCounter, [][]byte{one, by(second)}, certs, [][]byte{{0xa0}})
	if _, err := Verify(b, home.Root.Cert); !errors.Is(err, ErrNotProven) {
		t.Errorf("a link that is none: %v; want nothing proven", err)
	}
}

// A conflict that is none accuses nobody, whatever its keys are.
func TestAnUnlinkedKeyNeedsAConflict(t *testing.T) {
	home := authority("home")
	a := newParty(home, "a", cert.DeviceOptions{})
	second := a.rekeyed("second")
	one := a.transfer(1, wire.ID{}, wire.ID{}, 1)
	two := second.transfer(2, id(one, wire.TypeTransfer), wire.ID{}, 1)
	b := Append(nil, home.Place.Realm, wire.EvidenceCounter, [][]byte{one, two}, append(a.chain(), second.chain()...))
	if _, err := Verify(b, home.Root.Cert); !errors.Is(err, ErrNotProven) {
		t.Errorf("%v, want nothing proven", err)
	}
}
