package check

import (
	"bytes"
	"maps"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ecashKeysChecks are those of family E on what waits while something changes.
func ecashKeysChecks() []Check {
	rp := func(id spec.ID, word, title string, run func(*T), needs ...adapter.Capability) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	receives := func(c Check) Check {
		c.Receives = true
		return c
	}
	const query, policy, ledger, sync = adapter.CapQuery, adapter.CapPolicy, adapter.CapLedger, adapter.CapSplitSync
	return []Check{
		receives(rp(spec.ECH09, "deposit", "tokens come home although the keys were replaced on the way", homeAfterNewKeys, query, policy, ledger, sync)),
		rp(spec.ECH09, "funding", "a withdrawal ends although the keys were replaced in between", fundedAfterNewKeys, query, policy, ledger, adapter.CapSplitFunding),
		receives(rp(spec.ECH10, "on-the-way", "tokens on their way home count against the holding limit", onTheWayCounted,
			query, policy, ledger, sync, adapter.CapConnect, adapter.CapCutWrite)),
	}
}

// nextKeys is a KEYSET in which key epoch 3 is in force beside key epoch 2.
func (r *Realm) nextKeys(version uint64) []byte {
	entries := ecash.TestEntries(3, func(uint64) uint64 { return r.epoch + 1000 })
	return r.SignKeyset(version, r.epoch, slices.DeleteFunc(entries, func(e wire.KeysetEntry) bool { return e.KeyEpoch == 1 }))
}

// asked is what a report brings home, and what each DEPOSIT asks for it, by the
// tokens.
func (t *T) asked(u *Unit) (*adapter.Result, map[string][]wire.Blinded) {
	_, report := u.report()
	home := map[string][]wire.Blinded{}
	for _, b := range depositsOf(report) {
		record, err := settlement.Parse(b)
		if err != nil {
			t.harness("a deposit that was parsed before: " + err.Error())
		}
		o, _ := wire.DecodeObject(record.Object, wire.TypeDeposit.MaxBytes())
		m, err := wire.DecodeDeposit(o.Payload)
		t.For(spec.ECH09, "a DEPOSIT cannot be read").Expect(err).NotTo(gomega.HaveOccurred())
		name := ""
		for _, token := range m.Tokens {
			hash := token.Hash()
			name += string(hash[:])
		}
		home[name] = m.Blinded
	}
	t.For(spec.ECH09, "what a device was paid with does not come home").Expect(home).NotTo(gomega.BeEmpty())
	return report, home
}

func sameBlinded(a, b []wire.Blinded) bool {
	return slices.EqualFunc(a, b, func(a, b wire.Blinded) bool { return a.Key == b.Key && bytes.Equal(a.Message, b.Message) })
}

// homeAfterNewKeys: the answer to the first DEPOSIT is lost, and the device hears of
// other keys before it asks again.
func homeAfterNewKeys(t *T) {
	payee, other := t.Device(), t.Device()
	paid, _ := t.Kit(KitOptions{}).Meet(payee, 250).Pay()
	t.Control(paid, "a payment")
	report, first := t.asked(payee)
	t.Control(t.ledger.do(adapter.Upload{Records: report.Messages}), "upload a deposit")
	t.Control(payee.do(adapter.ApplyPolicy{Message: t.env.realm.nextKeys(2)}), "apply a newer set of keys")
	_, again := t.asked(payee)
	const message = "after a newer set of keys the same tokens ask for something else"
	t.For(spec.ECH09, message).Expect(maps.EqualFunc(first, again, sameBlinded)).To(gomega.BeTrue())
	for range 2 {
		payee.Sync(false)
	}
	t.For(spec.ECH09, "after a newer set of keys what came home is lost").Expect(payee.Spendable()).To(gomega.Equal(uint64(250)))
	t.For(spec.ECH09, "what came home cannot be paid with").Expect(t.Transfer(payee, other, 250)).To(BeDone())
}

func fundedAfterNewKeys(t *T) {
	unit := t.Device()
	ask := func() adapter.Bytes {
		return t.Control(unit.do(adapter.FundRequest{Amount: 70}), "ask for funding").Message
	}
	request := ask()
	t.Control(unit.do(adapter.ApplyPolicy{Message: t.env.realm.nextKeys(2)}), "apply a newer set of keys")
	blinded := func(b adapter.Bytes) []wire.Blinded {
		return payloadOf(t, b, wire.TypeFundReq, wire.DecodeFundReq).Blinded
	}
	t.For(spec.ECH09, "after a newer set of keys the same funding asks for something else").
		Expect(sameBlinded(blinded(request), blinded(ask()))).To(gomega.BeTrue())
	voucher := t.Control(t.Ledger().do(adapter.IssueFunding{Message: request}), "issue a voucher").Message
	t.For(spec.ECH09, "after a newer set of keys a voucher is refused").Expect(unit.do(adapter.FundAccept{Message: voucher})).To(BeDone())
	t.book.funded += 70
	t.For(spec.ECH09, "after a newer set of keys what was withdrawn is lost").Expect(unit.Spendable()).To(gomega.Equal(uint64(70)))
}

// onTheWayCounted cuts power at the last write of an online payment, and at those
// before it, until the tokens were at the ledger and not credited.
func onTheWayCounted(t *T) {
	writes := t.cutOnline(1<<20, func(payee *Unit, whole adapter.Answer) {
		t.Control(whole, "an online payment")
		t.For(spec.ECH10, "a payment up to exactly the holding limit was refused").Expect(t.paysIfAsked(payee, 50)).To(BeDone())
		t.For(spec.ECH10, "a payment above the holding limit was not refused").Expect(t.paysIfAsked(payee, 1)).To(t.Refused(spec.EHolding))
	})
	onTheWay := false
	for write := writes; write > max(0, writes-12) && !onTheWay; write-- {
		t.cutOnline(write, func(payee *Unit, _ adapter.Answer) {
			before := payee.Spendable()
			t.paysIfAsked(payee, 100)
			for range 2 {
				payee.Sync(false)
			}
			onTheWay = before == 0 && payee.AllHeld() >= 250
			t.For(spec.ECH10, "tokens on their way home took a device above its holding limit").
				Expect(payee.AllHeld()).To(gomega.BeNumerically("<=", 300), "cut at write %d", write)
		})
	}
	if !onTheWay {
		t.Inconclusive("positive control: power is cut while tokens are on their way home", "they never were")
	}
}

// cutOnline pays 250 to a payee that may hold 300, with power cut at a write, and
// returns how many writes that made.
func (t *T) cutOnline(write int, after func(*Unit, adapter.Answer)) int {
	payee, kit := t.Device(), t.Kit(KitOptions{})
	limited := t.env.realm.Policy(2, func(m *wire.Policy) { m.Limits[0].MaxHolding = wire.LimitOf(300) })
	t.Control(payee.do(adapter.ApplyPolicy{Message: limited}), "apply a policy with a holding limit")
	payee.connect(true)
	s := kit.Meet(payee, 250)
	t.Control(payee.do(adapter.CutWrite{Write: write, Byte: 3}), "arm a power cut")
	a, _ := s.tokens4(slices.Clone(kit.purse(250)))
	writes := t.Control(payee.do(adapter.CutWrite{}), "disarm the power cut").Writes
	payee.connect(false)
	t.book.injected += 250
	after(payee, a)
	t.forget()
	return writes
}

// paysIfAsked pays a device by the fallback, if it asks for the amount.
func (t *T) paysIfAsked(payee *Unit, amount uint64) adapter.Answer {
	s := t.Kit(KitOptions{}).Greet(nil)
	s.Payee = payee
	armed := payee.do(adapter.RequestPayment{Amount: adapter.Amount(amount), Message: s.M1})
	if armed.Done == nil {
		return armed
	}
	s.Session, s.M2 = armed.Done.Session, armed.Done.Message
	if err := s.open(s.M2); err != nil {
		t.Inconclusive("positive control: the payee's M2 can be read", err.Error())
	}
	a, _ := s.Pay()
	return a
}
