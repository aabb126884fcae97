// Package oddity holds devices that are right in an unusual way, and devices
// that do nothing right at all. A check that fails the former is unfair; one
// that passes the latter is hollow. Both break the suite's self-test.
package oddity

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/disguise"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An Oddity is a correct but unusual device.
type Oddity struct {
	Name string
	// Hurts is the requirement whose check could fail it unfairly.
	Hurts spec.ID
	Says  string
	make  func() adapter.Adapter
	// declares says in the ICS what hello cannot say.
	declares func(*ics.ICS)
	// overlay is a profile over the reference profile, for products which are
	// right under that alone.
	overlay string
}

// Adapter makes the device, with no unit yet.
func (o Oddity) Adapter() adapter.Adapter { return o.make() }

// Profile is the profile under which the product is right: p, unless it is right
// under another alone.
func (o Oddity) Profile(p *spec.Profile) (*spec.Profile, error) {
	if o.overlay == "" {
		return p, nil
	}
	return spec.ParseProfile("oddity "+o.Name, []byte(o.overlay))
}

// Files are the vendor's and the bench's files about the product, of which hello
// says h; nil where hello says all.
func (o Oddity) Files(h adapter.Implementation) (*ics.ICS, *ics.IXIT) {
	if o.declares == nil {
		return nil, nil
	}
	i, x := ics.FromHello(h)
	o.declares(i)
	return i, x
}

// Lookup finds an oddity by name.
func Lookup(name string) (Oddity, bool) {
	all := All()
	i := slices.IndexFunc(all, func(o Oddity) bool { return o.Name == name })
	if i < 0 {
		return Oddity{}, false
	}
	return all[i], true
}

// All are the honest oddities.
func All() []Oddity {
	return slices.Concat(devices(), faces(), codes(), links(), parted(), reserveOddities(), purses())
}

// an oddity that hello and the run's profile describe.
func odd(name string, hurts spec.ID, says string, make func() adapter.Adapter) Oddity {
	return Oddity{Name: name, Hurts: hurts, Says: says, make: make}
}

