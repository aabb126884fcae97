package disguise

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// coarse moves no amount that is not a multiple of its step.
type coarse struct {
	inner
	step adapter.Amount
}

// Whole moves multiples of a step of minor units and nothing between them: it
// refuses every other amount with "STEP". The ICS has to say so (amounts.step).
func Whole(step uint64) Face {
	return func(next adapter.Adapter) adapter.Adapter { return coarse{inner{next}, adapter.Amount(step)} }
}

// Do carries out a request whose amount the product can move.
func (c coarse) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	if c.step > 0 && amountOf(q.Verb)%c.step != 0 {
		return no("STEP"), nil
	}
	return c.next.Do(ctx, q, on)
}

// amountOf is what a verb is to move, 0 when it moves nothing.
func amountOf(v adapter.Verb) adapter.Amount {
	switch v := v.(type) {
	case adapter.Fund:
		return v.Amount
	case adapter.Defund:
		return v.Amount
	case adapter.FundRequest:
		return v.Amount
	case adapter.DefundRequest:
		return v.Amount
	case adapter.RequestPayment:
		return v.Amount
	case adapter.Pay:
		return v.Amount
	case adapter.Transfer:
		return v.Amount
	}
	return 0
}
