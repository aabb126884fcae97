package main

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/spec"
)

// apduVectors have no device behind them: what a card makes of the bytes of a
// command, and a reader of those of an answer.
func apduVectors() *file {
	f := newFile("apdu", "The binding to smart cards without a device behind it: commands in their seven cases and what is none, chains and what ends them, SELECT, the status word of each refusal, and what a reader makes of an answer. A command that is malformed is refused with 102 here; a card says 6700. The values of apdu-chain are, for each command, the status that answers it, or class, INS, P1, P2 and data of what is to be carried out.")
	f.note("Malformed", "The bytes are no command APDU.", "A card that guesses at lengths can be made to carry out what its reader did not send.")
	f.note("Chain", "A command in blocks, whole or interrupted.", "Blocks of two commands that are joined make a third that nobody sent.")
	f.note("Torn", "What a reader sees of a card that was torn off.", "A reader that takes half an answer for a refusal pays twice, one that takes it for success hands out goods.")
	commandVectors(f)
	chainVectors(f)
	selectVectors(f)
	answerVectors(f)
	statusVectors(f)
	return f
}

// commandVectors are 001 to 029.
func commandVectors(f *file) {
	long := bytes.Repeat([]byte{0xAB}, 300)
	n := 0
	add := func(comment, text string, c apdu.Command, kind string) {
		n++
		f.valid(positive{n: n, requirement: spec.INT03, kind: "apdu-command", comment: comment,
			input: map[string][]byte{"command": unhex(text)}, values: map[string]string{
				"case": kind, "header": fmt.Sprintf("%02x%02x%02x%02x", c.CLA, c.INS, c.P1, c.P2),
				"data": hex.EncodeToString(c.Data), "le": dec(uint64(c.Le)),
			}})
	}
	exchange := apdu.Command{CLA: 0x80, INS: 0x10, P1: 1, P2: 1}
	with := func(data []byte, le int) apdu.Command {
		c := exchange
		c.Data, c.Le = data, le
		return c
	}
	add("case 1: neither data nor Le", "80100101", exchange, "1")
	add("case 2, short", "8010010140", with(nil, 64), "2S")
	add("case 2, short: zero stands for 256", "8010010100", with(nil, 256), "2S")
	add("case 3, short", "8010010102abcd", with([]byte{0xAB, 0xCD}, 0), "3S")
	add("case 4, short", "8010010102abcd00", with([]byte{0xAB, 0xCD}, 256), "4S")
	add("case 2, extended", "801001010000ff", with(nil, 255), "2E")
	add("case 2, extended: zero stands for 65,536", "80100101000000", with(nil, 65536), "2E")
	add("case 3, extended", "8010010100012c"+hex.EncodeToString(long), with(long, 0), "3E")
	add("case 4, extended", "8010010100012c"+hex.EncodeToString(long)+"0800", with(long, 2048), "4E")
	add("case 4, extended, with data that a short one could carry", "80100101000002abcd0000", with([]byte{0xAB, 0xCD}, 65536), "4E")
	add("the last short length", "80100101ff"+hex.EncodeToString(long[:255]), with(long[:255], 0), "3S")
	bad := func(number, twin int, comment string, edit func([]byte) []byte) {
		f.refused(negative{n: number, twin: twin, requirement: spec.INT03, code: spec.EMalformed, comment: comment,
			flags: []string{"Malformed"}, change: raw("input.command", edit)})
	}
	cut := func(k int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-k] } }
	more := func(tail ...byte) func([]byte) []byte {
		return func(b []byte) []byte { return append(b, tail...) }
	}
	bad(20, 1, "no P2", cut(1))
	bad(21, 1, "no bytes at all", cut(4))
	bad(22, 4, "less data than Lc says", cut(1))
	bad(23, 5, "two bytes more than Lc says, in short length", more(0))
	bad(24, 6, "half an extended Le", cut(1))
	bad(25, 8, "less data than an extended Lc says", cut(1))
	bad(26, 9, "one byte of an extended Le", cut(1))
	bad(27, 9, "three bytes of Le", more(0))
	bad(28, 10, "an extended Lc of zero before data", func(b []byte) []byte { b[6] = 0; return b })
	bad(29, 7, "an extended Le with a byte behind it", more(0))
}

// A chainStep is a command of a chain, and its status or the command that is whole.
type chainStep struct{ command, answer string }

