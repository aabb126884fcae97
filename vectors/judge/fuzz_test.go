package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/primitive"
	"github.com/assay-cbdc/assay/vectors/witness"
)

// A recoder decodes bytes and encodes what it has read.
type recoder func([]byte) ([]byte, error)

func recoded[T interface{ Encode() []byte }](decode func([]byte) (T, error)) recoder {
	return func(b []byte) ([]byte, error) {
		m, err := decode(b)
		if err != nil {
			return nil, err
		}
		return m.Encode(), nil
	}
}

// recoders are the decoders of the reference by the witness's kinds.
func recoders() map[string]recoder {
	return map[string]recoder{
		"cert": recoded(wire.DecodeCert), "policy": recoded(wire.DecodePolicy), "revset": recoded(wire.DecodeRevset),
		"pay-req": recoded(wire.DecodePayReq), "transfer": recoded(wire.DecodeTransfer), "receipt": recoded(wire.DecodeReceipt),
		"resolve": recoded(wire.DecodeResolve), "fund-req": recoded(wire.DecodeFundReq), "fund": recoded(wire.DecodeFund),
		"defund": recoded(wire.DecodeDefund), "sync": recoded(wire.DecodeSync), "sync-ack": recoded(wire.DecodeSyncAck),
		"peer": recoded(wire.DecodePeer), "defund-ack": recoded(wire.DecodeDefundAck), "sync-chal": recoded(wire.DecodeSyncChal),
		"enrol-req": recoded(wire.DecodeEnrolReq), "evidence": recoded(wire.DecodeEvidence), "hello": recoded(wire.DecodeHello),
		"caps": recoded(wire.DecodeCaps), "log-entry": recoded(wire.DecodeLogEntry), "opening": recoded(wire.DecodeOpening),
		"frame": recoded(wire.DecodeFrame), "item": recoded(wire.DecodeItem),
		"record": func(b []byte) ([]byte, error) {
			r, err := settlement.Parse(b)
			return settlement.Append(nil, r), err
		},
		"links": func(b []byte) ([]byte, error) {
			list, err := wire.DecodeLinks(b)
			return wire.AppendLinks(nil, list), err
		},
		"chain": recoded(wire.DecodeChained), "chain-defund": recoded(wire.DecodeChainedDefund), "static-req": recoded(wire.DecodeStaticReq),
		"rekey-req": recoded(wire.DecodeRekeyReq), "token": recoded(wire.DecodeIssuerToken), "token-fund": recoded(wire.DecodeTokenFund),
		"token-sync": recoded(wire.DecodeTokenSync), "token-sync-ack": recoded(wire.DecodeTokenSyncAck),
		"iou-fund": recoded(wire.DecodeReservation), "keyset": recoded(wire.DecodeKeyset), "ecash-token": recoded(wire.DecodeToken),
		"ecash-deposit": recoded(wire.DecodeDeposit), "deposit-ack": recoded(wire.DecodeDepositAck),
		"object": recoded(func(b []byte) (wire.Object, error) { return wire.DecodeObject(b, 1<<16) }),
	}
}

// fuzzMessage: what one implementation takes the other takes, what one refuses
// the other refuses with the same code, and what is taken has one encoding.
func fuzzMessage(f *testing.F, kind string) {
	for _, seed := range seedsOf(f, kind) {
		f.Add(seed)
	}
	decode := recoders()[kind]
	f.Fuzz(func(t *testing.T, b []byte) {
		again, err := decode(b)
		code, coded := codeOf(err)
		if err != nil && !coded {
			t.Fatalf("%x: %v has no code", b, err)
		}
		if other := witness.Decode(kind, b); other != int(code) {
			t.Errorf("%x: the reference says %d (%v), the witness %d", b, code, err, other)
		}
		if err == nil && !bytes.Equal(again, b) {
			t.Errorf("%x encodes to %x", b, again)
		}
	})
}

// exampleOf is the name of the chapters' example of a kind.
var exampleOf = map[string][]string{
	"hello": {"HELLO"}, "caps": {"CAPS"}, "log-entry": {"LOG_ENTRY"}, "opening": {"M2"}, "frame": {"M3", "M4"},
	"item": {"ABORT", "ACK", "CERT_GET", "CERTS"}, "evidence": {"EVIDENCE"}, "object": {"TRANSFER", "CERT"},
	"transfer": {"TRANSFER", "TOKEN_TRANSFER", "ECASH_TRANSFER"}, "fund-req": {"FUND_REQ", "ECASH_FUND_REQ"},
	"fund": {"FUND", "ECASH_FUND"}, "chain": {"CHAIN_TRANSFER"}, "ecash-deposit": {"DEPOSIT"},
	"token-sync": {"SYNC"}, "token-sync-ack": {"SYNC_ACK"}, "chain-defund": {}, "iou-fund": {},
}

