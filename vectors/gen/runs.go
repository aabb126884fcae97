package main

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// A runWorld is a realm whose ledger is brought one thing after another, by the
// payer, the payee and a third device.
type runWorld struct {
	*world
	family uint64
	other  *cert.Certificate
}

func newRunWorld(f *file) runWorld {
	w := runWorld{world: classical(f)}
	w.other = w.device("other", w.number)
	return w
}

// steps are the inputs of a run.
func steps(list ...[]byte) map[string][]byte {
	in := map[string][]byte{}
	for i, b := range list {
		in[fmt.Sprintf("step_%02d", i+1)] = b
	}
	return in
}

// leaveOut leaves a step out, anotherStep puts one in its place.
func leaveOut(n int) change { return anotherStep(n, nil) }

func anotherStep(n int, b []byte) change {
	return raw(fmt.Sprintf("input.step_%02d", n), func([]byte) []byte { return b })
}

// parties are the devices that the vectors name.
func parties() map[string]string {
	return map[string]string{"payer": "payer", "payee": "payee", "other": "other"}
}

func (w runWorld) holderOf(name string) *cert.Certificate {
	return map[string]*cert.Certificate{"payer": w.payer, "payee": w.payee, "other": w.other}[name]
}

// state publishes a ledger of a family; all three devices have the one account.
func (w runWorld) bank(name string, family uint64, edit func(*vectors.Ledger)) string {
	l := w.funder()
	l.Name, l.Family, l.Order, l.Account = name, family, hexOf(drawn("order", 16))+hexOf(drawn("second order", 16)), "20000"
	l.Certificates = []string{"payer", "payee", "other"}
	if family == wire.FamilyToken {
		l.Draws = hexOf(slices.Concat(drawn("tid a", 16), drawn("tid b", 16), drawn("tid c", 16)))
	}
	if edit != nil {
		edit(&l)
	}
	w.Ledgers = append(w.Ledgers, l)
	return name
}

// funds is a FUND_REQ of a device.
func (w runWorld) funds(who string, number uint64, sum money.Amount, status uint64) []byte {
	m := w.fundReq()
	m.Cert, m.Amount, m.Request, m.Status = w.holderOf(who).ID, sum, number, status
	m.Nonce = wire.Nonce(drawn("nonce of "+who+dec(number), 16))
	return w.signedBy(who, wire.TypeFundReq, m.Encode())
}

// pays is a record of a TRANSFER, without certificates, which the ledger has; its debit has a counter, and is the n-th of all.
func (w runWorld) pays(from, to string, n uint64, sum money.Amount, edit func(*wire.Transfer)) (record []byte, transfer []byte) {
	m := w.transfer()
	nonce := wire.Nonce(drawn("request of "+to+" for "+from+dec(n), 16))
	payee := w.holderOf(to).Device()
	m.Cert, m.Counter, m.Amount, m.Family, m.RequestHash = w.holderOf(from).ID, n, sum, w.family, drawnID("request for "+from+dec(n))
	m.PayeeTag, m.Lots, m.Prev = wire.PayeeTag(payee, nonce), []wire.Lot{{Hop: 1, Amount: sum}}, drawnID("before "+from+dec(n))
	if n == 1 {
		m.Prev = wire.ID{}
	}
	m.Reserved = w.family == wire.FamilyIOU
	if edit != nil {
		edit(&m)
	}
	transfer = w.signedBy(from, wire.TypeTransfer, m.Encode())
	return settlement.Append(nil, settlement.Record{Object: transfer,
		Opening: &settlement.Opening{Payee: payee, Nonce: nonce}}), transfer
}

// says is a record of a RECEIPT of the payee's.
func (w runWorld) says(who string, transfer []byte, status uint64) []byte {
	_, body, _ := decoded(transfer)
	t, err := wire.DecodeTransfer(body)
	if err != nil {
		panic("gen: " + err.Error())
	}
	m := wire.Receipt{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Cert: w.holderOf(who).ID, RequestHash: t.RequestHash,
		TransferHash: idOf(wire.TypeTransfer, transfer), Status: status}
	if status == wire.ReceiptRefused {
		m.Why = uint64(spec.EHop)
	}
	return settlement.Append(nil, settlement.Record{Object: w.signedBy(who, wire.TypeReceipt, m.Encode())})
}

// defunds is a DEFUND of the payer.
func (w runWorld) defunds(n uint64, sum money.Amount, edit func(*wire.Defund)) []byte {
	m := wire.Defund{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2, Amount: sum, Nonce: wire.Nonce(drawn("order", 16)),
		Cert: w.payer.ID, Counter: n, Prev: drawnID("before payer" + dec(n)), Lots: []wire.Lot{{Hop: 0, Amount: sum}}, PolicyVersion: 7,
		Epoch: epochNow, Family: w.family,
	}
	if n == 1 {
		m.Prev = wire.ID{}
	}
	if edit != nil {
		edit(&m)
	}
	return w.signedBy("payer", wire.TypeDefund, m.Encode())
}

