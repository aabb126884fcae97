package disguise

import (
	"context"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// anyHop draws value that has passed too many hops already.
func anyHop(lots *device.Lots, amount money.Amount, _ uint64) ([]wire.Lot, bool) {
	return device.Draw(lots, amount, wire.MaxHop)
}

func (k *kit) do(ctx context.Context, v adapter.Verb) (adapter.Answer, error) {
	return k.on.Do(ctx, adapter.Request{Handle: k.handle, Verb: v}, unheard)
}

// device is the kit's own. It is there as long as the kit is: a simulator shows
// its devices.
func (k *kit) device() *device.Device { return k.on.(simulator.Inspector).Device(k.handle) }

func (k *kit) edit(change func(*device.State)) error {
	if err := k.device().Edit(change); err != nil {
		return broken("kit", "a kit cannot be changed: %v", err)
	}
	return nil
}

// drive carries out a verb of a kit, with what it does wrong.
func (w *workshop) drive(ctx context.Context, q adapter.Request, k *kit, on events) (adapter.Answer, error) {
	if err := k.body.take(ctx, k); err != nil {
		return adapter.Answer{}, err
	}
	if err := k.prepare(ctx, q.Verb); err != nil {
		return adapter.Answer{}, err
	}
	do := func(v adapter.Verb) (adapter.Answer, error) {
		return k.on.Do(ctx, adapter.Request{Handle: k.handle, Verb: v}, on)
	}
	ledger := func(handle string, v adapter.Verb) (adapter.Answer, error) {
		if handle == "" {
			handle = w.ledger
		}
		return w.closed.Do(ctx, adapter.Request{Handle: handle, Verb: v}, on)
	}
	switch v := q.Verb.(type) {
	case adapter.Provision:
		did := w.devices[q.Handle]
		return done(adapter.Result{Device: did[:]}), nil
	case adapter.ApplyPolicy, adapter.ApplyRevocations:
		return adapter.Answer{}, unsupported(v)
	case adapter.Fund:
		return k.fund(do, ledger, v)
	case adapter.Defund:
		return k.defund(do, ledger, v, accountOf(q.Handle))
	case adapter.Synchronise:
		return k.synchronise(do, ledger, v, q.Handle)
	case adapter.SyncReport:
		return k.report(do, v)
	}
	return do(q.Verb)
}

// prepare brings the kit into the state in which it misbehaves at a verb.
func (k *kit) prepare(ctx context.Context, v adapter.Verb) error {
	pays := false
	switch v.(type) {
	case adapter.Start, adapter.RequestPayment, adapter.Pay, adapter.Accept, adapter.Acknowledge, adapter.Resend:
		pays = true
	}
	if k.wrong != nil {
		shown := k.right // to its ledger it is as good as any
		if pays {
			shown = k.wrong
		}
		return k.edit(func(s *device.State) { s.Keys[0].Cert = shown })
	}
	switch v.(type) {
	case adapter.Pay:
		if k.fault == adapter.KitOneHopMore {
			return k.edit(func(s *device.State) {
				all := s.Lots.Sum()
				s.Lots = device.Lots{}
				s.Lots[k.most] = all
			})
		}
	case adapter.Start:
		if k.fault == adapter.KitDoubleSign {
			return k.goBack(ctx)
		}
	case adapter.Fund, adapter.FundAccept:
		k.mark = "" // what it spends twice is what it holds after that
	}
	return nil
}

// goBack has a unit that spends twice forget every payment since the mark.
func (k *kit) goBack(ctx context.Context) error {
	if k.mark != "" {
		_, err := k.do(ctx, adapter.Restore{Snapshot: k.mark})
		return err
	}
	a, err := k.do(ctx, adapter.TakeSnapshot{})
	if err == nil && a.Done != nil {
		k.mark = a.Done.Snapshot
	}
	return err
}

// A body is the one device of two clones, which is in one of two states.
type body struct {
	of   *kit // whose state it is in
	kept map[*kit]string
}

// split makes two of one.
func (b *body) split(one, two *kit) error {
	a, err := one.do(context.Background(), adapter.TakeSnapshot{})
	if err != nil {
		return err
	}
	b.of, b.kept = one, map[*kit]string{one: a.Done.Snapshot, two: a.Done.Snapshot}
	return nil
}

// take puts the device into a copy's state.
func (b *body) take(ctx context.Context, k *kit) error {
	if b == nil || b.kept == nil || b.of == k {
		return nil
	}
	a, err := k.do(ctx, adapter.TakeSnapshot{})
	if err != nil {
		return err
	}
	b.kept[b.of] = a.Done.Snapshot
	b.of = k
	_, err = k.do(ctx, adapter.Restore{Snapshot: b.kept[k]})
	return err
}

type (
	verber   = func(adapter.Verb) (adapter.Answer, error)
	ledgerer = func(handle string, v adapter.Verb) (adapter.Answer, error)
)

// fund is the whole of a funding. What the ledger refuses is given up again.
func (k *kit) fund(do verber, ledger ledgerer, v adapter.Fund) (adapter.Answer, error) {
	asked, err := do(adapter.FundRequest{Amount: v.Amount})
	if err != nil || asked.Done == nil {
		return asked, err
	}
	voucher, err := ledger(v.Ledger, adapter.IssueFunding{Message: asked.Done.Message})
	if err != nil {
		return voucher, err
	}
	if voucher.Done == nil {
		cancelled, err := do(adapter.FundCancel{})
		if err == nil && cancelled.Done != nil {
			_, err = ledger(v.Ledger, adapter.IssueFunding{Message: cancelled.Done.Message})
		}
		return voucher, err
	}
	return do(adapter.FundAccept{Message: voucher.Done.Message})
}

func (k *kit) defund(do verber, ledger ledgerer, v adapter.Defund, account string) (adapter.Answer, error) {
	order, err := ledger(v.Ledger, adapter.DefundOrder{Account: account})
	if err != nil || order.Done == nil {
		return order, err
	}
	asked, err := do(adapter.DefundRequest{Amount: v.Amount, Nonce: order.Done.Nonce})
	if err != nil || asked.Done == nil {
		return asked, err
	}
	ack, err := ledger(v.Ledger, adapter.AcceptDefunding{Message: asked.Done.Message})
	if err != nil || ack.Done == nil {
		return ack, err
	}
	return do(adapter.DefundAcknowledge{Message: ack.Done.Message})
}

func (k *kit) synchronise(do verber, ledger ledgerer, v adapter.Synchronise, handle string) (adapter.Answer, error) {
	challenge, err := ledger(v.Ledger, adapter.SyncChallenge{Device: adapter.Bytes(handle)})
	if err != nil || challenge.Done == nil {
		return challenge, err
	}
	report, err := k.report(do, adapter.SyncReport{Message: challenge.Done.Message})
	if err != nil || report.Done == nil {
		return report, err
	}
	ack, err := ledger(v.Ledger, adapter.Reconcile{Message: report.Done.Message, Records: report.Done.Messages, Authorised: v.Authorised})
	if err != nil || ack.Done == nil {
		return ack, err
	}
	a, err := do(adapter.SyncApply{Message: ack.Done.Message})
	for _, m := range ack.Done.Messages {
		if err != nil || a.Done == nil {
			break
		}
		_, err = do(adapter.Resolve{Message: m})
	}
	return a, err
}

// report is the kit's account of itself. A truncated one lacks its first
// payment, which its log has again afterwards.
func (k *kit) report(do verber, v adapter.SyncReport) (adapter.Answer, error) {
	if k.fault != adapter.KitTruncated {
		return do(v)
	}
	whole := k.device().State().Log
	gap := slices.IndexFunc(whole, func(e wire.LogEntry) bool { return e.Kind == wire.LogPay })
	if gap < 0 {
		return do(v)
	}
	if err := k.edit(func(s *device.State) { s.Log = slices.Delete(slices.Clone(whole), gap, gap+1) }); err != nil {
		return adapter.Answer{}, err
	}
	a, err := do(v)
	if err != nil {
		return a, err
	}
	return a, k.edit(func(s *device.State) { s.Log = whole })
}
