package mutant

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// privacyMutants show a listener more than they must.
func privacyMutants() []Mutant {
	leak := func(name, fault string, device func(*device.Parts)) Mutant {
		return Mutant{Name: name, Breaks: spec.PVY02, Fault: fault, device: device}
	}
	beside := func(name, fault, verb string, shown func([]byte, *device.State) []byte) Mutant {
		return Mutant{Name: name, Breaks: spec.PVY02, Fault: fault, wrap: func(sim adapter.Adapter) adapter.Adapter {
			return &leaky{wrapper: newWrapper(sim, nil, nil), verb: verb, shown: shown, whole: map[string][]byte{}}
		}}
	}
	return []Mutant{
		leak("device-id-in-first-frame", "greets with its device id in an optional member", shows(wire.TypeHello, deviceID)),
		leak("certificate-in-first-frame", "greets with the identifier of its certificate in an optional member", shows(wire.TypeHello, certificateID)),
		leak("device-id-in-choice", "tells its device id in an optional member of CAPS", shows(wire.TypeCaps, deviceID)),
		leak("serial-in-choice", "tells one number of its own in every CAPS", shows(wire.TypeCaps, func(s *device.State) []byte {
			digest := wire.KeyDigest(s.StubKey[:])
			return digest[:4]
		})),
		leak("amount-in-choice", "tells the amount that it asks for in an optional member of CAPS", func(p *device.Parts) {
			p.Members = func(t wire.Type, _ *device.State, amount money.Amount) []wire.Member {
				if t != wire.TypeCaps || amount == 0 {
					return nil
				}
				return []wire.Member{{Key: 128, Value: wire.AppendUint(nil, uint64(amount))}}
			}
		}),
		beside("certificate-beside-request", "sends its certificate in clear behind M2", "request", behind(certificate)),
		beside("certificate-beside-transfer", "sends its certificate in clear behind M3", "pay", behind(certificate)),
		beside("identifier-beside-receipt", "sends its device id in clear behind M4", "accept", behind(deviceID)),
		beside("length-of-transfer", "seals its transfer with padding to 16 bytes in place of 64", "pay", tighter),
	}
}

func deviceID(s *device.State) []byte    { return s.DID[:] }
func certificate(s *device.State) []byte { return s.Keys[0].Cert }

func certificateID(s *device.State) []byte {
	c, err := cert.Parse(s.Keys[0].Cert)
	if err != nil {
		return nil // not provisioned: nothing to show yet
	}
	return c.ID[:]
}

// behind shows something after the frame.
func behind(what func(*device.State) []byte) func([]byte, *device.State) []byte {
	return func(frame []byte, s *device.State) []byte { return append(slices.Clone(frame), what(s)...) }
}

// tighter shows the frame as if its padding had ended 16 bytes earlier.
func tighter(frame []byte, _ *device.State) []byte {
	f, err := wire.DecodeFrame(frame)
	if err != nil || len(f.Ciphertext) < 16 {
		return frame
	}
	f.Ciphertext = f.Ciphertext[:len(f.Ciphertext)-16]
	return f.Encode()
}

// shows adds an optional member to one type of message.
func shows(in wire.Type, value func(*device.State) []byte) func(*device.Parts) {
	return func(p *device.Parts) {
		p.Members = func(t wire.Type, s *device.State, _ money.Amount) []wire.Member {
			if t != in {
				return nil
			}
			return []wire.Member{{Key: 128, Value: wire.AppendBytes(nil, value(s))}}
		}
	}
}

