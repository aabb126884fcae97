package witness

import (
	"bytes"
	"crypto/ed25519"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// A run is a ledger to which one thing after another is brought. What is brought is
// right in itself: what is asked is what it does beside the others.
type run struct {
	*call
	fundings map[string]*moneyIn // by device and number
	debits   []*debit
	receipts map[string][]uint64 // the status of each, by the TRANSFER
	refusals map[string]string   // the TRANSFER of each REFUSED
	reserve  map[string]int64
	owed     []owing
	orders   map[string]string // who has used an order
	answers  map[string]body   // DEFUND_ACKs by DEFUND
	parts    partBook
	spent    map[string]bool // tokens of e-cash that have come home, by their hashes
}

// moneyIn is one funding.
type moneyIn struct {
	id        string
	amount    uint64
	cancelled bool
	parts     []fragment
}

type owing struct {
	did    string
	amount uint64
}

// The stages of a debit, reserved.md.
const (
	known = iota
	taken
	settled
	back
)

// A debit is a TRANSFER or a DEFUND.
type debit struct {
	id, payer, payee string // payee "" of a DEFUND
	counter, amount  uint64
	reservation      uint64
	stage            int
	refused          bool // a DEFUND whose answer was st 2
	parts            []fragment
}

func wholeRun(c *call) {
	c.atLedger()
	r := &run{call: c, fundings: map[string]*moneyIn{}, receipts: map[string][]uint64{}, refusals: map[string]string{}, reserve: map[string]int64{},
		orders: map[string]string{}, spent: map[string]bool{}, answers: map[string]body{}, parts: newPartBook(c)}
	for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
		if !strings.HasPrefix(name, "step_") || c.vector.Input[name] == "" {
			continue
		}
		if c.code != 0 && c.code != 410 && c.code != 411 { // these wait
			panic(fault("a step before " + name + " is refused"))
		}
		c.code = r.step(c.input(name))
	}
	if c.code == 0 {
		c.setNumber("account", c.balance)
		r.publishReserves()
	}
}

// step takes an object, or a record, and returns the code of its refusal.
func (r *run) step(b []byte) int {
	o, code := parseObject(b, 65000)
	if code == 0 {
		m := payloadOf(o)
		signer := string(r.didOf(m.bytes(10)))
		switch m.number(2) {
		case typeFundReq:
			return r.funding(signer, string(o.id("assay/1/fund-req")), m)
		case typeDefund:
			kind := messages("defund")
			v, _ := decode(o.payload)
			if _, code, _ := read(v, kind.typ, kind.grammar); code != 0 {
				return code
			}
			return r.defunding(signer, string(o.id("assay/1/defund")), m)
		case typeSync:
			return r.report(signer, string(o.id("assay/1/sync")), m)
		}
		panic(fault("a step that no ledger takes"))
	}
	v, _ := decode(b)
	four, ok := v.([]any)
	if !ok || len(four) < 2 {
		panic(fault("a step that is no record"))
	}
	encoded, _ := four[0].([]byte)
	o, _ = parseObject(encoded, len(encoded))
	m := payloadOf(o)
	if m.number(2) == typeDeposit {
		r.spend(m)
		return 0
	}
	if m.number(2) == typeReceipt {
		txh := string(m.bytes(18))
		if m.number(24) == 2 {
			r.refusals[string(o.id("assay/1/receipt"))] = txh
		}
		r.receipts[txh] = append(r.receipts[txh], m.number(24))
		r.fixpoint()
		return 0
	}
	return r.transfer(o, m, four)
}

// didOf is the device of a certificate that the vector names.
func (c *call) didOf(id []byte) []byte {
	for _, name := range c.vector.Uses {
		if one := c.certificateOf(name); bytes.Equal(one.id, id) {
			return one.did()
		}
	}
	panic(fault("a signer that the vector does not name"))
}

func (r *run) transfer(o object, m body, four []any) int {
	if r.family() == familyToken && (!rising(partsOf(m)) || !makeLots(partsOf(m), m)) {
		return 502
	}
	payee, _ := four[2].([]byte)
	d := &debit{id: string(o.id("assay/1/transfer")), payer: string(r.didOf(m.bytes(10))), payee: string(payee),
		counter: m.number(13), amount: m.number(7), reservation: m.number(93), parts: partsOf(m)}
	r.learn(d)
	return 0
}

