package apdu_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/spec"
)

// rows are the cells of a table of the chapter, from its heading on.
func rows(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := spec.Chapter("apdu.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), heading+"\n")
	if !found {
		t.Fatalf("apdu.md has no table %q", heading)
	}
	var out [][]string
	for line := range strings.SplitSeq(after, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, cells)
	}
	return out
}

func TestStatusWordsAreTheChapters(t *testing.T) {
	of := map[spec.Code]string{}
	for _, row := range rows(t, "| status | code of [refusals.md](refusals.md) | says |") {
		if strings.Contains(row[0], "x") {
			continue // 61xx and 63Cx say something besides
		}
		for _, code := range regexp.MustCompile(`\d+`).FindAllString(row[1], -1) {
			n, _ := strconv.Atoi(code)
			of[spec.Code(n)] = row[0]
		}
	}
	if len(of) < 15 {
		t.Fatalf("the chapter has a status for %d codes", len(of))
	}
	for _, c := range spec.Codes() {
		want, special := of[c.Code]
		if !special {
			want = apdu.StatusRefused.String()
		}
		if got := apdu.StatusOf(c.Code).String(); got != want {
			t.Errorf("%d: the code says %s, the chapter %s", int(c.Code), got, want)
		}
	}
}

// A card serves the instructions of the chapter, at the side that it names, and
// no other.
func TestInstructionsAreTheChapters(t *testing.T) {
	sides := map[byte]string{}
	for _, row := range rows(t, "| INS | name | P1 P2 | side | data | answer |") {
		n, err := strconv.ParseUint(row[0], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		sides[byte(n)] = row[3]
	}
	b := newRealm(t).body(1, 255)
	ask := func(transmit func([]byte) []byte, ins byte) apdu.Status {
		r, err := apdu.ParseResponse(transmit([]byte{0x80, ins, 0xFF, 0xFF}))
		if err != nil {
			t.Fatal(err)
		}
		return r.Status
	}
	b.stranger()
	b.terminal()
	for ins := range 256 {
		side, listed := sides[byte(ins)]
		got := ask(b.Transmit, byte(ins))
		if iso := ins == apdu.InsSelect || ins == apdu.InsMore; iso {
			continue // of class 00
		}
		if known := got != apdu.StatusINS; known != listed {
			t.Errorf("INS %02X: %s; in the chapter: %v", ins, got, listed)
		}
		if !listed {
			continue
		}
		r, _ := apdu.ParseResponse(b.Contactless.Transmit([]byte{0x80, byte(ins), 0, 0, 0}))
		closed := r.Status == apdu.StatusConditions
		if user := side == "user"; user != closed && r.Status != apdu.StatusP1P2 {
			t.Errorf("INS %02X of side %q, without data at the contactless side: %s", ins, side, r.Status)
		}
	}
}
