package chart

import (
	"fmt"
	"slices"
)

// A Bars chart compares values in groups of horizontal bars, each with its
// 95 % interval and its target.
type Bars struct {
	Heading
	ValueName string   // of the axis, with its unit
	Series    []string // one for each bar of a group; with one, its name is not shown
	Reference string   // the series that the others are held against, drawn in grey; may be empty
	Groups    []BarGroup
	Format    func(float64) string // of values: [Times], [Count] or [Micros]
}

// A BarGroup has one bar for each series, in their order.
type BarGroup struct {
	Name string
	Bars []Bar
}

// A Bar is a value of at least 0 with its interval. Low and High of 0 mean
// that there is none; a Target of 0 too. A void bar is drawn hollow and says so.
type Bar struct {
	Value, Low, High float64
	Target           float64
	Void             bool
	Absent           bool // the group has no such bar
}

const (
	barHeight = 11
	barGap    = 3
	groupGap  = 12
	axisBelow = 40 // ticks and name of an x axis
)

func (b Bars) size(m measurer) (w, h float64, err error) {
	if len(b.Groups) == 0 || len(b.Series) == 0 || len(b.Series) > 6 {
		return 0, 0, fmt.Errorf("%w: %d groups of %d series; at least 1 group and 1 to 6 series are possible", ErrData, len(b.Groups), len(b.Series))
	}
	for _, g := range b.Groups {
		if len(g.Bars) != len(b.Series) {
			return 0, 0, fmt.Errorf("%w: group %q has %d bars for %d series", ErrData, g.Name, len(g.Bars), len(b.Series))
		}
		for _, bar := range g.Bars {
			if err := finite(g.Name, bar.Value, bar.Low, bar.High, bar.Target); err != nil {
				return 0, 0, err
			}
			if bar.High != 0 && bar.Low > bar.High {
				return 0, 0, fmt.Errorf("%w: %s has the interval %v to %v", ErrData, g.Name, bar.Low, bar.High)
			}
		}
	}
	if left := b.left(m); left > chartWidth*0.5 {
		return 0, 0, fmt.Errorf("%w: the group names take %.0f of %d points", ErrData, left, chartWidth)
	}
	h = m.top(b.legendKeys(Light.theme())) + axisBelow
	for _, g := range b.Groups {
		h += g.height()
	}
	return chartWidth, h, nil
}

func (b Bars) names() []string {
	names := make([]string, 0, len(b.Groups))
	for _, g := range b.Groups {
		names = append(names, g.Name)
	}
	return names
}

func (b Bars) left(m measurer) float64 { return margin + m.widest(b.names()) + 8 }

func (b Bars) legendKeys(t theme) []key {
	var keys []key
	if len(b.Series) > 1 {
		for i, name := range b.Series {
			keys = append(keys, key{name: name, ink: b.colour(t, i)})
		}
	}
	has := func(f func(Bar) bool) bool {
		return slices.ContainsFunc(b.Groups, func(g BarGroup) bool { return slices.ContainsFunc(g.Bars, f) })
	}
	if has(func(bar Bar) bool { return bar.High > 0 }) {
		keys = append(keys, key{name: "95 % interval", mark: func(c *canvas, x, y float64) {
			interval(c, x, x+9, y-3, t.ink)
		}})
	}
	if has(func(bar Bar) bool { return bar.Target > 0 }) {
		keys = append(keys, key{name: "target", mark: func(c *canvas, x, y float64) {
			c.line(stroke{width: 2, ink: targetInk(t)}, pt{x + 4, y - 8}, pt{x + 4, y + 1})
		}})
	}
	return keys
}

func (g BarGroup) height() float64 {
	present := 0
	for _, bar := range g.Bars {
		if !bar.Absent {
			present++
		}
	}
	return float64(max(present, 1))*(barHeight+barGap) - barGap + groupGap
}

func (b Bars) colour(t theme, i int) colour {
	switch reference := slices.Index(b.Series, b.Reference); {
	case i == reference:
		return t.axis
	case reference >= 0 && i > reference:
		return t.colour(i - 1)
	}
	return t.colour(i)
}

func targetInk(t theme) colour { return t.series[1] }

func (b Bars) format(v float64) string {
	if b.Format == nil {
		return Count(v)
	}
	return b.Format(v)
}

func (b Bars) draw(c *canvas) {
	keys := b.legendKeys(c.theme)
	c.legend(keys)
	top, widest := 0.0, 0.0
	for _, g := range b.Groups {
		for _, bar := range g.Bars {
			top = max(top, bar.Value, bar.High, bar.Target)
			widest = max(widest, c.width(b.value(bar)))
		}
	}
	if top == 0 {
		top = 1
	}
	x := linear(top, 4, b.format)
	// Beyond the axis there is room for the value of a bar that fills it.
	x.from, x.to = b.left(c.measurer), c.w-margin-widest-8
	y0, y1 := c.top(keys), c.h-axisBelow
	xAxis(c, x, y0, y1, b.ValueName)
	y := y0 + groupGap/2
	for _, g := range b.Groups {
		b.group(c, x, y, g)
		y += g.height()
	}
}

func (b Bars) value(bar Bar) text {
	s := b.format(bar.Value)
	if bar.Void {
		s += " void"
	}
	return text{s: s, size: sizeLabel, bold: true}
}

func (b Bars) group(c *canvas, x scale, y float64, g BarGroup) {
	middle := y + (g.height()-groupGap)/2
	c.text(x.from-8, middle+3.2, text{s: g.Name, size: sizeLabel, at: 1, ink: c.theme.ink})
	for i, bar := range g.Bars {
		if bar.Absent {
			continue
		}
		ink := b.colour(c.theme, i)
		x0, x1 := x.pos(0), x.pos(bar.Value)
		fill := ink
		if bar.Void {
			fill = over(c.theme.surface, ink, 0.18)
		}
		c.rect(x0, y, x1-x0, barHeight, fill)
		end, mid := x1, y+barHeight/2.0
		if bar.High > 0 {
			interval(c, x.pos(bar.Low), x.pos(bar.High), mid, c.theme.ink)
			end = max(end, x.pos(bar.High))
		}
		if bar.Target > 0 {
			at := x.pos(bar.Target)
			c.line(stroke{width: 2, ink: targetInk(c.theme)}, pt{at, y - 3}, pt{at, y + barHeight + 3})
			// The value moves past a target that it would be written over.
			if t := b.value(bar); at > end-4 && at < end+6+c.width(t) {
				end = at
			}
		}
		t := b.value(bar)
		t.ink = c.theme.ink
		if bar.Void {
			t.ink = c.theme.muted
		}
		c.text(end+6, mid+3.2, t)
		y += barHeight + barGap
	}
}

// interval draws a whisker from x0 to x1.
func interval(c *canvas, x0, x1, y float64, ink colour) {
	s := stroke{width: 1.1, ink: ink}
	c.line(s, pt{x0, y}, pt{x1, y})
	c.line(s, pt{x0, y - 2.5}, pt{x0, y + 2.5})
	c.line(s, pt{x1, y - 2.5}, pt{x1, y + 2.5})
}
