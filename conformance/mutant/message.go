package mutant

import (
	"errors"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func messageMutants() []Mutant {
	return []Mutant{
		{Name: "lenient-decoder", Breaks: spec.ENC01, Fault: "accepts any CBOR encoding of a transfer", device: func(p *device.Parts) {
			p.DecodeTransfer = func(b []byte) (wire.Transfer, error) { return decodeLenient(b, false) }
		}},
		{Name: "drops-unknown-fields", Breaks: spec.ENC02, Fault: "ignores members that it does not know", device: func(p *device.Parts) {
			p.DecodeTransfer = func(b []byte) (wire.Transfer, error) { return decodeLenient(b, true) }
		}},
		{Name: "stuck-after-garbage", Breaks: spec.ENC03, Fault: "is out of service after a frame that does not open", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "accept" && c.refused(spec.ELink) {
				w.edit(c.handle, func(s *device.State) { s.Decommissioned = true })
			}
		})},
		{Name: "requests-zero", Breaks: spec.ENC04, Fault: "requests payments of any amount", device: without(device.ProcRequest, "amount")},
		{Name: "any-currency", Breaks: spec.ENC05, Fault: "ignores currency, exponent and realm of a transfer", device: func(p *device.Parts) {
			p.DecodeTransfer = func(b []byte) (wire.Transfer, error) {
				m, err := wire.DecodeTransfer(b)
				m.Currency, m.Exponent = 978, 2
				return m, err
			}
		}},
		{Name: "any-domain", Breaks: spec.ENC06, Fault: "takes a signature for one message type as one for another", device: func(p *device.Parts) {
			p.Verify = verifyAnyDomain
		}},
		{Name: "unchecked-payer-path", Breaks: spec.CRY01, Fault: "does not verify the payer's certificate", device: unverified(device.ProcTransfer)},
		{Name: "unchecked-payee-path", Breaks: spec.CRY01, Fault: "does not verify the payee's certificate", device: unverified(device.ProcPay)},
		{Name: "ignores-validity", Breaks: spec.CRY02, Fault: "accepts expired certificates", device: withoutPath(spec.EExpired)},
		{Name: "ignores-usage", Breaks: spec.CRY03, Fault: "accepts device certificates for any use", device: anyUse},
		{Name: "trusts-production", Breaks: spec.CRY04, Fault: "accepts production certificates on a test device", device: func(p *device.Parts) {
			p.Path = slices.DeleteFunc(cert.Rules(), func(r cert.Rule) bool { return r.Requirement == spec.CRY04 })
		}},
		{Name: "unsigned-epoch", Breaks: spec.CRY05, Fault: "leaves the epoch out of what a signature covers", device: replaced(device.ProcTransfer, "signature", epochUnsigned)},
		{Name: "ignores-suite", Breaks: spec.CRY06, Fault: "does not look at the suite that a transfer names", device: without(device.ProcTransfer, "suite", "certified suite")},
	}
}

// sessionMutants are wrong in how a session opens, or in what it shows.
func sessionMutants() []Mutant {
	return []Mutant{
		{Name: "stuck-generator", Breaks: spec.CRY07, Fault: "its random generator stands still after start-up", device: func(p *device.Parts) {
			p.Rand = &stuckReader{next: p.Rand, left: 512}
		}},
		{Name: "accepts-downgrade", Breaks: spec.CRY08, Fault: "pays with a weaker suite than both are certified for", device: without(device.ProcPay, "certified suite")},
		{Name: "any-version", Breaks: spec.INT01, Fault: "takes every version for its own", device: withRules(func(r device.Rules) device.Rules {
			common := r.Rule(device.ProcRequest, "common suite").Holds
			r = r.Replace(device.ProcRequest, "version", always)
			return r.Replace(device.ProcRequest, "common suite", func(c *device.Context) bool {
				c.Hello.Versions = []uint64{wire.V1}
				return common(c)
			})
		})},
		{Name: "device-id-in-hello", Breaks: spec.PVY02, Fault: "greets with the same nonce every time", device: func(p *device.Parts) {
			p.Rand = &constantNonce{next: p.Rand, skip: 1}
		}},
		{Name: "name-in-funding", Breaks: spec.PVY04, Fault: "adds its user's name to a funding request", wrap: wrapped(func(_ *wrapper, c call) {
			if c.verb == "fund-request" && c.answer.Done != nil {
				c.answer.Done.Message = append(c.answer.Done.Message, "A. Muster"...)
			}
		})},
		{Name: "signs-challenges", Breaks: spec.INV06, Fault: "signs a challenge that it cannot read", wrap: wrapped(func(w *wrapper, c call) {
			q, ok := c.request.Verb.(adapter.SyncReport)
			if ok && c.answer.Refused != nil {
				c.answer.Refused.Message = w.sign(c.handle, q.Message)
			}
		})},
	}
}

