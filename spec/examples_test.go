package spec_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/spec/cddl"
)

// exampleBytes returns the hex of a block without comments and white space.
func exampleBytes(t *testing.T, text string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, ";")
		digits.WriteString(strings.ReplaceAll(line, " ", ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// examplesByMessage returns every example of the chapters.
func examplesByMessage(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range spec.Chapters() {
		for _, b := range spec.Blocks(chapter(t, name)) {
			message, ok := strings.CutPrefix(b.Info, "hex message=")
			if !ok {
				continue
			}
			if out[message] != nil {
				t.Errorf("%s:%d: a second example of %s", name, b.Line, message)
			}
			out[message] = exampleBytes(t, b.Text)
		}
	}
	return out
}

func grammar(t *testing.T) *cddl.Grammar {
	t.Helper()
	g, err := cddl.Parse(chapter(t, "protocol.cddl"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

var message = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

func TestEveryMessageHasAnExampleThatTheGrammarAccepts(t *testing.T) {
	examples, g := examplesByMessage(t), grammar(t)
	for _, name := range g.Names() {
		if !message.MatchString(name) {
			continue
		}
		b, ok := examples[name]
		if !ok {
			t.Errorf("%s has no example", name)
			continue
		}
		if err := g.Match(name, b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		delete(examples, name)
	}
	for name := range examples {
		t.Errorf("the grammar has no message %s", name)
	}
}

func TestExamplesDecodeAndEncodeAgain(t *testing.T) {
	for name, b := range examplesByMessage(t) {
		if err := wire.WellFormed(b); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := recode(name, b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(again, b) {
			t.Errorf("%s\n%x encodes to\n%x", name, b, again)
		}
	}
}

// recode decodes an example with the reference and encodes the result.
func recode(name string, b []byte) ([]byte, error) {
	switch name {
	case "HELLO":
		return again(wire.DecodeHello)(b)
	case "CAPS":
		return again(wire.DecodeCaps)(b)
	case "LINKS":
		return recodeLinks(b)
	case "ECASH_TOKEN":
		return again(wire.DecodeToken)(b)
	case "EVIDENCE":
		return again(wire.DecodeEvidence)(b)
	case "LOG_ENTRY":
		return again(wire.DecodeLogEntry)(b)
	case "M2":
		return again(wire.DecodeOpening)(b)
	case "CAPSULE":
		return again(wire.DecodeCapsule)(b)
	case "M3", "M4":
		return again(wire.DecodeFrame)(b)
	case "ABORT", "ACK", "CERT_GET", "CERTS":
		return again(wire.DecodeItem)(b)
	}
	o, err := wire.DecodeObject(b, 65000)
	if err != nil {
		return nil, err
	}
	o.Payload, err = recodePayload(name, o.Payload)
	return o.Encode(), err
}

func recodeLinks(b []byte) ([]byte, error) {
	links, err := wire.DecodeLinks(b)
	return wire.AppendLinks(nil, links), err
}

// again returns a function that decodes and encodes again.
func again[T interface{ Encode() []byte }](decode func([]byte) (T, error)) func([]byte) ([]byte, error) {
	return func(payload []byte) ([]byte, error) {
		m, err := decode(payload)
		if err != nil {
			return nil, err
		}
		return m.Encode(), nil
	}
}

func recodePayload(name string, payload []byte) ([]byte, error) {
	recode, ok := map[string]func([]byte) ([]byte, error){
		"CERT": again(wire.DecodeCert), "ENROL_REQ": again(wire.DecodeEnrolReq), "REKEY_REQ": again(wire.DecodeRekeyReq),
		"REVSET": again(wire.DecodeRevset), "POLICY": again(wire.DecodePolicy),
		"PAY_REQ": again(wire.DecodePayReq), "TRANSFER": again(wire.DecodeTransfer),
		"CHAIN_TRANSFER": again(wire.DecodeChained), "TOKEN": again(wire.DecodeIssuerToken),
		"TOKEN_FUND": again(wire.DecodeTokenFund), "TOKEN_TRANSFER": again(wire.DecodeTransfer),
		"RECEIPT": again(wire.DecodeReceipt), "PEER": again(wire.DecodePeer),
		"FUND_REQ": again(wire.DecodeFundReq), "FUND": again(wire.DecodeFund),
		"DEFUND": again(wire.DecodeDefund), "DEFUND_ACK": again(wire.DecodeDefundAck),
		"SYNC_CHAL": again(wire.DecodeSyncChal), "SYNC": again(wire.DecodeSync),
		"STATIC_REQ": again(wire.DecodeStaticReq),
		"KEYSET":     again(wire.DecodeKeyset), "DEPOSIT": again(wire.DecodeDeposit), "DEPOSIT_ACK": again(wire.DecodeDepositAck),
		"ECASH_FUND_REQ": again(wire.DecodeFundReq), "ECASH_FUND": again(wire.DecodeFund),
		"ECASH_TRANSFER": again(wire.DecodeTransfer),
		"SYNC_ACK":       again(wire.DecodeSyncAck), "RESOLVE": again(wire.DecodeResolve),
	}[name]
	if !ok {
		return nil, fmt.Errorf("no decoder")
	}
	return recode(payload)
}

func TestSelfCheck(t *testing.T) {
	text := chapter(t, "wire.md")
	for _, b := range spec.Blocks(text) {
		if b.Info != "hex self-check" {
			continue
		}
		o := wire.Object{Alg: -19, Payload: exampleBytes(t, b.Text)}
		id := o.ID(wire.TypeTransfer)
		if !strings.Contains(text, "id = "+hex.EncodeToString(id[:])) {
			t.Errorf("the chapter does not have the identifier %x", id)
		}
		return
	}
	t.Error("wire.md has no self-check")
}

// TestGrammarRefuses keeps the grammar from accepting everything: one member
// changed, added or dropped in an example is refused.
func TestGrammarRefuses(t *testing.T) {
	examples, g := examplesByMessage(t), grammar(t)
	for _, tt := range []struct{ name, old, new string }{
		{"TRANSFER", "071904e2", "07190000"},         // an amount of zero
		{"TRANSFER", "0213", "0212"},                 // another type
		{"TRANSFER", "1600", "1601"},                 // a claim without its last epoch
		{"TRANSFER", "1600", "1608"},                 // an undefined flag
		{"TRANSFER", "43a10132", "43a10127"},         // a deprecated algorithm
		{"HELLO", "1883", "187f"},                    // an unknown member
		{"CAPS", "182d190800", "182d390800"},         // a negative size
		{"PAY_REQ", "185566", "185666"},              // an unknown member
		{"RECEIPT", "181801", "181802"},              // REFUSED without a code
		{"PEER", "0218180", "0218190"},               // another type
		{"STATIC_REQ", "0217", "0212"},               // another type
		{"STATIC_REQ", "182f1840", "182f1841"},       // more uses than a list has places
		{"CAPSULE", "825820", "82581f"},              // a key of another length
		{"ABORT", "18cd", "1863"},                    // no refusal code
		{"ACK", "831819", "831818"},                  // another type
		{"CERT_GET", "82181a815820", "82181a805820"}, // nothing asked for
		{"CERTS", "82181b", "82181c"},                // another type
		{"CERT", "182201", "182203"},                 // an undefined class
		{"ENROL_REQ", "183f01", "183f07"},            // an undefined environment
		{"REKEY_REQ", "021830", "021831"},            // another type
		{"REVSET", "1401", "1400"},                   // version zero
		{"POLICY", "184e01", "184e02"},               // a mode that was cut
		{"FUND_REQ", "181801", "181803"},             // an undefined purpose
		{"FUND", "021821", "021820"},                 // another type
		{"DEFUND", "021822", "021821"},               // another type
		{"DEFUND_ACK", "181801", "181803"},           // an undefined status
		{"LOG_ENTRY", "870203", "87020d"},            // an undefined kind
		{"SYNC_CHAL", "021828", "021829"},            // another type
		{"SYNC", "184e01", "184e04"},                 // an undefined mode
		{"SYNC_ACK", "183c01", "183c03"},             // an undefined grant
		{"RESOLVE", "181801", "181802"},              // a refund without ground
		{"CHAIN_TRANSFER", "108183", "0f8183"},       // inputs under the key of lots
		{"TOKEN", "021850", "021821"},                // another type
		{"TOKEN_FUND", "186381", "186380"},           // a voucher without a token
		{"TOKEN_TRANSFER", "185b8185", "185b8184"},   // a fragment without its source
		{"LINKS", "f482590128", "f582590128"},        // true is no nonce
		{"EVIDENCE", "181801", "18180a"},             // an undefined kind
		{"KEYSET", "0205", "0204"},                   // another type
		{"ECASH_FUND_REQ", "181801", "181803"},       // an undefined purpose
		{"ECASH_FUND", "021821", "021820"},           // another type
		{"ECASH_TRANSFER", "1705", "1701"},           // tokens in another family
		{"ECASH_TOKEN", "8548", "8448"},              // a member missing
		{"DEPOSIT", "021824", "021825"},              // another type
		{"DEPOSIT_ACK", "181801", "181802"},          // spent, and signatures
	} {
		b := hex.EncodeToString(examples[tt.name])
		if !strings.Contains(b, tt.old) {
			t.Errorf("%s does not hold %s", tt.name, tt.old)
			continue
		}
		changed, err := hex.DecodeString(strings.Replace(b, tt.old, tt.new, 1))
		if err != nil {
			t.Fatal(err)
		}
		if g.Match(tt.name, changed) == nil {
			t.Errorf("%s with %s in place of %s is accepted", tt.name, tt.new, tt.old)
		}
	}
}

// TestSessionOpens opens the example session as a payer who knows the
// published input of its key, and finds the examples inside.
func TestSessionOpens(t *testing.T) {
	examples := examplesByMessage(t)
	ikm := sha256.Sum256([]byte("assay example ephemeral key of ana"))
	key, err := link.NewEphemeral(bytes.NewReader(ikm[:]))
	if err != nil {
		t.Fatal(err)
	}
	opening, err := wire.DecodeOpening(examples["M2"])
	if err != nil {
		t.Fatal(err)
	}
	payer, item, err := link.NewPayer(key, examples["HELLO"], opening)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(item.Object, examples["PAY_REQ"]) || !bytes.Equal(opening.Caps, examples["CAPS"]) {
		t.Error("M2 does not hold the examples of CAPS and PAY_REQ")
	}
	g := grammar(t)
	if err := g.Match("item", item.Encode()); err != nil {
		t.Error(err)
	}
	o, err := wire.DecodeObject(item.Object, 4096)
	if err != nil {
		t.Fatal(err)
	}
	request, err := wire.DecodePayReq(o.Payload)
	if err != nil || request.Transcript != payer.Transcript() {
		t.Errorf("th %x, %v; want %x", request.Transcript, err, payer.Transcript())
	}
	m3 := payer.Send(wire.Item{Type: wire.TypeTransfer, Object: examples["TRANSFER"], Certs: item.Certs[:0]})
	if bytes.Equal(m3, examples["M3"]) {
		t.Error("M3 does not depend on its certificate")
	}
	item, _, err = payer.Receive(examples["M4"])
	if err != nil || !bytes.Equal(item.Object, examples["RECEIPT"]) {
		t.Errorf("M4 holds %x, %v", item.Object, err)
	}
}
