package cddl

import (
	"fmt"
	"regexp"
)

// A token is a word of the grammar.
type token struct {
	kind tokenKind
	text string
	line int
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenNumber
	tokenText
	tokenSign
)

// words are the token patterns, the first that matches counting. A name may
// hold dots and dashes but not end in them, so that 1..2 and a .size b read.
var words = []struct {
	kind    tokenKind
	pattern *regexp.Regexp
}{
	{tokenEnd, regexp.MustCompile(`^(\s+|;[^\n]*)`)}, // blank, dropped
	{tokenText, regexp.MustCompile(`^"[^"]*"`)},
	{tokenNumber, regexp.MustCompile(`^-?(0x[0-9a-fA-F]+|[0-9]+)`)},
	{tokenName, regexp.MustCompile(`^\.?[A-Za-z_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?`)},
	{tokenSign, regexp.MustCompile(`^(\.\.|=>|[][{}()=:,?*+/])`)},
}

// lex splits a grammar into tokens.
func lex(text string) ([]token, error) {
	var out []token
	line := 1
next:
	for len(text) > 0 {
		for _, w := range words {
			m := w.pattern.FindString(text)
			if m == "" {
				continue
			}
			if w.kind != tokenEnd {
				out = append(out, token{w.kind, m, line})
			}
			for _, c := range m {
				if c == '\n' {
					line++
				}
			}
			text = text[len(m):]
			continue next
		}
		return nil, fmt.Errorf("cddl: line %d: cannot read %.10q", line, text)
	}
	return append(out, token{tokenEnd, "end of file", line}), nil
}
