package ledger

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Mint signs blinded messages; see [ecash.Mint].
type Mint interface {
	Sign(b wire.Blinded) ([]byte, error)
}

// A Redemption is tokens that come home, of a DEPOSIT or a DEFUND, under judgement.
type Redemption struct {
	Signed
	Tokens      []wire.Token
	Blinded     []wire.Blinded // nil for a DEFUND
	Amount      money.Amount
	RequestHash wire.ID
	PayeeTag    wire.ID
}

// A Deposit is a decoded DEPOSIT under judgement.
type Deposit struct {
	Signed
	Body wire.Deposit
}

func depositSignerRules() []Rule[Deposit] { return signerRules[Deposit]() }

// redeemed is what the ledger did about the tokens of one DEPOSIT or DEFUND.
type redeemed struct {
	device  wire.DID
	hashes  []wire.ID // ascending
	blinded []wire.Blinded
	answers [][]byte
	by      wire.ID // the DEPOSIT or DEFUND that was first
}

// tokens is the ledger's book of family E.
type tokens struct {
	spent map[wire.ID]*redeemed        // by the hash of the token
	acks  map[wire.DID]*depositAnswers // that wait for their device
}

func newTokens() tokens { return tokens{map[wire.ID]*redeemed{}, map[wire.DID]*depositAnswers{}} }

// ecash reports whether the ledger is of family E.
func (l *Ledger) ecash() bool { return l.parts.Place.Spoken() == wire.FamilyECash }

// withdrawRules are the checks of the blinded messages of a FUND_REQ.
func withdrawRules() []Rule[FundingRequest] {
	return []Rule[FundingRequest]{
		{"the keys are known", spec.FND06, spec.ETokenUnknown, func(l *Ledger, r *FundingRequest) bool {
			return l.knowsKeys(keysOf(r.Body.Blinded))
		}},
		{"the keys are in force", spec.FND06, spec.ETokenEpoch, func(l *Ledger, r *FundingRequest) bool {
			return l.inForce(keysOf(r.Body.Blinded))
		}},
		{"the denominations make the amount", spec.FND06, spec.ETokenDenomination, func(l *Ledger, r *FundingRequest) bool {
			return l.denominated(keysOf(r.Body.Blinded)) == r.Body.Amount
		}},
	}
}

// redeemRules are the checks of tokens that come home.
func redeemRules() []Rule[Redemption] {
	return []Rule[Redemption]{
		{"the keys are known", spec.ECH04, spec.ETokenUnknown, func(l *Ledger, r *Redemption) bool {
			return l.knowsKeys(r.keys()) && l.knowsKeys(keysOf(r.Blinded))
		}},
		{"the keys are in force", spec.ECH04, spec.ETokenEpoch, func(l *Ledger, r *Redemption) bool {
			return l.inForce(r.keys()) && l.inForce(keysOf(r.Blinded))
		}},
		{"the denominations make the amount", spec.ECH04, spec.ETokenDenomination, func(l *Ledger, r *Redemption) bool {
			return l.denominated(r.keys()) == r.Amount && (r.Blinded == nil || l.denominated(keysOf(r.Blinded)) == r.Amount)
		}},
		{"no token twice", spec.ECH04, spec.ETokenSpent, func(_ *Ledger, r *Redemption) bool {
			return len(slices.Compact(r.hashes())) == len(r.Tokens)
		}},
		{"the spends are for this device", spec.ECH04, spec.ESig, func(_ *Ledger, r *Redemption) bool {
			return !slices.ContainsFunc(r.Tokens, func(t wire.Token) bool { return !ecash.SpendRight(t, r.RequestHash, r.PayeeTag) })
		}},
		{"the tokens are the issuer's", spec.ECH04, spec.ESig, func(l *Ledger, r *Redemption) bool {
			return !slices.ContainsFunc(r.Tokens, func(t wire.Token) bool {
				return !l.parts.Keys.Find(t.Key).Verify(t.Hash(), t.Randomizer, t.Signature)
			})
		}},
	}
}

// voidTokenRules are asked of a cancel in family E: what is signed blind cannot be
// found again, and is money whatever its device says.
func voidTokenRules() []Rule[FundingRequest] {
	return []Rule[FundingRequest]{
		{"nothing is signed blind for it", spec.FND06, spec.EFundReplay, func(l *Ledger, r *FundingRequest) bool {
			f := l.funding(r.Device, r.Body.Request)
			return f == nil || f.voucher == nil
		}},
	}
}

