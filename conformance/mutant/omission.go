package mutant

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/spec"
)

// omissionMutants are a busy vendor's faults: a check that was left out on one
// of two sides, for one of two messages, or after the message before it.
func omissionMutants() []Mutant {
	return []Mutant{
		{Name: "unsigned-receipts", Breaks: spec.ATO07, Fault: "does not verify the signature of a receipt", device: without(device.ProcReceipt, "signature")},
		{Name: "any-refuser", Breaks: spec.INV01, Fault: "is refunded on the word of any device", device: without(device.ProcReceipt, "signer")},
		{Name: "unsigned-vouchers", Breaks: spec.INV01, Fault: "does not verify the signature of a voucher", device: without(device.ProcFundAccept, "signature")},
		{Name: "any-voucher-amount", Breaks: spec.FND01, Fault: "credits what a voucher says in place of what it asked for", device: without(device.ProcFundAccept, "amount")},
		{Name: "unsigned-answers", Breaks: spec.FND05, Fault: "does not verify the answer to a defunding", device: without(device.ProcDefundAck, "signature")},
		{Name: "unsigned-acknowledgements", Breaks: spec.SET05, Fault: "does not verify an acknowledgement", device: without(device.ProcSyncAck, "signature")},
		{Name: "reports-to-anybody", Breaks: spec.INV06, Fault: "signs a report for whoever challenges it", device: without(device.ProcSync, "path", "signature")},
		{Name: "unsigned-resolutions", Breaks: spec.ATO07, Fault: "does not verify a resolution", device: without(device.ProcResolve, "signature")},
		{Name: "unsigned-policy", Breaks: spec.LIM10, Fault: "does not verify the signature of a policy", device: without(device.ProcPolicy, "signature")},
		{Name: "unsigned-revocations", Breaks: spec.LCM02, Fault: "does not verify the signature of a revocation set", device: without(device.ProcRevset, "signature")},
		{Name: "unsigned-requests", Breaks: spec.ENC06, Fault: "pays without verifying the signature of the request", device: without(device.ProcPay, "signature")},
		{Name: "unchecked-finisher", Breaks: spec.CRY01, Fault: "does not verify the certificate of whom it sends to again", device: unverified(device.ProcResend)},
		{Name: "any-session", Breaks: spec.INT04, Fault: "pays a request that was made in another session", device: ignored(device.ProcPay, "transcript")},
		{Name: "greets-any-realm", Breaks: spec.ENC05, Fault: "opens sessions with devices of another realm", device: without(device.ProcRequest, "realm")},
		{Name: "pays-software", Breaks: spec.CRY03, Fault: "pays software as if it were a trusted device", device: without(device.ProcPay, "payee class")},
		{Name: "answers-closed-requests", Breaks: spec.PAY05, Fault: "accepts a transfer for a request that it has closed", device: both(
			without(device.ProcTransfer, "request open"), replaced(device.ProcTransfer, "amount", always))},
		{Name: "receives-unconsented", Breaks: spec.UXC01, Fault: "requests payments without consent", device: without(device.ProcRequest, "consent")},
		{Name: "receives-stale", Breaks: spec.LCM02, Fault: "receives on an outdated revocation set", device: without(device.ProcTransfer, "revocations fresh")},
		{Name: "pays-free-when-locked", Breaks: spec.LCM06, Fault: "pays free amounts although its PIN is locked", device: without(device.ProcPay, "PIN lock")},
		{Name: "pays-with-full-log", Breaks: spec.LIM08, Fault: "pays although its log is full", device: without(device.ProcPay, "log")},
		{Name: "misses-lowered-limit", Breaks: spec.LIM02, Fault: "accepts what a lowered holding limit forbids", device: without(device.ProcTransfer, "holding")},
	}
}

