package device

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Refusal is the protocol's no. Message, when there is one, is to be carried
// to the peer: a REFUSED or an ABORT under the link, or an ABORT in clear.
type Refusal struct {
	Requirement spec.ID
	Code        spec.Code
	Message     []byte
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("device: refused with %d (%s)", int(r.Code), r.Requirement)
}

// refuse makes a refusal and remembers its code for [Device.Query].
func (d *Device) refuse(requirement spec.ID, code spec.Code) *Refusal {
	d.last = code
	return &Refusal{Requirement: requirement, Code: code}
}

// refusalOf turns the errors of wire, cert and link into refusals, and passes
// everything else through.
func (d *Device) refusalOf(err error) error {
	var r *Refusal
	var c *cert.Refusal
	var w *wire.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &r):
		return r
	case errors.As(err, &c):
		return d.refuse(c.Requirement, c.Code)
	case errors.As(err, &w):
		return d.refuse(requirementOf(w.Code), w.Code)
	}
	return err
}

// requirementOf returns the requirement behind a code of decoding, negotiation
// and the link, where no rule names one.
func requirementOf(code spec.Code) spec.ID {
	switch code {
	case spec.ECanon, spec.EPad:
		return spec.ENC01
	case spec.EField:
		return spec.ENC02
	case spec.EAmount:
		return spec.ENC04
	case spec.ERealm, spec.ECurrency, spec.EFamily:
		return spec.ENC05
	case spec.EType:
		return spec.ENC06
	case spec.EVersion:
		return spec.INT01
	case spec.EHdr, spec.ESuite, spec.ENocommon:
		return spec.CRY06
	}
	return spec.ENC03
}
