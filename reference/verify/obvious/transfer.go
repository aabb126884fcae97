package obvious

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

const (
	maxCounter = 1<<53 - 1
	maxEpoch   = 1<<31 - 1
)

// checkTransfer judges what a TRANSFER says by itself: version, type, grammar,
// realm, currency, ranges.
func (v *Verifier) checkTransfer(t *transfer) error {
	switch {
	case t.Version != wire.V1:
		return refusal{spec.INT01, spec.EVersion}
	case t.Type != uint64(wire.TypeTransfer):
		return refusal{spec.ENC06, spec.EType}
	case !t.inGrammar():
		return refusal{spec.ENC02, spec.EField}
	case !bytes.Equal(t.Realm, v.in.Place.Realm[:]):
		return refusal{spec.ENC05, spec.ERealm}
	case t.Currency != v.in.Place.Currency || t.Exponent != v.in.Place.Exponent:
		return refusal{spec.ENC05, spec.ECurrency}
	case !t.inRange():
		return refusal{spec.ENC04, spec.EAmount}
	}
	return nil
}

func (t *transfer) inGrammar() bool {
	const flags = wire.TransferClaim | wire.TransferUV | wire.TransferOneWay
	expires := t.Flags&(wire.TransferClaim|wire.TransferOneWay) != 0
	return len(t.Realm) == 8 && len(t.Cert) == 32 && len(t.PayeeTag) == 32 && len(t.Previous) == 32 &&
		len(t.ReqHash) == 32 && len(t.Lots) > 0 && t.Flags&^flags == 0 &&
		t.Family >= 1 && t.Family <= 5 && (t.Expiry != nil) == expires &&
		(t.Reserved == nil || t.Family == wire.FamilyIOU)
}

func (t *transfer) inRange() bool {
	for _, l := range t.Lots {
		if l.Amount < 1 || l.Amount > maxCounter || l.Hop > maxCounter {
			return false
		}
	}
	first := t.Counter == 1
	return t.Amount >= 1 && t.Amount <= maxCounter && t.Request >= 1 && t.Request <= maxCounter &&
		t.Counter >= 1 && t.Counter <= maxCounter && t.Policy <= maxCounter && t.Epoch <= maxEpoch &&
		(t.Expiry == nil || *t.Expiry <= maxEpoch) && (t.Reserved == nil || *t.Reserved <= maxCounter) && bytes.Equal(t.Previous, make([]byte, 32)) == first
}

func (v *Verifier) allows(s suite.Suite) bool { return slices.Contains(v.in.Suites, s) }

// lotsHold: hops ascend from 1 to the policy's maximum, and the lots make the
// amount.
func (v *Verifier) lotsHold(t *transfer) bool {
	sum, last := uint64(0), uint64(0)
	for _, l := range t.Lots {
		if l.Hop <= last || l.Hop > v.in.MaxHops || sum+l.Amount > maxCounter {
			return false
		}
		sum += l.Amount
		last = l.Hop
	}
	return sum == t.Amount
}
