package diagram

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const sample = `payer | payee
payer -> payee: M1 <HELLO>
payer [P3'] slot free
payee: a text that is long enough to be broken into several lines of its box
-- power is lost --
payee => payer: M2
payer -x payee: M3`

func TestParse(t *testing.T) {
	d, err := Parse("sequence", sample)
	if err != nil {
		t.Fatal(err)
	}
	want := []Event{
		{Clear, "payer", "payee", "", "M1 <HELLO>"},
		{Step, "payer", "", "P3'", "slot free"},
		{Act, "payee", "", "", "a text that is long enough to be broken into several lines of its box"},
		{Gap, "", "", "", "power is lost"},
		{Sealed, "payee", "payer", "", "M2"},
		{Lost, "payer", "payee", "", "M3"},
	}
	if len(d.Events) != len(want) {
		t.Fatalf("%d events; want %d", len(d.Events), len(want))
	}
	for i, e := range d.Events {
		if e != want[i] {
			t.Errorf("event %d is %+v; want %+v", i, e, want[i])
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ info, text string }{
		{"sequence", "payer"},                            // one column
		{"sequence", "payer | payee"},                    // nothing happens
		{"sequence", "payer | payee\npayer > payee: M1"}, // no arrow
		{"sequence", "payer | payee\nledger -> payee: x"},
		{"states", "FREE | OPEN\nFREE: waits"}, // no transition
		{"states", "FREE | OPEN\nFREE => OPEN: Q1"},
	} {
		if _, err := Parse(tt.info, tt.text); err == nil {
			t.Errorf("%q is accepted", tt.text)
		}
	}
}

func TestSVGIsWellFormed(t *testing.T) {
	states := "FREE | OPEN\nFREE -> OPEN: Q1\nOPEN -> OPEN: asked again\nOPEN -> FREE: Q2, Q4"
	for info, text := range map[string]string{"sequence": sample, "states": states} {
		out, err := SVG(info, text, "a & b")
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(strings.NewReader(out)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", info, err)
			}
		}
	}
}

func TestWrapKeepsToTheWidth(t *testing.T) {
	lines := wrap("checks, consent, user verification, and then some more", 120)
	if len(lines) < 2 {
		t.Fatalf("one line: %q", lines)
	}
	for _, l := range lines {
		if width(l) > 120 {
			t.Errorf("%q is %.0f wide; want at most 120", l, width(l))
		}
	}
	if got := strings.Join(lines, " "); got != "checks, consent, user verification, and then some more" {
		t.Errorf("wrapping changed the text to %q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("sequence", sample)
	f.Add("states", "A | B\nA -> B: x")
	f.Fuzz(func(t *testing.T, info, text string) {
		if _, err := Parse(info, text); err != nil {
			return
		}
		if _, err := SVG(info, text, "t"); err != nil {
			t.Errorf("%q parses and is not drawn: %v", text, err)
		}
	})
}
