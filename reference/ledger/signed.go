package ledger

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Signed is an object of a device that has been decoded and whose path ends
// at a configured root. Whether its signatures hold is for the rules to say.
type Signed struct {
	ID          wire.ID
	Bytes       []byte // the encoded object, the ledger's own copy
	Device      wire.DID
	Certificate *cert.Certificate

	path    cert.Path
	object  wire.Object
	typ     wire.Type
	suite   suite.Suite
	checked bool
	valid   bool
}

// A signerOf is what a body says about its signer.
type signerOf struct {
	suite suite.Suite
	cert  wire.ID
}

// An opened is what [Ledger.open] needs to know of a kind of object.
type opened struct {
	typ     wire.Type
	usage   uint64   // that the signer's certificate must have
	carried [][]byte // certificates by value
	at      *uint64  // epoch at which the certificate must be in force; nil: at any age
}

// open decodes an object and finds its signer. The error is a [*Refusal].
func (l *Ledger) open(b []byte, o opened, body func(payload []byte) (signerOf, error)) (Signed, error) {
	s := Signed{Bytes: append([]byte(nil), b...), typ: o.typ}
	var err error
	if s.object, err = wire.DecodeObject(s.Bytes, o.typ.LimitIn(l.parts.Place.Spoken())); err != nil {
		return s, refusal(err)
	}
	by, err := body(s.object.Payload)
	if err != nil {
		return s, refusal(err)
	}
	s.suite = by.suite
	s.ID = s.object.ID(o.typ)
	if s.path, err = l.store.Path(by.cert, cert.Carried(o.carried)); err != nil {
		return s, refusal(err)
	}
	s.Certificate = s.path.Leaf()
	s.Device = s.Certificate.Device()
	// A device that has been offline for long can always come home: the ledger
	// keeps expired keys for recovery.
	epoch := s.Certificate.Body.Epoch
	if o.at != nil {
		epoch = *o.at
	}
	return s, refusal(l.parts.Paths.Check(s.path, cert.Situation{
		Realm: l.parts.Place.Realm, Env: l.parts.Env, Epoch: epoch, Grace: l.parts.Policy.Fresh.Grace,
		Suites: l.parts.Policy.Suites, Usage: o.usage,
	}))
}

// authentic reports whether the signatures of the path and of the object hold.
// A path that has held is remembered.
func (s *Signed) authentic(l *Ledger) bool {
	if !s.checked {
		s.checked = true
		s.valid = l.parts.Paths.Signatures(s.path) == nil && s.Certificate.Verify(s.object, s.typ) == nil
		if s.valid {
			l.store.Remember(s.path)
		}
	}
	return s.valid
}

// chain returns the encoded certificates of the signer, the device's first.
func (s *Signed) chain() [][]byte {
	var chain [][]byte
	for _, c := range s.path.Chain {
		chain = append(chain, c.Raw)
	}
	return chain
}

func (s *Signed) signed() *Signed { return s }

// signerRules are the first checks of every object that a device has signed.
func signerRules[T any, P interface {
	*T
	signed() *Signed
}]() []Rule[T] {
	return []Rule[T]{
		{"the signer is a device", spec.CRY01, spec.EPath, func(_ *Ledger, t *T) bool {
			return P(t).signed().Certificate.Body.Level == wire.LevelDevice
		}},
		{"the suite is that of the certificate", spec.CRY06, spec.ESuite, func(_ *Ledger, t *T) bool {
			s := P(t).signed()
			return s.Certificate.SuiteMatches(s.object, s.suite)
		}},
		{"the signatures hold", spec.CRY05, spec.ESig, func(l *Ledger, t *T) bool {
			return P(t).signed().authentic(l)
		}},
	}
}

// refusal gives the refusals of the packages below the form of this one.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*wire.Error](err); ok {
		return &Refusal{"decoding: " + wrong.What, decodingRequirement(wrong.Code), wrong.Code}
	}
	if refused, ok := errors.AsType[*cert.Refusal](err); ok {
		return &Refusal{"certificate path", refused.Requirement, refused.Code}
	}
	return fmt.Errorf("ledger: %w", err)
}
