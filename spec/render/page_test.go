package main

import (
	"html"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

var rendered = sync.OnceValues(func() (string, error) {
	plots, err := sizePlots()
	if err != nil {
		return "", err
	}
	b, err := render(plots)
	return string(b), err
})

func page(t *testing.T) string {
	t.Helper()
	text, err := rendered()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var (
	idAttribute   = regexp.MustCompile(` id="([^"]+)"`)
	hrefAttribute = regexp.MustCompile(` href="([^"]+)"`)
	fetches       = regexp.MustCompile(`(?i)<(script|img|link|iframe|object|embed|form|base|video|audio)\b|@import|url\(| src=| on[a-z]+="`)
)

func ids(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, m := range idAttribute.FindAllStringSubmatch(page(t), -1) {
		if out[m[1]] {
			t.Errorf("two elements have the id %s", m[1])
		}
		out[m[1]] = true
	}
	return out
}

func TestEveryLinkHasItsPlace(t *testing.T) {
	places := ids(t)
	links := hrefAttribute.FindAllStringSubmatch(page(t), -1)
	if len(links) < 1000 {
		t.Errorf("%d links; the page has more", len(links))
	}
	for _, m := range links {
		anchor, ok := strings.CutPrefix(html.UnescapeString(m[1]), "#")
		if !ok || !places[anchor] {
			t.Errorf("a link leads to %s", m[1])
		}
	}
}

func TestThePageFetchesNothing(t *testing.T) {
	if found := fetches.FindString(page(t)); found != "" {
		t.Errorf("the page has %q", found)
	}
	if !strings.Contains(page(t), `content="default-src 'none'; style-src 'unsafe-inline'"`) {
		t.Error("the page has not its policy of contents")
	}
}

// TestEverythingHasAnAnchor: requirements, threats, codes, chapters, messages
// and the rows of rules.
func TestEverythingHasAnAnchor(t *testing.T) {
	places := ids(t)
	want := []string{"rules-wire", "device.pay-3", "ledger.sync-1", "cert.path-11", "protocol-cddl", "M-07", "G4", "W5", "CRY-09"}
	for _, r := range spec.Requirements() {
		want = append(want, string(r.ID))
	}
	for _, threat := range spec.Threats() {
		want = append(want, threat.ID)
	}
	for _, c := range spec.Codes() {
		want = append(want, codeAnchor(c.Code))
	}
	for _, name := range spec.Chapters() {
		want = append(want, slug(name))
		text, err := spec.Chapter(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range spec.Blocks(string(text)) {
			if message, ok := strings.CutPrefix(b.Info, "hex message="); ok {
				want = append(want, message)
			}
		}
	}
	for _, id := range want {
		if !places[id] {
			t.Errorf("nothing has the anchor %s", id)
		}
	}
}

func TestRequirementsShowWhatJudgesThem(t *testing.T) {
	_, section, _ := strings.Cut(page(t), `id="PAY-03"`)
	section, _, _ = strings.Cut(section, "</section>")
	for _, want := range []string{"MUST", "<code>PAY-03.amount</code>", "<code>any-amount</code>", `href="#TH-20"`, `href="#code-117"`} {
		if !strings.Contains(section, want) {
			t.Errorf("PAY-03 does not show %s", want)
		}
	}
	if strings.Contains(page(t), "class=BH") {
		t.Error("an attribute line stands in the page as it stands in its chapter")
	}
}

func TestNamesInText(t *testing.T) {
	known, err := collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, want string }{
		{"with code 117, and PAY-03", "code-117 PAY-03"},
		{"M1. Member 131, 103 bytes:", ""},
		{"FIPS 204 and RFC 103", ""},
		{"at 122.", "code-122"},
		{"300.00 EUR, 1,103", ""},
		{"see sync.md for TH-01, W5 and G4", "sync TH-01 W5 G4"},
		{"SHA-256 of 2-101", ""},
		{"PVY-03 is reserved", ""},
	} {
		var got []string
		for _, s := range known.names(tt.text) {
			got = append(got, s.anchor)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q links to %v; want %s", tt.text, got, tt.want)
		}
	}
}