// creditedBy is the payload of the DEFUND_ACK for a DEFUND.
func (w runWorld) creditedBy(defund []byte, status uint64) string {
	return hexOf(wire.DefundAck{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Cert: w.auth.Service.Cert.ID,
		TransferHash: idOf(wire.TypeDefund, defund), Epoch: epochNow, Status: status, Device: w.payer.Device()}.Encode())
}

// waiting is one entry of the value unsettled.
type waiting struct {
	who     string
	counter uint64
	sum     money.Amount
	code    spec.Code
}

func (w runWorld) unsettled(list ...waiting) string {
	slices.SortFunc(list, func(a, b waiting) int {
		x, y := w.holderOf(a.who).Device(), w.holderOf(b.who).Device()
		if order := slices.Compare(x[:], y[:]); order != 0 {
			return order
		}
		return int(a.counter) - int(b.counter)
	})
	b := wire.AppendArray(nil, len(list))
	for _, u := range list {
		did := w.holderOf(u.who).Device()
		b = wire.AppendUint(wire.AppendBytes(wire.AppendArray(b, 4), did[:]), u.counter)
		b = wire.AppendUint(wire.AppendUint(b, uint64(u.sum)), uint64(u.code))
	}
	return hexOf(b)
}

// stand is what a run of families I and S ends with.
type stand struct {
	account             string
	payer, payee, other string // reserves; "-" and a sum for an advance
	waits               []waiting
	answer              string // payload of the last DEFUND_ACK
}

func (w runWorld) values(s stand) map[string]string {
	v := map[string]string{"account": s.account, "unsettled": w.unsettled(s.waits...)}
	for role, sum := range map[string]string{"payer": s.payer, "payee": s.payee, "other": s.other} {
		v["reserve_"+role], v["advance_"+role] = sum, "0"
		if sum[0] == '-' {
			v["reserve_"+role], v["advance_"+role] = "0", sum[1:]
		}
	}
	if s.answer != "" {
		v["defund_ack_payload"] = s.answer
	}
	return v
}

// reservedLedgerVectors are reserves, and the money between them.
func reservedLedgerVectors() *file {
	f := newFile("reserved-ledger", "A ledger of families I and S to which step_01 and what follows are brought in that order: FUND_REQs and DEFUNDs as they are, TRANSFERs and RECEIPTs as records. All devices have one account, and account is its balance after; reserve_ and advance_ are what the ledger has of a device's value, and what its provider has advanced; unsettled is a list of [did, counter, amount, code], ascending, with counter 0 of an advance. A negative vector is refused at its last step; a step before it may be a DEFUND that waits, refused with 410 or 411. The open orders are 16 bytes each.")
	f.note("Order", "What precedes it is not known.", "A payer shows its last payments first, and nothing is left for the others.")
	f.note("Short", "The reserve does not have it.", "Money is paid out that nobody paid in.")
	f.note("Reservation", "A payment names the funding that is cancelled.", "One funding is paid with, and given back too.")
	f.note("Replay", "The counter has another DEFUND.", "One debit is credited twice.")
	w := newRunWorld(f)
	order := w.policyBut("policy-order", func(p *wire.Policy) { p.Rules.Shortfall = wire.ShortfallOrder })
	w.family = wire.FamilyShadow
	shadow := w.bank("shadow", wire.FamilyShadow, func(l *vectors.Ledger) { l.Policy = order })
	reservedOrder(w, shadow)
	w.family = wire.FamilyIOU
	covers := w.bank("covers", wire.FamilyIOU, nil)
	ordered := w.bank("iou-order", wire.FamilyIOU, func(l *vectors.Ledger) { l.Policy = order })
	reservedCovers(w, covers, ordered)
	return f
}

// ran adds a positive run.
func (w runWorld) ran(n int, r spec.ID, comment, ledger string, values map[string]string, list ...[]byte) {
	w.valid(positive{n: n, requirement: r, kind: "run", comment: comment, ledger: ledger, uses: parties(), input: steps(list...), values: values})
}

