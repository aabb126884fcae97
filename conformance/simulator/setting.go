package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A setting is what a unit is created with.
type setting struct {
	profile spec.Profile
	place   wire.Place
	random  *drbg
	epoch   uint64
}

// setting reads the arguments of create. The realm is that of the test bank in
// the profile's currency: no production key can be injected or enrolled.
func (s *simulator) setting(v adapter.Create) (setting, error) {
	var c setting
	if len(v.Profile) == 0 {
		return c, fmt.Errorf("create needs the document of a profile")
	}
	if err := json.Unmarshal(v.Profile, &c.profile); err != nil {
		return c, fmt.Errorf("the profile of create: %w", err)
	}
	p := &c.profile
	c.place = wire.Place{
		Realm:    wire.RealmOf(cert.DefaultParameters().Issuer, p.Currency, uint64(p.Exponent), wire.EnvTest),
		Currency: uint64(p.CurrencyCode), Exponent: uint64(p.Exponent),
		Family: wire.FamilyOf(p.Family),
	}
	c.epoch = v.Epoch
	// The n-th unit of one seed, whatever else was created: a filter or another
	// order of checks changes no byte.
	key := string(v.Role) + string(v.Seed)
	s.seeds[key]++
	c.random = newDRBG(v.Seed, string(v.Role), s.seeds[key])
	return c, nil
}

// Families are the families of value that the reference can stand in for.
func Families() []string { return []string{"B", "T", "I", "S", "E"} }

// config is what a device is made with under a profile.
func (c setting) config(l Limits) device.Config {
	p := &c.profile
	cfg := device.DefaultConfig(c.place, wire.EnvTest)
	cfg.PIN = []byte(Secret)
	cfg.Suites = nil
	for _, number := range Suites() {
		if len(p.Suites) == 0 || slices.Contains(p.Suites, int(number)) {
			cfg.Suites = append(cfg.Suites, number)
		}
	}
	if len(cfg.Suites) == 0 {
		cfg.Suites = []suite.Suite{suite.Ed25519}
	}
	if p.LogCapacity != nil {
		cfg.LogCapacity = *p.LogCapacity
	}
	if p.Retention != nil {
		cfg.Retention = *p.Retention
	}
	for _, size := range []struct {
		to *int
		by int
	}{{&cfg.LogCapacity, l.LogCapacity}, {&cfg.Slots, l.Slots}, {&cfg.Requests, l.Requests}, {&cfg.Retention, l.Retention}} {
		if size.by != 0 {
			*size.to = size.by
		}
	}
	cfg.Ring = cfg.LogCapacity + cfg.Retention
	cfg.BurnedIn = p.PolicyUpdatable == spec.PolicyBurnedIn
	return cfg
}

// A drbg is a deterministic generator: SHA-256 over a key and a counter. It
// lives outside every device's memory, so that a restored snapshot does not
// rewind it. It is for simulators only.
type drbg struct {
	key     [32]byte
	counter uint64
	rest    []byte
}

func newDRBG(seed []byte, role string, n int) *drbg {
	h := sha256.New()
	h.Write([]byte("assay/simulator/drbg/" + role + "/"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	h.Write(seed)
	return &drbg{key: [32]byte(h.Sum(nil))}
}

// Read fills p and never fails.
func (g *drbg) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(g.rest) == 0 {
			g.counter++
			block := sha256.Sum256(binary.BigEndian.AppendUint64(g.key[:], g.counter))
			g.rest = block[:]
		}
		k := copy(p[n:], g.rest)
		n, g.rest = n+k, g.rest[k:]
	}
	return len(p), nil
}