// devices are unusual in what they are.
func devices() []Oddity {
	return []Oddity{
		odd("slow", spec.ATO06, "answers a few milliseconds late", func() adapter.Adapter {
			return around{next: reference(simulator.Options{}), pause: 300 * time.Microsecond}
		}),
		odd("stricter-limits", spec.LIM01, "enforces limits below the profile's, and says so", stricter),
		odd("counter-gaps", spec.DSP04, "its counters skip numbers", func() adapter.Adapter {
			return around{next: closed(), answer: skipNumbers}
		}),
		odd("no-query", spec.PAY01, "tells nothing about its state", func() adapter.Adapter {
			return reference(simulator.Options{Without: []adapter.Capability{adapter.CapQuery}})
		}).under(receipts),
		odd("receive-only", spec.PAY01, "receives and never pays", func() adapter.Adapter {
			return reference(simulator.Options{
				Hello: func(h *adapter.Implementation) { h.ReceiveOnly = true },
				Device: func(p *device.Parts) {
					p.Rules = device.StandardRules().Replace(device.ProcStart, "provisioned", func(*device.Context) bool { return false })
				},
			})
		}).under(receipts),
		odd("one-refusal-code", spec.PAY02, "refuses everything with one code of its own", func() adapter.Adapter {
			return around{next: closed(), answer: genericRefusal}
		}),
		odd("behaviour-only", spec.PAY01, "a closed protocol that certifies its own devices", func() adapter.Adapter {
			return closed()
		}),
		odd("plain-acknowledgements", spec.ATO06, "answers a transfer with an acknowledgement that nobody else can verify", func() adapter.Adapter {
			return disguise.Wear(reference(simulator.Options{}), disguise.ClosedWith(func(m *wire.Policy) { m.ReceiptMode = wire.ReceiptAck }))
		}),
		odd("refuses-repeats", spec.DSP05, "refuses a message that it has seen before, and answers what is resent", func() adapter.Adapter {
			return refusesRepeats(closed())
		}),
		odd("present-payees", spec.CLM01, "pays trusted devices that are present, and nobody else", presentPayees),
		odd("no-claims", spec.PAY09, "pays one way, and no software", func() adapter.Adapter {
			return reference(simulator.Options{Without: []adapter.Capability{adapter.CapClaims}, Device: shunsSoftware})
		}),
		odd("no-cancel", spec.ATO01, "cannot take back a request", func() adapter.Adapter {
			return reference(simulator.Options{Without: []adapter.Capability{adapter.CapCancel}})
		}),
		odd("no-resend", spec.ENC03, "sends nothing again, and keeps few pending payments", func() adapter.Adapter {
			return disguise.Wear(closed(), disguise.Without(adapter.CapResend))
		}).under("required_capabilities: [consent, defund, power-cycle, query, synchronise, user-verification]\nrequired: [PAY-01, PAY-02, PAY-06, PAY-07, DSP-01, DSP-05, ENC-03, ENC-04, INV-08]"),
		odd("no-faults", spec.ATO02, "a product whose power cannot be cut", func() adapter.Adapter {
			return reference(simulator.Options{Without: []adapter.Capability{adapter.CapCutWrite, adapter.CapSnapshot, adapter.CapPowerCycle}})
		}).under(undisturbed),
		odd("chain", spec.CON07, "keeps the sources of its value, and shows all of them", func() adapter.Adapter {
			return reference(simulator.Options{})
		}).chained("trunc: 255\nsources: {trunc: chosen for a product that shows everything}"),
		odd("chain-of-one", spec.PVY05, "shows the last holder and nobody before", func() adapter.Adapter {
			return reference(simulator.Options{})
		}).chained("trunc: 1\nsources: {trunc: chosen for a product that shows the least}"),
		odd("chain-unseen", spec.CON04, "names its sources and shows none of them", func() adapter.Adapter {
			return reference(simulator.Options{})
		}).chained("trunc: 0\nsources: {trunc: chosen for a product that shows nothing}"),
		odd("chain-few-lots", spec.CON06, "pays with two lots at a time, and shows five links", func() adapter.Adapter {
			return reference(simulator.Options{})
		}).chained("max_inputs: 2\nmax_links: 5\nsources: {max_inputs: chosen for a small device, max_links: chosen for a small device}"),
		odd("reports-sums", spec.DET01, "tells its ledger sums and no payment", func() adapter.Adapter {
			return reference(simulator.Options{})
		}).under("sync_mode: TOTALS\nsources: {sync_mode: chosen for a product that reports sums}"),
		odd("unknown-members", spec.PVY02, "puts a member that nobody knows into HELLO and CAPS, another each time", func() adapter.Adapter {
			return reference(simulator.Options{Device: greasing})
		}),
		odd("short-apdus", spec.INT03, "a card without extended length", cardOf(255)),
		odd("small-blocks", spec.INT05, "a card whose data fields are at most 64 bytes long", cardOf(64)),
		odd("contacts-only", spec.INT08, "a card without a contactless side", func() adapter.Adapter {
			return reference(simulator.Options{Without: []adapter.Capability{adapter.CapContactless}})
		}),
		odd("no-card", spec.INT02, "takes no APDUs", func() adapter.Adapter {
			return reference(simulator.Options{Without: []adapter.Capability{adapter.CapAPDU, adapter.CapContactless}})
		}),
		odd("suite-p256", spec.CRY06, "has P-256 and nothing else", oneSuite(2)),
		odd("suite-mldsa44", spec.PQC03, "has ML-DSA-44 and nothing else", oneSuite(3)),
		odd("suite-hybrid", spec.PQC01, "has the hybrid suite and nothing else", oneSuite(5)),
		odd("by-reference", spec.CRY01, "has ML-DSA-44 alone, and asks for certificates that it does not know", func() adapter.Adapter {
			return reference(simulator.Options{
				Hello:  func(h *adapter.Implementation) { h.Suites = []int{3} },
				Config: func(c *device.Config) { c.Suites, c.ByReference = []suite.Suite{suite.MLDSA44}, true },
				// A card asks for certificates by value (apdu.md).
				Without: []adapter.Capability{adapter.CapAPDU, adapter.CapContactless},
			})
		}),
		odd("no-rekey", spec.LCM04, "keeps one key for life, and enrols without words about other keys", func() adapter.Adapter {
			return around{next: reference(simulator.Options{Without: []adapter.Capability{adapter.CapRekey}}), answer: firstWordsOnly}
		}),
	}
}

// greasing sends members that are to be ignored, so that receivers keep ignoring
// them. They are fresh, as whatever a device shows in clear.
func greasing(p *device.Parts) {
	p.Members = func(wire.Type, *device.State, money.Amount) []wire.Member {
		fresh := make([]byte, 12)
		if _, err := io.ReadFull(p.Rand, fresh); err != nil {
			return nil
		}
		return []wire.Member{{Key: 128 + uint64(fresh[0]%32), Value: wire.AppendBytes(nil, fresh)}}
	}
}

func closed() adapter.Adapter { return disguise.Closed(reference(simulator.Options{})) }

func reference(o simulator.Options) adapter.Adapter { return simulator.New(o) }

