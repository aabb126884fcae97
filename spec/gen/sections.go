package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reference/sizes"
	"github.com/assay-cbdc/assay/spec"
)

var section = regexp.MustCompile(`(?s)<!-- generated ([a-z-]+) -->\n(.*?)<!-- end generated -->`)

// A maker writes the text between two markers; it is handed the text that
// stands there.
type maker func(old string) string

// makers are the generated sections by the name in their marker.
func makers() (map[string]maker, error) {
	d, err := sizes.Compute()
	if err != nil {
		return nil, err
	}
	of := func(table func(sizes.Document) string) maker { return func(string) string { return table(d) } }
	return map[string]maker{
		"sizes-payment": of(sizesPayment),
		"sizes-apdus":   of(sizesAPDUs),
		"sizes-telecom": of(sizesTelecom),
		"sizes-kems":    of(sizesKEMs),
		"sizes-objects": of(sizesObjects),
		"threats":       threatsTable,
	}, nil
}

// filled makes the sections of a chapter and notes which it has.
func filled(text string, made map[string]maker, used map[string]bool) (string, error) {
	var missing error
	text = section.ReplaceAllStringFunc(text, func(m string) string {
		parts := section.FindStringSubmatch(m)
		name, old := parts[1], parts[2]
		make, ok := made[name]
		if !ok {
			missing = fmt.Errorf("nothing is generated for the marker %q", name)
			return m
		}
		used[name] = true
		return "<!-- generated " + name + " -->\n" + make(old) + "<!-- end generated -->"
	})
	return text, missing
}

// table writes a Markdown table.
func table(header []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(header)
	b.WriteString("|" + strings.Repeat("---|", len(header)) + "\n")
	for _, r := range rows {
		line(r)
	}
	return b.String()
}

// paymentRows are the frames of a payment, then the whole.
var paymentRows = []struct{ message, about, certificates string }{
	{"M1", "M1 HELLO", sizes.Cached},
	{"M2", "M2, certificate inside", sizes.Value},
	{"M2", "M2, certificate cached", sizes.Cached},
	{"M3", "M3, certificate inside", sizes.Value},
	{"M3", "M3, certificate cached", sizes.Cached},
	{"M4 RECEIPT", "M4 RECEIPT", sizes.Cached},
	{"M4 ACK", "M4 ACK", sizes.Cached},
	{"payment RECEIPT", "**payment with RECEIPT**, certificates inside", sizes.Value},
	{"payment RECEIPT", "**payment with RECEIPT**, certificates cached", sizes.Cached},
	{"payment ACK", "**payment with ACK**, certificates inside", sizes.Value},
	{"payment ACK", "**payment with ACK**, certificates cached", sizes.Cached},
}

// bySuite makes one row: a name, then a cell for each suite.
func bySuite(d sizes.Document, about, message, certificates string, cell func(sizes.Message) string) []string {
	return overKEM(d, sizes.KEMs()[0], about, message, certificates, 1, cell)
}