// disclosureMutants tell the ledger more in TOTALS than its policy permits, or
// what is not so.
func disclosureMutants() []Mutant {
	edited := func(name, fault string, change func(*wire.Sync, *device.State)) Mutant {
		return Mutant{Name: name, Breaks: spec.PVY01, Fault: fault, wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "sync-report" && c.answer.Done != nil {
				w.rewrite(c, change)
			}
		})}
	}
	return []Mutant{
		edited("payments-in-totals", "lists its payments in a report of totals", func(m *wire.Sync, s *device.State) {
			m.Entries = nil
			for _, e := range s.Log {
				m.Entries = append(m.Entries, e.Encode())
			}
		}),
		edited("understates-totals", "leaves what it received out of its totals", func(m *wire.Sync, _ *device.State) { m.Totals.In = 0 }),
		{Name: "records-in-totals", Breaks: spec.PVY01, Fault: "brings the transfers that it has paid beside a report of totals", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb == "acknowledge" && c.before != nil {
				w.keep(c)
			}
			record := w.bytes["paid"+c.handle]
			if c.verb == "sync-report" && c.answer.Done != nil && record != nil && totals(c) {
				c.answer.Done.Messages = append(c.answer.Done.Messages, record)
			}
		})},
	}
}

// keep notes the record of the transfer that an acknowledgement ends.
func (w *wrapper) keep(c call) {
	for _, slot := range c.before.Slots {
		scheme, ok := suite.Lookup(slot.Suite)
		if slot.State != device.SlotReleased || slot.Type != wire.TypeTransfer || !ok {
			continue
		}
		o := wire.Object{Alg: scheme.Alg(), Payload: slot.Payload, Signature: slot.Signature}
		opening := &settlement.Opening{Payee: slot.Payee, Nonce: slot.Nonce}
		w.bytes["paid"+c.handle] = settlement.Append(nil, settlement.Record{Object: o.Encode(), Opening: opening})
	}
}

// report reads the SYNC of an answer.
func report(c call) (wire.Object, wire.Sync, bool) {
	o, err := wire.DecodeObject(c.answer.Done.Message, wire.TypeSync.MaxBytes())
	if err != nil {
		return o, wire.Sync{}, false
	}
	m, err := wire.DecodeSync(o.Payload)
	return o, m, err == nil
}

func totals(c call) bool {
	_, m, ok := report(c)
	return ok && m.Mode == wire.SyncTotals
}

// rewrite changes a report of totals and signs it anew.
func (w *wrapper) rewrite(c call, change func(*wire.Sync, *device.State)) {
	o, m, ok := report(c)
	if !ok || m.Mode != wire.SyncTotals || c.before == nil {
		return
	}
	change(&m, c.before)
	o.Payload = m.Encode()
	for _, k := range c.before.Keys {
		scheme, ok := suite.Lookup(k.Suite)
		if k.Suite != m.Suite || !ok {
			continue
		}
		if key, err := scheme.NewKey(k.Seed); err == nil {
			o.Signature = key.Sign(o.ToBeSigned(wire.TypeSync))
			c.answer.Done.Message = o.Encode()
		}
	}
}

// A leaky device shows something else than the frame that a verb answers. Its
// peer, as leaky, finds the frame in it, so that payments work.
type leaky struct {
	*wrapper
	verb  string
	shown func(frame []byte, s *device.State) []byte
	whole map[string][]byte // the frame by what was shown of it
}

// Do carries out the request with right frames and shows others.
func (l *leaky) Do(ctx context.Context, q adapter.Request, on func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.Pay:
		v.Message = l.right(v.Message)
		q.Verb = v
	case adapter.Accept:
		v.Message = l.right(v.Message)
		q.Verb = v
	case adapter.Acknowledge:
		v.Message = l.right(v.Message)
		q.Verb = v
	}
	a, err := l.sim.Do(ctx, q, on)
	s := l.state(q.Handle)
	if err == nil && a.Done != nil && q.Verb.Name() == l.verb && len(a.Done.Message) > 0 && s != nil {
		shown := l.shown(a.Done.Message, s)
		l.whole[string(shown)] = a.Done.Message
		a.Done.Message = shown
	}
	return a, err
}

func (l *leaky) right(shown adapter.Bytes) adapter.Bytes {
	if whole, ok := l.whole[string(shown)]; ok {
		return whole
	}
	return shown
}
