package reports

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

const (
	payloadType   = "application/vnd.in-toto+json"
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://in-toto.io/attestation/test-result/v0.1"
)

// ErrKey says that a file does not hold the Ed25519 key it was given for.
var ErrKey = errors.New("no usable Ed25519 key")

// A statement is an in-toto statement, version 1, with the test-result
// predicate of the in-toto attestation framework.
type statement struct {
	Type          string     `json:"_type"`
	Subject       []resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     testResult `json:"predicate"`
}

type resource struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest,omitempty"`
}

type testResult struct {
	Result        string     `json:"result"` // PASSED, WARNED or FAILED
	Configuration []resource `json:"configuration"`
	FailedTests   []string   `json:"failedTests"`
}

// Sign returns report.intoto.json: a DSSE envelope over a statement that names
// the SHA-256 of the bytes of report.json. It says who vouches for the bytes,
// not that the device was the one they name.
func Sign(r *Report, file []byte, key ed25519.PrivateKey) ([]byte, error) {
	digest := sha256.Sum256(file)
	c := r.Core
	s := statement{
		Type:          statementType,
		Subject:       []resource{{"report.json", map[string]string{"sha256": hex.EncodeToString(digest[:])}}},
		PredicateType: predicateType,
		Predicate: testResult{
			Configuration: []resource{
				{Name: "profile " + c.Profile.Title()},
				{Name: "suite " + c.Suite.Release},
			},
			FailedTests: []string{},
		},
	}
	if c.Suite.Digest != "" {
		s.Predicate.Configuration[1].Digest = map[string]string{"sha256": c.Suite.Digest}
	}
	switch c.Overall {
	case Conformant:
		s.Predicate.Result = "PASSED"
	case Incomplete:
		s.Predicate.Result = "WARNED"
	case NonConformant:
		s.Predicate.Result = "FAILED"
	}
	for _, f := range c.Failures {
		s.Predicate.FailedTests = append(s.Predicate.FailedTests, f.Requirement+" "+f.Check)
	}
	body, err := Canonical(s)
	if err != nil {
		return nil, err
	}
	signer, err := dsse.NewEnvelopeSigner(signingKey{key})
	if err != nil {
		return nil, fmt.Errorf("signing the report: %w", err)
	}
	envelope, err := signer.SignPayload(context.Background(), payloadType, body)
	if err != nil {
		return nil, fmt.Errorf("signing the report: %w", err)
	}
	b, err := json.MarshalIndent(envelope, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("signing the report: %w", err)
	}
	return append(b, '\n'), nil
}

// KeyID returns the SHA-256 of the key's SubjectPublicKeyInfo, in lower-case hex.
func KeyID(key ed25519.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrKey, err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}

// ParsePrivateKey reads the signing key: one PEM block PRIVATE KEY (PKCS #8).
func ParsePrivateKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("%w: want a PEM block PRIVATE KEY, as from openssl genpkey -algorithm ed25519", ErrKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: the key is of another algorithm (%T)", ErrKey, parsed)
	}
	return key, nil
}

// ParseTrust reads the keys that reports are trusted under: one or more PEM
// blocks PUBLIC KEY.
func ParseTrust(text []byte) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		key, ok := parsed.(ed25519.PublicKey)
		if !ok {
			return nil, fmt.Errorf("%w: a key is of another algorithm (%T)", ErrKey, parsed)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: want one or more PEM blocks PUBLIC KEY", ErrKey)
	}
	return keys, nil
}

type signingKey struct{ key ed25519.PrivateKey }

func (k signingKey) Sign(_ context.Context, data []byte) ([]byte, error) {
	return ed25519.Sign(k.key, data), nil
}

func (k signingKey) KeyID() (string, error) { return KeyID(k.key.Public().(ed25519.PublicKey)) }

type verifyingKey struct{ key ed25519.PublicKey }

func (k verifyingKey) Verify(_ context.Context, data, sig []byte) error {
	if !ed25519.Verify(k.key, data, sig) {
		return errors.New("the signature does not verify")
	}
	return nil
}

func (k verifyingKey) KeyID() (string, error)   { return KeyID(k.key) }
func (k verifyingKey) Public() crypto.PublicKey { return k.key }
