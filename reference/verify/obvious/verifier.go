// Package obvious is the verification core as a competent Go programmer writes
// it in an afternoon: the standard library and circl for signatures,
// fxamacker/cbor for the encoding, a map for double spends, one payment after
// the other, the payer's certificate verified again each time. Benchmarks use
// it as their baseline. Chapter: payment.md, section Acceptance.
//
// Its verdicts are those of package verify but for one rule: crypto/ed25519
// verifies without the cofactor and takes public keys of small order, so that
// signatures made to tell the two rules apart get another verdict. No honest
// signer makes one.
package obvious

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Verifier judges payments. It is not safe for concurrent use.
type Verifier struct {
	in    verify.Setting
	codec codec
	roots map[[32]byte]*parsed
	// issuers have been verified once; known are encoded payers' certificates.
	issuers map[[32]byte]*parsed
	known   map[[32]byte][]byte
	spent   map[verify.Key]wire.ID
}

// New returns a verifier. The error says which provider no root has signed.
func New(in verify.Setting) (*Verifier, error) {
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	v := &Verifier{
		in: in, codec: c,
		roots:   map[[32]byte]*parsed{},
		issuers: map[[32]byte]*parsed{},
		known:   map[[32]byte][]byte{},
		spent:   map[verify.Key]wire.ID{},
	}
	for _, root := range in.Roots {
		p, ok := c.parse(root.Raw)
		if !ok {
			return nil, errors.New("obvious: a root is not a certificate")
		}
		v.roots[p.id] = p
	}
	for _, provider := range in.Providers {
		p, ok := c.parse(provider.Raw)
		if !ok || v.roots[[32]byte(p.Issuer)] == nil || !v.signedBy(p, v.roots[[32]byte(p.Issuer)]) {
			return nil, fmt.Errorf("obvious: provider %x: no root has signed it", provider.ID[:4])
		}
		v.issuers[p.id] = p
	}
	for _, known := range in.Known {
		v.known[known.ID] = known.Raw
	}
	return v, nil
}

func (v *Verifier) signedBy(p, issuer *parsed) bool {
	return v.codec.verify(issuer.Suite, issuer.Key, p.signed, p.signature)
}

func (v *Verifier) revoked(c *parsed) bool {
	return v.in.Revoked.Blocks(&cert.Certificate{ID: c.id, Body: wire.Cert{Subject: wire.DID(c.Subject)}})
}

// Verify judges one payment. See [verify.Verifier.Verify].
func (v *Verifier) Verify(payment verify.Payment) verify.Verdict {
	var verdict verify.Verdict
	err := v.judge(payment, &verdict)
	var no refusal
	if errors.As(err, &no) {
		verdict.Code, verdict.Requirement = no.code, no.requirement
		return verdict
	}
	key := verify.Key{Payer: verdict.Payer, Counter: verdict.Counter}
	holder, taken := v.spent[key]
	switch {
	case !taken:
		v.spent[key] = verdict.TxID
		verdict.Accepted = true
	case holder == verdict.TxID:
		verdict.Duplicate = true
	default:
		verdict.Code, verdict.Requirement = spec.EDouble, spec.DET01
	}
	return verdict
}

func (v *Verifier) judge(payment verify.Payment, verdict *verify.Verdict) error {
	var rec record
	if err := v.codec.decode(payment, &rec); err != nil {
		return err
	}
	if len(rec.Payee) != 16 || len(rec.Nonce) != 16 || len(rec.Certificates) > 2 {
		return refusal{spec.ENC02, spec.EField}
	}
	if len(rec.Transfer) > wire.TypeTransfer.MaxBytes() {
		return refusal{spec.ENC03, spec.ESize}
	}
	var t transfer
	o, err := v.codec.object(rec.Transfer, transferDomain, &t)
	if err != nil {
		return err
	}
	if err := v.checkTransfer(&t); err != nil {
		return err
	}
	verdict.Counter, verdict.Amount, verdict.TxID = t.Counter, money.Amount(t.Amount), o.id()
	payer, issuer, root, err := v.path(&t, rec.Certificates)
	if err != nil {
		return err
	}
	verdict.Payer = wire.DID(payer.Subject)
	if err := v.checkPath(payer, issuer, root); err != nil {
		return err
	}
	if err := v.checkPayment(&t, &rec, payer, o.algorithm); err != nil {
		return err
	}
	if root != nil && !v.signedBy(issuer, root) || !v.signedBy(payer, issuer) {
		return refusal{spec.CRY01, spec.ESig}
	}
	if !v.codec.verify(payer.Suite, payer.Key, o.signed, o.signature) {
		return refusal{spec.CRY05, spec.ESig}
	}
	return nil
}

// checkPath judges the issuer first when the payment carried it.
func (v *Verifier) checkPath(payer, issuer, root *parsed) error {
	if root != nil {
		if err := v.checkCertificate(issuer, root, 0); err != nil {
			return err
		}
	} else if v.revoked(issuer) {
		return refusal{spec.LCM01, spec.ERevoked}
	}
	return v.checkCertificate(payer, issuer, wire.UsePay)
}

// path finds the payer's certificate and its issuer. The root comes with an
// issuer that the payment carried, and is nil for one verified before.
func (v *Verifier) path(t *transfer, carried [][]byte) (payer, issuer, root *parsed, err error) {
	certs := map[[32]byte]*parsed{}
	for _, b := range append([][]byte{v.known[[32]byte(t.Cert)]}, carried...) {
		if p, ok := v.codec.parse(b); ok && certs[p.id] == nil {
			certs[p.id] = p
		}
	}
	if payer = certs[[32]byte(t.Cert)]; payer == nil {
		return nil, nil, nil, refusal{spec.CRY01, spec.ECertNeeded}
	}
	id := [32]byte(payer.Issuer)
	if issuer = v.issuers[id]; issuer != nil {
		return payer, issuer, nil, nil
	}
	if issuer = certs[id]; issuer == nil {
		return nil, nil, nil, refusal{spec.CRY01, spec.ECertNeeded}
	}
	if root = v.roots[[32]byte(issuer.Issuer)]; root == nil {
		return nil, nil, nil, refusal{spec.CRY01, spec.EPath}
	}
	return payer, issuer, root, nil
}

// checkPayment is what remains before the signatures.
func (v *Verifier) checkPayment(t *transfer, rec *record, payer *parsed, alg int64) error {
	tag, err := v.codec.payeeTag(rec.Payee, rec.Nonce)
	switch {
	case err != nil:
		return err
	case t.Epoch < v.in.MinEpoch:
		return refusal{spec.LCM02, spec.EPeerOld}
	case t.Suite != payer.Suite || alg != algorithm(payer.Suite) || !v.allows(t.Suite):
		return refusal{spec.CRY06, spec.ESuite}
	case t.Family != v.in.Place.Spoken(), (t.Reserved != nil) != (t.Family == wire.FamilyIOU):
		return refusal{spec.ENC05, spec.EFamily}
	case !bytes.Equal(tag[:], t.PayeeTag):
		return refusal{spec.PAY04, spec.EMismatch}
	case bytes.Equal(rec.Payee, payer.Subject):
		return refusal{spec.PAY06, spec.ESelf}
	case !v.lotsHold(t):
		return refusal{spec.CON03, spec.EHop}
	}
	return nil
}