// presentPayees is a product without oneway.md: it serves none of its verbs, and
// refuses a payee in software.
func presentPayees() adapter.Adapter {
	return unserved{reference(simulator.Options{
		Without: []adapter.Capability{adapter.CapOneWay, adapter.CapClaims}, Device: shunsSoftware,
	}), adapter.CapOneWay}
}

// shunsSoftware refuses a payee of class NOSE, whatever its request says.
func shunsSoftware(p *device.Parts) {
	trusted := func(c *device.Context) bool {
		return c.PayReq.Flags&wire.PayReqSE != 0 && c.Signer().Body.Class == wire.ClassSE
	}
	p.Rules = device.StandardRules().Replace(device.ProcPay, "payee class", trusted).
		Replace(device.ProcPayOneWay, "payee class", trusted)
}

// unserved is a product that does not know the verbs of a capability.
type unserved struct {
	next adapter.Adapter
	of   adapter.Capability
}

func (u unserved) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if adapter.CapabilityOf(q.Verb) == u.of {
		return adapter.Answer{}, &adapter.Error{Fault: adapter.FaultUnsupported, Verb: q.Verb.Name(), Detail: "this product has no such verb"}
	}
	return u.next.Do(ctx, q, on)
}

func oneSuite(number int) func() adapter.Adapter {
	return func() adapter.Adapter {
		return reference(simulator.Options{
			Hello:  func(h *adapter.Implementation) { h.Suites = []int{number} },
			Config: func(c *device.Config) { c.Suites = []suite.Suite{suite.Suite(number)} },
		})
	}
}

// cardOf is a card with so long data fields.
func cardOf(mtu int) func() adapter.Adapter {
	return func() adapter.Adapter {
		return reference(simulator.Options{Card: func(c *apdu.Config) { c.MTU = mtu }})
	}
}

// around changes the answers of an adapter that is right.
type around struct {
	next   adapter.Adapter
	pause  time.Duration
	answer func(adapter.Request, *adapter.Answer)
}

func (a around) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if a.pause > 0 {
		time.Sleep(a.pause)
	}
	answer, err := a.next.Do(ctx, q, on)
	if err == nil && a.answer != nil {
		a.answer(q, &answer)
	}
	return answer, err
}

// skipNumbers shows counters that rise in steps of three.
func skipNumbers(_ adapter.Request, a *adapter.Answer) {
	if a.Done == nil || a.Done.State == nil {
		return
	}
	for _, n := range []**uint64{&a.Done.State.Counter, &a.Done.State.NextRequest} {
		if *n != nil {
			tripled := 3 * **n
			*n = &tripled
		}
	}
}

func genericRefusal(_ adapter.Request, a *adapter.Answer) {
	if a.Refused != nil {
		a.Refused.Code, a.Refused.Vendor = 0, "DECLINED"
	}
}

// strictMaxTx is below the reference profile's transaction limit.
const strictMaxTx = 9000

func stricter() adapter.Adapter {
	limit := adapter.Amount(strictMaxTx)
	return reference(simulator.Options{
		Hello: func(h *adapter.Implementation) { h.Limits = &adapter.Limits{MaxTx: &limit} },
		Device: func(p *device.Parts) {
			p.Rules = device.StandardRules().Replace(device.ProcPay, "transaction limit", func(c *device.Context) bool {
				return c.Amount <= strictMaxTx && c.Limits.MaxTx.Allows(uint64(c.Amount))
			})
		},
	})
}

// refusesRepeats lets nothing be accepted twice in one form: a resend comes in
// a new frame.
func refusesRepeats(next adapter.Adapter) adapter.Adapter {
	seen := map[string]bool{}
	return around{next: next, answer: func(q adapter.Request, a *adapter.Answer) {
		var message adapter.Bytes
		switch v := q.Verb.(type) {
		case adapter.Accept:
			message = v.Message
		case adapter.AcceptOneWay:
			message = v.Message
		default:
			return
		}
		key := q.Handle + string(message)
		if seen[key] {
			*a = adapter.Answer{Refused: &adapter.Refusal{Vendor: "SEEN"}}
		}
		seen[key] = seen[key] || a.Done != nil
	}}
}

// firstWordsOnly leaves out what follows the enrolment requests, one for each
// suite.
func firstWordsOnly(q adapter.Request, a *adapter.Answer) {
	v, ok := q.Verb.(adapter.Provision)
	if n := len(simulator.Suites()); ok && len(v.Certificates) == 0 && a.Done != nil && len(a.Done.Messages) > n {
		a.Done.Messages = a.Done.Messages[:n]
	}
}
