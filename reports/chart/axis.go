package chart

import "image/color"

type colour = color.NRGBA

// xAxis draws vertical grid lines with their labels below, for charts whose
// bars lie.
func xAxis(c *canvas, x scale, y0, y1 float64, name string) {
	for _, t := range x.ticks {
		at := x.pos(t.at)
		ink := c.theme.grid
		if t.at == 0 {
			ink = c.theme.axis
		}
		c.line(stroke{width: 0.8, ink: ink}, pt{at, y0}, pt{at, y1})
		c.text(at, y1+13, text{s: t.name, size: sizeLabel, at: 0.5, ink: c.theme.muted})
	}
	c.text((x.from+x.to)/2, y1+29, text{s: name, size: sizeText, at: 0.5, ink: c.theme.muted})
}

// A frame is the plot area of a chart with both axes.
type frame struct {
	x, y                     scale
	left, right, top, bottom float64
}

// newFrame lays out a plot area between top and the axis labels. end is the
// room kept at the right of the axis.
func newFrame(c *canvas, x, y scale, top, end float64) frame {
	names := make([]string, 0, len(y.ticks))
	for _, t := range y.ticks {
		names = append(names, t.name)
	}
	f := frame{x: x, y: y, left: margin + 16 + c.widest(names) + 6, right: c.w - margin - end, top: top, bottom: c.h - axisBelow}
	f.x.from, f.x.to = f.left, f.right
	f.y.from, f.y.to = f.bottom, f.top
	return f
}

// axes draws the light horizontal grid, the thin x axis and every label.
func (f frame) axes(c *canvas, xName, yName string) {
	for _, t := range f.y.ticks {
		at := f.y.pos(t.at)
		c.line(stroke{width: 0.8, ink: c.theme.grid}, pt{f.left, at}, pt{f.right, at})
		c.text(f.left-6, at+3.2, text{s: t.name, size: sizeLabel, at: 1, ink: c.theme.muted})
	}
	c.line(stroke{width: 1, ink: c.theme.axis}, pt{f.left, f.bottom}, pt{f.right, f.bottom})
	last := -1e9
	for _, t := range f.x.ticks {
		at := f.x.pos(t.at)
		mark := text{s: t.name, size: sizeLabel, at: 0.5, ink: c.theme.muted}
		if w := c.width(mark); at-w/2 > last+4 {
			c.text(at, f.bottom+13, mark)
			last = at + w/2
		}
	}
	c.text((f.left+f.right)/2, f.bottom+29, text{s: xName, size: sizeText, at: 0.5, ink: c.theme.muted})
	c.textUp(margin+6, (f.top+f.bottom)/2, text{s: yName, size: sizeText, at: 0.5, ink: c.theme.muted})
}

// An endLabel names a line at its end, which a reader follows more easily than
// a legend.
type endLabel struct {
	name string
	y    float64
	ink  colour
}

// spread moves labels apart, in place and in ascending order of y, so that
// none covers another and all stay between top and bottom.
func spread(labels []endLabel, top, bottom float64) {
	const apart = sizeLabel + 2.5
	for i := range labels {
		low := top + float64(i)*apart
		if i > 0 {
			low = max(low, labels[i-1].y+apart)
		}
		labels[i].y = max(labels[i].y, low)
	}
	for i := len(labels) - 1; i >= 0; i-- {
		high := bottom - float64(len(labels)-1-i)*apart
		if i < len(labels)-1 {
			high = min(high, labels[i+1].y-apart)
		}
		labels[i].y = min(labels[i].y, high)
	}
}
