package cddl

import (
	"encoding/hex"
	"testing"
)

const sample = `
; a comment
pair = [1..3, ? tstr]
head = (1: 1, 2: bstr .size 2)
body = {head, ? 3: [1*2 uint], * 128..159 => any}
whole = [bstr .cbor body, -19 / "x", bool]
`

func TestMatch(t *testing.T) {
	g, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rule, item string
		ok         bool
	}{
		{"pair", "8101", true},
		{"pair", "820361 61", true},
		{"pair", "8104", false},
		{"pair", "83036161 01", false},
		{"body", "a2010102420000", true},
		{"body", "a3010102420000 038101", true},
		{"body", "a3010102420000 0380", false},
		{"body", "a3010102420000 03830101 01", false},
		{"body", "a3010102420000 1880f5", true},
		{"body", "a3010102420000 187ff5", false},
		{"body", "a2010202420000", false},
		{"body", "a20101024100", false},
		{"body", "a10101", false},
		{"whole", "8347a2010102420000 32f5", true},
		{"whole", "8347a2010102420000 6178f4", true},
		{"whole", "8347a2010102420000 31f5", false},
		{"whole", "8347a2010102420000 32f500", false},
		{"nothing", "00", false},
	} {
		b, err := hex.DecodeString(compact(tt.item))
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Match(tt.rule, b); (err == nil) != tt.ok {
			t.Errorf("%s %s: %v; want match %v", tt.rule, tt.item, err, tt.ok)
		}
	}
}

func compact(s string) string {
	out := []byte{}
	for i := range len(s) {
		if s[i] != ' ' {
			out = append(out, s[i])
		}
	}
	return string(out)
}

func TestParseNamesTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\nb = [1":     `cddl: line 2: "end of file" where a comma or "]" is expected`,
		"a = 1\na = 2":      "cddl: line 2: a is defined twice",
		"a = 1\n\nb = %":    `cddl: line 3: cannot read "%"`,
		"a = bstr .size []": "cddl: line 1: an integer is expected",
	} {
		_, err := Parse(text)
		if err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v; want %s", text, err, want)
		}
	}
}
