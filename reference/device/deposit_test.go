package device

import (
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ecashCard is a device of family E that has been funded.
func ecashCard(t *testing.T, amount money.Amount) *card {
	r := newRealm(t)
	r.auth.Place.Family = wire.FamilyECash
	c := r.ecashCard(1)
	req, err := c.FundRequest(amount)
	r.must(err)
	r.must(c.FundAccept(c.voucherFor(req)))
	return c
}

// ecashCard is one that has not been funded.
func (r *realm) ecashCard(seed byte, change ...func(*Parts, *Config)) *card {
	r.t.Helper()
	c := r.card(seed, change...)
	r.must(c.ApplyKeyset(r.keyset(1)))
	return c
}

// voucherFor is the FUND of family E that answers a FUND_REQ.
func (c *card) voucherFor(req []byte) []byte {
	r := c.r
	o, err := wire.DecodeObject(req, wire.TypeFundReq.LimitIn(wire.FamilyECash))
	r.must(err)
	m, err := wire.DecodeFundReq(o.Payload)
	r.must(err)
	return r.auth.Service.Sign(wire.TypeFund, wire.Fund{Version: wire.V1, Realm: m.Realm, Suite: r.auth.TopSuite,
		Currency: m.Currency, Exponent: m.Exponent, Amount: m.Amount, Nonce: m.Nonce, Cert: r.auth.Service.Cert.ID,
		RequestHash: o.ID(wire.TypeFundReq), Epoch: r.epoch, Device: c.DID(), Signatures: r.signBlind(m.Blinded)}.Encode())
}

// keyset is a KEYSET of the realm with so many key epochs.
func (r *realm) keyset(version uint64) []byte {
	return r.auth.Service.Sign(wire.TypeKeyset, wire.Keyset{Version: wire.V1, Realm: r.auth.Place.Realm, Suite: r.auth.TopSuite,
		Cert: r.auth.Service.Cert.ID, KeysetVersion: version, Epoch: r.epoch,
		Keys: ecash.TestEntries(int(version), func(uint64) uint64 { return r.epoch + 100 })}.Encode())
}

func (r *realm) signBlind(list []wire.Blinded) (out [][]byte) {
	for _, b := range list {
		signature, err := ecash.TestMint(r.auth.Place.Realm).Sign(b)
		r.must(err)
		out = append(out, signature)
	}
	return out
}

// home answers the deposit of a device with fresh coins.
func (c *card) home(e deposit) {
	c.r.t.Helper()
	_, err := c.DepositAccept(c.r.auth.Service.Sign(wire.TypeDepositAck, wire.DepositAck{
		Version: wire.V1, Realm: c.r.auth.Place.Realm, Suite: c.r.auth.TopSuite, Cert: c.r.auth.Service.Cert.ID, DepositHash: e.id,
		Epoch: c.r.epoch, Status: wire.DepositTaken, Device: c.DID(), Signatures: c.r.signBlind(blindedList(e.pending)),
	}.Encode()))
	c.r.must(err)
}

// What is given back and exchanged, again and again, never gives the same one-time
// key twice: the second would be worth nothing.
func TestNoOneTimeKeyTwice(t *testing.T) {
	c := ecashCard(t, 1000)
	seen := map[wire.ID]bool{}
	note := func(p []*ecash.Pending) {
		for _, p := range p {
			if hash := p.Secret.Hash(); seen[hash] {
				t.Fatalf("the key %x is used again", hash)
			} else {
				seen[hash] = true
			}
		}
	}
	for _, coin := range c.state.Purse {
		seen[coin.secret().Hash()] = true
	}
	for i, amount := range []money.Amount{200, 200, 100, 200} {
		coins, ok := c.choose(amount)
		if !ok {
			t.Fatalf("%d: no coins of %d", i, amount)
		}
		c.r.must(c.commit(StepP3Refund, func(next *State) {
			c.drawCoins(next, coins)
			next.Lots[c.heldHop()] += amount
			c.giveBack(next, slices.Clone(coins))
			c.fixDeposits(next)
		}))
		all := c.deposits()
		if len(all) != 1 || all[0].amount != amount {
			t.Fatalf("%d: %d deposits", i, len(all))
		}
		note(all[0].pending)
		c.home(all[0])
		if c.balance() != 1000 || len(c.state.spendable()) != len(c.state.Purse) {
			t.Fatalf("%d: %d after an exchange", i, c.balance())
		}
	}
}

// One seed for two amounts is not one withdrawal.
func TestBlindRemembersTheAmount(t *testing.T) {
	c := ecashCard(t, 10)
	seed := [32]byte{7}
	for _, amount := range []money.Amount{50, 70, 50} {
		pending, ok := c.blind(seed, c.freshKeys(amount, c.state.Epoch))
		var sum money.Amount
		for _, p := range pending {
			sum += p.Key.Denomination
		}
		if !ok || sum != amount {
			t.Errorf("%d blinded for %d", sum, amount)
		}
	}
}

// A ledger that has signed blind does not cancel: the FUND of a request that was
// given up is still taken, once, even after a SYNC_ACK that covers the cancel.
func TestFundAfterItsCancel(t *testing.T) {
	c := ecashCard(t, 100)
	req, err := c.FundRequest(70)
	c.r.must(err)
	fund := c.voucherFor(req)
	_, err = c.FundCancel()
	c.r.must(err)
	if _, err := c.FundRequest(10); c.r.code(err) != spec.EPendingFull {
		t.Errorf("before the cancel is acknowledged: %v; want 220", err)
	}
	c.synchronise(0)
	c.power()
	c.r.must(c.FundAccept(fund))
	if err := c.FundAccept(fund); c.r.code(err) != spec.EFundReplay || c.balance() != 170 {
		t.Errorf("the FUND again: %v, balance %d; want 301, 170", err, c.balance())
	}
	if coins, ok := c.choose(170); !ok || len(coins) == 0 {
		t.Error("what was funded cannot be paid with")
	}
	old, err := c.FundRequest(20)
	c.r.must(err)
	_, err = c.FundCancel()
	c.r.must(err)
	c.synchronise(0)
	next, err := c.FundRequest(30)
	c.r.must(err)
	if err := c.FundAccept(c.voucherFor(old)); c.r.code(err) != spec.EFundBinding {
		t.Errorf("the FUND before the last F1: %v; want 300", err)
	}
	c.r.must(c.FundAccept(c.voucherFor(next)))
}
