package command

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is where prose for people is broken.
const width = 88

// text writes for people. The first error stands and ends the writing.
type text struct {
	w      io.Writer
	colour bool
	err    error
}

func (t *text) raw(b []byte) {
	if t.err == nil {
		_, t.err = t.w.Write(b)
	}
}

func (t *text) line(format string, a ...any) { t.raw(fmt.Appendf(nil, format+"\n", a...)) }

// The colours, as SGR parameters.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint colours s, where colours are wanted.
func (t *text) paint(sgr, s string) string {
	if !t.colour {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// heading separates a section.
func (t *text) heading(s string) { t.line("\n%s", t.paint(bold, s)) }

// paragraph writes prose behind an indent, broken at the width.
func (t *text) paragraph(indent int, s string) {
	for _, l := range wrap(s, width-indent) {
		t.line("%*s%s", indent, "", l)
	}
}

// field writes a name and a value that is broken under itself.
func (t *text) field(name, value string) {
	const column = 14
	for i, l := range wrap(value, width-column) {
		label := ""
		if i == 0 {
			label = name
		}
		t.line("  %s%*s%s", t.paint(dim, label), column-2-len(label), "", l)
	}
}

// wrap breaks s at spaces, so that no line is longer than n where it can be.
func wrap(s string, n int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(visible(s)) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) <= n:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// short cuts s to n characters.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ,;") + "…"
}

// visible replaces what a device could do harm with on a terminal: everything
// unprintable but the line feed.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		if r == '\t' {
			return ' '
		}
		return '?'
	}, strings.ToValidUTF8(s, "?"))
}

// oneLine makes one sentence of a message that has several lines.
func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// plural is "1 mutant" or "2 mutants".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
