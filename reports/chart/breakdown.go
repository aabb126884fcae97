package chart

import (
	"cmp"
	"fmt"
	"slices"
)

// A Breakdown chart divides a whole among its parts, one stacked bar for each row.
type Breakdown struct {
	Heading
	ValueName string // of the axis; the unit stands at its ticks
	Parts     []string
	Rows      []BreakdownRow
	Format    func(float64) string // of values: [Micros] or [Count]
}

// A BreakdownRow has one value for each part, in their order.
type BreakdownRow struct {
	Name   string
	Values []float64
}

const rowHeight, rowGap = 16, 12

func (b Breakdown) size(m measurer) (w, h float64, err error) {
	if len(b.Rows) == 0 || len(b.Parts) == 0 || len(b.Parts) > 6 {
		return 0, 0, fmt.Errorf("%w: %d rows of %d parts; at least 1 row and 1 to 6 parts are possible", ErrData, len(b.Rows), len(b.Parts))
	}
	for _, r := range b.Rows {
		if len(r.Values) != len(b.Parts) {
			return 0, 0, fmt.Errorf("%w: row %q has %d values for %d parts", ErrData, r.Name, len(r.Values), len(b.Parts))
		}
		if err := finite(r.Name, r.Values...); err != nil {
			return 0, 0, err
		}
	}
	return chartWidth, m.top(b.keys(Light.theme())) + float64(len(b.Rows))*(rowHeight+rowGap) + axisBelow, nil
}

func (r BreakdownRow) sum() float64 {
	sum := 0.0
	for _, v := range r.Values {
		sum += v
	}
	return sum
}

// colours gives the first colour to the part that is largest overall, so that
// the eye rests on what matters.
func (b Breakdown) colours(t theme) []colour {
	total, order := make([]float64, len(b.Parts)), make([]int, len(b.Parts))
	for i := range b.Parts {
		order[i] = i
		for _, r := range b.Rows {
			total[i] += r.Values[i]
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(total[j], total[i]) })
	out := make([]colour, len(b.Parts))
	for rank, i := range order {
		out[i] = t.colour(rank)
	}
	return out
}

func (b Breakdown) keys(t theme) []key {
	keys := squares(t, b.Parts)
	for i, ink := range b.colours(t) {
		keys[i].ink = ink
	}
	return keys
}

func (b Breakdown) draw(c *canvas) {
	keys, inks := b.keys(c.theme), b.colours(c.theme)
	c.legend(keys)
	y0 := c.top(keys)
	rows, top, widest := []string{}, 0.0, 0.0
	for _, r := range b.Rows {
		rows = append(rows, r.Name)
		top = max(top, r.sum())
		widest = max(widest, c.width(text{s: b.Format(r.sum()), size: sizeLabel, bold: true}))
	}
	if top == 0 {
		top = 1
	}
	x := linear(top, 4, b.Format)
	x.from, x.to = margin+c.widest(rows)+8, c.w-margin-widest-8
	xAxis(c, x, y0, c.h-axisBelow, b.ValueName)
	y := y0 + rowGap/2
	for _, r := range b.Rows {
		c.text(x.from-8, y+rowHeight/2+3.2, text{s: r.Name, size: sizeLabel, at: 1, ink: c.theme.ink})
		sum := 0.0
		for i, v := range r.Values {
			x0, x1 := x.pos(sum), x.pos(sum+v)
			if x1-x0 > 4 {
				x1 -= 0.8 // a gap keeps neighbours apart; a sliver has no room for one
			}
			c.rect(x0, y, x1-x0, rowHeight, inks[i])
			sum += v
		}
		c.text(x.pos(sum)+6, y+rowHeight/2+3.2, text{s: b.Format(sum), size: sizeLabel, bold: true, ink: c.theme.ink})
		y += rowHeight + rowGap
	}
}