// freshRules decide whether tokens are still to be taken.
func freshRules() []Rule[Redemption] {
	return []Rule[Redemption]{
		{"no token was spent before", spec.ECH04, spec.ETokenSpent, func(l *Ledger, r *Redemption) bool {
			return len(l.spentBefore(r)) == 0
		}},
	}
}

func keysOf(list []wire.Blinded) []wire.TokenKey {
	keys := make([]wire.TokenKey, len(list))
	for i, b := range list {
		keys[i] = b.Key
	}
	return keys
}

func (r *Redemption) keys() []wire.TokenKey {
	keys := make([]wire.TokenKey, len(r.Tokens))
	for i, t := range r.Tokens {
		keys[i] = t.Key
	}
	return keys
}

// hashes name the tokens, ascending.
func (r *Redemption) hashes() []wire.ID {
	list := make([]wire.ID, len(r.Tokens))
	for i, t := range r.Tokens {
		list[i] = t.Hash()
	}
	slices.SortFunc(list, func(a, b wire.ID) int { return bytes.Compare(a[:], b[:]) })
	return list
}

func (l *Ledger) knowsKeys(keys []wire.TokenKey) bool {
	return !slices.ContainsFunc(keys, func(k wire.TokenKey) bool { return l.parts.Keys.Find(k) == nil })
}

func (l *Ledger) inForce(keys []wire.TokenKey) bool {
	return !slices.ContainsFunc(keys, func(k wire.TokenKey) bool {
		key := l.parts.Keys.Find(k)
		return key != nil && l.epoch > key.Last
	})
}

// denominated is what keys sign for together; there are at most as many as a
// message has, so that the sum cannot overflow.
func (l *Ledger) denominated(keys []wire.TokenKey) (sum money.Amount) {
	for _, k := range keys {
		if key := l.parts.Keys.Find(k); key != nil {
			sum += key.Denomination
		}
	}
	return sum
}

// signBlind signs every message, each with its key.
func (l *Ledger) signBlind(list []wire.Blinded) ([][]byte, error) {
	var out [][]byte
	for _, b := range list {
		signature, err := l.parts.Mint.Sign(b)
		if err != nil {
			return nil, &Refusal{"each is a message of its key", spec.FND06, spec.EField}
		}
		out = append(out, signature)
	}
	return out, nil
}

// withdraw judges the blinded messages of a FUND_REQ and signs them. In another
// family there are none.
func (l *Ledger) withdraw(r *FundingRequest) ([][]byte, error) {
	if !l.ecash() {
		return nil, nil
	}
	if err := judge(l, l.parts.Rules.Withdraw, r); err != nil {
		return nil, err
	}
	return l.signBlind(r.Body.Blinded)
}

// spentBefore returns the hashes of the tokens that came home in another way.
func (l *Ledger) spentBefore(r *Redemption) (list []wire.ID) {
	for _, hash := range r.hashes() {
		if first := l.tokens.spent[hash]; first != nil && !first.same(r) {
			list = append(list, hash)
		}
	}
	return list
}

// same reports whether a redemption is the first one again.
func (f *redeemed) same(r *Redemption) bool {
	return f.device == r.Device && slices.Equal(f.hashes, r.hashes()) && (f.by == r.ID || r.Blinded != nil &&
		slices.EqualFunc(f.blinded, r.Blinded, func(a, b wire.Blinded) bool {
			return a.Key == b.Key && bytes.Equal(a.Message, b.Message)
		}))
}

// takeDeposit takes a DEPOSIT that came as a record; its DEPOSIT_ACK waits for the
// device.
func (l *Ledger) takeDeposit(object []byte, certs [][]byte) Outcome {
	d := &Deposit{}
	var err error
	how := opened{typ: wire.TypeDeposit, usage: wire.UseReceive, carried: certs}
	d.Signed, err = l.open(object, how, func(payload []byte) (signerOf, error) {
		var err error
		d.Body, err = wire.DecodeDeposit(payload)
		return signerOf{d.Body.Suite, d.Body.Cert},
			l.parts.Place.Check(d.Body.Realm, d.Body.Currency, d.Body.Exponent, err)
	})
	if err == nil {
		err = judge(l, l.parts.Rules.DepositSigner, d)
	}
	if err != nil {
		return Outcome{ID: d.ID, Err: err}
	}
	r := &Redemption{Signed: d.Signed, Tokens: d.Body.Tokens, Blinded: d.Body.Blinded, Amount: d.Body.Amount,
		RequestHash: d.Body.RequestHash, PayeeTag: wire.PayeeTag(d.Device, d.Body.Nonce)}
	if err := l.judgeRedemption(r); err != nil {
		return Outcome{ID: d.ID, Err: err}
	}
	ack, fresh, err := l.redeem(r)
	if err != nil {
		return Outcome{ID: d.ID, Err: err}
	}
	l.answersOf(d.Device).add(d.ID, ack)
	return Outcome{ID: d.ID, New: fresh}
}