// seedsOf are the chapters' examples of a kind, and the objects of its vectors,
// negative ones too: the payloads of what is signed.
func seedsOf(t testing.TB, kind string) (seeds [][]byte) {
	t.Helper()
	seeds = made(t, kind)
	if kind == "record" {
		return seeds
	}
	names := exampleOf[kind]
	if names == nil {
		names = []string{strings.ReplaceAll(strings.ToUpper(kind), "-", "_")}
	}
	for _, name := range names {
		b := example(t, name)
		if o, err := primitive.ParseObject(b); err == nil && kind != "object" {
			b = o.Payload
		}
		seeds = append(seeds, b)
	}
	for _, s := range stored(t, kind) {
		if !s.find() || len(s.object) > large {
			continue
		}
		if o, err := primitive.ParseObject(s.object); err == nil {
			seeds = append(seeds, o.Payload)
		}
	}
	slices.SortFunc(seeds, bytes.Compare)
	return slices.CompactFunc(seeds, bytes.Equal)
}

// stored are the vectors of the file of a kind, if there is one. They are read
// without the loader's proofs, because each of a fuzzer's processes reads them.
func stored(t testing.TB, kind string) (list []sweep) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", kind+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var file vectors.File
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Tests {
		list = append(list, sweep{file: &file, vector: v})
	}
	return list
}

// example is the example of a message in the chapters.
func example(t testing.TB, name string) []byte {
	t.Helper()
	for _, chapter := range spec.Chapters() {
		text, err := spec.Chapter(chapter)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range spec.Blocks(string(text)) {
			if block.Info != "hex message="+name {
				continue
			}
			var digits strings.Builder
			for line := range strings.SplitSeq(block.Text, "\n") {
				line, _, _ = strings.Cut(line, ";")
				digits.WriteString(strings.ReplaceAll(line, " ", ""))
			}
			return mustHex(digits.String())
		}
	}
	t.Fatalf("no example %s", name)
	return nil
}

func FuzzCert(f *testing.F)      { fuzzMessage(f, "cert") }
func FuzzPolicy(f *testing.F)    { fuzzMessage(f, "policy") }
func FuzzRevset(f *testing.F)    { fuzzMessage(f, "revset") }
func FuzzPayReq(f *testing.F)    { fuzzMessage(f, "pay-req") }
func FuzzTransfer(f *testing.F)  { fuzzMessage(f, "transfer") }
func FuzzReceipt(f *testing.F)   { fuzzMessage(f, "receipt") }
func FuzzResolve(f *testing.F)   { fuzzMessage(f, "resolve") }
func FuzzFundReq(f *testing.F)   { fuzzMessage(f, "fund-req") }
func FuzzFund(f *testing.F)      { fuzzMessage(f, "fund") }
func FuzzDefund(f *testing.F)    { fuzzMessage(f, "defund") }
func FuzzSync(f *testing.F)      { fuzzMessage(f, "sync") }
func FuzzSyncAck(f *testing.F)   { fuzzMessage(f, "sync-ack") }
func FuzzPeer(f *testing.F)      { fuzzMessage(f, "peer") }
func FuzzDefundAck(f *testing.F) { fuzzMessage(f, "defund-ack") }
func FuzzSyncChal(f *testing.F)  { fuzzMessage(f, "sync-chal") }
func FuzzEnrolReq(f *testing.F)  { fuzzMessage(f, "enrol-req") }
func FuzzEvidence(f *testing.F)  { fuzzMessage(f, "evidence") }
func FuzzHello(f *testing.F)     { fuzzMessage(f, "hello") }
func FuzzCaps(f *testing.F)      { fuzzMessage(f, "caps") }
func FuzzLogEntry(f *testing.F)  { fuzzMessage(f, "log-entry") }
func FuzzOpening(f *testing.F)   { fuzzMessage(f, "opening") }
func FuzzFrame(f *testing.F)     { fuzzMessage(f, "frame") }
func FuzzItem(f *testing.F)      { fuzzMessage(f, "item") }
func FuzzObject(f *testing.F)    { fuzzMessage(f, "object") }
func FuzzRecord(f *testing.F)    { fuzzMessage(f, "record") }