// slipMutants are wrong by one, on one side, or the second time.
func slipMutants() []Mutant {
	return []Mutant{
		{Name: "cumulative-off-by-one", Breaks: spec.LIM03, Fault: "allows one minor unit above the cumulative limit", device: replaced(device.ProcPay, "cumulative limit", func(c *device.Context) bool {
			return c.Limits.MaxCumulative.Allows(uint64(c.State.Used.Amount + c.Amount - 1))
		})},
		{Name: "holding-off-by-one", Breaks: spec.LIM02, Fault: "allows one minor unit above the holding limit", device: both(
			replaced(device.ProcRequest, "holding", func(c *device.Context) bool {
				return c.Limits.MaxHolding.Allows(uint64(c.State.Lots.Sum() + openAmount(c.State) + c.Amount - 1))
			}), without(device.ProcTransfer, "holding"))},
		{Name: "head-room-off-by-one", Breaks: spec.FND03, Fault: "asks for one minor unit more than it may hold", device: replaced(device.ProcFund, "head-room", func(c *device.Context) bool {
			return c.Limits.MaxHolding.Allows(uint64(c.State.Lots.Sum() + c.Amount - 1))
		})},
		{Name: "free-amount-off-by-one", Breaks: spec.LIM05, Fault: "asks for no verification at one minor unit above the free amount", device: replaced(device.ProcPay, "user verification", func(c *device.Context) bool {
			return c.Verified || c.Limits.AuthFreeAmount.Allows(uint64(c.Amount-1)) && c.Limits.AuthFreeCount.Allows(c.State.AuthCount+1)
		})},
		{Name: "free-count-off-by-one", Breaks: spec.LIM05, Fault: "asks for no verification at one payment above the free count", device: replaced(device.ProcPay, "user verification", func(c *device.Context) bool {
			return c.Verified || c.Limits.AuthFreeAmount.Allows(uint64(c.Amount)) && c.Limits.AuthFreeCount.Allows(c.State.AuthCount)
		})},
		{Name: "duration-off-by-one", Breaks: spec.TIM02, Fault: "pays for one epoch more than it may be offline", device: replaced(device.ProcPay, "offline duration", func(c *device.Context) bool {
			since := c.State.Epoch - min(c.State.Epoch, c.State.GrantEpoch)
			return c.Limits.MaxOfflineEpochs.Allows(since - min(since, 1))
		})},
		{Name: "pays-blocked-online", Breaks: spec.LCM01, Fault: "applies block lists to payers and not to payees", device: replaced(device.ProcPay, "path", always)},
		{Name: "debits-on-resend", Breaks: spec.INV04, Fault: "debits a payment again when it is sent a third time", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb != "resend" || c.answer.Done == nil || len(c.answer.Done.Messages) == 0 {
				return
			}
			if w.counts[c.handle]++; w.counts[c.handle] > 1 {
				w.edit(c.handle, func(s *device.State) { take(s, 1) })
			}
		})},
		{Name: "credits-at-power-up", Breaks: spec.INV08, Fault: "credits at power-up what was refused before the loss of power", wrap: wrapped(func(w *wrapper, c call) {
			switch {
			case c.verb == "accept" && c.answer.Refused != nil:
				w.counts[c.handle]++
			case c.verb == "power-cycle" && w.counts[c.handle] > 0:
				w.counts[c.handle] = 0
				w.edit(c.handle, func(s *device.State) { s.Lots[1]++ })
			}
		})},
		{Name: "forgets-second-pending", Breaks: spec.ATO07, Fault: "reports the first unfinished payment only", wrap: wrapped(func(w *wrapper, c call) {
			if c.verb != "query" || c.answer.Done == nil || c.answer.Done.Value == nil || c.before == nil {
				return
			}
			for _, slot := range c.before.Slots {
				if slot.State != device.SlotFree {
					first := adapter.Amount(slot.Amount)
					c.answer.Done.Value.Outgoing = &first
					return
				}
			}
		})},
	}
}

// openAmount is what open requests may still bring.
func openAmount(s *device.State) (sum money.Amount) {
	for _, r := range s.Requests {
		if r.Open {
			sum += r.Amount
		}
	}
	return sum
}
