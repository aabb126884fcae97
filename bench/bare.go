package bench

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A bare signature is what remains of a payment when the core is taken away:
// the message, the signature and a key that is ready to verify.
type bare struct {
	message, signature []byte

	ed      *ed25519.ExpandedPublicKey
	ec      *ecdsa.PublicKey
	der     []byte
	lattice *mldsa44.PublicKey
	// A hybrid signs the bound message; the ML-DSA half has a context.
	context []byte
}

// bareOf takes the signature of a payment out of it. It returns false for a
// payment that the core refuses before it looks at the signature.
func bareOf(payment []byte) (*bare, bool, error) {
	rec, err := settlement.Parse(payment)
	if err != nil || len(rec.Certificates) != 1 {
		return nil, false, nil
	}
	object, err := wire.DecodeObject(rec.Object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return nil, false, nil
	}
	c, err := cert.Parse(rec.Certificates[0])
	if err != nil {
		return nil, false, nil
	}
	b := &bare{message: object.ToBeSigned(wire.TypeTransfer), signature: object.Signature}
	if c.Key.Verify(b.message, b.signature) != nil {
		return nil, false, nil
	}
	return b, true, b.setKey(c.Key)
}

func (b *bare) setKey(k suite.PublicKey) error {
	cose := k.COSE()
	var err error
	switch k.Suite() {
	case suite.Ed25519:
		b.ed, err = ed25519.NewExpandedPublicKey(ed25519.PublicKey(cose[len(cose)-32:]))
	case suite.P256:
		const y = 32
		x := cose[len(cose)-y-3-32:][:32]
		b.ec, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), bytes.Join([][]byte{{4}, x, cose[len(cose)-y:]}, nil))
		if err == nil {
			b.der, err = asn1.Marshal(struct{ R, S *big.Int }{
				new(big.Int).SetBytes(b.signature[:32]), new(big.Int).SetBytes(b.signature[32:]),
			})
		}
	case suite.MLDSA44:
		b.lattice = new(mldsa44.PublicKey)
		err = b.lattice.UnmarshalBinary(cose[len(cose)-mldsa44.PublicKeySize:])
	case suite.Ed25519MLDSA44:
		err = b.setHybrid(k)
	}
	if err != nil {
		return fmt.Errorf("bench: key of a payment that verifies: %w", err)
	}
	return nil
}

func (b *bare) setHybrid(k suite.PublicKey) error {
	classical, lattice, ok := suite.Halves(k)
	if !ok {
		return suite.ErrPublicKey
	}
	if err := b.setKey(classical); err != nil {
		return err
	}
	first, second := sha256.Sum256(classical.COSE()), sha256.Sum256(lattice.COSE())
	b.message = bytes.Join([][]byte{
		[]byte("assay/1/hybrid\x00\x05"), first[:], second[:], b.message,
	}, nil)
	b.context = []byte("assay/1/hybrid-5")
	return b.setKey(lattice)
}

// signatures verifies the bare signatures of a load, those of Ed25519 in batches
// of the core's size. It is not a core: it knows nothing of payments.
type signatures struct {
	list  []*bare
	batch *ed25519.BatchVerifier
	right bool
}

func signaturesOf(l *load) (*signatures, error) {
	s := &signatures{batch: ed25519.NewBatchVerifierWithCapacity(batchSize)}
	for _, p := range l.payments {
		b, signed, err := bareOf(p)
		if err != nil {
			return nil, err
		}
		if signed {
			s.list = append(s.list, b)
		}
	}
	return s, nil
}

// verify checks the first n, and says in right whether all of them hold.
func (s *signatures) verify(n int) {
	s.right = true
	for i := 0; i < n; i += batchSize {
		s.batch.Reset()
		for _, b := range s.list[i:min(i+batchSize, n)] {
			s.right = s.add(b) && s.right
		}
		if s.list[0].ed != nil {
			s.right = s.batch.VerifyBatchOnly(rand.Reader) && s.right
		}
	}
}

// add checks a signature, or adds it, of a hybrid one half, to the batch.
func (s *signatures) add(b *bare) bool {
	sig := b.signature
	if b.ed != nil {
		s.batch.AddExpanded(b.ed, b.message, sig[:ed25519.SignatureSize])
		sig = sig[ed25519.SignatureSize:]
	}
	switch {
	case b.lattice != nil:
		return mldsa44.Verify(b.lattice, b.message, b.context, sig)
	case b.ec != nil:
		digest := sha256.Sum256(b.message)
		return ecdsa.VerifyASN1(b.ec, digest[:], b.der)
	default:
		return true
	}
}
