package apdu

import (
	"errors"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// readable keeps from a stranger's reader everything by which it could know a
// card again or count what its user does.
func readable(what byte, userSide, verified bool) bool {
	return userSide || verified || what == QueryVersions || what == QueryRefusal
}

// query answers a list of numbers; QUERY 3 lists the identifiers of what is
// pending.
func (p *Port) query(c Command) ([]byte, error) {
	switch {
	case len(c.Data) > 0:
		return nil, StatusLength
	case !p.card.config.Rules.Readable(c.P1, p.user, p.card.verified):
		return nil, refuse(spec.LIM05, spec.EUv)
	case c.P1 == QueryRefusal:
		return encodeCode(p.card.last), nil
	}
	s, err := p.card.device.Query()
	if err != nil {
		return nil, err
	}
	if c.P1 == QueryPending {
		ids := make([][]byte, len(s.Pending))
		for i := range s.Pending {
			ids[i] = s.Pending[i][:]
		}
		return appendList(nil, ids), nil
	}
	return numbers(figures(c.P1, s)...), nil
}

func figures(what byte, s device.Status) []uint64 {
	switch what {
	case QueryBalance:
		return amounts(s.Spendable, s.Held, s.PendingOutgoing, s.Reserved)
	case QueryCounters:
		return []uint64{s.Counter, s.NextRequest, s.LowWater}
	case QueryLimits:
		return append(amounts(s.Used.Amount, s.Used.Received), s.Used.Count, s.Tries)
	case QueryLog:
		return []uint64{s.LogNumber, s.LogLength, s.LogCapacity}
	}
	return []uint64{s.Policy, s.Revocations, s.Epoch}
}

func amounts(list ...money.Amount) []uint64 {
	out := make([]uint64, len(list))
	for i, a := range list {
		out[i] = uint64(a)
	}
	return out
}

func numbers(list ...uint64) []byte {
	b := wire.AppendArray(nil, len(list))
	for _, n := range list {
		b = wire.AppendUint(b, n)
	}
	return b
}

// pinPlace is P1 and P2 of VERIFY and CHANGE PIN: the card's own PIN.
func pinPlace(p1, p2 byte) bool { return p1 == 0 && p2 == 0x80 }

// pinHere reports whether a PIN may be tried: a reader that the user has not
// armed the card for could use the tries up.
func (p *Port) pinHere() bool { return p.user || p.card.armed() }

func (p *Port) verify(c Command) ([]byte, error) {
	switch {
	case len(c.Data) == 0:
		return nil, StatusLength
	case !p.pinHere():
		return nil, notNow()
	}
	if err := p.card.device.VerifyPIN(c.Data); err != nil {
		return nil, p.wrongPIN(err)
	}
	p.card.verified = true
	return nil, nil
}

// changePIN takes [old, new].
func (p *Port) changePIN(c Command) ([]byte, error) {
	if !p.pinHere() {
		return nil, notNow()
	}
	r := wire.NewReader(c.Data)
	n, before, after := r.Array(), r.Bytes(), r.Bytes()
	if r.End(); r.Err() != nil || n != 2 || len(after) < minPIN || len(after) > maxPIN {
		return nil, malformed()
	}
	if err := p.card.device.ChangePIN(before, after); err != nil {
		return nil, p.wrongPIN(err)
	}
	return nil, nil
}

// The length of a PIN in bytes.
const (
	minPIN = 4
	maxPIN = 16
)

// wrongPIN says how many tries are left.
func (p *Port) wrongPIN(err error) error {
	no, ok := errors.AsType[*device.Refusal](err)
	if !ok || no.Code != spec.EUv {
		return err
	}
	s, _ := p.card.device.Query()
	p.card.last = no.Code
	return StatusTries | Status(min(s.Tries, 0xF))
}

// appendText turns [amount] into [amount, text].
func appendText(b []byte, text string) []byte {
	b[0]++ // an array of one more
	return wire.AppendText(b, text)
}
