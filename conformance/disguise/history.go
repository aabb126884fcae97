package disguise

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A history is what happens to a device before a bench gets it. A product with
// a fault may refuse some of it; it comes with the rest.
type history struct {
	*used
	ctx    context.Context
	create adapter.Create
}

const (
	usedAccount  = 1_000_000_000 // minor units in the account of a device that comes with one
	recent       = 5             // payments since the last synchronisation
	received     = 3             // payments from elsewhere, of 10 each
	batch        = 40            // payments between two synchronisations
	batchesFunds = 10            // batches that one funding pays for
)

func (h history) do(handle string, v adapter.Verb) (adapter.Answer, error) {
	return h.next.Do(h.ctx, adapter.Request{Handle: handle, Verb: v}, unheard)
}

// all carries out verbs of one unit in order; only a missing answer stops it.
func (h history) all(handle string, verbs ...adapter.Verb) error {
	for _, v := range verbs {
		if _, err := h.do(handle, v); err != nil {
			return err
		}
	}
	return nil
}

// make creates a unit with a seed of its own.
func (h history) make(role adapter.Role, name string) (string, error) {
	v := adapter.Create{Role: role, Profile: h.create.Profile, Epoch: h.create.Epoch, Seed: usedSeed(name)}
	a, err := h.do("", v)
	if err != nil {
		return "", err
	}
	if a.Done == nil || a.Done.Handle == "" {
		return "", broken("create", "the product behind the disguise makes no %s", role)
	}
	return a.Done.Handle, nil
}

// before makes the ledger, and a device elsewhere to deal with.
func (h history) before() (err error) {
	if h.ledger, err = h.make(adapter.RoleLedger, "ledger"); err != nil {
		return err
	}
	if h.elsewhere, err = h.make(adapter.RoleDevice, "elsewhere"); err != nil {
		return err
	}
	if err := h.ready(h.elsewhere); err != nil {
		return err
	}
	return h.all(h.elsewhere, adapter.Fund{Amount: 1000, Ledger: h.ledger})
}

// ready provisions a device and binds it to its account.
func (h history) ready(handle string) error {
	verbs := []adapter.Verb{adapter.Provision{}}
	if h.claims(adapter.CapConsent) {
		verbs = append(verbs, adapter.Consent{Given: true})
	}
	if err := h.all(handle, verbs...); err != nil {
		return err
	}
	account := accountOf(handle)
	return h.all(h.ledger, adapter.OpenAccount{Account: account, Balance: usedAccount}, adapter.Register{Account: account, Device: handle})
}

func (h history) claims(c adapter.Capability) bool { return slices.Contains(h.said.Capabilities, c) }

// device makes the next device of the bench and lets it live: long ago it paid
// [usedCounter] times less a few, lately it was paid, and since it last
// synchronised it has paid again.
func (h history) device() error {
	handle, err := h.make(adapter.RoleDevice, "device "+string(rune('a'+len(h.units))))
	if err != nil {
		return err
	}
	unit := usedUnit{handle, accountOf(handle)}
	h.units = append(h.units, unit)
	if err := h.ready(handle); err != nil {
		return err
	}
	if err := h.sync(h.elsewhere); err != nil {
		return err
	}
	for range received {
		if err := h.pay(h.elsewhere, handle, 10); err != nil {
			return err
		}
	}
	if err := h.longAgo(handle); err != nil {
		return err
	}
	if err := h.all(handle, adapter.Fund{Amount: usedBalance + recent - 10*received, Ledger: h.ledger}); err != nil {
		return err
	}
	for range recent {
		if err := h.pay(handle, h.elsewhere, 1); err != nil {
			return err
		}
	}
	return nil
}

func (h history) sync(handle string) error {
	if !h.claims(adapter.CapSynchronise) {
		return nil
	}
	return h.all(handle, adapter.Synchronise{Ledger: h.ledger, Authorised: true})
}

// pay is one payment in the product's shape.
func (h history) pay(payer, payee string, amount adapter.Amount) error {
	v := adapter.Transfer{Payee: payee, Amount: amount, Secret: simulator.Secret}
	if !slices.Contains(h.said.Shapes, adapter.Split) {
		return h.all(payer, v)
	}
	x := exchange{
		do: h.do, transfer: v, starts: h.claims(adapter.CapStart),
		payer: &end{side: adapter.Payer, handle: payer}, payee: &end{side: adapter.Payee, handle: payee},
	}
	_, err := x.run()
	return err
}

// longAgo gives a device thousands of payments that nobody waits for: they are
// written into its log as it writes them itself, drawn from value that it was
// really funded with, and the ledger acknowledges each batch at a real
// synchronisation. So device and ledger agree on every one of them. Where the
// device cannot be reached behind the product, its counter stays low.
func (h history) longAgo(handle string) error {
	d := h.Device(handle)
	if d == nil || !h.claims(adapter.CapSynchronise) {
		return h.sync(handle)
	}
	for n := 0; ; n++ {
		left := usedCounter - recent - min(d.State().Counter, usedCounter-recent)
		if left == 0 {
			return h.sync(handle)
		}
		if n%batchesFunds == 0 {
			amount := adapter.Amount(min(left, batch*batchesFunds))
			if err := h.all(handle, adapter.Fund{Amount: amount, Ledger: h.ledger}); err != nil {
				return err
			}
		}
		before := d.State().Counter
		if err := d.Edit(func(s *device.State) { pastPayments(s, min(left, batch)) }); err != nil {
			return broken("create", "a used device cannot be made: %v", err)
		}
		if err := h.sync(handle); err != nil {
			return err
		}
		d = h.Device(handle) // a synchronisation may have had it boot anew
		if d == nil || d.State().Counter == before {
			return nil // it has a fault, and no value to pay with
		}
	}
}

// pastPayments enters payments of one minor unit each, as far as the balance
// goes.
func pastPayments(s *device.State, n uint64) {
	for range n {
		hop := slices.IndexFunc(s.Lots[:], func(a money.Amount) bool { return a > 0 })
		if hop < 0 {
			return
		}
		s.Lots[hop]--
		s.Totals.Out++
		s.Counter++
		var text [8]byte
		binary.BigEndian.PutUint64(text[:], s.Counter)
		ref := wire.ID(sha256.Sum256(append(s.DID[:], text[:]...)))
		e := wire.LogEntry{Number: s.LogNumber + 1, Kind: wire.LogPay, Salt: [16]byte(ref[:16]), Ref: ref, Amount: 1, X: s.Counter, Epoch: s.Epoch}
		s.Prev = ref
		s.Log = append(s.Log, e)
		s.LogNumber = e.Number
		s.LogHead = wire.LogNext(s.LogHead, e.Number, e.Digest())
	}
}
