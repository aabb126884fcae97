package witness

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strconv"
)

// resendProcedure is M2 at a payer that is to send again what is pending; a
// PEER in it asks less than a PAY_REQ, for it has no epoch and brings no debit.
func resendProcedure(field string, typ uint64) procedure {
	asked := typ == typePayReq
	kind := map[bool]string{false: "resend", true: "resend-pay-req"}[asked]
	checks := []check{
		{"session", 141, func(c *call) bool { return c.vector.Context["session"] != "0" }},
		{"choice", 113, (*call).choiceRight},
		{"link", 140, func(c *call) bool { code := c.openLink(); return code == 0 || c.fail(code) }},
		{"item", 118, func(c *call) bool { return c.session.item[0] == typ }},
	}
	checks = append(append(checks, opening(kind, field)...), []check{
		{"transcript", 115, func(c *call) bool { return bytes.Equal(c.body.bytes(8), c.session.transcript) }},
		{"certificate", 126, (*call).foundSigner},
		{"suite", 120, func(c *call) bool {
			return c.path[0].speaks(c.object, c.body.number(4)) && c.body.number(4) == c.session.caps.number(4)
		}},
		{"path", 123, func(c *call) bool {
			c.at.usage = useReceive
			code := c.climb()
			return code == 0 || c.fail(code)
		}},
	}...)
	checks = append(checks, check{"strongest suite", 113, (*call).strongest})
	if asked {
		checks = append(checks, check{"revocations fresh", 151, (*call).fresh}, check{"payee's epoch", 152, (*call).epochKnown})
	}
	return procedure{prepare: (*call).atDevice, checks: append(checks, signatures()...), finish: (*call).again}
}

// again gives the TRANSFERs that are pending for whom M2 is from.
func (c *call) again() {
	if c.code != 0 {
		return
	}
	c.publish()
	c.sealedOf(map[string]string{"resend": "peer", "resend-pay-req": "pay_req"}[c.vector.Kind])
	c.setNumber("balance", c.balance)
	sent := 0
	for _, p := range c.device.Pending {
		if bytes.Equal(unhex(p.Payee), c.path[0].did()) {
			sent++
			c.set("transfer_"+strconv.Itoa(sent), c.stored(p.Object))
		}
	}
	c.setNumber("sent", uint64(sent))
}

// syncChalProcedure is a SYNC_CHAL at a device.
func syncChalProcedure() procedure {
	checks := append(opening("sync-chal", "object"),
		check{"provisioned", 170, func(c *call) bool { return c.device.Provisioned }},
		check{"device", 403, (*call).forDevice})
	return procedure{prepare: (*call).atDevice, checks: append(checks, service(useSignAck)...), finish: (*call).report}
}

// report composes the SYNC of a device that remembers its whole log.
func (c *call) report() {
	if c.code != 0 {
		return
	}
	c.publish()
	c.setNumber("balance", c.balance)
	mode, final := c.policy.number(78), uint64(0)
	if c.device.Decommissioned {
		final = 1
	}
	start := append(unhex(c.device.DID), make([]byte, 16)...)
	head, entries, totals := c.logged(start, mode == 1)
	lots := []any{}
	for _, l := range c.device.Balance {
		lots = append(lots, []any{l.Hop, number(l.Amount)})
	}
	c.set("sync_payload", body{
		1: uint64(1), 2: uint64(typeSync), 3: c.at.realm, 4: c.own[0].body.number(4), 5: c.at.currency, 6: c.at.exponent,
		9: c.body.bytes(9), 10: c.own[0].id, 13: c.device.Counter, 14: unhex(c.device.Prev), 15: lots,
		19: c.policy.number(19), 20: c.revset.number(20), 21: c.device.Epoch, 22: final, 50: uint64(1), 51: start,
		52: uint64(len(c.device.Log)), 53: head, 54: entries, 55: totals, 56: c.pendingIDs(),
		57: []any{number(c.device.Used.Amount), c.device.Used.Count}, 58: c.device.NextRequest, 78: mode,
	}.encode())
}

// logged gives head, the entries that the mode reports, and totals: in, out,
// funded, defunded, refunded.
func (c *call) logged(head []byte, full bool) ([]byte, []any, []any) {
	entries, totals := []any{}, [5]uint64{}
	place := map[uint64]int{4: 0, 3: 1, 1: 2, 2: 3, 6: 4}
	for _, text := range c.device.Log {
		b := unhex(text)
		v, _ := decode(b)
		parts, ok := v.([]any)
		if !ok || len(parts) != 7 {
			panic(fault("no log entry"))
		}
		n, _ := parts[0].(uint64)
		kind, _ := parts[1].(uint64)
		sum, _ := parts[4].(uint64)
		head = nextHead(head, n, plainDigest(b))
		if i, counts := place[kind]; counts {
			totals[i] += sum
		}
		if full || kind == 1 || kind == 2 || kind == 12 {
			entries = append(entries, b)
		}
	}
	return head, entries, []any{totals[0], totals[1], totals[2], totals[3], totals[4]}
}

// pendingIDs are those of all pending debits, ascending.
func (c *call) pendingIDs() []any {
	var ids [][]byte
	for _, p := range c.device.Pending {
		ids = append(ids, unhex(p.ID))
	}
	slices.SortFunc(ids, bytes.Compare)
	out := []any{}
	for _, id := range ids {
		out = append(out, id)
	}
	return out
}

func plainDigest(b []byte) []byte {
	digest := sha256.Sum256(b)
	return digest[:]
}