// reservedOrder is the rule CTR_ORDER, family S.
func reservedOrder(w runWorld, ledger string) {
	fund := w.funds("payer", 1, 5000, wire.FundRequest)
	pay1, t1 := w.pays("payer", "payee", 1, 3000, nil)
	pay2, t2 := w.pays("payer", "other", 2, 1500, nil)
	took1, took2 := w.says("payee", t1, wire.ReceiptAccepted), w.says("other", t2, wire.ReceiptAccepted)
	no1 := w.says("payee", t1, wire.ReceiptRefused)
	add := func(n int, r spec.ID, comment string, s stand, list ...[]byte) {
		w.ran(n, r, comment, ledger, w.values(s), list...)
	}
	both := stand{"15000", "500", "3000", "1500", nil, ""}
	add(1, spec.SET01, "two payments in the order of their counters", both, fund, pay1, took1, pay2, took2)
	add(2, spec.SET09, "the second without the first is held", stand{"15000", "5000", "0", "0", []waiting{{"payer", 2, 1500, spec.EOrderHeld}}, ""}, fund, pay2, took2)
	add(3, spec.SET09, "and is settled when the first comes", both, fund, pay2, took2, pay1, took1)
	add(4, spec.SET07, "all of it before the funding", both, took2, took1, pay2, pay1, fund)
	add(5, spec.SET06, "everything twice", both, fund, pay1, pay1, took1, pay2, took2, took1, pay2)
	add(6, spec.SET07, "taken, and no word of the payee yet: it is in nobody's reserve", stand{"15000", "2000", "0", "0", nil, ""}, fund, pay1)
	add(7, spec.SET07, "refused by its payee: it returns", stand{"15000", "5000", "0", "0", nil, ""}, fund, pay1, no1)
	add(8, spec.SET07, "refused before it came: what follows passes", stand{"15000", "3500", "0", "1500", nil, ""}, fund, no1, pay2, took2, pay1)
	add(9, spec.SET07, "both answers of one payee: the one that says it has it counts", stand{"15000", "2000", "3000", "0", nil, ""}, fund, took1, no1, pay1)
	small := w.funds("payer", 1, 2999, wire.FundRequest)
	add(10, spec.SET07, "one unit short: held, and what follows too",
		stand{"17001", "2999", "0", "0", []waiting{{"payer", 1, 3000, spec.EShortfall}, {"payer", 2, 1500, spec.EOrderHeld}}, ""}, small, pay1, took1, pay2, took2)
	gift, tg := w.pays("other", "payer", 1, 2000, nil)
	tookG := w.says("payer", tg, wire.ReceiptAccepted)
	lends := w.funds("other", 1, 2000, wire.FundRequest)
	add(11, spec.SET07, "what comes in lets what waited pass", stand{"15001", "499", "3000", "1500", nil, ""}, small, pay1, took1, pay2, took2, lends, gift, tookG)
	add(12, spec.SET07, "the same in another order", stand{"15001", "499", "3000", "1500", nil, ""}, gift, took2, pay2, lends, tookG, took1, pay1, small)
	out := w.defunds(3, 500, nil)
	add(20, spec.FND05, "what is left is defunded", stand{"15500", "0", "3000", "1500", nil, w.creditedBy(out, wire.DefundCredited)}, fund, pay1, took1, pay2, took2, out)
	add(21, spec.FND05, "again: the same answer, and no second credit", stand{"15500", "0", "3000", "1500", nil, w.creditedBy(out, wire.DefundCredited)}, fund, pay1, took1, pay2, took2, out, out)
	cancel := w.funds("payer", 1, 5000, wire.FundCancel)
	add(22, spec.FND04, "a funding that is cancelled leaves the reserve", stand{"20000", "0", "0", "0", nil, ""}, fund, cancel)
	more, tm := w.pays("other", "payer", 2, 3000, nil)
	add(23, spec.FND04, "or as soon as the reserve has it", stand{"14000", "500", "3000", "2500", nil, ""}, fund, pay1, took1, cancel,
		w.funds("other", 2, 6000, wire.FundRequest), gift, tookG, pay2, more, w.says("payer", tm, wire.ReceiptAccepted), took2)
	add(24, spec.FND05, "a DEFUND that was held is credited as soon as what precedes it is known, and brought again it is answered", stand{"15500", "0", "3000", "1500", nil,
		w.creditedBy(out, wire.DefundCredited)}, fund, out, pay2, took2, pay1, took1, out)
	strange := w.defunds(3, 400, func(m *wire.Defund) { m.Nonce = wire.Nonce(drawn("no order", 16)) })
	second := w.defunds(3, 400, func(m *wire.Defund) { m.Nonce = wire.Nonce(drawn("second order", 16)) })
	add(25, spec.FND05, "another of its counter, for an order that nobody opened, while it waits", stand{"15000", "5000", "0", "0",
		[]waiting{{"payer", 3, 500, spec.EOrderHeld}}, w.creditedBy(strange, wire.DefundRefused)}, fund, out, strange)
	w.refused(bad(34, 25, spec.FND05, spec.EDefundReplay, "Replay", "another of its counter, for another order, while it waits", anotherStep(3, second)))
	w.refused(
		bad(30, 20, spec.SET09, spec.EOrderHeld, "Order", "the second payment is not known", leaveOut(4)),
		bad(31, 20, spec.SET09, spec.EOrderHeld, "Order", "neither is", leaveOut(2)),
		bad(32, 20, spec.SET07, spec.EShortfall, "Short", "one unit more than the reserve has", anotherStep(6, w.defunds(3, 501, nil))),
		bad(33, 20, spec.SET07, spec.EShortfall, "Short", "what it was funded with came to one unit less", anotherStep(1, w.funds("payer", 1, 4999, wire.FundRequest))),
	)
}

