package reports

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// ErrAltered says that a report is not what was signed.
var ErrAltered = errors.New("the report was altered")

// A Trust is what a report is verified against.
type Trust struct {
	Keys []ed25519.PublicKey // none: nobody is trusted, the report is at best intact
	// Rejudge judges the transcripts again with the checks that wrote them, and
	// returns an error that names the first result that differs. Nil: not done.
	Rejudge func(*Report) error
}

// A Verification is what was found true of a report.
type Verification struct {
	Report   *Report
	Digest   string // SHA-256 of report.json, lower-case hex
	Signed   bool   // an envelope over this digest stands beside it
	Signer   string // [KeyID] of the trusted key that signed it, empty if none did
	Rejudged bool
}

// String says it in one phrase for people.
func (v Verification) String() string {
	s := "intact, not signed"
	if v.Signed {
		s = "intact, signer unknown"
	}
	if v.Signer != "" {
		s = "intact, signed by " + v.Signer
	}
	if v.Rejudged {
		s += ", judged again with the same result"
	}
	return s
}

// Verify reads the report in dir and checks its schema, its hash chains, its
// signature and, if asked to, its verdicts. The error wraps [ErrMalformed] or
// [ErrAltered], or is the rejudge's.
func Verify(dir string, trust Trust) (Verification, error) {
	file, err := os.ReadFile(filepath.Join(dir, reportFile))
	if err != nil {
		return Verification{}, fmt.Errorf("reading the report: %w", err)
	}
	r, err := Read(file)
	if err != nil {
		return Verification{}, fmt.Errorf("%s: %w", filepath.Join(dir, reportFile), err)
	}
	sum := sha256.Sum256(file)
	v := Verification{Report: r, Digest: hex.EncodeToString(sum[:])}
	envelope, err := os.ReadFile(filepath.Join(dir, envelopeFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return Verification{}, fmt.Errorf("reading the signature: %w", err)
	default:
		if v.Signer, err = checkEnvelope(envelope, v.Digest, trust.Keys); err != nil {
			return Verification{}, fmt.Errorf("%s: %w", filepath.Join(dir, envelopeFile), err)
		}
		v.Signed = true
	}
	if trust.Rejudge != nil {
		if err := trust.Rejudge(r); err != nil {
			return Verification{}, fmt.Errorf("judging again: %w", err)
		}
		v.Rejudged = true
	}
	return v, nil
}

// checkEnvelope returns the id of the trusted key that signed the digest, or
// "" when the envelope names none of them.
func checkEnvelope(text []byte, digest string, keys []ed25519.PublicKey) (string, error) {
	var envelope dsse.Envelope
	if err := json.Unmarshal(text, &envelope); err != nil {
		return "", fmt.Errorf("%w: the envelope is not JSON: %w", ErrMalformed, err)
	}
	body, err := envelope.DecodeB64Payload()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var s statement
	if err := json.Unmarshal(body, &s); err != nil {
		return "", fmt.Errorf("%w: the statement is not JSON: %w", ErrMalformed, err)
	}
	if envelope.PayloadType != payloadType || s.Type != statementType || s.PredicateType != predicateType || len(s.Subject) != 1 {
		return "", fmt.Errorf("%w: the envelope holds a %s of type %s about %d subjects", ErrMalformed, s.Type, envelope.PayloadType, len(s.Subject))
	}
	if got := s.Subject[0].Digest["sha256"]; got != digest {
		return "", fmt.Errorf("%w: the signature is over a report with SHA-256 %s, the file has %s", ErrAltered, got, digest)
	}
	return signedBy(&envelope, keys)
}

func signedBy(envelope *dsse.Envelope, keys []ed25519.PublicKey) (string, error) {
	for _, key := range keys {
		id, err := KeyID(key)
		if err != nil {
			return "", err
		}
		for _, sig := range envelope.Signatures {
			if sig.KeyID != id {
				continue
			}
			verifier, err := dsse.NewEnvelopeVerifier(verifyingKey{key})
			if err != nil {
				return "", fmt.Errorf("verifying the signature: %w", err)
			}
			if _, err := verifier.Verify(context.Background(), envelope); err != nil {
				return "", fmt.Errorf("%w: the signature of key %s does not verify", ErrAltered, id)
			}
			return id, nil
		}
	}
	return "", nil
}
