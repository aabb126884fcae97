package check

import (
	"bytes"
	"errors"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/spec"
)

// A badCommand is refused by the binding itself, or by the device behind it with
// a code.
type badCommand struct {
	name    string
	command apdu.Command
	status  apdu.Status
	code    spec.Code // 0: the binding's own no
}

func statusWords(t *T) {
	const message = "a refusal has another status word than the table gives it"
	c, kit := t.Funded(300).Card(), t.Kit(KitOptions{})
	end, whole := kit.paidByCard(c, 10, nil)
	if !whole || end.Code != 0 {
		t.Inconclusive("positive control: a payment over APDUs", "it fails")
	}
	held := c.end(0)
	c = c.Unit.Card() // a session without M1
	for _, bad := range badCommands() {
		r := c.raw(bad.command)
		t.For(spec.INT07, message).Expect(r.Status.String()).To(gomega.Equal(bad.status.String()), bad.name)
		if bad.code != 0 {
			t.For(spec.INT07, "QUERY 7 does not tell the code of a refusal").Expect(c.lastRefusal()).To(gomega.Equal(bad.code), bad.name)
		}
	}
	t.wrongPIN(c, message)
	for _, amount := range []uint64{500, 291} {
		s, m2 := kit.InviteCard(c, amount)
		c.verify()
		err := s.TakeCard(c, m2)
		want := &apdu.Refusal{Status: apdu.StatusRefused, Code: spec.EFunds}
		t.For(spec.INT07, "a card that lacks the money does not refuse with 69F0 and 205").Expect(told(err)).To(gomega.Equal(want))
		t.For(spec.INT07, "QUERY 7 does not tell the code of a refusal").Expect(c.lastRefusal()).To(gomega.Equal(spec.EFunds))
	}
	_, _ = kit.InviteCard(c, 10)
	r := c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsExchange, P1: apdu.RolePayer, P2: 2, Data: []byte{0x80}, Le: 256})
	t.For(spec.INT07, message).Expect(r.Status.String()).To(gomega.Equal(apdu.StatusData.String()), "what is no message")
	t.For(spec.INT07, "a refused command moved value").Expect(c.end(0)).To(gomega.Equal(held))
	end, whole = kit.paidByCard(c, 10, nil)
	t.For(spec.INT07, "after refusals a payment fails").Expect(whole && end.Code == 0).To(gomega.BeTrue())
}

func badCommands() []badCommand {
	own := func(ins, p1, p2 byte, data ...byte) apdu.Command {
		return apdu.Command{CLA: apdu.ClassBinding, INS: ins, P1: p1, P2: p2, Data: data, Le: 256}
	}
	return []badCommand{
		{"an unknown instruction", own(0xFE, 0, 0), apdu.StatusINS, 0},
		{"an unknown class", apdu.Command{CLA: 0xB0, INS: apdu.InsQuery, P1: apdu.QueryVersions, Le: 256}, apdu.StatusCLA, 0},
		{"a role that there is none of", own(apdu.InsExchange, 3, 1), apdu.StatusP1P2, 0},
		{"a query that there is none of", own(apdu.InsQuery, 99, 0), apdu.StatusP1P2, 0},
		{"ABORT with data", own(apdu.InsAbort, apdu.RolePayer, 0, 0x80), apdu.StatusLength, 0},
		{"another application", apdu.Command{INS: apdu.InsSelect, P1: 4, Data: bytes.Repeat([]byte{0xF0}, 7), Le: 256}, apdu.StatusNotFound, 0},
		{"M2 without M1", own(apdu.InsExchange, apdu.RolePayer, 2, 0x80), apdu.StatusConditions, spec.EState},
		{"M1 to a card that is not armed", own(apdu.InsExchange, apdu.RolePayee, 1, 0xA0), apdu.StatusConditions, spec.EState},
	}
}

// told is what a card says of a refusal, without the counterparty's message; nil
// for none.
func told(err error) *apdu.Refusal {
	no, refused := errors.AsType[*apdu.Refusal](err)
	if !refused {
		return nil
	}
	return &apdu.Refusal{Status: no.Status, Code: no.Code}
}

// lastRefusal is QUERY 7; 1 when it gives none.
func (c *Card) lastRefusal() spec.Code {
	r := c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsQuery, P1: apdu.QueryRefusal, Le: 256})
	code, ok := apdu.DecodeCode(r.Data)
	if r.Status != apdu.StatusOK || !ok {
		return 1
	}
	return code
}

// wrongPIN takes a try and gives it back.
func (t *T) wrongPIN(c *Card, message string) {
	if t.secret() == "" || !t.Has(adapter.CapUserVerification) {
		return
	}
	pin := []byte("wrong" + t.secret())
	r := c.raw(apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsVerify, P2: 0x80, Data: pin, Le: 256})
	t.For(spec.INT07, message).Expect((r.Status & 0xFFF0).String()).To(gomega.Equal(apdu.StatusTries.String()), "a wrong PIN")
	c.verify()
}
