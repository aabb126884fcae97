package evidence

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A judge holds what a bundle's objects are judged with.
type judge struct {
	realm wire.Realm
	env   uint64
	store *cert.Store
	certs []*cert.Certificate
	// linked are the digests of keys that REKEY_REQs show to be a device's.
	linked map[ofDevice]bool
	// unlinked is the certificate of a key that signed and is not shown to be.
	unlinked *cert.Certificate
}

// A signer is what a body says about who signed it, and where.
type signer struct {
	realm wire.Realm
	suite suite.Suite
	cert  wire.ID
}

// signed judges one object of type t: form, path, key rule and signatures. It
// returns the id and the device that signed.
func (j *judge) signed(b []byte, t wire.Type, body func(payload []byte) (signer, error)) (wire.ID, wire.DID, error) {
	o, err := wire.DecodeObject(b, t.LimitIn(wire.FamilyECash))
	if err != nil {
		return wire.ID{}, wire.DID{}, notProven("%s: %v", t, err)
	}
	by, err := body(o.Payload)
	if err != nil {
		return wire.ID{}, wire.DID{}, notProven("%s: %v", t, err)
	}
	path, err := j.path(by.cert, wire.LevelDevice)
	if err != nil {
		return wire.ID{}, wire.DID{}, err
	}
	leaf := path.Leaf()
	if by.realm != j.realm || !leaf.SuiteMatches(o, by.suite) || leaf.Verify(o, t) != nil {
		return wire.ID{}, wire.DID{}, notProven("%s: realm, suite or signature", t)
	}
	if !j.own(leaf) {
		j.unlinked = leaf
	}
	return o.ID(t), leaf.Device(), nil
}

// path returns the verified path of a certificate of the given level, at the
// epoch of its own issue: neither age nor revocation undoes what was signed.
func (j *judge) path(id wire.ID, level uint64) (cert.Path, error) {
	path, err := j.store.Path(id, j.certs)
	if err != nil {
		return path, notProven("certificate path: %v", err)
	}
	v := cert.Verifier{Rules: cert.Rules()}
	err = v.Check(path, cert.Situation{Realm: j.realm, Env: j.env, Epoch: path.Leaf().Body.Epoch})
	if err == nil {
		err = v.Signatures(path)
	}
	if err != nil {
		return path, notProven("certificate path: %v", err)
	}
	if path.Leaf().Body.Level != level {
		return path, notProven("certificate path: level %d", path.Leaf().Body.Level)
	}
	return path, nil
}

// A debit is a TRANSFER or a DEFUND.
type debit struct {
	tokens  []wire.ID // of family E
	id      wire.ID
	payer   wire.DID
	counter uint64
	prev    wire.ID
	request wire.ID         // zero for a DEFUND
	drawn   []wire.Input    // under CHAIN provenance, with the hops at which it was held
	parts   []wire.Fragment // in family T
}

func (j *judge) debit(b []byte) (debit, error) {
	o, err := wire.DecodeObject(b, wire.MaxMoney)
	if err != nil {
		return debit{}, notProven("debit: %v", err)
	}
	if t, ok := wire.Peek(o.Payload); ok && t == wire.TypeDefund {
		return j.defund(b)
	}
	return j.transfer(b)
}

func (j *judge) transfer(b []byte) (debit, error) {
	var d debit
	var err error
	d.id, d.payer, err = j.signed(b, wire.TypeTransfer, func(payload []byte) (signer, error) {
		m, err := wire.DecodeTransfer(payload)
		if err != nil { // a realm of CHAIN provenance has another form
			m, err = wire.DecodeChained(payload)
		}
		d.drawn, d.tokens, d.parts = provenance.Held(m.Inputs), m.Tokens, m.Fragments
		d.counter, d.prev, d.request = m.Counter, m.Prev, m.RequestHash
		return signer{m.Realm, m.Suite, m.Cert}, err
	})
	return d, err
}

func (j *judge) defund(b []byte) (debit, error) {
	var d debit
	var err error
	d.id, d.payer, err = j.signed(b, wire.TypeDefund, func(payload []byte) (signer, error) {
		m, err := wire.DecodeDefund(payload)
		if err != nil {
			m, err = wire.DecodeChainedDefund(payload)
		}
		d.drawn, d.parts = m.Inputs, m.Fragments
		for _, t := range m.Spent {
			d.tokens = append(d.tokens, t.Hash())
		}
		d.counter, d.prev = m.Counter, m.Prev
		return signer{m.Realm, m.Suite, m.Cert}, err
	})
	return d, err
}

func (j *judge) report(b []byte) (wire.Sync, wire.DID, error) {
	var m wire.Sync
	_, did, err := j.signed(b, wire.TypeSync, func(payload []byte) (signer, error) {
		var err error
		if m, err = wire.DecodeSync(payload); err != nil { // family T may give fragments up
			m, err = wire.DecodeTokenSync(payload)
		}
		return signer{m.Realm, m.Suite, m.Cert}, err
	})
	return m, did, err
}

func (j *judge) answer(b []byte) (wire.Receipt, wire.DID, error) {
	var m wire.Receipt
	_, did, err := j.signed(b, wire.TypeReceipt, func(payload []byte) (signer, error) {
		var err error
		m, err = wire.DecodeReceipt(payload)
		return signer{m.Realm, m.Suite, m.Cert}, err
	})
	return m, did, err
}
