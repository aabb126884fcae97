package mutant

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// rekeyMutants are wrong when a device is given another key.
func rekeyMutants() []Mutant {
	return []Mutant{
		{Name: "rekey-resets-limits", Breaks: spec.LCM04, Fault: "forgets with its key what it has spent since the last grant", wrap: afterRekey(1, func(s *device.State) {
			s.Used = device.Used{}
		})},
		{Name: "rekey-resets-counter", Breaks: spec.LCM04, Fault: "begins its counter anew with a new key", wrap: afterRekey(1, func(s *device.State) {
			s.Counter = 0
		})},
		{Name: "rekey-drops-pending", Breaks: spec.LCM04, Fault: "gives pending payments up with the key that signed them", wrap: afterRekey(1, func(s *device.State) {
			for i := range s.Slots {
				s.Slots[i] = device.Slot{}
			}
		})},
		{Name: "rekey-signs-again", Breaks: spec.LCM04, Fault: "signs pending payments again with its new key", wrap: afterRekey(1, func(s *device.State) {
			for i := range s.Slots {
				if s.Slots[i].State == device.SlotReleased {
					s.Slots[i].State, s.Slots[i].Signature = device.SlotDebited, nil
				}
			}
		})},
		{Name: "rekey-forgets-funding", Breaks: spec.LCM04, Fault: "signs an open funding request again with its new key", wrap: afterRekey(1, func(s *device.State) {
			s.Funding.Signed = [2][]byte{}
		})},
		{Name: "rekey-closes-requests", Breaks: spec.LCM04, Fault: "gives its open requests up with its key, and their numbers", wrap: afterRekey(1, func(s *device.State) {
			for i := range s.Requests {
				s.Requests[i] = device.Request{}
			}
			s.LowWater = s.NextRequest - 1
		})},
		{Name: "rekey-draws-again", Breaks: spec.LCM04, Fault: "names another key each time it is asked", wrap: wrappedBefore(func(w *wrapper, c call) {
			if v, ok := c.request.Verb.(adapter.Provision); ok && v.Rekey != 0 {
				w.edit(c.handle, func(s *device.State) { s.Rekey.Open = false })
			}
		})},
		{Name: "rekey-any-key", Breaks: spec.LCM04, Fault: "takes a certificate of another key for its own", device: without(device.ProcRekeyed, "own")},
		{Name: "rekey-any-predecessor", Breaks: spec.LCM04, Fault: "does not look which key its new one is said to follow", device: without(device.ProcRekeyed, "predecessor")},
		{Name: "rekey-unverified", Breaks: spec.LCM04, Fault: "does not verify the certificate of its new key", device: without(device.ProcRekeyed, "path signature")},
		{Name: "rekey-any-issuer", Breaks: spec.LCM04, Fault: "does not verify the issuers that come with a new certificate", device: without(device.ProcRekeyed, "issuers")},
		{Name: "migration-resets-counter", Breaks: spec.PQC04, Fault: "begins its counter anew with the first key of another suite", wrap: afterRekey(2, func(s *device.State) {
			s.Counter = 0
		})},
		{Name: "takes-dropped-suite", Breaks: spec.PQC04, Fault: "accepts transfers in a suite that the policy has dropped", device: both(
			without(device.ProcTransfer, "suite", "certified suite"), withoutPathSuite)},
		{Name: "blocks-devices-only", Breaks: spec.LCM03, Fault: "looks for devices in a block list, and not for certificates", device: func(p *device.Parts) {
			p.Path = cert.Rules()
			for i, r := range p.Path {
				if r.Code == spec.ERevoked {
					p.Path[i].Holds = func(s cert.Step) bool { return !s.Revoked.BlocksDevice(s.Cert.Body.Subject) }
				}
			}
		}},
		{Name: "tells-its-cache", Breaks: spec.PVY06, Fault: "hands out every certificate that it knows", device: replaced(device.ProcCertGet, "own path", always)},
		{Name: "poisoned-cache", Breaks: spec.CRY01, Fault: "keeps a certificate under its identifier before it has verified it", device: poisoned},
		{Name: "forgets-links", Breaks: spec.DET04, Fault: "the ledger keeps no word of a device about its next key", ledger: func(p *ledger.Parts) {
			p.Rules.Link = append(ledger.DefaultRules().Link, ledger.Rule[ledger.Link]{
				Name: "none is kept", Requirement: spec.DET04, Code: spec.EState, Holds: func(*ledger.Ledger, *ledger.Link) bool { return false },
			})
		}},
	}
}

// afterRekey edits the state when an answer with at least so many certificates
// has given a device another key.
func afterRekey(certificates int, change func(*device.State)) func(adapter.Adapter) adapter.Adapter {
	return wrapped(func(w *wrapper, c call) {
		v, ok := c.request.Verb.(adapter.Provision)
		if ok && len(v.Root) == 0 && len(v.Certificates) >= certificates && c.answer.Done != nil {
			w.edit(c.handle, change)
		}
	})
}

func withoutPathSuite(p *device.Parts) { withoutPath(spec.ESuite)(p) }

// poisoned keeps the first certificate of an identifier that comes, and uses that
// one ever after.
func poisoned(p *device.Parts) {
	first := map[wire.ID]*cert.Certificate{}
	replaced(device.ProcTransfer, "certificate", func(c *device.Context) bool {
		for _, carried := range c.Carried() {
			if first[carried.ID] == nil {
				first[carried.ID] = carried
			}
		}
		if !device.StandardRules().Rule(device.ProcTransfer, "certificate").Holds(c) {
			return false
		}
		if kept := first[c.Path.Leaf().ID]; kept != nil {
			c.Path.Chain[0] = kept
		}
		return true
	})(p)
}