func overKEM(d sizes.Document, kem, about, message, certificates string, hops int, cell func(sizes.Message) string) []string {
	row := []string{about}
	for _, s := range sizes.Suites() {
		m, ok := d.Over(kem, message, s, certificates, hops)
		if !ok {
			panic("spec/gen: no size of " + message + " in " + s)
		}
		row = append(row, cell(m))
	}
	return row
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

func sizesPayment(d sizes.Document) string {
	var rows [][]string
	for _, r := range paymentRows {
		rows = append(rows, bySuite(d, r.about, r.message, r.certificates, func(m sizes.Message) string { return thousands(m.Bytes) }))
	}
	return table(append([]string{"bytes"}, sizes.Suites()...), rows)
}

func sizesAPDUs(d sizes.Document) string {
	var rows [][]string
	for _, r := range paymentRows[len(paymentRows)-4:] {
		rows = append(rows, bySuite(d, r.about, r.message, r.certificates, func(m sizes.Message) string {
			return fmt.Sprintf("%d, %d", m.Short, m.Extended)
		}))
	}
	return table(append([]string{"APDUs: short, extended"}, sizes.Suites()...), rows)
}

// sizesTelecom has the messages of a payment in short messages, and what is
// sent by itself.
func sizesTelecom(d sizes.Document) string {
	var rows [][]string
	frames := func(m sizes.Message) string {
		if m.SMS == 0 {
			return "-"
		}
		return thousands(m.SMS)
	}
	for _, r := range paymentRows {
		rows = append(rows, bySuite(d, r.about, r.message, r.certificates, frames))
	}
	for _, hops := range []int{2, 3, 5} {
		about := fmt.Sprintf("M3 CHAIN, hop %d, certificate inside", hops)
		rows = append(rows, overKEM(d, sizes.KEMs()[0], about, "M3 CHAIN", sizes.Value, hops, frames))
	}
	for _, m := range []string{"TRANSFER", "RECEIPT", "capsule"} {
		rows = append(rows, bySuite(d, m, m, sizes.Cached, frames))
	}
	return table(append([]string{"frames of 140 bytes"}, sizes.Suites()...), rows)
}

// sizesObjects has what is no frame.
func sizesObjects(d sizes.Document) string {
	frames := map[string]bool{}
	for _, r := range paymentRows {
		frames[r.message] = true
	}
	var rows [][]string
	for _, m := range d.Messages {
		first := m.Suite == d.Messages[0].Suite && (m.KEM == "" || m.KEM == sizes.KEMs()[0])
		if !first || frames[m.Message] {
			continue
		}
		about := m.Message
		if m.Hops > 1 || m.Message == "M3 CHAIN" {
			about += fmt.Sprintf(", hop %d", m.Hops)
		}
		if m.Certificates == sizes.Value && !strings.HasPrefix(m.Message, "CERTS") { // which are nothing else
			about += ", certificate inside"
		}
		rows = append(rows, overKEM(d, sizes.KEMs()[0], about, m.Message, m.Certificates, m.Hops, func(m sizes.Message) string { return thousands(m.Bytes) }))
	}
	return table(append([]string{"bytes"}, sizes.Suites()...), rows)
}

// sizesKEMs has what is of another length over another KEM.
func sizesKEMs(d sizes.Document) string {
	var rows [][]string
	for _, kem := range sizes.KEMs() {
		for _, r := range []struct{ message, about, certificates string }{
			{"M1", "M1 HELLO", sizes.Cached}, {"M2", "M2, certificate cached", sizes.Cached},
			{"payment RECEIPT", "**payment with RECEIPT**, certificates inside", sizes.Value},
			{"payment RECEIPT", "**payment with RECEIPT**, certificates cached", sizes.Cached},
			{"STATIC_REQ", "STATIC_REQ", sizes.Cached}, {"capsule", "capsule", sizes.Cached},
		} {
			rows = append(rows, overKEM(d, kem, kem+": "+r.about, r.message, r.certificates, 1, func(m sizes.Message) string {
				return fmt.Sprintf("%s in %d, %d", thousands(m.Bytes), m.Short, m.Extended)
			}))
		}
	}
	return table(append([]string{"bytes in APDUs: short, extended"}, sizes.Suites()...), rows)
}

var threatRow = regexp.MustCompile(`(?m)^\| (TH-[0-9]{2}) \|[^|]*\| ([^|]*) \|$`)

// threatsTable names for each threat the requirements whose attribute line
// names it. The last column is written by hand, and kept.
func threatsTable(old string) string {
	outside := map[string]string{}
	for _, m := range threatRow.FindAllStringSubmatch(old, -1) {
		outside[m[1]] = m[2]
	}
	var rows [][]string
	for _, threat := range spec.Threats() {
		var ids []string
		for _, r := range spec.Requirements() {
			if slices.Contains(r.Threats, threat.ID) {
				ids = append(ids, string(r.ID))
			}
		}
		rows = append(rows, []string{threat.ID, strings.Join(ids, ", "), outside[threat.ID]})
	}
	return table([]string{"threat", "answered by", "outside, or open"}, rows)
}
