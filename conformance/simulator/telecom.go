package simulator

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// TelecomLink is what hello tells of the simulator's link: short messages, and a
// minute for the slowest answer.
func TelecomLink() adapter.Telecom { return adapter.Telecom{Frame: telecom.SMS, Answer: 60} }

// A TelecomEnd is a unit's end of a telecom link: [telecom.Link].
type TelecomEnd interface {
	Frames(message []byte) ([][]byte, error)
	Read(frame []byte) (telecom.Result, error)
	Ask() [][]byte
}

// NewTelecomEnd is an end of the simulator's link with rules.
func NewTelecomEnd(rules []telecom.Rule) *telecom.Link {
	end, err := telecom.NewLink(TelecomLink().Frame, rules)
	if err != nil {
		panic("simulator: " + err.Error()) // its frame is within the bounds
	}
	return end
}

// telecomVerbs maps the verbs of a telecom link. What the end keeps is gone with
// the power.
func (u *unit) telecomVerbs(verb adapter.Verb) (r adapter.Result, err error) {
	if u.telecom == nil {
		u.telecom = NewTelecomEnd(telecom.StandardRules())
		if u.options.Telecom != nil {
			u.telecom = u.options.Telecom()
		}
	}
	switch v := verb.(type) {
	case adapter.ShowFrames:
		frames, err := u.telecom.Frames(v.Message)
		if err != nil {
			return r, &device.Refusal{Requirement: spec.INT19, Code: spec.ESize}
		}
		r.Messages = pack(frames)
	case adapter.ReadFrame:
		var result telecom.Result
		result, err = u.telecom.Read(v.Message)
		r.Message, r.Messages = result.Message, pack(result.Again)
	case adapter.AskFrames:
		r.Messages = pack(u.telecom.Ask())
	default:
		return r, unsupported(verb)
	}
	if code, no := wire.CodeOf(err); err != nil && no {
		return r, &device.Refusal{Requirement: spec.INT22, Code: code}
	}
	return r, err
}