// reservedCovers is the rule PROVIDER_COVERS, family I.
func reservedCovers(w runWorld, covers, ordered string) {
	names := func(n uint64) func(*wire.Transfer) { return func(m *wire.Transfer) { m.Reservation = n } }
	fund := w.funds("payer", 1, 1000, wire.FundRequest)
	pay1, t1 := w.pays("payer", "payee", 1, 1250, names(1))
	pay2, t2 := w.pays("payer", "other", 2, 700, names(1))
	took1, took2 := w.says("payee", t1, wire.ReceiptAccepted), w.says("other", t2, wire.ReceiptAccepted)
	add := func(n int, r spec.ID, comment, ledger string, s stand, list ...[]byte) {
		w.ran(n, r, comment, ledger, w.values(s), list...)
	}
	short := stand{"19000", "-250", "1250", "0", []waiting{{"payer", 0, 250, spec.EShortfall}}, ""}
	add(50, spec.SET07, "the payee has what it was paid; the provider has advanced what was missing", covers, short, fund, pay1, took1)
	add(51, spec.SET07, "without the first, the second is settled all the same", covers, stand{"19000", "300", "0", "700", nil, ""}, fund, pay2, took2)
	add(52, spec.SET07, "under CTR_ORDER the first waits, and the second behind it", ordered,
		stand{"19000", "1000", "0", "0", []waiting{{"payer", 1, 1250, spec.EShortfall}, {"payer", 2, 700, spec.EOrderHeld}}, ""}, fund, pay1, took1, pay2, took2)
	lends := w.funds("other", 1, 2000, wire.FundRequest)
	gift, tg := w.pays("other", "payer", 1, 400, names(1))
	tookG := w.says("payer", tg, wire.ReceiptAccepted)
	add(53, spec.SET07, "what it receives later repays the advance", covers, stand{"17000", "150", "1250", "1600", nil, ""}, fund, pay1, took1, lends, gift, tookG)
	add(54, spec.SET07, "the same in another order", covers, stand{"17000", "150", "1250", "1600", nil, ""}, tookG, gift, took1, pay1, lends, fund)
	out := w.defunds(2, 150, nil)
	add(55, spec.FND05, "what was repaid is defunded", covers, stand{"17150", "0", "1250", "1600", nil, w.creditedBy(out, wire.DefundCredited)}, fund, pay1, took1, lends, gift, tookG, out)
	strange := w.defunds(2, 150, func(m *wire.Defund) { m.Nonce = wire.Nonce(drawn("no order", 16)) })
	add(56, spec.FND05, "an order that nobody opened: not credited and never will be", covers,
		stand{"17000", "150", "1250", "1600", nil, w.creditedBy(strange, wire.DefundRefused)}, fund, pay1, took1, lends, gift, tookG, strange)
	cancel := w.funds("payer", 1, 1000, wire.FundCancel)
	add(57, spec.FND08, "a cancel of a funding that no payment names", covers, stand{"20000", "0", "0", "0", nil, ""}, fund, cancel)
	plain, _ := w.pays("payer", "payee", 1, 1250, names(0))
	add(58, spec.FND08, "a cancel while a payment is known that names no reservation", covers,
		stand{"19000", "-250", "0", "0", []waiting{{"payer", 0, 250, spec.EShortfall}}, ""}, fund, plain, cancel)
	w.refused(bad(63, 58, spec.FND08, spec.EFundBinding, "Reservation", "the payment names the funding", anotherStep(2, pay1)))
	w.refused(
		bad(60, 55, spec.SET07, spec.EShortfall, "Short", "no provider covers a defunding: before the advance is repaid there is nothing", anotherStep(6, nil)),
		bad(61, 55, spec.SET09, spec.EOrderHeld, "Order", "a DEFUND waits for every lower counter under this rule too", anotherStep(2, nil)),
		bad(62, 55, spec.SET07, spec.EShortfall, "Short", "one unit more than the reserve has", anotherStep(7, w.defunds(2, 151, nil))),
	)
}