// judgeRedemption judges tokens that come home for the first time: what was taken
// before gets its answer although its keys' time is over by now. An answer that was
// lost would else be lost for ever.
func (l *Ledger) judgeRedemption(r *Redemption) error {
	if len(r.Tokens) > 0 {
		if first := l.tokens.spent[r.hashes()[0]]; first != nil && first.answers != nil && first.same(r) {
			return nil
		}
	}
	return judge(l, l.parts.Rules.Redeem, r)
}

// redeem answers a right DEPOSIT, and says whether its tokens are spent by it.
func (l *Ledger) redeem(r *Redemption) (ack []byte, fresh bool, err error) {
	body := wire.DepositAck{
		Version: wire.V1, Realm: l.parts.Place.Realm, Suite: l.suite(), Cert: l.service.Cert.ID,
		DepositHash: r.ID, Epoch: l.epoch, Status: wire.DepositTaken, Device: r.Device,
	}
	first := l.tokens.spent[r.hashes()[0]]
	switch {
	case judge(l, l.parts.Rules.Fresh, r) != nil:
		body.Status, body.Spent = wire.DepositSpent, l.spentBefore(r)
		l.askFirst(body)
	case first != nil && first.same(r) && first.answers != nil:
		body.Signatures = first.answers
	default:
		fresh = true
		if body.Signatures, err = l.signBlind(r.Blinded); err != nil {
			return nil, false, err
		}
		l.spend(r, body.Signatures)
	}
	return l.service.Sign(wire.TypeDepositAck, body.Encode()), fresh, nil
}

// askFirst tells those who brought the tokens home first that they were spent
// twice: who paid them is for them to disclose.
func (l *Ledger) askFirst(second wire.DepositAck) {
	for _, hash := range second.Spent {
		first := l.tokens.spent[hash]
		ack := second
		ack.DepositHash, ack.Device, ack.Spent = first.by, first.device, []wire.ID{hash}
		l.answersOf(first.device).ask(first.by, l.service.Sign(wire.TypeDepositAck, ack.Encode()))
	}
}

// sameToken is kind 8: for each token the first two debits of one device that name
// it.
func (l *Ledger) sameToken() []Finding {
	type key struct {
		payer wire.DID
		hash  wire.ID
	}
	first := map[key]*Debit{}
	named := map[[2]wire.ID]bool{}
	var found []Finding
	for _, d := range l.Debits() {
		for _, hash := range d.Tokens {
			before := first[key{d.Payer, hash}]
			if before == nil {
				first[key{d.Payer, hash}] = d
				continue
			}
			if pair := [2]wire.ID{before.ID, d.ID}; !named[pair] {
				named[pair] = true
				found = append(found, l.conflict(wire.EvidenceToken, before, d))
			}
		}
	}
	return found
}

// spend puts tokens into the set of those that have come home.
func (l *Ledger) spend(r *Redemption, answers [][]byte) {
	done := &redeemed{device: r.Device, hashes: r.hashes(), blinded: r.Blinded, answers: answers, by: r.ID}
	for _, hash := range done.hashes {
		l.tokens.spent[hash] = done
	}
}

// redeemDefund judges the tokens of a DEFUND and spends them.
func (l *Ledger) redeemDefund(d *Defunding) error {
	if !l.ecash() {
		return nil
	}
	r := &Redemption{Signed: d.Signed, Tokens: d.Body.Spent, Amount: d.Body.Amount,
		PayeeTag: wire.PayeeTag(d.Device, d.Body.Nonce)}
	if len(r.Tokens) == 0 {
		return &Refusal{"there are tokens", spec.ECH04, spec.EField}
	}
	if err := judge(l, l.parts.Rules.Redeem, r); err != nil {
		return err
	}
	if err := judge(l, l.parts.Rules.Fresh, r); err != nil {
		return err
	}
	l.spend(r, nil)
	return nil
}

// Deposited returns the DEPOSIT_ACKs that wait for a device, and forgets them: the
// same DEPOSIT again gets another.
func (l *Ledger) Deposited(did wire.DID) [][]byte {
	waiting := l.tokens.acks[did]
	delete(l.tokens.acks, did)
	if waiting == nil {
		return nil
	}
	return waiting.list()
}

func (l *Ledger) answersOf(did wire.DID) *depositAnswers {
	if l.tokens.acks[did] == nil {
		l.tokens.acks[did] = &depositAnswers{}
	}
	return l.tokens.acks[did]
}
