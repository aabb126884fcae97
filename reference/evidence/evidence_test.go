package evidence

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func authority(seed string) *cert.Authority {
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519, suite.P256}
	return cert.NewAuthority([]byte(seed), p)
}

// A party signs objects that the tests put into bundles.
type party struct {
	*cert.Authority
	cert.Identity
}

func (a party) chain() [][]byte { return [][]byte{a.Cert.Raw, a.Provider.Cert.Raw} }

func newParty(a *cert.Authority, name string, o cert.DeviceOptions) party {
	key := cert.DeriveKey(suite.Ed25519, []byte("party"), name)
	return party{a, cert.Identity{Key: key, Cert: a.IssueDevice(key.Public(), o)}}
}

func (a party) transfer(counter uint64, prev, request wire.ID, epoch uint64) []byte {
	m := wire.Transfer{
		Version: wire.V1, Realm: a.Place.Realm, Suite: suite.Ed25519, Currency: a.Place.Currency,
		Exponent: a.Place.Exponent, Amount: 1, Cert: a.Cert.ID, Request: 1, Counter: counter, Prev: prev,
		Lots: []wire.Lot{{Hop: 1, Amount: 1}}, RequestHash: request, Epoch: epoch, Family: wire.FamilyBalance,
	}
	return a.Sign(wire.TypeTransfer, m.Encode())
}

func (a party) receipt(transfer wire.ID, status uint64) []byte {
	m := wire.Receipt{Version: wire.V1, Realm: a.Place.Realm, Suite: suite.Ed25519, Cert: a.Cert.ID,
		TransferHash: transfer, Status: status}
	if status == wire.ReceiptRefused {
		m.Why = uint64(spec.EReqClosed)
	}
	return a.Sign(wire.TypeReceipt, m.Encode())
}

func (a party) sync(edit func(*wire.Sync)) []byte {
	m := wire.Sync{Version: wire.V1, Realm: a.Place.Realm, Suite: suite.Ed25519, Currency: a.Place.Currency,
		Exponent: a.Place.Exponent, Cert: a.Cert.ID, First: 1, Last: 0, NextRequest: 1, Mode: wire.SyncFull}
	edit(&m)
	return a.Sign(wire.TypeSync, m.Encode())
}

func (a party) request(t wire.Type) ([]byte, wire.ID) {
	m := wire.PayReq{Version: wire.V1, Realm: a.Place.Realm, Suite: suite.Ed25519, Currency: a.Place.Currency,
		Exponent: a.Place.Exponent, Amount: 1, Cert: a.Cert.ID, Request: 1, Family: wire.FamilyBalance}
	b := a.Sign(wire.TypePayReq, m.Encode())
	return b, id(b, t)
}

func id(b []byte, t wire.Type) wire.ID {
	o, err := wire.DecodeObject(b, t.MaxBytes())
	if err != nil {
		panic(err)
	}
	return o.ID(t)
}

// entry is a log entry of a debit.
func entry(counter uint64, ref wire.ID) []byte {
	return wire.LogEntry{Number: 1, Kind: wire.LogPay, Ref: ref, Amount: 1, X: counter}.Encode()
}

// unlinkedKey is the case in which nothing but the provider's word makes a key
// the device's.
const unlinkedKey = "a key that a rogue provider certified"

// A bundle is tried against the root of home.
type bundle struct {
	name    string
	kind    uint64
	objects [][]byte
	certs   [][]byte
	accused *party // nil: nobody may be accused
}

func bundles() []bundle {
	home := authority("home")
	a, b := newParty(home, "a", cert.DeviceOptions{}), newParty(home, "b", cert.DeviceOptions{})
	rogue := newParty(home, "rogue", cert.DeviceOptions{Subject: a.Cert.Device()})
	both := append(a.chain(), b.chain()...)
	return slices.Concat(debits(a, b, rogue, both), statements(a, b, both), certificates(a, b, rogue, both))
}

