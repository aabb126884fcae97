// Package judge asks the reference about vectors: each is handed to the code
// that a device, a ledger or a verifier runs for that procedure, in the state
// that the vector describes. It is the first judge of vectors.Check; the second,
// which shares nothing with the reference, is vectors/witness.
package judge

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/nose"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provider"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// A Judge is the reference, or the reference with a rule exchanged. It is safe
// for concurrent use.
type Judge struct {
	Device      device.Rules
	Path        []cert.Rule
	PolicyRules []cert.PolicyRule
	Ledger      ledger.Rules
	Links       []provenance.Rule
	Software    []nose.Rule
	Text        []qr.Rule
	Frame       []telecom.Rule
	Provider    provider.Rules
	Tokens      []device.TokenRule
}

// New returns the reference with all its rules.
func New() *Judge {
	return &Judge{
		device.StandardRules(), cert.Rules(), cert.PolicyRules(), ledger.DefaultRules(), provenance.Rules(), nose.Rules(),
		qr.StandardRules(), telecom.StandardRules(), provider.DefaultRules(), device.TokenRules(),
	}
}

// verified are the signatures of vectors that were found right, and certificates
// those that were read: thousands of vectors bring the same ones.
var (
	verified     = suite.NewMemory(1 << 14)
	certificates = cert.NewMemory(1 << 10)
)

// paths are the checks of certificate paths.
func (j *Judge) paths() cert.Verifier {
	return cert.Verifier{Rules: j.Path, Verify: verified.Verify}
}

// Name implements [vectors.Judge].
func (*Judge) Name() string { return "reference" }

// Covers implements [vectors.Judge].
func (*Judge) Covers(kind string) bool { return procedure(kind) != nil }

// Verify implements [vectors.Judge].
func (*Judge) Verify(number uint64, key, message, sig []byte) bool {
	scheme, ok := suite.Lookup(suite.Suite(number))
	if !ok {
		return false
	}
	public, err := scheme.ParsePublic(key)
	return err == nil && public.Verify(message, sig) == nil
}

// Judge implements [vectors.Judge].
func (j *Judge) Judge(f *vectors.File, v *vectors.Vector) (vectors.Outcome, error) {
	run := procedure(v.Kind)
	if run == nil {
		return vectors.Outcome{}, errors.New("kind " + v.Kind + " is unknown")
	}
	c := &call{judge: j, file: f, vector: v, values: map[string]string{}}
	err := run(c)
	if c.fault != nil {
		return vectors.Outcome{}, c.fault
	}
	if err == nil {
		return vectors.Outcome{Valid: true, Values: c.values}, nil
	}
	code, ok := codeOf(err)
	if !ok {
		return vectors.Outcome{}, err
	}
	return vectors.Outcome{Refused: int(code), Values: c.values}, nil
}

func procedure(kind string) func(*call) error {
	switch kind {
	case "suite":
		return suiteVerify
	case "published":
		return publishedCase
	case "realm", "did", "payee-tag", "request-nonce", "log-chain", "transcript", "sig-structure":
		return identifier
	case "cert":
		return path
	case "settlement", "chain":
		return settle
	case "session":
		return session
	case "frame":
		return frame
	case "cert-get":
		return certGet
	case "evidence":
		return convict
	case "certs":
		return certs
	case "hello", "hello-finish":
		return hello
	case "resend", "resend-pay-req":
		return resend
	case "rekey-req", "enrol-req":
		return asks
	case "static-req":
		return payOneWay
	case "capsule":
		return capsule
	case "software":
		return software
	case "deposit", "unclaimed":
		return claimed
	case "fund-req", "defund", "sync", "record-transfer", "record-receipt", "record-pay-req", "record-rekey", "record-deposit":
		return atLedger
	case "run":
		return run
	case "tokens":
		return tokens
	case "apdu-command", "apdu-chain", "apdu-select", "apdu-status", "apdu-answer":
		return card
	case "qr":
		return texts
	case "qr-frames":
		return split
	case "telecom":
		return frames
	case "telecom-frames":
		return cut
	default:
		return deviceProcedure(kind)
	}
}

