package witness

import "bytes"

// The types of signed messages.
const (
	typeCert      = 0x01
	typePolicy    = 0x02
	typeRevset    = 0x03
	typePayReq    = 0x12
	typeTransfer  = 0x13
	typeReceipt   = 0x14
	typeStatic    = 0x17
	typePeer      = 0x18
	typeFundReq   = 0x20
	typeFund      = 0x21
	typeDefund    = 0x22
	typeDefundAck = 0x23
	typeSync      = 0x29
	typeSyncAck   = 0x2A
	typeResolve   = 0x2B
	typeRekeyReq  = 0x30
	typeEnrolReq  = 0x31
	typeEvidence  = 0x38
)

// A message is one row of the table of message types.
type message struct {
	typ     uint64
	domain  string
	most    int // bytes
	grammar []member
	money   bool // it has a currency
}

// head is members 1 to 4; type is checked apart.
func head(rest ...member) []member {
	return append([]member{
		must(1, between(0, 1<<64-1)), must(2, between(0, 1<<64-1)), must(3, exactly(8)), must(4, between(0, maxEpoch)),
	}, rest...)
}

// money is members 5 to 7.
func money(rest ...member) []member {
	return head(append([]member{
		must(5, between(0, 999)), must(6, between(0, 9)), must(7, between(1, maxCounter)),
	}, rest...)...)
}

// messages returns the grammar of a kind of signed object.
func messages(kind string) message {
	counter, version, epoch, id := between(1, maxCounter), between(0, maxCounter), between(0, maxEpoch), exactly(32)
	switch kind {
	case "cert", "rekeyed":
		return message{typeCert, "assay/1/cert", 12288, certGrammar(), false}
	case "policy":
		return message{typePolicy, "assay/1/policy", 16384, policyGrammar(), true}
	case "revset":
		return message{typeRevset, "assay/1/revset", 65000, head(must(10, id), must(20, counter), must(21, epoch),
			must(82, shorts), must(83, shorts)), false}
	case "pay-req", "record-pay-req", "resend-pay-req":
		return message{typePayReq, "assay/1/pay-req", 4096, money(must(8, id), must(9, exactly(16)), must(10, id),
			must(11, counter), must(19, version), must(20, version), must(21, epoch), must(22, bits(7)),
			must(23, oneOf(1, 2, 3, 4, 5)), must(39, between(0, 15)), may(48, size(1, 32)), may(85, text)), true}
	case "static-req":
		return message{typeStatic, "assay/1/static-req", 8192, head(must(5, between(0, 999)), must(6, between(0, 9)),
			may(7, counter), must(9, exactly(16)), must(10, id), must(11, counter), must(19, version), must(20, version),
			must(21, epoch), must(22, bits(1)), must(23, oneOf(1, 2, 3, 4, 5)), must(39, between(0, 15)), must(43, epoch),
			must(44, size(1, 1600)), must(46, epoch), must(47, between(1, 64)), may(48, size(1, 32)), may(85, text)), true}
	case "transfer", "settlement", "record-transfer", "one-way", "deposit", "unclaimed", "software":
		return message{typeTransfer, "assay/1/transfer", 8192, money(must(10, id), must(11, counter), must(12, id),
			must(13, counter), must(14, id), must(15, lots(1)), must(17, id), must(19, version), must(21, epoch),
			must(22, bits(15)), must(23, oneOf(1, 2, 3, 4, 5)), iff(46, epoch, flag(1|4)), mayIf(91, fragments(64), parted),
			mayIf(92, tokenNames, ecash), mayIf(93, version, iou)), true}
	case "chain":
		return message{typeTransfer, "assay/1/transfer", 8192, money(must(10, id), must(11, counter), must(12, id),
			must(13, counter), must(14, id), must(16, inputs), must(17, id), must(19, version), must(21, epoch),
			must(22, bits(15)), must(23, oneOf(1, 2, 3, 4, 5)), iff(46, epoch, flag(1|4)), mayIf(91, fragments(64), parted),
			mayIf(92, tokenNames, ecash), mayIf(93, version, iou)), true}
	case "receipt", "record-receipt":
		return message{typeReceipt, "assay/1/receipt", 4096, head(must(10, id), must(17, id), must(18, id),
			must(24, oneOf(1, 2)), iff(25, between(100, 999), status(2))), false}
	case "resolve":
		grounded := func(key, other uint64) func(body) bool {
			return func(b body) bool {
				_, there := b[other]
				return b.number(24) == 2 && !there
			}
		}
		return message{typeResolve, "assay/1/resolve", 4096, head(must(10, id), must(18, id), must(21, epoch),
			must(24, oneOf(1, 2)), must(31, exactly(16)), iff(64, id, grounded(64, 65)), iff(65, exactly(16), grounded(65, 64))), false}
	default:
		return onlineMessages(kind, counter, version, epoch, id)
	}
}

