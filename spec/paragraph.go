package spec

import "strings"

// A Paragraph is a run of non-empty lines of a chapter outside fenced blocks.
type Paragraph struct {
	Line int    // of its first line, from 1
	Text string // its lines, joined by one space
}

// Paragraphs splits a chapter. Headings, tables and lists count as paragraphs;
// fenced blocks do not.
func Paragraphs(text string) []Paragraph {
	var out []Paragraph
	var current []string
	start, fenced := 0, false
	flush := func() {
		if len(current) > 0 {
			out = append(out, Paragraph{Line: start, Text: strings.Join(current, " ")})
			current = nil
		}
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			flush()
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		if line == "" {
			flush()
			continue
		}
		if len(current) == 0 {
			start = i + 1
		}
		current = append(current, line)
	}
	flush()
	return out
}

// A Block is a fenced block of a chapter.
type Block struct {
	Line int    // of its opening fence, from 1
	Info string // what follows the opening fence: "hex message=TRANSFER"
	Text string // the lines between the fences
}

// Blocks returns the fenced blocks of a chapter in order.
func Blocks(text string) []Block {
	var out []Block
	var open *Block
	var lines []string
	for i, line := range strings.Split(text, "\n") {
		info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			open, lines = &Block{Line: i + 1, Info: info}, nil
		case fence:
			open.Text = strings.Join(lines, "\n")
			out = append(out, *open)
			open = nil
		case open != nil:
			lines = append(lines, line)
		}
	}
	return out
}
