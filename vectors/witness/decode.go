package witness

// Decode reads a message that stands alone, or of a signed one the payload, and
// returns the code of the first of the checks of any message that fails; realm
// and currency are not judged, for nothing says which they should be. kind is one
// of [Decodable].
func Decode(kind string, b []byte) int {
	switch kind {
	case "object":
		_, code := parseObject(b, 1<<16)
		return code
	case "hello", "caps":
		_, code := greet(b, kind == "hello")
		return code
	case "log-entry", "opening", "frame", "item", "record", "links", "ecash-token":
		if len(b) > mostOf(kind, b) {
			return 106
		}
		v, code := decode(b)
		if code != 0 {
			return code
		}
		return arrays()[kind](v)
	}
	v, code := decode(b)
	if code != 0 {
		return code
	}
	m := messages(kind)
	_, code, bounds := read(v, m.typ, m.grammar)
	if code == 0 && bounds {
		return 105
	}
	return code
}

// Decodable returns the kinds that [Decode] knows.
func Decodable() []string {
	return []string{
		"cert", "policy", "revset", "pay-req", "transfer", "receipt", "resolve", "fund-req", "fund", "defund", "sync",
		"sync-ack", "peer", "defund-ack", "sync-chal", "enrol-req", "evidence", "hello", "caps", "log-entry", "opening",
		"frame", "item", "object", "record", "links", "chain", "chain-defund", "static-req", "rekey-req",
		"token", "token-fund", "token-sync", "token-sync-ack", "iou-fund", "keyset", "ecash-token", "ecash-deposit", "deposit-ack",
	}
}

// The largest frame of the link, and the largest record: a TRANSFER, two
// certificates and their heads.
const (
	maxFrame  = 32768
	maxRecord = 8192 + 2*12288 + 64
)

// mostOf is how many bytes a message that is no map may have. A record with links
// came with a frame more; a token and a log entry are bounded by what holds them.
func mostOf(kind string, b []byte) int {
	switch {
	case kind == "log-entry" || kind == "ecash-token":
		return len(b)
	case kind == "record" && len(b) > 0 && b[0] == 0x85:
		return maxRecord + maxFrame
	case kind == "record":
		return maxRecord
	}
	return maxFrame
}

// furtherMessages are those that no procedure of this package takes.
func furtherMessages(kind string) message {
	id, nonce, did, epoch, number := exactly(32), exactly(16), exactly(16), between(0, maxEpoch), between(0, maxCounter)
	switch kind {
	case "peer", "resend":
		return message{typePeer, "assay/1/peer", 4096, head(must(8, id), must(9, nonce), must(10, id)), false}
	case "defund-ack":
		return message{typeDefundAck, "assay/1/defund-ack", 4096, head(must(10, id), must(18, id), must(21, epoch),
			must(24, oneOf(1, 2)), must(31, did)), false}
	case "sync-chal":
		return message{0x28, "assay/1/sync-chal", 4096, head(must(9, nonce), must(10, id), must(31, did), must(52, number),
			must(53, id)), false}
	case "enrol-req":
		return message{0x31, "assay/1/enrol", 4096, head(must(9, nonce), must(10, id), must(32, anything),
			must(63, oneOf(1, 2, 3, 4, 5, 6))), false}
	case "evidence":
		return message{typ: typeEvidence, grammar: []member{
			must(1, between(0, 1<<64-1)), must(2, between(0, 1<<64-1)), must(3, exactly(8)), must(24, oneOf(1, 2, 3, 4, 5, 6, 7, 8, 9)),
			must(100, listOf(1, 4096, size(0, 1<<20))), must(101, listOf(0, 4096, size(0, 1<<20))),
			may(102, listOf(1, 4096, size(0, 1<<20))),
		}}
	}
	return moneyMessages(kind)
}

// listOf is an array of least to most items.
func listOf(least, most int, r rule) rule {
	return func(v any) int {
		items, ok := v.([]any)
		if !ok || len(items) < least || len(items) > most {
			return 103
		}
		return each(items, r)
	}
}

// inOrder is an array of as many items as there are rules.
func inOrder(rules ...rule) rule {
	return func(v any) int {
		items, ok := v.([]any)
		if !ok || len(items) != len(rules) {
			return 103
		}
		worst := 0
		for i, r := range rules {
			switch r(items[i]) {
			case 103:
				return 103
			case 105:
				worst = 105
			}
		}
		return worst
	}
}

// arrays are the messages that are no maps.
func arrays() map[string]rule {
	whole, counter, number := size(0, 1<<20), between(1, maxCounter), between(0, maxCounter)
	return map[string]rule{
		"log-entry": inOrder(counter, between(1, 12), exactly(16), exactly(32), number, number, between(0, maxEpoch)),
		"opening":   inOrder(whole, whole, whole),
		"frame":     inOrder(number, whole),
		"item":      item,
		"record":    record,
		"links":     links,

		"ecash-token": spentToken,
	}
}

// maxLinks is how many links a list may have.
const maxLinks = 255

// links are what shows where value was: each an object, and beside a TRANSFER the
// nonce that opens its payee's tag, beside any other false.
func links(v any) int {
	return listOf(0, maxLinks, func(v any) int {
		pair, ok := v.([]any)
		if !ok || len(pair) != 2 || size(0, 1<<20)(pair[0]) != 0 {
			return 103
		}
		if open, ok := pair[1].(bool); ok && !open {
			return 0
		}
		return exactly(16)(pair[1])
	})(v)
}

// beside reports whether there are no more certificates than some, and one for
// each link.
func beside(certificates, links any, some int) bool {
	return len(certificates.([]any)) <= some+len(links.([]any))
}

// record is an object brought to the ledger, with the opening of a TRANSFER.
func record(v any) int {
	whole := size(0, 1<<20)
	certificates := listOf(0, 2, whole)
	items, _ := v.([]any)
	switch len(items) {
	case 4:
		return inOrder(whole, certificates, exactly(16), exactly(16))(v)
	case 5: // one of CHAIN provenance
		if code := inOrder(whole, listOf(0, 2+maxLinks, whole), exactly(16), exactly(16), links)(v); code != 0 {
			return code
		}
		if len(items[4].([]any)) == 0 || !beside(items[1], items[4], 2) {
			return 103
		}
		return 0
	}
	return inOrder(whole, certificates)(v)
}

// item is what a frame seals.
func item(v any) int {
	items, ok := v.([]any)
	if !ok || len(items) == 0 {
		return 103
	}
	typ, ok := items[0].(uint64)
	if !ok {
		return 103
	}
	whole := size(0, 1<<20)
	certificates := listOf(0, 8, whole)
	rest := map[uint64][]rule{
		typePayReq: {whole, certificates}, typeTransfer: {whole, listOf(0, 8+maxLinks, whole), links}, 0x1c: {exactly(32), links},
		typeReceipt: {whole}, 0x18: {whole, certificates}, 0x16: {between(100, 999)},
		0x19: {exactly(32), between(1, 1)}, 0x1a: {listOf(1, 3, exactly(32))}, 0x1b: {certificates},
	}[typ]
	if rest == nil {
		return 118
	}
	code := inOrder(append([]rule{anything}, rest...)...)(v)
	if code == 0 && typ == typeTransfer && !beside(items[2], items[3], 8) {
		return 103
	}
	return code
}