// decodeLenient normalises what it reads before it decodes it strictly.
func decodeLenient(b []byte, dropUnknown bool) (wire.Transfer, error) {
	m, err := wire.DecodeTransfer(b)
	var wrong *wire.Error
	if !errors.As(err, &wrong) {
		return m, err
	}
	if dropUnknown != (wrong.Code == spec.EField) || !dropUnknown && wrong.Code != spec.ECanon {
		return m, err
	}
	var fields map[uint64]cbor.RawMessage
	if cbor.Unmarshal(b, &fields) != nil {
		return m, err
	}
	if dropUnknown {
		for key := range fields {
			if key > 90 {
				delete(fields, key)
			}
		}
	}
	var whole map[uint64]any
	if raw, merr := cbor.Marshal(fields); merr != nil || cbor.Unmarshal(raw, &whole) != nil {
		return m, err
	}
	mode, merr := cbor.CoreDetEncOptions().EncMode()
	if merr != nil {
		return m, err
	}
	canonical, merr := mode.Marshal(whole)
	if merr != nil {
		return m, err
	}
	return wire.DecodeTransfer(canonical)
}

// verifyAnyDomain tries the domain of every message type.
func verifyAnyDomain(key suite.PublicKey, message, sig []byte) error {
	err := key.Verify(message, sig)
	var parts []cbor.RawMessage
	if err == nil || cbor.Unmarshal(message, &parts) != nil || len(parts) != 4 {
		return err
	}
	for _, t := range []wire.Type{wire.TypePayReq, wire.TypeReceipt, wire.TypeDefund, wire.TypeSync} {
		other := append([]byte{}, message[:1]...)
		other = append(append(other, parts[0]...), parts[1]...)
		other = append(wire.AppendBytes(other, []byte(t.Domain())), parts[3]...)
		if key.Verify(other, sig) == nil {
			return nil
		}
	}
	return err
}

// epochUnsigned verifies over the device's own epoch in place of the signed one.
func epochUnsigned(c *device.Context) bool {
	key := c.Signer().Key
	m := c.Transfer
	m.Epoch = c.State.Epoch
	o := wire.Object{Alg: c.Object.Alg, Payload: m.Encode()}
	return key.Verify(c.Object.ToBeSigned(wire.TypeTransfer), c.Object.Signature) == nil ||
		key.Verify(o.ToBeSigned(wire.TypeTransfer), c.Object.Signature) == nil
}

// anyUse holds issuers and services to their usage, and devices to none.
func anyUse(p *device.Parts) {
	p.Path = cert.Rules()
	for i, right := range p.Path {
		if right.Code == spec.EUsage {
			p.Path[i].Holds = func(s cert.Step) bool { return s.Cert.Body.Level == wire.LevelDevice || right.Holds(s) }
		}
	}
}

// unverified takes every path for verified.
func unverified(p device.Procedure) func(*device.Parts) {
	return withRules(func(r device.Rules) device.Rules {
		verify := r.Rule(p, "path signature").Holds
		return r.Replace(p, "path signature", func(c *device.Context) bool {
			_ = verify(c) // remembers the path when it is right
			return true
		})
	})
}
