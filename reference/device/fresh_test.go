package device

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// replaced is a KEYSET without the keys that the one before it had.
func (r *realm) replaced(version uint64) []byte {
	all := ecash.TestEntries(2, func(uint64) uint64 { return r.epoch + 100 })
	others := slices.DeleteFunc(all, func(e wire.KeysetEntry) bool { return e.KeyEpoch == 1 })
	return r.auth.Service.Sign(wire.TypeKeyset, wire.Keyset{Version: wire.V1, Realm: r.auth.Place.Realm, Suite: r.auth.TopSuite,
		Cert: r.auth.Service.Cert.ID, KeysetVersion: version, Epoch: r.epoch + 1, Keys: others}.Encode())
}

// depositOf is the DEPOSIT of a report, which has one.
func (c *card) depositOf() wire.Deposit {
	c.r.t.Helper()
	_, _, report := c.report()
	var found []wire.Deposit
	for _, b := range report.Records {
		record, err := settlement.Parse(b)
		c.r.must(err)
		o, err := wire.DecodeObject(record.Object, wire.TypeDeposit.MaxBytes())
		c.r.must(err)
		if m, err := wire.DecodeDeposit(o.Payload); err == nil {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		c.r.t.Fatalf("%d DEPOSITs; want 1", len(found))
	}
	return found[0]
}

// Whatever waits for an answer of the ledger is asked for again byte for byte after
// a KEYSET that has none of its keys, and a loss of power, and its answer is taken.
func TestExchangesOutliveTheirKeyset(t *testing.T) {
	online := func(c *card) *card {
		c.SetOnline(true)
		return c
	}
	pair := func(t *testing.T) (payer, payee *card) {
		payer = ecashCard(t, 1000)
		payee = payer.r.ecashCard(2)
		return payer, payee
	}
	for name, story := range map[string]func(*testing.T) *card{
		"a payment": func(t *testing.T) *card {
			payer, payee := pair(t)
			payer.pay(payee, 200)
			return payee
		},
		"an online payment at its payee": func(t *testing.T) *card {
			payer, payee := pair(t)
			_, err := payer.errand(online(payee), 200)
			payee.r.must(err)
			return payee
		},
		"an online payment at its payer": func(t *testing.T) *card {
			payer, payee := pair(t)
			m1, _ := online(payer).Start(0, 0)
			m2, err := payee.Request(0, m1, Demand{Amount: 200})
			payer.r.must(err)
			_, err = payer.Pay(0, m2, uv())
			payer.r.must(err)
			return payer
		},
		"own coins": func(t *testing.T) *card {
			payer, _ := pair(t)
			coins, _ := payer.choose(200)
			payer.r.must(payer.commit(StepP3Refund, func(next *State) {
				payer.drawCoins(next, coins)
				next.Lots[payer.heldHop()] += 200
				payer.giveBack(next, slices.Clone(coins))
			}))
			return payer
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := story(t)
			before := c.balance()
			first := c.depositOf()
			waiting := slices.Clone(c.deposits())
			c.r.must(c.ApplyKeyset(c.r.replaced(2)))
			c.power()
			again := c.depositOf()
			if !bytes.Equal(first.Encode(), again.Encode()) {
				t.Fatal("the DEPOSIT again is another one")
			}
			if c.keyset.Find(first.Blinded[0].Key) != nil || c.state.Epoch != c.r.epoch+1 {
				t.Fatal("the KEYSET was not replaced")
			}
			c.home(waiting[0])
			if len(c.deposits()) != 0 || c.balance() < before || len(c.state.spendable()) != len(c.state.Purse) {
				t.Error("the answer to the first was not taken")
			}
			c.r.must(c.ApplyKeyset(c.r.replaced(3)))
			if len(c.state.FormerKeys) != 0 {
				t.Error("keys are kept that nothing waits for")
			}
		})
	}
}

func TestFundingOutlivesItsKeyset(t *testing.T) {
	c := ecashCard(t, 100)
	first, err := c.FundRequest(70)
	c.r.must(err)
	c.r.must(c.ApplyKeyset(c.r.replaced(2)))
	c.power()
	again, err := c.FundRequest(70)
	c.r.must(err)
	if !bytes.Equal(first, again) {
		t.Error("the FUND_REQ again is another one")
	}
	c.r.must(c.FundAccept(c.voucherFor(first)))
	if c.balance() != 170 {
		t.Errorf("balance %d", c.balance())
	}
}