// chainVectors are 030 to 049.
func chainVectors(f *file) {
	n := 29
	add := func(comment string, mtu uint64, steps ...chainStep) {
		n++
		input, values := map[string][]byte{}, map[string]string{}
		for i, s := range steps {
			input[fmt.Sprintf("command_%d", i+1)] = unhex(s.command)
			values[fmt.Sprintf("answer_%d", i+1)] = s.answer
		}
		f.valid(positive{n: n, requirement: spec.INT05, kind: "apdu-chain", comment: comment, flags: []string{"Chain"},
			input: input, context: map[string]string{"mtu": dec(mtu), "commands": dec(uint64(len(steps)))}, values: values})
	}
	first, last := chainStep{"9010010202a1a2", "9000"}, chainStep{"8010010202b1b200", "80100102a1a2b1b2"}
	alone := chainStep{"8010010202b1b200", "80100102b1b2"}
	second := chainStep{"9010010202c1c2", "9000"}
	add("one command is whole", 255, alone)
	add("two blocks", 255, first, last)
	add("three blocks", 255, first, second, chainStep{"8010010202b1b200", "80100102a1a2c1c2b1b2"})
	add("the last block is empty", 255, first, chainStep{"8010010200", "80100102a1a2"})
	add("an empty block before the last ends the chain", 255, first, chainStep{"90100102", "6700"}, alone)
	add("another INS ends the chain and stands for itself", 255, first, chainStep{"8041000002b1b200", "80410000b1b2"}, alone)
	add("another P1 ends the chain", 255, first, chainStep{"8010020202b1b200", "80100202b1b2"})
	add("another P2 ends the chain", 255, first, chainStep{"8010010402b1b200", "80100104b1b2"})
	add("a block of another command begins a chain of its own", 255, first, chainStep{"9041000002d1d2", "9000"}, chainStep{"8041000002b1b200", "80410000d1d2b1b2"})
	add("GET RESPONSE ends the chain", 255, first, chainStep{"00c0000000", "6985"}, alone)
	add("SELECT ends the chain", 255, first, chainStep{"00a4040007f041535341590100", "00a40400f0415353415901"}, alone)
	add("a malformed command ends the chain", 255, first, chainStep{"8010010205aa", "6700"}, alone)
	add("another class ends the chain", 255, first, chainStep{"8410010202b1b200", "6e00"}, alone)
	add("extended length where it is not declared is a wrong length", 255, first, chainStep{"80100102000002b1b20000", "6700"}, alone)
	add("blocks in extended length", 2048, chainStep{"90100102000002a1a2", "9000"}, chainStep{"80100102000002b1b20000", "80100102a1a2b1b2"})
	add("a block longer than the mtu is a wrong length", 4, first, chainStep{"9010010205b1b2b3b4b5", "6700"}, alone)
}

// selectVectors are 050 to 054.
func selectVectors(f *file) {
	for i, c := range []struct {
		comment string
		a       apdu.Application
		fci     string
	}{
		{"a card without extended length", apdu.Application{Versions: []byte{1}, MTU: 255, Families: []byte{1}}, "6f1b8407f0415353415901a510bf0c0d9f0101019f020200ff9f030101"},
		{"a card with data fields of 2,048 bytes", apdu.Application{Versions: []byte{1}, MTU: 2048, Families: []byte{1}}, "6f1b8407f0415353415901a510bf0c0d9f0101019f020208009f030101"},
		{"two versions and three families", apdu.Application{Versions: []byte{1, 2}, MTU: 64, Families: []byte{1, 2, 5}}, "6f1e8407f0415353415901a513bf0c109f010201029f020200409f0303010205"},
	} {
		f.valid(positive{n: 50 + i, requirement: spec.INT08, kind: "apdu-select", comment: c.comment,
			input:   map[string][]byte{"versions": c.a.Versions, "families": c.a.Families},
			context: map[string]string{"mtu": dec(uint64(c.a.MTU))}, values: map[string]string{"fci": c.fci}})
	}
}

// answerVectors are 060 to 089: due says that the command has an answer beside
// its status word.
func answerVectors(f *file) {
	n := 59
	add := func(comment, answer string, due uint64, values map[string]string) {
		n++
		f.valid(positive{n: n, requirement: spec.INT09, kind: "apdu-answer", comment: comment, flags: []string{"Torn"},
			input: map[string][]byte{"response": unhex(answer)}, context: map[string]string{"due": dec(due)}, values: values})
	}
	unknown := map[string]string{"unknown": "1"}
	no := func(status, code string) map[string]string {
		return map[string]string{"unknown": "0", "status": status, "code": code}
	}
	body := func(b string) map[string]string {
		return map[string]string{"unknown": "0", "status": "9000", "body": b}
	}
	add("success without a body, where none is due", "9000", 0, body(""))
	add("success without a body, where one is due", "9000", 1, unknown)
	add("a whole body", "820142aabb9000", 1, body("820142aabb"))
	add("no answer", "", 0, unknown)
	add("one byte", "90", 0, unknown)
	add("a body that was cut and ends in 9000", "820143aabb9000", 1, unknown)
	add("two items in one body", "01029000", 1, unknown)
	add("a body in another encoding", "18019000", 1, unknown)
	add("half an answer, which ends in no status word", "8201421234", 1, unknown)
	add("half an answer, which ends like 6985", "82014269"+"85", 1, unknown)
	add("60 is no status of a card", "6000", 0, unknown)
	add("a refusal with its code", "8118cd69f0", 1, no("69f0", "205"))
	add("69F0 whose body is no code", "8118cdff69f0", 1, unknown)
	add("not now", "6985", 1, no("6985", "0"))
	add("no such instruction", "6d00", 1, no("6d00", "0"))
}

// statusVectors are 100 and on, one for each code.
func statusVectors(f *file) {
	for i, c := range spec.Codes() {
		f.valid(positive{n: 100 + i, requirement: spec.INT07, kind: "apdu-status", comment: c.Name,
			context: map[string]string{"code": dec(uint64(c.Code))},
			values:  map[string]string{"status": fmt.Sprintf("%04x", uint16(apdu.StatusOf(c.Code)))}})
	}
}
