package device

import (
	"errors"
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A deposit is one exchange at the ledger, as it is made again each time: of the
// tokens of a payment, or of a batch of the device's own coins.
type deposit struct {
	taken   *Taken // or
	slot    *Slot  // an online payment that has no answer, or
	batch   uint64
	coins   []Coin
	amount  money.Amount
	pending []*ecash.Pending
	object  wire.Object
	id      wire.ID
	record  []byte // of the payment's TRANSFER
}

// batches gives every coin that cannot be paid with as it is a batch, of at most
// as many as a message may have: all, where they leave gaps between the amounts
// that can be paid.
func (d *Device) batches(next *State) {
	var amounts []money.Amount
	for _, c := range next.Purse {
		if c.Batch == 0 {
			amounts = append(amounts, c.Amount)
		}
	}
	if ecash.Complete(amounts) && len(amounts) <= wire.MaxTokens {
		return
	}
	batch, n := next.nextBatch(), 0
	for i := range next.Purse {
		c := &next.Purse[i]
		if c.Batch != 0 {
			continue
		}
		if n == wire.MaxTokens {
			batch, n = batch+1, 0
		}
		c.Batch, c.Epoch = batch, next.Epoch
		next.Lots[0] -= c.Amount
		next.Lots[d.heldHop()] += c.Amount
		n++
	}
}

// deposits returns all exchanges that the device waits for.
func (d *Device) deposits() []deposit {
	var all []deposit
	for i := range d.state.Taken {
		t := &d.state.Taken[i]
		record, err := settlement.Parse(d.parts.Host.Record(t.Transfer))
		if err != nil { // the host has lost it
			continue
		}
		tokens, err := wire.Tokens(record.Links)
		if err != nil {
			continue
		}
		e := deposit{taken: t, amount: t.Amount, record: d.parts.Host.Record(t.Transfer)}
		seed := d.withdrawal("payment", t.Transfer[:])
		if e, ok := d.prepared(e, seed, t.Fresh, t.Epoch, tokens, wire.RequestNonce(d.state.RequestKey, t.Request), t.RequestHash); ok {
			all = append(all, e)
		}
	}
	byBatch := map[uint64][]Coin{}
	var order []uint64
	for _, c := range d.state.Purse {
		if c.Batch == 0 {
			continue
		}
		if byBatch[c.Batch] == nil {
			order = append(order, c.Batch)
		}
		byBatch[c.Batch] = append(byBatch[c.Batch], c)
	}
	for _, batch := range order {
		e := deposit{batch: batch, coins: byBatch[batch]}
		for _, c := range e.coins {
			e.amount += c.Amount
		}
		name := coinsName(e.coins)
		nonce := d.ownNonce(name)
		tokens := spent(e.coins, wire.ID{}, wire.PayeeTag(d.state.DID, nonce))
		if e, ok := d.prepared(e, d.withdrawal("batch", name), e.coins[0].Fresh, e.coins[0].Epoch, tokens, nonce, wire.ID{}); ok {
			all = append(all, e)
		}
	}
	for i := range d.state.Slots {
		slot := &d.state.Slots[i]
		if slot.State == SlotFree || slot.Type != wire.TypeTokens {
			continue
		}
		seed, nonce := d.withdrawal("slot", slot.ID[:]), d.ownNonce(slot.ID[:])
		tokens := spent(slot.Coins, wire.ID{}, wire.PayeeTag(d.state.DID, nonce))
		if e, ok := d.prepared(deposit{slot: slot, amount: slot.Amount}, seed, slot.Fresh, slot.Epoch, tokens, nonce, wire.ID{}); ok {
			all = append(all, e)
		}
	}
	return all
}

// prepared completes a deposit; it reports false before it is fixed, and so while
// no key is in force.
func (d *Device) prepared(e deposit, seed [32]byte, fresh string, epoch uint64, tokens []wire.Token, nonce wire.Nonce, request wire.ID) (deposit, bool) {
	var ok bool
	if e.pending, ok = d.blind(seed, fresh); !ok {
		return e, false
	}
	number := d.highestSuite()
	m := wire.Deposit{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: number, Currency: d.cfg.Place.Currency,
		Exponent: d.cfg.Place.Exponent, Amount: e.amount, Nonce: nonce, Cert: d.certs[number].ID,
		RequestHash: request, Epoch: epoch, Blinded: blindedList(e.pending), Tokens: tokens,
	}
	e.object = wire.Object{Alg: d.alg(number), Payload: m.Encode()}
	e.id = e.object.ID(wire.TypeDeposit)
	return e, true
}

// depositRecords are the DEPOSITs as records of a SYNC, and the TRANSFERs of those
// payments of which the ledger has said that a token was spent twice.
func (d *Device) depositRecords() [][]byte {
	var out [][]byte
	for _, e := range d.deposits() {
		if e.taken != nil && e.taken.Spent {
			out = append(out, disclosed(e.record))
			continue
		}
		out = append(out, d.depositRecord(e))
	}
	return out
}

// depositRecord is a DEPOSIT as it travels.
func (d *Device) depositRecord(e deposit) []byte {
	number := d.highestSuite()
	return settlement.Append(nil, settlement.Record{Object: d.sign(number, wire.TypeDeposit, e.object.Payload).Encode(),
		Certificates: [][]byte{d.certs[number].Raw}})
}

// depositAckRules are the checks on DEPOSIT_ACK.
func depositAckRules() []Rule {
	return slices.Concat([]Rule{
		{"device", spec.ECH04, spec.EFundBinding, func(c *Context) bool { return c.Deposited.Device == c.State.DID }},
		{"waiting", spec.ECH04, spec.EState, func(c *Context) bool {
			return c.deposit != nil || c.Deposited.Status == wire.DepositSpent
		}},
	}, serviceRules(wire.UseSignFund))
}

// DepositAccept takes DEPOSIT_ACK: fresh coins, or the word that a token was spent
// twice. Then it returns the record of the TRANSFER that the token came with, which
// says who paid. The error is a [*Refusal] or nvm's.
func (d *Device) DepositAccept(ack []byte) ([]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	c := d.context()
	o, err := wire.DecodeObject(ack, wire.TypeDepositAck.MaxBytes())
	if err != nil {
		return nil, d.refusalOf(err)
	}
	m, err := wire.DecodeDepositAck(o.Payload)
	if err = d.cfg.Place.CheckRealm(m.Realm, err); err != nil {
		return nil, d.refusalOf(err)
	}
	c.Deposited = m
	c.signed(o, wire.TypeDepositAck, m.Suite, m.Cert, m.Epoch)
	for _, e := range d.deposits() {
		if e.id == m.DepositHash {
			c.deposit = &e
		}
	}
	if r := d.judge(ProcDepositAck, c); r != nil {
		return nil, r
	}
	next := d.state.clone()
	next.Epoch = max(next.Epoch, m.Epoch)
	if c.deposit == nil || d.parts.Spent(m) {
		return d.spentTwice(next, c)
	}
	coins, ok := finishCoins(c.deposit.pending, m.Signatures)
	if !ok && m.Status == wire.DepositTaken {
		return nil, d.refuse(spec.ECH04, spec.ESig)
	}
	switch e := c.deposit; {
	case e.slot != nil:
		return nil, d.refreshed(next, e.slot, coins)
	case e.taken != nil && e.taken.Online:
		if err := d.creditOnline(next, e.taken); err != nil {
			return nil, err
		}
		next.gain(coins)
		next.dropTaken(e.taken.Order)
		return nil, d.install(StepQ2, next)
	}
	if c.deposit.taken != nil { // who paid may have to be said yet
		d.parts.Host.KeepRecord(c.deposit.id, c.deposit.record)
	}
	d.exchanged(next, c.deposit, coins)
	return nil, d.install(StepE1, next)
}

// spentTwice notes what the ledger says of a payment, and discloses it: of one that
// is not home, or of one that is and whose record the host still has.
func (d *Device) spentTwice(next *State, c *Context) ([]byte, error) {
	if e := c.deposit; e != nil && e.slot != nil { // the payee has taken it home after all
		return nil, d.retire(e.slot.ID)
	} else if e != nil && e.taken != nil && e.taken.Online { // it was never credited
		next.dropTaken(e.taken.Order)
		return nil, d.install(StepE1, next)
	}
	if c.deposit == nil {
		return disclosed(d.parts.Host.Record(c.Deposited.DepositHash)), nil
	}
	next.lostDeposit(c.deposit)
	return disclosed(c.deposit.record), d.install(StepE1, next)
}

// disclosed is the record of a TRANSFER without its tokens.
func disclosed(record []byte) []byte {
	rec, err := settlement.Parse(record)
	if err != nil {
		return nil
	}
	rec.Links = nil
	return settlement.Append(nil, rec)
}

// Disclose returns the records of the payments whose tokens are not home: they say
// who paid, and nothing but a double spending is a reason to show them.
func (d *Device) Disclose() (list [][]byte) {
	for _, t := range d.state.Taken {
		list = append(list, disclosed(d.parts.Host.Record(t.Transfer)))
	}
	return list
}

// refreshed gives an online payment up that its payee has not taken home: the
// ledger has made sure that it never can.
func (d *Device) refreshed(next *State, slot *Slot, coins []Coin) error {
	next.dropPending(slot.ID)
	next.Lots[0] += slot.Amount
	next.Totals.Refunded += slot.Amount
	next.gain(coins)
	if err := d.enter(next, wire.LogRefund, d.veiled(slot.ID), slot.Amount, 0); err != nil {
		return err
	}
	return d.install(StepP3Refund, next)
}

func (next *State) dropTaken(order uint64) {
	next.Taken = slices.DeleteFunc(next.Taken, func(t Taken) bool { return t.Order == order })
}

// exchanged puts fresh coins in the place of what was brought home.
func (d *Device) exchanged(next *State, e *deposit, coins []Coin) {
	if e.taken != nil {
		next.Used.Received -= min(next.Used.Received, e.amount)
		next.dropTaken(e.taken.Order)
	} else {
		next.lose(e.coins)
	}
	hop := d.heldHop()
	next.Lots[hop] -= min(next.Lots[hop], e.amount)
	next.Lots[0] += e.amount
	next.gain(coins)
}

// lostDeposit marks a payment whose tokens were spent before. Own coins that were
// are what a payee had taken after all: they stay where they are, and the ledger's
// word on the debit decides.
func (next *State) lostDeposit(e *deposit) {
	for i := range next.Taken {
		if e.taken != nil && next.Taken[i].Order == e.taken.Order {
			next.Taken[i].Spent = true
		}
	}
}

// keysetRules are the checks on KEYSET.
func keysetRules() []Rule {
	return slices.Concat([]Rule{
		{"newer", spec.ECH07, spec.EStale, func(c *Context) bool {
			return c.d.keyset == nil || c.Keyset.KeysetVersion > c.d.keyset.Version
		}},
		{"keys", spec.ECH07, spec.EField, func(c *Context) bool { return ecash.KeysRight(c.Keyset.Keys) }},
		{"keys differ", spec.ECH07, spec.EField, func(c *Context) bool { return ecash.KeysDiffer(c.Keyset.Keys) }},
	}, serviceRules(wire.UseSignFund))
}

// ApplyKeyset installs a KEYSET of a higher version; the one in force again
// changes nothing. The error is a [*Refusal] or nvm's.
func (d *Device) ApplyKeyset(keyset []byte) error {
	if d.broken != nil {
		return d.broken
	}
	if !d.state.Provisioned || !d.ecash() {
		return d.refuse(spec.PRV02, spec.EUnprovisioned)
	}
	m, err := d.judgeKeyset(keyset)
	if errors.Is(err, errInForce) {
		return nil
	}
	if err != nil {
		return err
	}
	keys, err := ecash.ParseKeyset(m)
	if err != nil {
		return d.refuse(spec.ECH07, spec.EField)
	}
	return d.commit(StepInstall, func(s *State) {
		s.Keyset, s.FormerKeys = slices.Clone(keyset), d.formerKeys(keys)
		s.Epoch = max(s.Epoch, m.Epoch)
	})
}

func (d *Device) judgeKeyset(keyset []byte) (m wire.Keyset, err error) {
	c := d.context()
	o, err := wire.DecodeObject(keyset, wire.TypeKeyset.MaxBytes())
	if err != nil {
		return m, d.refusalOf(err)
	}
	m, err = wire.DecodeKeyset(o.Payload)
	if err = d.cfg.Place.CheckRealm(m.Realm, err); err != nil {
		return m, d.refusalOf(err)
	}
	c.Keyset = m
	c.signed(o, wire.TypeKeyset, m.Suite, m.Cert, m.Epoch)
	if in, err := wire.DecodeObject(d.state.Keyset, wire.TypeKeyset.MaxBytes()); err == nil && in.ID(wire.TypeKeyset) == c.ID {
		return m, errInForce // as in POLICY and REVSET, whatever its signature is
	}
	if r := d.judge(ProcKeyset, c); r != nil {
		return m, r
	}
	return m, nil
}

// deriveKeyset parses the KEYSET in force, and the keys beside it.
func (d *Device) deriveKeyset() (err error) {
	d.keyset, d.formerset, d.blinded = nil, nil, nil
	former := wire.Keyset{Realm: d.cfg.Place.Realm}
	for _, k := range d.state.FormerKeys {
		former.Keys = append(former.Keys, k.KeysetEntry)
	}
	if d.formerset, err = ecash.ParseKeyset(former); err != nil {
		return err
	}
	if d.state.Keyset == nil {
		return nil
	}
	d.keyset, err = ecash.ReadKeyset(d.state.Keyset)
	return err
}