func FuzzLinks(f *testing.F)        { fuzzMessage(f, "links") }
func FuzzChain(f *testing.F)        { fuzzMessage(f, "chain") }
func FuzzChainDefund(f *testing.F)  { fuzzMessage(f, "chain-defund") }
func FuzzStaticReq(f *testing.F)    { fuzzMessage(f, "static-req") }
func FuzzRekeyReq(f *testing.F)     { fuzzMessage(f, "rekey-req") }
func FuzzToken(f *testing.F)        { fuzzMessage(f, "token") }
func FuzzTokenFund(f *testing.F)    { fuzzMessage(f, "token-fund") }
func FuzzTokenSync(f *testing.F)    { fuzzMessage(f, "token-sync") }
func FuzzTokenSyncAck(f *testing.F) { fuzzMessage(f, "token-sync-ack") }
func FuzzIOUFund(f *testing.F)      { fuzzMessage(f, "iou-fund") }
func FuzzKeyset(f *testing.F)       { fuzzMessage(f, "keyset") }
func FuzzEcashToken(f *testing.F)   { fuzzMessage(f, "ecash-token") }
func FuzzEcashDeposit(f *testing.F) { fuzzMessage(f, "ecash-deposit") }
func FuzzDepositAck(f *testing.F)   { fuzzMessage(f, "deposit-ack") }

// FuzzTexts hands texts, one on each line, to both readers.
func FuzzTexts(f *testing.F) {
	for _, s := range stored(f, "qr") {
		if s.vector.Kind == "qr" && len(s.vector.Input) < 8 {
			var lines []string
			for n := range len(s.vector.Input) {
				lines = append(lines, string(mustHex(s.vector.Input[textName(n)])))
			}
			f.Add(strings.Join(lines, "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, lines string) {
		r, w := qr.NewReader(qr.StandardRules()), witness.NewReader()
		for text := range strings.SplitSeq(lines, "\n") {
			object, err := r.Read(text)
			code, coded := codeOf(err)
			other, theirs := w.Read(text)
			if err != nil && !coded || theirs != int(code) || !bytes.Equal(object, other) {
				t.Errorf("%q: the reference gives %x, %v; the witness %x, %d", text, object, err, other, theirs)
			}
		}
	})
}

func textName(n int) string { return fmt.Sprintf("text_%02d", n+1) }

// TestWhatTheTwoDisagreedOn keeps what fuzzing has found.
func TestWhatTheTwoDisagreedOn(t *testing.T) {
	for _, c := range []struct {
		kind, bytes string
		code        spec.Code
	}{
		{"item", "80", spec.EField},
		{"log-entry", "3bff30303030303030", spec.EField},
		{"receipt", "a20130021830", spec.EField},
		{"receipt", "a200300101", spec.EField},
		{"receipt", "a3010102183020f5", spec.EType},
		{"receipt", "a101183b", spec.EVersion},
		{"receipt", "a102183b", spec.EField},
		{"record", "83404040ff", spec.EMalformed},
		{"record", "8340801801", spec.ECanon},
		{"record", "83408040", spec.EField},
	} {
		_, err := recoders()[c.kind](mustHex(c.bytes))
		code, _ := codeOf(err)
		if other := witness.Decode(c.kind, mustHex(c.bytes)); code != c.code || other != int(c.code) {
			t.Errorf("%s %s: the reference says %d, the witness %d; want %d", c.kind, c.bytes, code, other, c.code)
		}
	}
}

// TestEveryDecoderIsFuzzed: each kind has its target, and every seed passes.
func TestEveryDecoderIsFuzzed(t *testing.T) {
	all := recoders()
	for _, kind := range witness.Decodable() {
		if all[kind] == nil {
			t.Errorf("%s: the witness decodes it, and no target has it", kind)
			continue
		}
		taken := 0
		for _, seed := range seedsOf(t, kind) {
			_, err := all[kind](seed)
			if err == nil {
				taken++
			}
			code, _ := codeOf(err)
			if other := witness.Decode(kind, seed); other != int(code) {
				t.Errorf("%s %x: %v; the witness says %d", kind, seed, err, other)
			}
		}
		if taken == 0 {
			t.Errorf("%s: no seed is taken", kind)
		}
		delete(all, kind)
	}
	for kind := range all {
		t.Errorf("%s: the witness does not decode it", kind)
	}
}
