// Package workload makes payments to verify: a seeded stream of right ones with
// a known share of each kind of bad one, and for each the verdict that is due.
// Benchmarks check their verdicts against it, and tests hold the verification
// cores to each other with it. Chapter: payment.md, section Acceptance.
//
// It makes transfers as a ledger sees them, not sessions between devices: there
// are no requests behind the request numbers.
package workload

import (
	"crypto/sha3"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Kind is what is wrong with a payment, if anything.
type Kind int

// The kinds of payment.
const (
	Good               Kind = iota
	Repeat                  // an accepted payment once more: a duplicate
	DoubleSpend             // another transfer with the counter of an accepted one
	BadSignature            // one bit of the signature flipped
	TamperedAmount          // amount and lot raised after signing
	TamperedLots            // signed, but the lots do not make the amount
	WrongPayee              // the opening is of another payee
	ExpiredCertificate      // beyond its end and the grace
	RevokedDevice           // in the revocation set
	WrongUsage              // the certificate may only receive
	UnknownIssuer           // the provider carried leads to another root
	NonCanonical            // signed over an integer in its long form
	Truncated               // cut at a random byte
)

// Kinds returns every kind, Good first.
func Kinds() []Kind {
	kinds := make([]Kind, Truncated+1)
	for i := range kinds {
		kinds[i] = Kind(i)
	}
	return kinds
}

// String returns the name of the kind: "double-spend".
func (k Kind) String() string {
	names := [...]string{
		"good", "repeat", "double-spend", "bad-signature", "tampered-amount", "tampered-lots", "wrong-payee",
		"expired-certificate", "revoked-device", "wrong-usage", "unknown-issuer", "non-canonical", "truncated",
	}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return names[k]
}

// Code returns the refusal code that is due, 0 for Good and Repeat.
func (k Kind) Code() spec.Code {
	switch k {
	case DoubleSpend:
		return spec.EDouble
	case BadSignature, TamperedAmount:
		return spec.ESig
	case TamperedLots:
		return spec.EHop
	case WrongPayee:
		return spec.EMismatch
	case ExpiredCertificate:
		return spec.EExpired
	case RevokedDevice:
		return spec.ERevoked
	case WrongUsage:
		return spec.EUsage
	case UnknownIssuer:
		return spec.EPath
	case NonCanonical:
		return spec.ECanon
	case Truncated:
		return spec.EMalformed
	default:
		return 0
	}
}

// A Share is how many of a thousand payments are of a kind.
type Share struct {
	Kind     Kind
	PerMille int
}

// EvenShares gives every kind but Good the same share.
func EvenShares(perMille int) []Share {
	var shares []Share
	for _, k := range Kinds()[1:] {
		shares = append(shares, Share{k, perMille})
	}
	return shares
}

// A Config says what to make.
type Config struct {
	Seed      []byte // the same seed gives the same bytes
	Suite     suite.Suite
	Payments  int
	PerDevice int // right payments of each device, at least 1
	Shares    []Share
	// ByReference leaves the certificates of right devices out of the payments
	// and puts them into the setting.
	ByReference bool
}

// An Item is one payment and what is due.
type Item struct {
	Payment verify.Payment
	Kind    Kind
}

// Agrees reports whether v is the verdict that is due when the items are
// verified in their order by one verifier.
func (i Item) Agrees(v verify.Verdict) bool {
	return v.Code == i.Kind.Code() && v.Accepted == (i.Kind == Good) && v.Duplicate == (i.Kind == Repeat)
}

// A Workload is a stream of payments and the setting to verify them in.
type Workload struct {
	Setting verify.Setting
	Items   []Item
}

// The epoch of the setting, and what certificates and payments state.
const (
	epoch   = 20010
	grace   = 3
	maxHops = 5
)

// ErrConfig is the error of a configuration that cannot be made.
var ErrConfig = errors.New("workload: configuration")

// Generate makes a workload. The first payment is always good, so that repeats
// and double spends have one before them; the number of payments of each kind
// is exact. The error is ErrConfig.
func Generate(c Config) (*Workload, error) {
	kinds, err := c.kinds()
	if err != nil {
		return nil, err
	}
	g := newGenerator(c, kinds)
	w := &Workload{Items: make([]Item, len(kinds))}
	for i, k := range kinds {
		w.Items[i] = Item{g.payment(k), k}
	}
	w.Setting = g.setting()
	return w, nil
}

// kinds returns the kind of each payment, in seeded order.
func (c Config) kinds() ([]Kind, error) {
	if _, ok := suite.Lookup(c.Suite); !ok {
		return nil, fmt.Errorf("%w: no suite %d", ErrConfig, c.Suite)
	}
	if c.Payments < 1 || c.PerDevice < 1 {
		return nil, fmt.Errorf("%w: %d payments, %d for each device", ErrConfig, c.Payments, c.PerDevice)
	}
	kinds := make([]Kind, 0, c.Payments)
	for _, share := range c.Shares {
		if share.PerMille < 0 || share.Kind <= Good || share.Kind > Truncated {
			return nil, fmt.Errorf("%w: %d of a thousand %s", ErrConfig, share.PerMille, share.Kind)
		}
		for range c.Payments * share.PerMille / 1000 {
			kinds = append(kinds, share.Kind)
		}
	}
	if len(kinds) >= c.Payments {
		return nil, fmt.Errorf("%w: no payment would be good", ErrConfig)
	}
	kinds = append(kinds, make([]Kind, c.Payments-len(kinds))...)
	random := newStream(c.Seed, "order")
	for i := len(kinds) - 1; i > 0; i-- {
		j := random.below(i + 1)
		kinds[i], kinds[j] = kinds[j], kinds[i]
	}
	for i := range kinds {
		if kinds[i] == Good {
			kinds[0], kinds[i] = kinds[i], kinds[0]
			break
		}
	}
	return kinds, nil
}

// A stream is what a seed and a label determine.
type stream struct{ shake *sha3.SHAKE }

func newStream(seed []byte, label string) stream {
	s := sha3.NewSHAKE128()
	must(s.Write([]byte(label + "\x00")))
	must(s.Write(seed))
	return stream{s}
}

// must is for a sponge, which takes and gives any number of bytes.
func must(_ int, err error) {
	if err != nil {
		panic("workload: " + err.Error())
	}
}

func (s stream) fill(b []byte) { must(s.shake.Read(b)) }

func (s stream) uint64() uint64 {
	var b [8]byte
	s.fill(b[:])
	return binary.BigEndian.Uint64(b[:])
}

// below returns a number from 0 to n-1; its bias is below n/2^63.
func (s stream) below(n int) int { return int(s.uint64() >> 1 % uint64(n)) }

// setting returns what the payments are to be verified in.
func (g *generator) setting() verify.Setting {
	in := verify.Setting{
		Place: g.authority.Place, Env: g.authority.Env,
		Roots:     []*cert.Certificate{g.authority.Root.Cert},
		Providers: []*cert.Certificate{g.authority.Provider.Cert},
		Suites:    []suite.Suite{g.config.Suite},
		MaxHops:   maxHops, Epoch: epoch, MinEpoch: epoch - 100, Grace: grace,
		Revoked: cert.NewRevocations(wire.ID{}, wire.Revset{RevocationVersion: 1, Epoch: epoch, Devices: g.revoked()}),
	}
	if g.config.ByReference {
		for _, p := range g.pools[Good].payers {
			in.Known = append(in.Known, p.cert)
		}
	}
	return in
}