// debits are bundles of kinds 1 to 3.
func debits(a, b, rogue party, both [][]byte) []bundle {
	stranger := newParty(authority("away"), "a", cert.DeviceOptions{})
	first, other := a.transfer(1, wire.ID{}, wire.ID{}, 1), a.transfer(1, wire.ID{}, wire.ID{}, 2)
	second := a.transfer(2, id(first, wire.TypeTransfer), wire.ID{}, 1)
	request, rqh := b.request(wire.TypePayReq)
	static, staticID := b.request(wire.TypePeer)
	one, two := a.transfer(5, wire.ID{5}, rqh, 1), a.transfer(9, wire.ID{9}, rqh, 1)
	forged := bytes.Clone(second)
	forged[len(forged)-1] ^= 1
	return []bundle{
		{"one counter", wire.EvidenceCounter, [][]byte{first, other}, a.chain(), &a},
		{"one counter of two devices", wire.EvidenceCounter, [][]byte{first, b.transfer(1, wire.ID{}, wire.ID{}, 1)}, both, nil},
		{"one debit twice", wire.EvidenceCounter, [][]byte{first, first}, a.chain(), nil},
		{"two counters", wire.EvidenceCounter, [][]byte{first, second}, a.chain(), nil},
		{unlinkedKey, wire.EvidenceCounter, [][]byte{first, rogue.transfer(1, wire.ID{}, wire.ID{}, 2)},
			append(a.chain(), rogue.chain()...), nil},
		{"a provider under another root", wire.EvidenceCounter,
			[][]byte{stranger.transfer(1, wire.ID{}, wire.ID{}, 1), stranger.transfer(1, wire.ID{}, wire.ID{}, 2)}, stranger.chain(), nil},
		{"without certificates", wire.EvidenceCounter, [][]byte{first, other}, nil, nil},
		{"a forged debit", wire.EvidencePrev, [][]byte{one, forged}, a.chain(), nil},
		{"three objects", wire.EvidenceCounter, [][]byte{first, other, second}, a.chain(), nil},

		{"neighbours unlinked", wire.EvidencePrev, [][]byte{first, a.transfer(2, wire.ID{8}, wire.ID{}, 1)}, a.chain(), &a},
		{"one debit before two", wire.EvidencePrev, [][]byte{second, a.transfer(4, id(first, wire.TypeTransfer), wire.ID{}, 1)}, a.chain(), &a},
		{"neighbours linked", wire.EvidencePrev, [][]byte{second, first}, a.chain(), nil},
		{"no neighbours", wire.EvidencePrev, [][]byte{first, a.transfer(3, wire.ID{8}, wire.ID{}, 1)}, a.chain(), nil},
		{"the first debits of two devices", wire.EvidencePrev, [][]byte{first, b.transfer(1, wire.ID{}, wire.ID{}, 1)}, both, nil},

		{"one request", wire.EvidenceRequest, [][]byte{one, two, request}, a.chain(), &a},
		{"an accomplice's transfer", wire.EvidenceRequest, [][]byte{one, b.transfer(1, wire.ID{}, rqh, 1), request}, both, nil},
		{"a request of another type", wire.EvidenceRequest,
			[][]byte{a.transfer(5, wire.ID{5}, staticID, 1), a.transfer(9, wire.ID{9}, staticID, 1), static}, a.chain(), nil},
		{"another request", wire.EvidenceRequest, [][]byte{one, second, request}, a.chain(), nil},
	}
}

// statements are bundles of kinds 4 to 6.
func statements(a, b party, both [][]byte) []bundle {
	first := a.transfer(1, wire.ID{}, wire.ID{}, 1)
	accepted, refused := a.receipt(wire.ID{1}, wire.ReceiptAccepted), a.receipt(wire.ID{1}, wire.ReceiptRefused)
	at := func(first, last uint64, before, head byte) []byte {
		return a.sync(func(m *wire.Sync) {
			m.First, m.Last, m.HeadBefore, m.Head = first, last, wire.ID{before}, wire.ID{head}
		})
	}
	log := func(mode, counter uint64, ref wire.ID) []byte {
		return a.sync(func(m *wire.Sync) { m.Mode, m.Last, m.Entries = mode, 1, [][]byte{entry(counter, ref)} })
	}
	return []bundle{
		{"accepted and refused", wire.EvidenceReceipt, [][]byte{accepted, refused}, a.chain(), &a},
		{"accepted twice", wire.EvidenceReceipt, [][]byte{accepted, accepted}, a.chain(), nil},
		{"refused by another", wire.EvidenceReceipt, [][]byte{accepted, b.receipt(wire.ID{1}, wire.ReceiptRefused)}, both, nil},
		{"about two transfers", wire.EvidenceReceipt, [][]byte{accepted, a.receipt(wire.ID{2}, wire.ReceiptRefused)}, a.chain(), nil},

		{"two heads", wire.EvidenceFork, [][]byte{at(1, 3, 0, 1), at(2, 3, 4, 2)}, a.chain(), &a},
		{"an end and a beginning", wire.EvidenceFork, [][]byte{at(1, 3, 0, 1), at(4, 5, 2, 6)}, a.chain(), &a},
		{"a continued history", wire.EvidenceFork, [][]byte{at(1, 3, 0, 1), at(4, 5, 1, 6)}, a.chain(), nil},
		{"two devices' histories", wire.EvidenceFork,
			[][]byte{at(1, 3, 0, 1), b.sync(func(m *wire.Sync) { m.Last, m.Head = 3, wire.ID{2} })}, both, nil},

		{"denied by the log", wire.EvidenceAbsent, [][]byte{first, log(wire.SyncFull, 1, wire.ID{3})}, a.chain(), &a},
		{"in the log", wire.EvidenceAbsent, [][]byte{first, log(wire.SyncFull, 1, id(first, wire.TypeTransfer))}, a.chain(), nil},
		{"a report of another range", wire.EvidenceAbsent, [][]byte{first, log(wire.SyncFull, 2, wire.ID{3})}, a.chain(), nil},
		{"a report of totals", wire.EvidenceAbsent, [][]byte{first, log(wire.SyncTotals, 1, wire.ID{3})}, a.chain(), nil},
	}
}

