package ledger

import (
	"fmt"
	"io"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Parts are what a ledger is made of.
type Parts struct {
	Place  wire.Place
	Random io.Reader // nonces; not needed by anything that settles
	Book   Book
	Env    uint64
	// Roots are the configured roots. Providers are the paths of provider
	// certificates, so that a device's own certificate is enough.
	Roots     []*cert.Certificate
	Providers []cert.Path
	// Service signs for the ledger. Its certificate carries sign-fund,
	// sign-ack and sign-revset.
	Service cert.Identity
	Policy  wire.Policy // its limits, versions, suites and hops
	Paths   cert.Verifier
	Epoch   uint64
	// Revocations is the version of the last REVSET that devices have, 0 for none.
	Revocations uint64
	// Retention is the number of latest requests that a payee always answers
	// for, at least 16.
	Retention uint64
	// Keys and Mint are of family E: the KEYSET, and who signs with its keys.
	Keys      *ecash.Keys
	Mint      Mint
	Rules     Rules
	Detectors []Detector
	Audits    []Audit
	// Post books a move between reserves, and Waiting returns which debits that wait
	// are kept, in families I and S; nil: as the specification says.
	Post    func(m Move, book func(Move))
	Waiting func(waits []*Debit) []*Debit
	// Chains returns which links beside a record are taken; nil: all.
	Chains func(links []wire.Link) []wire.Link
	// Tokens returns the values of the TOKENs of a FUND of family T, at most
	// wire.MaxIssued that add up to it; nil: one.
	Tokens func(amount money.Amount) []money.Amount
}

// Standard returns the parts of a ledger of the authority's realm, by the
// specification: no account, epoch of issue, retention 256.
func Standard(a *cert.Authority, policy wire.Policy, random io.Reader) Parts {
	return Parts{
		Place: a.Place, Env: a.Env, Random: random, Book: NewBook(),
		Roots: []*cert.Certificate{a.Root.Cert}, Providers: []cert.Path{a.Path(a.Provider.Cert)},
		Service: a.Service, Policy: policy, Paths: cert.Verifier{Rules: cert.Rules()},
		Epoch: a.Epoch, Retention: 256,
		Rules: DefaultRules(), Detectors: DefaultDetectors(), Audits: DefaultAudits(),
	}
}

// A Ledger is the online side. See the package comment.
type Ledger struct {
	parts   Parts
	epoch   uint64
	store   *cert.Store
	service cert.Identity
	devices map[wire.DID]*device
	orders  map[wire.Nonce]*order
	seen    objects
	supply  supply
	revset  revocations
	final   map[wire.ID]Resolution
	claims  map[wire.ID]claimState
	// Of family T: the tokens issued, and what of them has come home.
	issuedTokens map[wire.TID]issuedToken
	home         map[wire.TID][]wire.Fragment
	brought      map[wire.ID]brought
	renewals     map[wire.DID][]renewal
	// reserves are empty but in families I and S.
	reserves reserves
	tokens   tokens
}

// An order is the online half of a defunding.
type order struct {
	account string
	usedBy  wire.ID // the DEFUND credited, zero while the order is open
}

// New returns a ledger without accounts. The error is that of a provider whose
// path does not hold.
func New(p Parts) (*Ledger, error) {
	if p.Post == nil {
		p.Post = func(m Move, book func(Move)) { book(m) }
	}
	if p.Waiting == nil {
		p.Waiting = func(waits []*Debit) []*Debit { return waits }
	}
	if p.Chains == nil {
		p.Chains = func(links []wire.Link) []wire.Link { return links }
	}
	l := &Ledger{
		parts:        p,
		epoch:        p.Epoch,
		store:        cert.NewStore(maxDevices, p.Roots...),
		service:      p.Service,
		devices:      map[wire.DID]*device{},
		orders:       map[wire.Nonce]*order{},
		seen:         newObjects(),
		supply:       newSupply(),
		revset:       revocations{version: p.Revocations},
		final:        map[wire.ID]Resolution{},
		claims:       map[wire.ID]claimState{},
		issuedTokens: map[wire.TID]issuedToken{},
		home:         map[wire.TID][]wire.Fragment{},
		brought:      map[wire.ID]brought{},
		renewals:     map[wire.DID][]renewal{},
		reserves:     newReserves(),
		tokens:       newTokens(),
	}
	for _, path := range p.Providers {
		if err := p.Paths.Signatures(path); err != nil {
			return nil, fmt.Errorf("ledger: provider: %w", err)
		}
		l.store.Remember(path)
	}
	return l, nil
}

// maxDevices bounds the certificates of devices that a ledger remembers.
const maxDevices = 1 << 20

// suite returns the suite in which the ledger signs.
func (l *Ledger) suite() suite.Suite { return l.service.Key.Public().Suite() }

// SetEpoch moves the epoch forward; a lower one changes nothing.
func (l *Ledger) SetEpoch(e uint64) { l.epoch = max(l.epoch, e) }

// Epoch returns the ledger's epoch.
func (l *Ledger) Epoch() uint64 { return l.epoch }

// OpenAccount opens an account with a balance in minor units and reports
// whether the name was free.
func (l *Ledger) OpenAccount(name string, balance money.Amount) bool {
	return l.parts.Book.Open(name, balance)
}

// Balance returns the balance of an account, and whether there is one.
func (l *Ledger) Balance(name string) (money.Amount, bool) { return l.parts.Book.Balance(name) }

// nonce draws a nonce, never all zero.
func (l *Ledger) nonce() (wire.Nonce, error) {
	var n wire.Nonce
	for n == (wire.Nonce{}) {
		if _, err := io.ReadFull(l.parts.Random, n[:]); err != nil {
			return n, fmt.Errorf("ledger: nonce: %w", err)
		}
	}
	return n, nil
}