func onlineMessages(kind string, counter, version, epoch, id rule) message {
	nonce, did := exactly(16), exactly(16)
	switch kind {
	case "fund-req":
		return message{typeFundReq, "assay/1/fund-req", 4096, money(must(9, nonce), must(10, id), must(11, counter),
			must(24, oneOf(1, 2)), may(94, blindedMessages)), true}
	case "fund", "iou-fund", "token-fund":
		return message{typeFund, "assay/1/fund", 4096, money(append(map[string][]member{
			"iou-fund": {must(93, counter)}, "token-fund": {must(99, issuedTokens)},
		}[kind], must(9, nonce), must(10, id), must(18, id), must(21, epoch), must(31, did), may(95, blindSignatures))...), true}
	case "defund":
		return message{typeDefund, "assay/1/defund", 4096, money(must(9, nonce), must(10, id), must(13, counter),
			must(14, id), must(15, lots(1)), must(19, version), must(21, epoch), must(22, bits(2)),
			must(23, oneOf(1, 2, 3, 4, 5)), mayIf(91, fragments(64), parted), mayIf(97, listOf(1, maxTokens, spentToken), ecash)), true}
	case "chain-defund":
		return message{typeDefund, "assay/1/defund", 4096, money(must(9, nonce), must(10, id), must(13, counter),
			must(14, id), must(16, inputs), must(19, version), must(21, epoch), must(22, bits(2)),
			must(23, oneOf(1, 2, 3, 4, 5)), mayIf(91, fragments(64), parted), mayIf(97, listOf(1, maxTokens, spentToken), ecash)), true}
	case "sync", "token-sync":
		return message{typeSync, "assay/1/sync", 65000, head(append(ofTokens(kind == "token-sync", may(91, fragments(512))), must(5, between(0, 999)), must(6, between(0, 9)),
			must(9, nonce), must(10, id), must(13, version), must(14, id), must(15, lots(0)), must(19, version),
			must(20, version), must(21, epoch), must(22, bits(1)), must(50, counter), must(51, id), must(52, version),
			must(53, id), must(54, entries), must(55, tuple(5, maxCounter)), must(56, ids), must(57, tuple(2, maxCounter)),
			must(58, counter), must(78, oneOf(1, 3)))...), true}
	case "rekey-req", "record-rekey":
		return message{typeRekeyReq, "assay/1/rekey", 8192, head(must(9, nonce), must(10, id), must(13, version),
			must(32, anything), must(53, id)), false}
	case "enrol-req":
		named := func(b body) bool { return !bytes.Equal(b.bytes(10), make([]byte, 32)) }
		return message{typeEnrolReq, "assay/1/enrol", 8192, head(must(9, nonce), must(10, id), iff(18, id, named),
			must(32, anything), must(63, oneOf(1, 2, 3, 4, 5, 6))), false}
	case "sync-ack", "token-sync-ack":
		return message{typeSyncAck, "assay/1/sync-ack", 4096, head(append(ofTokens(kind == "token-sync-ack", may(99, issuedTokens)), must(9, nonce), must(10, id), must(18, id),
			must(19, version), must(20, version), must(21, epoch), must(31, did), must(52, version), must(53, id),
			must(59, version), must(60, oneOf(0, 1, 2)), must(61, oneOf(0, 1)))...), false}
	}
	return furtherMessages(kind)
}

// ofTokens is a member that a message has in family T alone.
func ofTokens(has bool, m member) []member {
	if has {
		return []member{m}
	}
	return nil
}

func certGrammar() []member {
	return head(must(10, exactly(32)), must(21, between(0, maxEpoch)), must(30, oneOf(0, 1, 2)), must(31, exactly(16)),
		must(32, anything), must(33, bits(0x1f1f)), iff(34, oneOf(1, 2), device), must(35, oneOf(1, 2)),
		must(36, tuple(2, maxEpoch)), must(37, ascending), iff(38, between(0, maxEpoch), device),
		may(62, exactly(32)), iff(63, oneOf(1, 2, 3, 4, 5, 6), device), may(85, text))
}

func policyGrammar() []member {
	epoch := between(0, maxEpoch)
	return head(must(5, between(0, 999)), must(6, between(0, 9)), must(10, exactly(32)), must(19, between(1, maxCounter)),
		must(21, epoch), must(70, epoch), must(71, limits), must(72, ascending), must(73, ascending),
		must(74, among(tuple(5, maxCounter), pick{0, 1, 2})), must(75, tuple(3, maxCounter)), must(76, oneOf(0, 1, 2)), must(77, oneOf(0, 1)),
		must(78, oneOf(1, 3)), must(79, among(tuple(2, maxCounter), pick{0, 1, 3}, pick{1, 0, 1})), must(80, ids), must(81, oneOf(1, 2)),
		must(84, tuple(4, maxCounter)))
}
