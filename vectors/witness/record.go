package witness

import (
	"bytes"
	"strings"
)

// atEpoch climbs the path of the signer as it was at an epoch.
func (c *call) atEpoch(use, epoch uint64) bool {
	now := c.at.epoch
	c.at.usage, c.at.epoch = use, epoch
	code := c.climb()
	c.at.epoch = now
	return code == 0 || c.fail(code)
}

// transferRecordProcedure is a record of a TRANSFER at the ledger, which takes it
// however old it is.
func transferRecordProcedure() procedure {
	checks := append(opening("record-transfer", "object"), device126(),
		check{"path", 123, func(c *call) bool { return c.atEpoch(usePay, c.body.number(21)) }},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		check{"family", 116, func(c *call) bool { return c.rightFamily() }},
		check{"opening", 117, func(c *call) bool {
			return bytes.Equal(payeeTag(c.input("payee"), c.input("nonce")), c.body.bytes(12))
		}},
		check{"another payer", 160, func(c *call) bool { return !bytes.Equal(c.input("payee"), c.path[0].did()) }},
		check{"lots", 206, func(c *call) bool { return lotsHold(c.body, 1, c.policy.list(74)[1]) }})
	return procedure{prepare: (*call).atLedger, checks: append(checks, signatures()...), finish: (*call).recorded}
}

// payeeRecordProcedure is a record of what a payee signed: RECEIPT or PAY_REQ.
func payeeRecordProcedure(kind string) procedure {
	checks := append(opening(kind, "object"), device126(),
		check{"path", 123, func(c *call) bool { return c.atEpoch(useReceive, c.path[0].body.number(21)) }},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }})
	return procedure{prepare: (*call).atLedger, checks: append(checks, signatures()...), finish: (*call).recorded}
}

// linkRecordProcedure is a record of a REKEY_REQ, which needs no usage.
func linkRecordProcedure() procedure {
	checks := append(opening("record-rekey", "object"),
		check{"first signer", 126, (*call).firstSigner}, device126(),
		check{"path", 123, func(c *call) bool { return c.atEpoch(0, c.path[0].body.number(21)) }},
		check{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }})
	return procedure{prepare: (*call).atLedger, checks: append(checks, signatures()...), finish: (*call).recorded}
}

// firstSigner names the signer of a REKEY_REQ of a first enrolment: a certificate
// whose did follows from its key, and whose key has signed.
func (c *call) firstSigner() bool {
	if !bytes.Equal(c.body.bytes(10), make([]byte, 32)) {
		return true
	}
	name, there := c.vector.Uses["certificate"]
	if !there {
		return false
	}
	one, code := parseCertificate(c.stored(name))
	if code != 0 || !c.keyOf(one) || !one.verifies(c.object, "assay/1/rekey") {
		return false
	}
	c.body[10] = one.id
	return true
}

// recorded says whether the object was known: by its identifier, which is of what
// is signed.
func (c *call) recorded() {
	if c.code != 0 {
		return
	}
	c.publish()
	c.setNumber("new", 1)
	for _, name := range c.ledger.Before {
		v, _ := decode(c.stored(name))
		parts, ok := v.([]any)
		if !ok {
			panic(fault(name + " is no record"))
		}
		encoded, _ := parts[0].([]byte)
		o, _ := parseObject(encoded, len(encoded))
		if bytes.Equal(o.id(messages(c.vector.Kind).domain), c.id()) {
			c.setNumber("new", 0)
		}
	}
}

// recordedAs is the kind by whose grammar a payload is read. Of what a record may
// hold, the object itself says which it is.
func recordedAs(kind string, payload any) string {
	if m, ok := payload.(map[any]any); ok && (kind == "deposit" || strings.HasPrefix(kind, "record-")) {
		for _, other := range []string{"record-transfer", "record-receipt", "record-pay-req", "record-rekey", "record-deposit"} {
			if m[uint64(2)] == messages(other).typ {
				return other
			}
		}
	}
	return kind
}