// learn enters a debit once.
func (r *run) learn(d *debit) *debit {
	for _, o := range r.debits {
		if o.id == d.id {
			return o
		}
	}
	r.debits = append(r.debits, d)
	r.fixpoint()
	return d
}

func (r *run) funding(did, id string, m body) int {
	key := did + string(primitive.Encode(m.number(11)))
	f := r.fundings[key]
	if m.number(24) == 2 {
		return r.cancel(did, f, m)
	}
	if f != nil {
		return 0
	}
	r.balance -= m.number(7)
	r.reserve[did] += int64(m.number(7))
	r.fundings[key] = &moneyIn{id: id, amount: m.number(7), parts: r.parts.fund(did, id, m)}
	r.fixpoint()
	return 0
}

func (r *run) cancel(did string, f *moneyIn, m body) int {
	if f == nil || f.cancelled {
		return 0
	}
	switch r.family() {
	case familyIOU, familyShadow:
		for _, d := range r.debits {
			if d.payer == did && d.payee != "" && d.reservation != 0 && d.reservation == m.number(11) {
				return 300
			}
		}
		r.owed = append(r.owed, owing{did, f.amount})
	case familyToken:
		if r.parts.used(f.parts, r.debits) {
			return 501
		}
		r.parts.bringHome(f.parts)
		r.balance += f.amount
	}
	f.cancelled = true
	r.fixpoint()
	return 0
}

func (r *run) defunding(did, id string, m body) int {
	if r.answers[id] == nil && r.family() == familyToken {
		if code := r.parts.defund(did, partsOf(m), m, r.debits); code != 0 {
			return code
		}
	}
	if r.answers[id] == nil {
		order := string(m.bytes(9))
		by, used := r.orders[order]
		right := r.ordered(order) && (!used || by == id)
		if right && r.family() == familyEcash {
			right = r.comesHome(did, m)
		}
		if right && r.reserving() {
			if code := r.defundReserve(did, id, m); code != 0 {
				return code
			}
		}
		r.answer(did, id, m, right)
	}
	r.set("defund_ack_payload", r.answers[id].encode())
	return 0
}

// answer is the last word on a DEFUND.
func (r *run) answer(did, id string, m body, credited bool) {
	status := uint64(2)
	if credited {
		status = 1
		r.orders[string(m.bytes(9))] = id
		if !r.reserving() {
			r.balance += m.number(7)
			r.parts.bringHome(partsOf(m))
		}
	}
	service := r.certificateOf("service")
	r.answers[id] = body{1: uint64(1), 2: uint64(typeDefundAck), 3: r.at.realm, 4: service.body.number(4), 10: service.id,
		18: []byte(id), 21: r.ledger.Epoch, 24: status, 31: []byte(did)}
	if !credited {
		o := object{alg: algOf(service.body.number(4)), payload: r.answers[id].encode()}
		r.parts.given[string(o.id("assay/1/defund-ack"))] = gift{did, partsOf(m), true}
		r.learn(&debit{id: id, payer: did, counter: m.number(13), amount: m.number(7), refused: true, parts: partsOf(m)})
	}
}

// ordered: an order with this nonce is open.
func (r *run) ordered(nonce string) bool {
	for all := unhex(r.ledger.Order); len(all) >= 16; all = all[16:] {
		if string(all[:16]) == nonce {
			return true
		}
	}
	return false
}

func (c *call) reserving() bool { return c.family() == familyIOU || c.family() == familyShadow }

// sign signs as the service does.
func (c *call) sign(domain string, b body) []byte {
	key := c.file.Key("service")
	if key == nil {
		panic(fault("no key of the service"))
	}
	o := object{alg: algOf(key.Suite), payload: b.encode()}
	signature := ed25519.Sign(ed25519.NewKeyFromSeed(unhex(key.Seed)), o.toBeSigned(domain))
	return primitive.Encode([]any{primitive.Encode(map[int64]int64{1: o.alg}), map[int64]int64{}, o.payload, signature})
}
