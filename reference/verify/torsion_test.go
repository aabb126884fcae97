package verify_test

import (
	"crypto/sha512"
	"encoding/hex"
	"testing"

	"filippo.io/edwards25519"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify/obvious"
	"github.com/assay-cbdc/assay/reference/verify/workload"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// orderEight is a point of order 8, from eprint 2020/1244.
const orderEight = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"

// signWithTorsion signs by the equation that holds only after multiplication by
// the cofactor: R has a component of order 8.
func signWithTorsion(t *testing.T, key suite.PrivateKey, message []byte) []byte {
	t.Helper()
	expanded := sha512.Sum512(key.Seed())
	secret, err := new(edwards25519.Scalar).SetBytesWithClamping(expanded[:32])
	if err != nil {
		t.Fatal(err)
	}
	nonce := sha512.Sum512(message)
	r, err := new(edwards25519.Scalar).SetUniformBytes(nonce[:])
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := hex.DecodeString(orderEight)
	if err != nil {
		t.Fatal(err)
	}
	torsion, err := new(edwards25519.Point).SetBytes(encoded)
	if err != nil {
		t.Fatal(err)
	}
	commitment := new(edwards25519.Point).ScalarBaseMult(r)
	sig := commitment.Add(commitment, torsion).Bytes()
	public := new(edwards25519.Point).ScalarBaseMult(secret).Bytes()
	h := sha512.New()
	h.Write(sig)
	h.Write(public)
	h.Write(message)
	k, err := new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	return append(sig, k.MultiplyAdd(k, secret, r).Bytes()...)
}

// The one place where the obvious lane decides otherwise: the normative rule is
// cofactored, the standard library's is not.
func TestObviousLaneIsCofactorless(t *testing.T) {
	seed := []byte("torsion")
	w := generate(t, workload.Config{Seed: seed, Suite: suite.Ed25519, Payments: 1, PerDevice: 1})
	rec, err := settlement.Parse(w.Items[0].Payment)
	if err != nil {
		t.Fatal(err)
	}
	o, err := wire.DecodeObject(rec.Object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		t.Fatal(err)
	}
	key := cert.DeriveKey(suite.Ed25519, seed, "good/0")
	o.Signature = signWithTorsion(t, key, o.ToBeSigned(wire.TypeTransfer))
	rec.Object = o.Encode()
	payment := settlement.Append(nil, rec)
	if got := plain(t, w.Setting).Verify(payment); !got.Accepted {
		t.Errorf("plain: %+v, want accepted", got)
	}
	v, err := obvious.New(w.Setting)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Verify(payment); got.Code != spec.ESig {
		t.Errorf("obvious: %+v, want %d", got, spec.ESig)
	}
}