// codeOf returns the refusal code of an error of any package of the reference.
func codeOf(err error) (spec.Code, bool) {
	if r, ok := errors.AsType[*device.Refusal](err); ok {
		return r.Code, true
	}
	if r, ok := errors.AsType[*ledger.Refusal](err); ok {
		return r.Code, true
	}
	if r, ok := errors.AsType[*nose.Refusal](err); ok {
		return r.Code, true
	}
	if r, ok := errors.AsType[*provider.Refusal](err); ok {
		return r.Code, true
	}
	if code, ok := notProven(err); ok {
		return code, true
	}
	return wire.CodeOf(err)
}

// A call is one vector under judgement. The first fault in the vector itself is
// kept; what follows it has no meaning.
type call struct {
	judge  *Judge
	file   *vectors.File
	vector *vectors.Vector
	values map[string]string
	fault  error

	// meet, in tests, takes the place of the one object: it is handed what deals
	// with the input as it then is, and what tells the state.
	meet func(deal func() error, state func() any) error
}

func (c *call) fail(format string, args ...any) {
	if c.fault == nil {
		c.fault = fmt.Errorf(format, args...)
	}
}

func (c *call) hex(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		c.fail("%q is not hex", text)
	}
	return b
}

// input returns an input, empty when it is absent.
func (c *call) input(name string) []byte { return c.hex(c.vector.Input[name]) }

// object returns the bytes of a named object.
func (c *call) object(name string) []byte {
	text, ok := c.file.Object(name)
	if !ok {
		c.fail("no object %q", name)
	}
	return c.hex(text)
}

func (c *call) objects(names []string) (list [][]byte) {
	for _, name := range names {
		list = append(list, c.object(name))
	}
	return list
}

// carried returns the certificates that come with the object.
func (c *call) carried() (list [][]byte) {
	for _, field := range slices.Sorted(maps.Keys(c.vector.Uses)) {
		if field == "certificate" || field == "issuer" || strings.HasPrefix(field, "signer_") {
			list = append(list, c.object(c.vector.Uses[field]))
		}
	}
	return list
}

func (c *call) number(name string) uint64 { return c.decimal(c.vector.Context[name]) }

// decimal returns a number, 0 for the empty text.
func (c *call) decimal(text string) uint64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		c.fail("%q is not a number", text)
	}
	return n
}

func (c *call) set(name string, b []byte) { c.values[name] = hex.EncodeToString(b) }

func (c *call) setNumber(name string, n uint64) { c.values[name] = strconv.FormatUint(n, 10) }

// array copies hex of exactly the length of p.
func (c *call) array(p []byte, text string) {
	b := c.hex(text)
	if len(b) != len(p) {
		c.fail("%q is not %d bytes", text, len(p))
		return
	}
	copy(p, b)
}

func (c *call) id(text string) (id wire.ID) {
	if text != "" {
		c.array(id[:], text)
	}
	return id
}

func (c *call) did(text string) (d wire.DID) {
	if text != "" {
		c.array(d[:], text)
	}
	return d
}

func (c *call) nonce(text string) (n wire.Nonce) {
	if text != "" {
		c.array(n[:], text)
	}
	return n
}

func (c *call) certificate(name string) *cert.Certificate {
	parsed, err := cert.Parse(c.object(name))
	if err != nil {
		c.fail("%s: %w", name, err)
	}
	return parsed
}

// signed sets what every valid signed object publishes.
func (c *call) signed(t wire.Type, encoded []byte) {
	o, err := wire.DecodeObject(encoded, len(encoded)) // it was accepted
	if err != nil {
		return
	}
	id := o.ID(t)
	c.set("to_be_signed", o.ToBeSigned(t))
	c.set("id", id[:])
}
