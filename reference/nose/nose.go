// Package nose is a payee in software, of receiver class NOSE: oneway.md,
// section Payees in software.
//
// It verifies what a trusted device would, keeps every transfer as a claim and
// deposits it at the ledger. It holds no value, signs no REFUSED and keeps its
// state in memory only: what it loses costs its owner, and nobody else.
package nose

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// Margin is how many epochs a claim must have left when it reaches its payee:
// unclaimed, it goes back to the payer.
const Margin = 3

// Parts are what a payee is made of. Rules that are nil are the right ones.
type Parts struct {
	Place wire.Place
	Env   uint64
	Rand  io.Reader
	Rules []Rule
}

// A Payee is one payee in software. It is not safe for concurrent use.
type Payee struct {
	parts    Parts
	did      wire.DID
	keys     map[suite.Suite]suite.PrivateKey
	certs    map[suite.Suite]*cert.Certificate
	store    *cert.Store
	policy   *cert.Policy
	revoked  *cert.Revocations
	epoch    uint64
	next     uint64 // number of the next PAY_REQ
	standing uint64 // number of the next STATIC_REQ
	requests map[wire.ID]*request
	claims   []claim
	sessions map[int]*session
}

// A claim is a transfer that was accepted, with what its deposit needs.
type claim struct {
	id      wire.ID
	request wire.ID
	payer   wire.DID
	counter uint64
	record  []byte
}

// rememberedPayers is how many device certificates are kept verified.
const rememberedPayers = 16

// New makes a payee with keys of the given suites, the first of which gives its
// did. The error is the reader's, or that of an unknown suite.
func New(p Parts, numbers ...suite.Suite) (*Payee, error) {
	if p.Rules == nil {
		p.Rules = Rules()
	}
	n := &Payee{
		parts: p, keys: map[suite.Suite]suite.PrivateKey{}, certs: map[suite.Suite]*cert.Certificate{},
		next: 1, standing: 1, requests: map[wire.ID]*request{}, sessions: map[int]*session{},
	}
	for i, number := range numbers {
		scheme, known := suite.Lookup(number)
		if !known {
			return nil, fmt.Errorf("nose: no scheme for suite %d", number)
		}
		seed := make([]byte, scheme.SeedSize())
		if _, err := io.ReadFull(p.Rand, seed); err != nil {
			return nil, fmt.Errorf("nose: random: %w", err)
		}
		key, err := scheme.NewKey(seed)
		if err != nil {
			return nil, fmt.Errorf("nose: key of suite %d: %w", number, err)
		}
		n.keys[number] = key
		if i == 0 {
			n.did = wire.DIDOf(p.Place.Realm, wire.KeyDigest(key.Public().COSE()))
		}
	}
	return n, nil
}

// DID returns the payee's device id.
func (n *Payee) DID() wire.DID { return n.did }

// PublicKey returns the key of a suite, and whether there is one.
func (n *Payee) PublicKey(number suite.Suite) (suite.PublicKey, bool) {
	key, ok := n.keys[number]
	if !ok {
		return nil, false
	}
	return key.Public(), true
}

// A Provisioning is what an issuer gives a payee; all of it is encoded objects.
type Provisioning struct {
	Certs   [][]byte // of its keys, class NOSE
	Issuers [][]byte // provider and services
	Root    []byte
	Policy  []byte
}

// Provision installs certificates and policy. The error is a [*Refusal] where a
// document is not right, and says so where it is not this payee's.
func (n *Payee) Provision(p Provisioning) error {
	root, err := cert.Parse(p.Root)
	if err != nil {
		return fmt.Errorf("nose: root: %w", err)
	}
	n.store = cert.NewStore(rememberedPayers, root)
	for _, b := range p.Issuers {
		c, err := cert.Parse(b)
		if err != nil {
			return fmt.Errorf("nose: issuer: %w", err)
		}
		path := cert.Path{Chain: []*cert.Certificate{c}, Root: root}
		if err := (cert.Verifier{}).Signatures(path); err != nil {
			return refusalOf(err)
		}
		n.store.Remember(path)
	}
	for _, b := range p.Certs {
		c, err := cert.Parse(b)
		if err != nil {
			return fmt.Errorf("nose: certificate: %w", err)
		}
		if key := n.keys[c.Body.Suite]; key == nil || c.Device() != n.did || c.Body.Class != wire.ClassNOSE ||
			string(key.Public().COSE()) != string(c.Body.Key) {
			return errors.New("nose: a certificate of another key, device or class")
		}
		n.certs[c.Body.Suite] = c
		n.epoch = max(n.epoch, c.Body.Epoch)
	}
	return n.ApplyPolicy(p.Policy)
}

// ApplyPolicy installs a POLICY of a higher version. The error is a [*Refusal].
func (n *Payee) ApplyPolicy(b []byte) error {
	next, o, err := cert.DecodePolicy(b, n.parts.Place)
	if err != nil {
		return refusalOf(err)
	}
	if n.policy != nil && next.PolicyVersion <= n.policy.PolicyVersion {
		return &Refusal{spec.LIM10, spec.EStale}
	}
	if err := n.service(o, wire.TypePolicy, next.Cert, wire.UseSignPolicy); err != nil {
		return err
	}
	n.policy, n.epoch = next, max(n.epoch, next.Epoch)
	return nil
}

// ApplyRevocations installs a REVSET of a higher version. The error is a
// [*Refusal].
func (n *Payee) ApplyRevocations(b []byte) error {
	next, m, o, err := cert.DecodeRevset(b, n.parts.Place)
	if err != nil {
		return refusalOf(err)
	}
	if n.revoked != nil && next.Version <= n.revoked.Version {
		return &Refusal{spec.LCM02, spec.EStale}
	}
	if err := n.service(o, wire.TypeRevset, m.Cert, wire.UseSignRevset); err != nil {
		return err
	}
	n.revoked, n.epoch = next, max(n.epoch, next.Epoch)
	return nil
}

// service checks the signature of a service of the ledger, at any age.
func (n *Payee) service(o wire.Object, t wire.Type, signer wire.ID, usage uint64) error {
	path, err := n.store.Path(signer, nil)
	if err != nil {
		return refusalOf(err)
	}
	if !path.Leaf().Uses(usage) {
		return &Refusal{spec.CRY03, spec.EUsage}
	}
	return refusalOf(path.Leaf().Verify(o, t))
}

// suites returns those that the payee is certified for and its policy allows.
func (n *Payee) suites() []suite.Suite {
	if n.policy == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(n.certs)), func(s suite.Suite) bool {
		return !slices.Contains(n.policy.Suites, s)
	})
}

// Claims returns the settlement record of every transfer accepted, the oldest
// first: what the payee uploads to the ledger to be paid.
func (n *Payee) Claims() [][]byte {
	records := make([][]byte, len(n.claims))
	for i, c := range n.claims {
		records[i] = c.record
	}
	return records
}

// keep makes a claim of a transfer that was accepted.
func (n *Payee) keep(c *Context) {
	record := settlement.Record{Object: c.Object.Encode(), Opening: &settlement.Opening{Payee: n.did, Nonce: c.Nonce}}
	for _, above := range c.Path.Chain {
		record.Certificates = append(record.Certificates, above.Raw)
	}
	n.claims = append(n.claims, claim{
		id: c.ID, request: c.Request.hash, payer: c.Signer().Device(), counter: c.Transfer.Counter,
		record: settlement.Append(nil, record),
	})
}
