package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Requirement is one numbered paragraph of a chapter and its attribute line.
type Requirement struct {
	ID       ID       `json:"id"`
	Level    Level    `json:"level"`
	Text     string   `json:"text"`               // the paragraph, one line, without its number
	Chapter  string   `json:"chapter"`            // file name: "payment.md"
	Classes  []Class  `json:"classes"`            // where it is judged
	Reach    Reach    `json:"reach"`              // what judging it needs
	Families []string `json:"families"`           // families of value: "B"
	When     []string `json:"when,omitempty"`     // conditions, all of which select it; none = always
	How      []string `json:"how,omitempty"`      // techniques of README.md: "NEG"
	Threats  []string `json:"threats,omitempty"`  // threats of security.md: "TH-20"
	Since    string   `json:"since"`              // edition
	Excluded string   `json:"excluded,omitempty"` // why it cannot be tested; empty = testable
}

// In reports whether the requirement is judged in class c.
func (r Requirement) In(c Class) bool { return slices.Contains(r.Classes, c) }

// Requirements returns every requirement in force, in the order of the
// chapters. The slice is the caller's; what it holds is shared and read-only.
func Requirements() []Requirement { return slices.Clone(catalogue().list) }

// Lookup returns the requirement id, and whether there is one in force.
func Lookup(id ID) (Requirement, bool) {
	i, ok := catalogue().index[id]
	if !ok {
		return Requirement{}, false
	}
	return catalogue().list[i], true
}

type requirements struct {
	list  []Requirement
	index map[ID]int
}

// catalogue parses the embedded chapters once. They are tested, so that a
// fault in them is a broken build and not a condition to report.
var catalogue = sync.OnceValue(func() requirements {
	c := requirements{index: map[ID]int{}}
	for _, chapter := range Chapters() {
		text, err := files.ReadFile(chapter)
		if err != nil {
			panic("spec: " + err.Error())
		}
		list, err := ParseChapter(chapter, string(text))
		if err != nil {
			panic("spec: " + err.Error())
		}
		for _, r := range list {
			if _, dup := c.index[r.ID]; dup {
				panic(fmt.Sprintf("spec: %s: %s is defined twice", chapter, r.ID))
			}
			c.index[r.ID] = len(c.list)
			c.list = append(c.list, r)
		}
	}
	return c
})

var (
	numbered  = regexp.MustCompile(`^\*\*([A-Z]{3}-[0-9]{2})\*\* `)
	keyword   = regexp.MustCompile(`\b(MUST NOT|MUST|SHALL NOT|SHALL|SHOULD NOT|SHOULD|RECOMMENDED|REQUIRED|OPTIONAL|MAY)\b`)
	attribute = regexp.MustCompile(`([a-z]+)=("[^"]*"|\S*)`)
)

// Keywords returns the BCP 14 keywords in text, in order.
func Keywords(text string) []string { return keyword.FindAllString(text, -1) }

// ParseChapter returns the requirements that are written in the chapter text.
// A paragraph that begins "Withdrawn" keeps its number and is not returned.
func ParseChapter(chapter, text string) ([]Requirement, error) {
	var list []Requirement
	for _, p := range Paragraphs(text) {
		m := numbered.FindStringSubmatch(p.Text)
		if m == nil {
			continue
		}
		body := p.Text[len(m[0]):]
		if strings.HasPrefix(body, "Withdrawn") {
			continue
		}
		r, err := parseRequirement(ID(m[1]), body)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", chapter, p.Line, m[1], err)
		}
		r.Chapter = chapter
		list = append(list, r)
	}
	return list, nil
}

// parseRequirement reads a paragraph that ends in its attribute line, which
// alone stands between backticks at the end of the paragraph.
func parseRequirement(id ID, body string) (Requirement, error) {
	r := Requirement{ID: id}
	if !strings.HasSuffix(body, "`") {
		return r, fmt.Errorf("no attribute line")
	}
	open := strings.LastIndexByte(body[:len(body)-1], '`')
	if open < 0 || !strings.HasPrefix(body[open:], "`class=") {
		return r, fmt.Errorf("no attribute line that begins with class=")
	}
	r.Text = strings.TrimSpace(body[:open])
	words := Keywords(r.Text)
	if len(words) != 1 {
		return r, fmt.Errorf("%d BCP 14 keywords, want one", len(words))
	}
	switch words[0] {
	case "MUST", "MUST NOT":
		r.Level = LevelMust
	case "SHOULD", "SHOULD NOT":
		r.Level = LevelShould
	default:
		return r, fmt.Errorf("keyword %s carries no level", words[0])
	}
	for _, m := range attribute.FindAllStringSubmatch(body[open+1:len(body)-1], -1) {
		if err := r.setAttribute(m[1], strings.Trim(m[2], `"`)); err != nil {
			return r, err
		}
	}
	if len(r.Classes) == 0 || r.Reach == "" || len(r.Families) == 0 || r.Since == "" {
		return r, fmt.Errorf("attributes class, reach, families and since are needed")
	}
	return r, nil
}

func (r *Requirement) setAttribute(name, value string) error {
	list := strings.Split(value, ",")
	switch name {
	case "class":
		for _, c := range list {
			r.Classes = append(r.Classes, Class(c))
		}
	case "reach":
		r.Reach = Reach(value)
	case "families":
		r.Families = list
	case "when":
		r.When = list
	case "how":
		r.How = list
	case "threats":
		r.Threats = list
	case "since":
		r.Since = value
	case "excluded":
		r.Excluded = value
	default:
		return fmt.Errorf("unknown attribute %q", name)
	}
	return nil
}
