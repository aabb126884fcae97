package cddl

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Grammar is a parsed set of rules.
type Grammar struct {
	types  map[string]typeNode
	groups map[string][]entry
	names  []string // in the order of the file
}

// Names returns the names of all rules in the order of the grammar.
func (g *Grammar) Names() []string { return append([]string(nil), g.names...) }

// A typeNode is a type: one of the nodes below.
type typeNode interface{}

type (
	choice  []typeNode
	name    string
	literal struct{ value any } // uint64, int64 or string
	span    struct{ low, high int64 }
	array   struct{ entries []entry }
	mapping struct{ entries []entry }
	sized   struct {
		base typeNode
		size span
	}
	embedded struct{ inner typeNode } // bstr .cbor inner
)

// An entry is a member of an array or a map, or the name of a group.
type entry struct {
	low, high int      // occurrences
	key       typeNode // nil in an array, and for a group
	value     typeNode
}

type parser struct {
	tokens []token
	g      *Grammar
}

// Parse reads a grammar.
func Parse(text string) (g *Grammar, err error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens, &Grammar{types: map[string]typeNode{}, groups: map[string][]entry{}}}
	for p.peek().kind != tokenEnd {
		if err := p.rule(); err != nil {
			return nil, err
		}
	}
	return p.g, nil
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != tokenEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take consumes the sign if it comes next.
func (p *parser) take(sign string) bool {
	if p.peek().text != sign {
		return false
	}
	p.next()
	return true
}

func (p *parser) want(sign string) error {
	if t := p.peek(); !p.take(sign) {
		return fmt.Errorf("cddl: line %d: %q where %q is expected", t.line, t.text, sign)
	}
	return nil
}

func (p *parser) rule() error {
	t := p.next()
	if t.kind != tokenName {
		return fmt.Errorf("cddl: line %d: %q where a rule should begin", t.line, t.text)
	}
	if err := p.want("="); err != nil {
		return err
	}
	if p.g.types[t.text] != nil || p.g.groups[t.text] != nil {
		return fmt.Errorf("cddl: line %d: %s is defined twice", t.line, t.text)
	}
	p.g.names = append(p.g.names, t.text)
	if p.take("(") {
		entries, err := p.entries(")")
		p.g.groups[t.text] = entries
		return err
	}
	node, err := p.typ()
	p.g.types[t.text] = node
	return err
}

// typ reads alternatives.
func (p *parser) typ() (typeNode, error) {
	first, err := p.single()
	if err != nil || p.peek().text != "/" {
		return first, err
	}
	all := choice{first}
	for p.take("/") {
		t, err := p.single()
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// single reads a type with its range or control.
func (p *parser) single() (typeNode, error) {
	base, err := p.primary()
	if err != nil {
		return nil, err
	}
	switch {
	case p.take(".."):
		high, err := p.integer()
		low, ok := base.(literal)
		if err != nil || !ok {
			return nil, fmt.Errorf("cddl: line %d: a range needs two integers", p.peek().line)
		}
		return span{integerOf(low.value), high}, nil
	case p.take(".size"):
		size, err := p.size()
		return sized{base, size}, err
	case p.take(".cbor"):
		inner, err := p.primary()
		return embedded{inner}, err
	}
	return base, nil
}

func (p *parser) size() (span, error) {
	if !p.take("(") {
		n, err := p.integer()
		return span{n, n}, err
	}
	t, err := p.single()
	if err != nil {
		return span{}, err
	}
	s, ok := t.(span)
	if !ok {
		return span{}, fmt.Errorf("cddl: line %d: .size needs a number or a range", p.peek().line)
	}
	return s, p.want(")")
}

func (p *parser) primary() (typeNode, error) {
	t := p.next()
	switch {
	case t.kind == tokenName:
		return name(t.text), nil
	case t.kind == tokenText:
		return literal{strings.Trim(t.text, `"`)}, nil
	case t.kind == tokenNumber:
		n, err := strconv.ParseInt(t.text, 0, 64)
		if n < 0 {
			return literal{n}, err
		}
		return literal{uint64(n)}, err
	case t.text == "[":
		entries, err := p.entries("]")
		return array{entries}, err
	case t.text == "{":
		entries, err := p.entries("}")
		return mapping{entries}, err
	}
	return nil, fmt.Errorf("cddl: line %d: %q where a type is expected", t.line, t.text)
}

func (p *parser) integer() (int64, error) {
	t, err := p.primary()
	if err != nil {
		return 0, err
	}
	l, ok := t.(literal)
	if !ok {
		return 0, fmt.Errorf("cddl: line %d: an integer is expected", p.peek().line)
	}
	return integerOf(l.value), nil
}

func integerOf(v any) int64 {
	switch n := v.(type) {
	case uint64:
		return int64(n)
	case int64:
		return n
	}
	return math.MinInt64
}

// entries reads members up to the closing sign, commas between them.
func (p *parser) entries(end string) ([]entry, error) {
	list := []entry{}
	for !p.take(end) {
		e, err := p.entry()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if !p.take(",") && p.peek().text != end {
			return nil, fmt.Errorf("cddl: line %d: %q where a comma or %q is expected", p.peek().line, p.peek().text, end)
		}
	}
	return list, nil
}

func (p *parser) entry() (entry, error) {
	e := p.occurrence()
	t, err := p.typ()
	if err != nil {
		return e, err
	}
	if p.take(":") || p.take("=>") {
		e.key = t
		t, err = p.typ()
	}
	e.value = t
	return e, err
}

// occurrence reads ?, *, +, n*m or nothing.
func (p *parser) occurrence() entry {
	switch {
	case p.take("?"):
		return entry{low: 0, high: 1}
	case p.take("*"):
		return entry{low: 0, high: math.MaxInt}
	case p.take("+"):
		return entry{low: 1, high: math.MaxInt}
	}
	if len(p.tokens) > 2 && p.tokens[0].kind == tokenNumber && p.tokens[1].text == "*" && p.tokens[2].kind == tokenNumber {
		low, _ := strconv.Atoi(p.next().text)
		p.next()
		high, _ := strconv.Atoi(p.next().text)
		return entry{low: low, high: high}
	}
	return entry{low: 1, high: 1}
}
