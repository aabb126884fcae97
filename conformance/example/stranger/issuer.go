package main

import "fmt"

// A holder is what the issuer knows of one card.
type holder struct {
	account string
	loads   map[uint64]uint64 // amounts by number; 0: given up
	unloads map[uint64]bool
	stopped bool
}

// A debitKey names one debit of the whole scheme.
type debitKey struct {
	payer   id
	counter uint64
}

// A credited is what a payee has said of a debit.
type credited struct {
	payee    id
	amount   uint64
	credited bool
}

// A finding is something that cannot come from honest cards.
type finding struct {
	Kind   int    `json:"kind"`
	Device string `json:"device"`
	Text   string `json:"text"`
}

// The issuer is the one ledger of the scheme: accounts of its customers, and
// what it has put on cards and taken back.
type issuer struct {
	b                *bench
	accounts         map[string]uint64
	holders          map[id]*holder
	handles          map[id]string
	debits           map[debitKey]credited
	findings         []finding
	loaded, unloaded uint64
	epoch            uint64
}

// houseBalance is what the account of a card holds whose owner has named none.
const houseBalance = 10_000_000

func newIssuer(b *bench) *issuer {
	i := &issuer{
		b: b, accounts: map[string]uint64{}, holders: map[id]*holder{}, handles: map[id]string{},
		debits: map[debitKey]credited{}, loaded: 5000, unloaded: 5000,
	}
	for _, c := range b.cards {
		house := "house of " + c.handle
		i.accounts[house] = houseBalance
		i.holders[c.id] = &holder{account: house, loads: map[uint64]uint64{}, unloads: map[uint64]bool{}}
		i.handles[c.id] = c.handle
		i.loaded += c.st.balance
	}
	return i
}

// openAccount opens an account; one that is known keeps its balance.
func (i *issuer) openAccount(name string, balance uint64) error {
	if _, known := i.accounts[name]; known {
		return seen
	}
	i.accounts[name] = balance
	return nil
}

// register binds a card to an account; a stopped card is put back into service.
func (i *issuer) register(c *card, account string) error {
	if _, known := i.accounts[account]; !known {
		return fmt.Errorf("account %q does not exist; open it first", account)
	}
	h := i.holders[c.id]
	h.account, h.stopped = account, false
	return nil
}

// issue answers an order to load with a voucher, and debits the account. The
// same order again gets the same voucher: it is debited once.
func (i *issuer) issue(raw []byte) ([]byte, error) {
	f, ok := i.b.scheme.open(raw, string([]byte{frLoad}))
	h := i.holders[f.sender]
	if !ok || !f.bound || h == nil {
		return nil, badFrame
	}
	number, amount := f.n[0], f.n[1]
	if known, again := h.loads[number]; again {
		return i.voucher(f.sender, number, known), nil
	}
	if i.accounts[h.account] < amount {
		h.loads[number] = 0
		return nil, noCover
	}
	i.accounts[h.account] -= amount
	if i.b.bug == "load-fee" {
		i.accounts[h.account]--
	}
	i.loaded += amount
	h.loads[number] = amount
	return i.voucher(f.sender, number, amount), nil
}

func (i *issuer) voucher(to id, n, amount uint64) []byte {
	return i.b.scheme.seal(frVoucher, issuerID, "", number(to), n, amount)
}

// redeem credits an account with what a card has given up, once.
func (i *issuer) redeem(raw []byte) ([]byte, error) {
	f, ok := i.b.scheme.open(raw, string([]byte{frUnload}))
	h := i.holders[f.sender]
	if !ok || !f.bound || h == nil {
		return nil, badFrame
	}
	if !h.unloads[f.n[0]] {
		h.unloads[f.n[0]] = true
		i.accounts[h.account] += f.n[1]
		i.unloaded += f.n[1]
	}
	return i.b.scheme.seal(frUnAck, issuerID, "", number(f.sender), f.n[0]), nil
}

// settle takes a card's report: its pending debits and its log. It answers with
// what it knows of those debits, and whether the card is stopped.
func (i *issuer) settle(raw []byte) ([]byte, error) {
	f, ok := i.b.scheme.open(raw, string([]byte{frReport}))
	h := i.holders[f.sender]
	if !ok || !f.bound || h == nil || len(f.n) < 3 {
		return nil, badFrame
	}
	open := f.n[3 : 3+f.n[2]]
	for at := 3 + int(f.n[2]); at+4 <= len(f.n); at += 4 {
		i.enter(f.sender, f.n[at], idOf(f.n[at+1]), f.n[at+2], f.n[at+3])
	}
	answer := []uint64{number(f.sender), uint64(bit(h.stopped))}
	for _, counter := range open {
		if d, known := i.debits[debitKey{f.sender, counter}]; known {
			answer = append(answer, counter, uint64(bit(d.credited)))
		}
	}
	return i.b.scheme.seal(frSettled, issuerID, "", answer...), nil
}

// enter takes one entry of a log. Two payees that were paid with one debit mean
// that their payer was rolled back or cloned.
func (i *issuer) enter(from id, kind uint64, peer id, counter, amount uint64) {
	if kind>>1 != evCredit {
		return
	}
	key, now := debitKey{peer, counter}, credited{from, amount, kind&1 == 1}
	before, known := i.debits[key]
	if known && before != now {
		i.findings = append(i.findings, finding{1, fmt.Sprintf("%x", i.handles[peer]), fmt.Sprintf("debit %d was taken twice", counter)})
		return
	}
	i.debits[key] = now
}

// outstanding is what is on cards, and what does not add up.
func (i *issuer) outstanding() (uint64, []string) {
	if i.unloaded > i.loaded {
		return 0, []string{fmt.Sprintf("%d more came back than was issued", i.unloaded-i.loaded)}
	}
	return i.loaded - i.unloaded, nil
}