// errand is an online payment up to the DEPOSIT of its payee.
func (c *card) errand(payee *card, amount money.Amount) ([]byte, error) {
	c.SetOnline(true)
	m1, err := c.Start(0, 0)
	c.r.must(err)
	m2, err := payee.Request(0, m1, Demand{Amount: amount})
	if err != nil {
		return nil, err
	}
	m3, err := c.Pay(0, m2, uv())
	c.r.must(err)
	_, err = payee.Accept(0, m3)
	if e, ok := errors.AsType[*Errand](err); ok {
		return e.Record, nil
	}
	return nil, err
}

// Tokens on their way home keep what their request had reserved: head-room, a place
// in the log and in the ring, and the low-water mark below their number.
func TestTokensOnTheirWayAreCounted(t *testing.T) {
	payer := ecashCard(t, 1000)
	r := payer.r
	limit := r.policy.Limits[0].MaxHolding
	defer func() { r.policy.Limits[0].MaxHolding = limit }()
	r.policy.Limits[0].MaxHolding = wire.LimitOf(300)
	room := func(p *Parts, c *Config) { c.LogCapacity, c.Retention, c.Ring, c.Requests = 3, 1, 4, 8 }
	payee := r.ecashCard(2, room)
	payee.SetOnline(true)
	_, err := payer.errand(payee, 200)
	r.must(err)
	if _, err := payer.errand(payee, 101); r.code(err) != spec.EHolding {
		t.Errorf("101 beside 200 on their way, of 300: %v; want 201", err)
	}
	_, err = payer.errand(payee, 99)
	r.must(err)
	_, err = payer.errand(payee, 1)
	r.must(err)
	if payee.state.reserved() != 300 || payee.balance() != 0 {
		t.Errorf("%d reserved, %d here; want 300, 0", payee.state.reserved(), payee.balance())
	}
	r.policy.Limits[0].MaxHolding = limit
	r.policy.PolicyVersion++
	r.must(payee.ApplyPolicy(r.auth.SignPolicy(r.policy)))
	if _, err := payer.errand(payee, 1); r.code(err) != spec.ELogFull {
		t.Errorf("a fourth payment on its way, of 3 places: %v; want 221", err)
	}
	payee.state.NextRequest += 10
	if bound := payee.state.ownBound(1); bound != 0 {
		t.Errorf("the low-water mark may rise to %d; want 0", bound)
	}
	payee.state.NextRequest -= 10
	for _, e := range payee.deposits() {
		payee.home(e)
	}
	if payee.balance() != 300 || payee.state.reserved() != 0 {
		t.Errorf("%d here, %d reserved; want 300, 0", payee.balance(), payee.state.reserved())
	}
}

// A payee in software is paid with a connection, and not by the fallback, which
// would be a claim.
func TestSoftwareIsPaidOnline(t *testing.T) {
	payer := ecashCard(t, 100)
	soft := payer.r.software(2).certs[payer.r.suites[0]]
	for _, online := range []bool{true, false} {
		payer.SetOnline(online)
		c := payer.context()
		c.PayReq.Family, c.Path = wire.FamilyECash, cert.Path{Chain: []*cert.Certificate{soft}}
		if familyPayable(c) != online {
			t.Errorf("a payee in software, online %v: family %v", online, !online)
		}
	}
}

// Coins that leave gaps, or are more than a message has, are exchanged in the order
// in which they came, as many at a time as a message has.
func TestBatches(t *testing.T) {
	c := ecashCard(t, 10)
	for name, coins := range map[string][]money.Amount{
		"gaps":     slices.Repeat([]money.Amount{20}, 90),
		"too many": slices.Repeat([]money.Amount{1, 2, 2}, 30),
		"few":      {1, 2, 2, 5, 10, 20},
	} {
		next := c.state.clone()
		next.Purse, next.Lots = nil, Lots{}
		for i, amount := range coins {
			next.gain([]Coin{{Amount: amount, Seed: [32]byte{byte(i)}}})
			next.Lots[0] += amount
		}
		whole := next.Lots.Sum()
		c.batches(next)
		c.fixDeposits(next)
		var sizes []int
		for i, coin := range next.Purse {
			if coin.Batch == 0 {
				continue
			}
			if i == 0 || coin.Batch != next.Purse[i-1].Batch {
				sizes = append(sizes, 0)
				if coin.Fresh == "" {
					t.Errorf("%s: nothing is asked for the batch from coin %d on", name, i)
				}
			} else if coin.Fresh != "" {
				t.Errorf("%s: coin %d asks apart", name, i)
			}
			sizes[len(sizes)-1]++
		}
		want := []int{wire.MaxTokens, wire.MaxTokens, 10}
		if name == "few" {
			want = nil
		}
		if !slices.Equal(sizes, want) || next.Lots.Sum() != whole || want != nil && next.Lots[0] != 0 {
			t.Errorf("%s: batches of %d, lots %d; want %d", name, sizes, next.Lots[:2], want)
		}
	}
}
