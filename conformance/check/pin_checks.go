package check

import (
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// pinChecks are of a card's user: VERIFY, CHANGE PIN and what they are for.
func pinChecks() []Check {
	card := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{
			ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Steps: true, Run: run,
			Needs: []adapter.Capability{adapter.CapAPDU, adapter.CapQuery, adapter.CapStart, adapter.CapUserVerification},
		}
	}
	return []Check{
		card(spec.INT16, "unverified", "a payment that needs the user is 6982 without VERIFY", unverifiedCard),
		card(spec.INT17, "change", "a PIN is changed by who knows it, and by nobody else", changesPIN),
	}
}

// needy is an amount that a payment needs the user for, and what comes first so
// that it does: payments within the free count.
func (t *T) needy() (amount, first uint64) {
	if limit := t.Profile().AuthFreeAmount; limit != nil {
		return *limit + 1, 0
	}
	if count := t.Profile().AuthFreeCount; count != nil {
		return 1, *count
	}
	t.Inconclusive("the profile has payments that need user verification", "it has none")
	return 0, 0
}

// paidUnverified asks a card for an amount and presents nothing.
func (k *Kit) paidUnverified(c *Card, amount uint64) error {
	s, m2 := k.InviteCard(c, amount)
	err := s.TakeCard(c, m2)
	if err == nil {
		_, err = apdu.CardPayer{Terminal: c.Reader}.Acknowledge(s.Answer(nil))
	}
	return err
}

func unverifiedCard(t *T) {
	amount, first := t.needy()
	c, kit := t.Funded(4*(amount+first)+10).Card(), t.Kit(KitOptions{})
	held := c.Held()
	refused := func(when string) {
		for range first {
			c.control(kit.paidUnverified(c, 1), "a payment within the free count")
			held--
		}
		want := &apdu.Refusal{Status: apdu.StatusUser, Code: spec.EUv}
		t.For(spec.INT16, "a payment that needs the user was not refused with 6982 and 207").Expect(told(kit.paidUnverified(c, amount))).To(gomega.Equal(want), when)
		t.For(spec.INT16, "a payment without user verification moved value").Expect(c.end(0)).To(gomega.Equal(end{0, held, 0}), when)
	}
	paid := func() {
		got, whole := kit.paidByCard(c, amount, nil)
		held -= amount
		t.For(spec.INT16, "after VERIFY a payment that needs the user fails").Expect(whole && got == end{0, held, 0}).To(gomega.BeTrue())
	}
	refused("after SELECT")
	paid()
	refused("after a payment that was verified")
	paid() // the free count begins again
	c.verify()
	c = c.Unit.Card()
	refused("after VERIFY and another SELECT")
	paid()
}

// pin sends VERIFY.
func (c *Card) pin(secret []byte) apdu.Status {
	return c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsVerify, P2: 0x80, Data: secret, Le: 256}).Status
}

// change sends CHANGE PIN with a list of byte strings.
func (c *Card) change(pins ...[]byte) apdu.Status {
	data := wire.AppendArray(nil, len(pins))
	for _, p := range pins {
		data = wire.AppendBytes(data, p)
	}
	return c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsChangePIN, P2: 0x80, Data: data, Le: 256}).Status
}

// tries is how many are left by QUERY 4.
func (c *Card) tries() int {
	r := c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsQuery, P1: apdu.QueryLimits, Le: 256})
	in := wire.NewReader(r.Data)
	n, left := in.Array(), uint64(0)
	for range n {
		left = in.Uint()
	}
	if in.End(); r.Status != apdu.StatusOK || in.Err() != nil || n != 4 {
		c.t.Inconclusive("positive control: QUERY 4", r.Status.String())
	}
	return int(left)
}

// is judges which of two PINs the card takes. The right one comes last, which
// gives back the try that the wrong one took.
func (c *Card) is(right, wrong []byte, when string) {
	t := c.t
	t.For(spec.INT17, "a card takes a PIN that is not its own").Expect((c.pin(wrong) & 0xFFF0).String()).To(gomega.Equal(apdu.StatusTries.String()), when)
	t.For(spec.INT17, "a card does not take its PIN").Expect(c.pin(right).String()).To(gomega.Equal(apdu.StatusOK.String()), when)
}

func changesPIN(t *T) {
	before, after := []byte(t.secret()), []byte("8642")
	if slices.Equal(before, after) {
		after = []byte("97531")
	}
	value := uint64(10)
	if limit := t.Profile().AuthFreeAmount; limit != nil {
		value += *limit
	}
	c := t.Funded(value).Card()
	whole := c.tries()
	for _, bad := range []struct {
		name string
		pins [][]byte
	}{
		{"a PIN of 3 bytes", [][]byte{before, after[:3]}}, {"a PIN of 17 bytes", [][]byte{before, make([]byte, 17)}},
		{"no other PIN", [][]byte{before}}, {"three PINs", [][]byte{before, after, after}},
	} {
		t.For(spec.INT17, "CHANGE PIN takes what is no message of it").Expect(c.change(bad.pins...).String()).To(gomega.Equal(apdu.StatusData.String()), bad.name)
		t.For(spec.INT17, "what is no CHANGE PIN took a try").Expect(c.tries()).To(gomega.Equal(whole), bad.name)
	}
	wrong := c.change(slices.Concat(before, []byte{'0'}), after)
	t.For(spec.INT17, "who does not know the PIN may change it, or is refused otherwise").Expect((wrong & 0xFFF0).String()).To(gomega.Equal(apdu.StatusTries.String()))
	t.For(spec.INT17, "QUERY 7 does not tell the code of a refusal").Expect(c.lastRefusal()).To(gomega.Equal(spec.EUv))
	t.For(spec.INT17, "a wrong PIN in CHANGE PIN takes no try").Expect(c.tries()).To(gomega.Equal(whole - 1))
	t.For(spec.INT17, "CHANGE PIN does not tell the tries that are left").Expect(int(wrong & 0xF)).To(gomega.Equal(whole - 1))
	c.is(before, after, "after refusals")
	c = c.Unit.Card()
	t.For(spec.INT17, "who knows the PIN cannot change it").Expect(c.change(before, after).String()).To(gomega.Equal(apdu.StatusOK.String()))
	t.changeVerifiesNobody(c)
	if t.Has(adapter.CapPowerCycle) {
		c.PowerCycle()
		c = c.Unit.Card()
	}
	c.is(after, before, "after a change")
	t.For(spec.INT17, "a PIN cannot be changed back").Expect(c.change(after, before).String()).To(gomega.Equal(apdu.StatusOK.String()))
	c.is(before, after, "after a change back")
}

// changeVerifiesNobody pays after CHANGE PIN what needs the user, where an amount
// does.
func (t *T) changeVerifiesNobody(c *Card) {
	limit := t.Profile().AuthFreeAmount
	if limit == nil {
		return
	}
	kit := t.Kit(KitOptions{})
	want := &apdu.Refusal{Status: apdu.StatusUser, Code: spec.EUv}
	t.For(spec.INT17, "CHANGE PIN counts as VERIFY").Expect(told(kit.paidUnverified(c, *limit+1))).To(gomega.Equal(want))
}
