package diagram

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Measures of a drawing.
const (
	headTop  = 6
	headTall = 30
	between  = 13 // two events
	boxRoom  = 9  // beside the text of a box
	boxMost  = 196
	loopRoom = 88  // beside a column whose events return to it
	phone    = 470 // what is wider than this scrolls on a phone
)

// A sheet collects the elements of a drawing from the top down.
type sheet struct {
	b    strings.Builder
	d    Diagram
	side float64 // room beside the outermost columns
	y    float64
}

// SVG draws a diagram as one svg element without size. Colours come from the
// page, by class: see Style. The title must be unique enough to be read aloud.
func SVG(info, text, title string) (string, error) {
	d, err := Parse(info, text)
	if err != nil {
		return "", err
	}
	s := &sheet{d: d, side: d.side(), y: headTop + headTall + between + 4}
	for _, e := range d.Events {
		s.event(e)
	}
	tall := s.y + 4
	wide := 2*s.side + float64(len(d.Columns)-1)*d.gap()
	class := "d-participant"
	if states(info) {
		class = "d-state"
	}
	least := 0.0
	if wide > phone {
		least = phone
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %.4g" style="min-width:%gpx;max-width:%[1]gpx" role="img"><title>%[4]s</title>`, wide, tall, least, html.EscapeString(title))
	for i, name := range d.Columns {
		x := s.column(i)
		fmt.Fprintf(&out, `<path class="d-life" d="M%g %d V%.4g"/>`, x, headTop+headTall, tall)
		w := headWidth(name)
		fmt.Fprintf(&out, `<rect class="%s" x="%.4g" y="%d" width="%.4g" height="%d" rx="%d"/>`, class, x-w/2, headTop, w, headTall, radius(info))
		fmt.Fprintf(&out, `<text class="d-head" x="%g" y="%g">%s</text>`, x, headTop+headTall/2+4.5, html.EscapeString(name))
	}
	out.WriteString(s.b.String() + "</svg>")
	return out.String(), nil
}

func radius(info string) int {
	if states(info) {
		return headTall / 2
	}
	return 5
}

// gap is between two columns: less where there are many.
func (d Diagram) gap() float64 {
	switch len(d.Columns) {
	case 2, 3:
		return 252
	case 4:
		return 176
	default:
		return 152
	}
}

func headWidth(name string) float64 { return max(width(name)*1.1+28, 92) }

// side is as much as the boxes and loops of the outermost columns need.
func (d Diagram) side() float64 {
	room := 0.0
	for i, name := range d.Columns {
		outer := i == 0 || i == len(d.Columns)-1
		if outer {
			room = max(room, headWidth(name)/2)
		}
		for _, e := range d.Events {
			switch {
			case e.From != name || !outer:
			case e.Kind == Act || e.Kind == Step:
				_, _, w := boxed(e)
				room = max(room, w/2)
			case e.From == e.To && i > 0:
				room = max(room, loopRoom+36)
			}
		}
	}
	return room + 6
}

func (s *sheet) column(i int) float64 { return s.side + float64(i)*s.d.gap() }

func (s *sheet) x(name string) float64 { return s.column(slices.Index(s.d.Columns, name)) }

func (s *sheet) event(e Event) {
	switch {
	case e.Kind == Gap:
		s.gap(e)
	case e.Kind == Act, e.Kind == Step:
		s.box(e)
	case e.From == e.To:
		s.loop(e)
	default:
		s.arrow(e)
	}
	s.y += between
}

// text writes lines around x, the first baseline a line below y.
func (s *sheet) text(class string, x float64, lines []string) {
	for i, l := range lines {
		fmt.Fprintf(&s.b, `<text class="%s" x="%.4g" y="%.4g">%s</text>`, class, x, s.y+float64(i)*lineHeight+fontSize-1, html.EscapeString(l))
	}
}

func (s *sheet) gap(e Event) {
	from, to := 8.0, s.column(len(s.d.Columns)-1)+s.side-8
	lines := wrap(e.Text, to-from-40)
	s.y += 4
	tall := float64(len(lines))*lineHeight + 6
	fmt.Fprintf(&s.b, `<rect class="d-gap" x="%.4g" y="%.4g" width="%.4g" height="%.4g"/>`, from, s.y-3, to-from, tall)
	s.text("d-between", (from+to)/2, lines)
	s.y += tall + 2
}

// boxed returns the lines of a box, the width of its badge and its own.
func boxed(e Event) (lines []string, badge, w float64) {
	if e.Kind == Step {
		badge = width(e.Name)*1.08 + 14
	}
	lines = wrap(e.Text, boxMost-2*boxRoom-badge)
	return lines, badge, widest(lines) + 2*boxRoom + badge
}

// box is what one side does. A durable step has its name in a badge.
func (s *sheet) box(e Event) {
	class := "d-act"
	if e.Kind == Step {
		class = "d-step"
	}
	lines, badge, w := boxed(e)
	tall := float64(len(lines))*lineHeight + 8
	x := s.x(e.From) - w/2
	fmt.Fprintf(&s.b, `<rect class="%s" x="%.4g" y="%.4g" width="%.4g" height="%.4g" rx="4"/>`, class, x, s.y, w, tall)
	if badge > 0 {
		fmt.Fprintf(&s.b, `<path class="d-badge" d="M%.4g %.4g h%.4g v%.4g h-%.4g a4 4 0 0 1 -4 -4 v-%.4g a4 4 0 0 1 4 -4z"/>`,
			x+4, s.y, badge-4, tall, badge-4, tall-8)
		fmt.Fprintf(&s.b, `<text class="d-name" x="%.4g" y="%.4g">%s</text>`, x+badge/2, s.y+tall/2+4.5, html.EscapeString(e.Name))
	}
	s.y += 4
	s.text("d-text", x+badge+(w-badge)/2, lines)
	s.y += tall - 4
}

func (s *sheet) arrow(e Event) {
	from, to := s.x(e.From), s.x(e.To)
	way := 1.0
	if to < from {
		way = -1
	}
	lines := wrap(e.Text, max(from, to)-min(from, to)-34)
	if e.Kind == Lost {
		to = from + way*(max(from, to)-min(from, to))*0.72
	}
	s.plate((from+to)/2, lines)
	s.text("d-text", (from+to)/2, lines)
	s.y += float64(len(lines))*lineHeight + 3
	class := map[string]string{Clear: "d-clear", Sealed: "d-sealed", Lost: "d-lost"}[e.Kind]
	tip := to - way*1.5
	fmt.Fprintf(&s.b, `<path class="%s" d="M%.4g %.4g H%.4g"/>`, class, from, s.y, tip-way*5)
	if e.Kind == Lost {
		fmt.Fprintf(&s.b, `<path class="d-cross" d="M%.4g %.4g l10 10 m0 -10 l-10 10"/>`, to-5, s.y-5)
	} else {
		fmt.Fprintf(&s.b, `<path class="d-tip" d="M%.4g %.4g l%.4g -5 v10z"/>`, tip, s.y, -way*9)
	}
	s.y += 3
}

// plate keeps the lifelines that a text lies over from crossing it.
func (s *sheet) plate(x float64, lines []string) {
	w := widest(lines)*1.04 + 8
	fmt.Fprintf(&s.b, `<rect class="d-plate" x="%.4g" y="%.4g" width="%.4g" height="%d"/>`, x-w/2, s.y, w, len(lines)*lineHeight)
}

// loop is a transition that ends where it began.
func (s *sheet) loop(e Event) {
	x := s.x(e.From)
	room, at, anchor := s.d.gap()-54, x+34, "d-text d-start"
	if e.From == s.d.Columns[len(s.d.Columns)-1] {
		room = loopRoom
	}
	lines := wrap(e.Text, room)
	tall := max(float64(len(lines))*lineHeight, 22)
	fmt.Fprintf(&s.b, `<path class="d-clear" d="M%.4g %.4g h18 a8 8 0 0 1 8 8 v%.4g a8 8 0 0 1 -8 8 H%.4g"/>`, x, s.y, tall-16, x+7)
	fmt.Fprintf(&s.b, `<path class="d-tip" d="M%.4g %.4g l9 -5 v10z"/>`, x+1.5, s.y+tall)
	s.text(anchor, at, lines)
	s.y += tall + 4
}

// Style has the looks of a diagram by the page's variables.
const Style = `
.diagram { font: 13px 'Liberation Sans', Arimo, Arial, Helvetica, sans-serif; }
.diagram text { fill: var(--ink); text-anchor: middle; }
.diagram .d-start { text-anchor: start; }
.diagram .d-head { font-weight: 700; }
.diagram .d-life { stroke: var(--none); stroke-width: 1.2; stroke-dasharray: 3 4; fill: none; }
.diagram .d-participant { fill: var(--faint); stroke: var(--none); }
.diagram .d-state { fill: var(--open-bg); stroke: var(--open); }
.diagram .d-act { fill: var(--card); stroke: var(--none); }
.diagram .d-step { fill: var(--pass-bg); stroke: var(--pass); }
.diagram .d-badge { fill: var(--pass); }
.diagram text.d-name { fill: var(--card); font-weight: 700; }
.diagram .d-clear, .diagram .d-sealed, .diagram .d-lost { stroke: var(--ink); stroke-width: 1.4; fill: none; }
.diagram .d-sealed { stroke: var(--accent); stroke-width: 2.4; }
.diagram .d-lost { stroke: var(--fail); stroke-dasharray: 5 4; }
.diagram .d-cross { stroke: var(--fail); stroke-width: 2; fill: none; }
.diagram .d-tip { fill: var(--ink); }
.diagram .d-sealed + .d-tip { fill: var(--accent); }
.diagram .d-plate { fill: var(--card); }
.diagram .d-gap { fill: var(--faint); }
.diagram .d-between { font-style: italic; }
`
