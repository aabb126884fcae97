package judge

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// card is what the binding to smart cards makes of bytes.
func card(c *call) error {
	switch c.vector.Kind {
	case "apdu-command":
		return apduCommand(c)
	case "apdu-chain":
		apduChain(c)
	case "apdu-select":
		a := apdu.Application{Versions: c.input("versions"), MTU: int(c.number("mtu")), Families: c.input("families")}
		c.set("fci", a.Encode())
		if again, err := apdu.ParseApplication(a.Encode()); err != nil || again.MTU != a.MTU {
			c.fail("the FCI is not read as it was written")
		}
	case "apdu-status":
		c.values["status"] = fmt.Sprintf("%04x", uint16(apdu.StatusOf(spec.Code(c.number("code")))))
	case "apdu-answer":
		apduAnswer(c)
	}
	return nil
}

func header(k apdu.Command) []byte { return []byte{k.CLA, k.INS, k.P1, k.P2} }

func apduCommand(c *call) error {
	k, err := apdu.ParseCommand(c.input("command"))
	if err != nil {
		return &wire.Error{Code: spec.EMalformed, Key: wire.NoKey, What: "no command"}
	}
	number := map[[2]bool]string{{false, false}: "1", {false, true}: "2", {true, false}: "3", {true, true}: "4"}[[2]bool{len(k.Data) > 0, k.Le > 0}]
	form := "S"
	switch {
	case k.Extended:
		form = "E"
	case number == "1":
		form = ""
	}
	c.values["case"] = number + form
	c.set("header", header(k))
	c.set("data", k.Data)
	c.setNumber("le", uint64(k.Le))
	return nil
}

func apduChain(c *call) {
	var commands [][]byte
	for i := range c.number("commands") {
		commands = append(commands, c.input(fmt.Sprintf("command_%d", i+1)))
	}
	for i, taken := range apdu.Take(int(c.number("mtu")), commands...) {
		name := fmt.Sprintf("answer_%d", i+1)
		if taken.Status != 0 {
			c.values[name] = fmt.Sprintf("%04x", uint16(taken.Status))
			continue
		}
		c.set(name, append(header(taken.Command), taken.Command.Data...))
	}
}

// apduAnswer is a reader whose card answers so, and to QUERY 7 without a code.
func apduAnswer(c *call) {
	first := true
	reader := &apdu.Terminal{Transmit: func(command []byte) []byte {
		switch {
		case first:
			first = false
			return c.input("response")
		case command[1] == apdu.InsQuery:
			return []byte{0x81, 0, 0x90, 0}
		}
		return []byte{0x6A, 0x82}
	}}
	payer := apdu.CardPayer{Terminal: reader}
	give := payer.Acknowledge
	if c.number("due") == 1 {
		give = payer.Pay
	}
	body, err := give([]byte{0x80})
	c.values["unknown"] = "0"
	no, refused := errors.AsType[*apdu.Refusal](err)
	switch {
	case err == nil:
		c.values["status"] = "9000"
		c.set("body", body)
	case refused:
		c.values["status"] = fmt.Sprintf("%04x", uint16(no.Status))
		c.setNumber("code", uint64(no.Code))
	default:
		c.values["unknown"] = "1"
	}
}
