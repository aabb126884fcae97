package witness

// The messages that families T and E add.
const (
	typeKeyset     = 0x05
	typeDeposit    = 0x24
	typeDepositAck = 0x25
	typeToken      = 0x50
)

// moneyMessages are those whose value is signed by an issuer: parts of tokens, and
// e-cash.
func moneyMessages(kind string) message {
	id, nonce, did, epoch := exactly(32), exactly(16), exactly(16), between(0, maxEpoch)
	switch kind {
	case "token":
		return message{typeToken, "assay/1/token", 4096, money(must(10, id), must(21, epoch), must(90, exactly(16))), true}
	case "keyset":
		return message{typeKeyset, "assay/1/keyset", 65000, head(must(10, id), must(19, between(1, maxCounter)), must(21, epoch),
			must(98, tokenKeys)), false}
	case "ecash-deposit", "record-deposit":
		return message{typeDeposit, "assay/1/deposit", 65000, money(must(9, nonce), must(10, id), must(17, id), must(21, epoch),
			must(94, blindedMessages), must(97, listOf(1, maxTokens, spentToken))), true}
	case "deposit-ack":
		return message{typeDepositAck, "assay/1/deposit-ack", 32768, head(must(10, id), must(18, id), must(21, epoch),
			must(24, oneOf(1, 2)), must(31, did), iff(95, blindSignatures, status(1)), iff(92, tokenNames, status(2))), false}
	}
	panic(fault("no message " + kind))
}
