package judge

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// run is a ledger to which one thing after another is brought. Every step but the
// last is taken.
func run(c *call) error {
	s := c.file.Ledger(c.vector.Ledger)
	if s == nil {
		c.fail("no ledger state %q", c.vector.Ledger)
		return c.fault
	}
	l := c.ledger(s)
	steps := c.steps()
	for i, b := range steps {
		err := c.step(l, b)
		if c.fault != nil {
			return c.fault
		}
		if code, _ := codeOf(err); i < len(steps)-1 && (code == spec.EOrderHeld || code == spec.EShortfall) {
			continue // it waits
		}
		if err != nil && i < len(steps)-1 {
			c.fail("step %d: %w", i+1, err)
			return c.fault
		}
		if err != nil {
			return err
		}
	}
	c.balance(l)
	c.reserves(l, s)
	return nil
}

func (c *call) steps() (list [][]byte) {
	for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
		if strings.HasPrefix(name, "step_") && c.vector.Input[name] != "" {
			list = append(list, c.input(name))
		}
	}
	return list
}

// step brings an object, or a record.
func (c *call) step(l *ledger.Ledger, b []byte) error {
	o, err := wire.DecodeObject(b, wire.TypeSync.MaxBytes())
	if err != nil {
		return l.Upload([][]byte{b})[0].Err
	}
	switch t, _ := wire.Peek(o.Payload); t {
	case wire.TypeFundReq:
		_, err = l.IssueFunding(b)
	case wire.TypeDefund:
		var answer []byte
		if answer, err = l.AcceptDefunding(b); err == nil {
			c.answer("defund_ack_payload", answer)
		}
	case wire.TypeSync:
		r, failed := l.Reconcile(b, nil, ledger.NoFactor)
		if err = failed; err == nil {
			c.renewed(r.Ack)
		}
	default:
		c.fail("a step of type %s", t)
	}
	return err
}

// renewed publishes what the TOKENs of a SYNC_ACK are worth.
func (c *call) renewed(ack []byte) {
	o, err := wire.DecodeObject(ack, len(ack))
	var m wire.SyncAck
	if err == nil {
		m, err = wire.DecodeTokenSyncAck(o.Payload)
	}
	if err != nil {
		c.fail("SYNC_ACK: %w", err)
		return
	}
	sum := uint64(0)
	for _, b := range m.Issued {
		o, err := wire.DecodeObject(b, len(b))
		var t wire.IssuerToken
		if err == nil {
			t, err = wire.DecodeIssuerToken(o.Payload)
		}
		if err != nil {
			c.fail("TOKEN: %w", err)
		}
		sum += uint64(t.Value)
	}
	c.setNumber("renewed", sum)
}

// reserves publishes, in families I and S, the reserves of the devices that the
// vector names, what their providers have advanced, and what is unsettled.
func (c *call) reserves(l *ledger.Ledger, s *vectors.Ledger) {
	if s.Family != wire.FamilyIOU && s.Family != wire.FamilyShadow {
		return
	}
	for role, name := range c.vector.Uses {
		balance, covered := l.Reserve(c.certificate(name).Device())
		c.setNumber("reserve_"+role, uint64(balance))
		c.setNumber("advance_"+role, uint64(covered))
	}
	list := l.Unsettled()
	slices.SortFunc(list, func(a, b ledger.Unsettled) int {
		if order := bytes.Compare(a.Device[:], b.Device[:]); order != 0 {
			return order
		}
		return int(a.Counter) - int(b.Counter)
	})
	b := wire.AppendArray(nil, len(list))
	for _, u := range list {
		b = wire.AppendUint(wire.AppendBytes(wire.AppendArray(b, 4), u.Device[:]), u.Counter)
		b = wire.AppendUint(wire.AppendUint(b, uint64(u.Amount)), uint64(u.Code))
	}
	c.set("unsettled", b)
}