// certificates are bundles of kind 7.
func certificates(a, b, rogue party, both [][]byte) []bundle {
	home := a.Authority
	return []bundle{
		{"re-issued for one key", wire.EvidenceIssuer, [][]byte{a.Cert.Raw, home.IssueDevice(a.Key.Public(), cert.DeviceOptions{
			Edit: func(c *wire.Cert) { c.NotAfter-- }}).Raw}, a.chain(), nil},
		{"a further suite", wire.EvidenceIssuer, [][]byte{a.Cert.Raw, home.IssueDevice(
			cert.DeriveKey(suite.P256, []byte("party"), "a").Public(), cert.DeviceOptions{Subject: a.Cert.Device()}).Raw}, a.chain(), nil},
		{"a re-key", wire.EvidenceIssuer, [][]byte{a.Cert.Raw, home.IssueDevice(rogue.Key.Public(), cert.DeviceOptions{
			Subject: a.Cert.Device(), Edit: func(c *wire.Cert) { c.Replaces = wire.ID{1} }}).Raw}, a.chain(), nil},
		{"a forged certificate", wire.EvidenceIssuer, [][]byte{a.Cert.Raw, home.IssueDevice(rogue.Key.Public(), cert.DeviceOptions{
			Subject: a.Cert.Device(), BadSignature: true}).Raw}, a.chain(), nil},
		{"two devices", wire.EvidenceIssuer, [][]byte{a.Cert.Raw, b.Cert.Raw}, both, nil},
	}
}

func TestVerify(t *testing.T) {
	home := authority("home")
	for _, tt := range bundles() {
		got, err := Verify(Append(nil, home.Place.Realm, tt.kind, tt.objects, tt.certs), home.Root.Cert)
		switch {
		case got.Unlinked && tt.name == unlinkedKey && got.Accused == home.Provider.Cert.Device():
			// the provider is put to proof, and the device accused of nothing
		case tt.accused == nil && !errors.Is(err, ErrNotProven):
			t.Errorf("kind %d, %s: %+v, %v, want nothing proven", tt.kind, tt.name, got, err)
		case tt.accused != nil && (err != nil || got.Kind != tt.kind || got.Accused != tt.accused.Cert.Device()):
			t.Errorf("kind %d, %s: %+v, %v, want the device accused", tt.kind, tt.name, got, err)
		}
	}
}

func TestRogueProviderIsAccused(t *testing.T) {
	home := authority("home")
	a := newParty(home, "a", cert.DeviceOptions{})
	rogue := newParty(home, "rogue", cert.DeviceOptions{Subject: a.Cert.Device()})
	b := Append(nil, home.Place.Realm, wire.EvidenceIssuer, [][]byte{a.Cert.Raw, rogue.Cert.Raw}, [][]byte{home.Provider.Cert.Raw})
	got, err := Verify(b, home.Root.Cert)
	if err != nil || got.Accused != home.Provider.Cert.Device() {
		t.Errorf("%+v, %v, want the provider accused", got, err)
	}
	away := authority("away")
	if _, err := Verify(b, away.Root.Cert); !errors.Is(err, ErrNotProven) {
		t.Errorf("under another root: %v, want nothing proven", err)
	}
}

// Whatever a bundle holds, it accuses nobody who has not signed a conflict.
func FuzzVerify(f *testing.F) {
	home := authority("home")
	cracked := newParty(home, "a", cert.DeviceOptions{}).Cert.Device()
	for _, b := range bundles() {
		f.Add(Append(nil, home.Place.Realm, b.kind, b.objects, b.certs))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Verify(b, home.Root.Cert)
		if err == nil && got.Accused != cracked && got.Kind != wire.EvidenceIssuer && !got.Unlinked {
			t.Errorf("%x accuses %x", b, got.Accused)
		}
	})
}
