package chart

import (
	"fmt"
	"strconv"
)

// A Matrix chart shows counts by row and column: which requirement's checks
// found which fault. Cells on Own stand out from those beside it.
type Matrix struct {
	Heading
	RowName, ColumnName string
	Rows, Columns       []string
	Cells               [][]int // [row][column], 0: empty
	Own                 func(row, column int) bool
}

func (m Matrix) size(ms measurer) (w, h float64, err error) {
	if len(m.Rows) == 0 || len(m.Columns) == 0 || len(m.Cells) != len(m.Rows) {
		return 0, 0, fmt.Errorf("%w: %d rows of cells for %d rows and %d columns", ErrData, len(m.Cells), len(m.Rows), len(m.Columns))
	}
	for i, row := range m.Cells {
		if len(row) != len(m.Columns) {
			return 0, 0, fmt.Errorf("%w: row %q has %d cells for %d columns", ErrData, m.Rows[i], len(row), len(m.Columns))
		}
		for _, v := range row {
			if v < 0 {
				return 0, 0, fmt.Errorf("%w: row %q holds %d", ErrData, m.Rows[i], v)
			}
		}
	}
	left, top := m.origin(ms)
	cell := m.cell()
	return max(chartWidth, left+cell*float64(len(m.Columns))+margin), top + cell*float64(len(m.Rows)) + margin, nil
}

// cell is as large as a chart's width allows, within what can be read.
func (m Matrix) cell() float64 {
	return min(24, max(10, (chartWidth-80)/float64(len(m.Columns))))
}

func (m Matrix) labelSize() float64 { return min(sizeLabel, m.cell()-2) }

func (m Matrix) widest(ms measurer, labels []string) float64 {
	w := 0.0
	for _, s := range labels {
		w = max(w, ms.width(text{s: s, size: m.labelSize()}))
	}
	return w
}

func (m Matrix) origin(ms measurer) (left, top float64) {
	return margin + 16 + m.widest(ms, m.Rows) + 6, plotTopBare + 14 + m.widest(ms, m.Columns) + 6
}

func (m Matrix) draw(c *canvas) {
	left, top := m.origin(c.measurer)
	cell, t := m.cell(), c.theme
	right, bottom := left+cell*float64(len(m.Columns)), top+cell*float64(len(m.Rows))
	most := 1
	for i, row := range m.Cells {
		y := top + float64(i)*cell
		c.text(left-6, y+cell/2+m.labelSize()*0.35, text{s: m.Rows[i], size: m.labelSize(), at: 1, ink: t.muted})
		for _, v := range row {
			most = max(most, v)
		}
	}
	for j, name := range m.Columns {
		x := left + (float64(j)+0.5)*cell
		c.textUp(x+m.labelSize()*0.35, top-6, text{s: name, size: m.labelSize(), ink: t.muted})
	}
	m.paper(c, left, top)
	for i, row := range m.Cells {
		for j, v := range row {
			if v > 0 {
				m.drawCell(c, left+float64(j)*cell, top+float64(i)*cell, i, j, float64(v)/float64(most))
			}
		}
	}
	c.text((left+right)/2, plotTopBare+8, text{s: m.ColumnName, size: sizeText, at: 0.5, ink: t.muted})
	c.textUp(margin+6, (top+bottom)/2, text{s: m.RowName, size: sizeText, at: 0.5, ink: t.muted})
}

// cellGap keeps neighbouring cells apart.
const cellGap = 0.8

// paper draws the empty cells: a strip for each row, cut by a line between the
// columns, because a large matrix has ten thousand of them.
func (m Matrix) paper(c *canvas, left, top float64) {
	cell := m.cell()
	width, height := cell*float64(len(m.Columns))-cellGap, cell*float64(len(m.Rows))-cellGap
	for i := range m.Rows {
		c.rect(left, top+float64(i)*cell, width, cell-cellGap, c.theme.faint)
	}
	for j := 1; j < len(m.Columns); j++ {
		c.rect(left+float64(j)*cell-cellGap, top, cellGap, height, c.theme.surface)
	}
}

func (m Matrix) drawCell(c *canvas, x, y float64, i, j int, share float64) {
	t, size, v := c.theme, m.cell()-cellGap, m.Cells[i][j]
	ink := t.series[1]
	if m.Own == nil || m.Own(i, j) {
		ink = t.series[0]
	}
	c.rect(x, y, size, size, over(t.surface, ink, 0.35+0.65*share))
	if m.cell() >= 13 {
		c.text(x+size/2, y+size/2+3, text{s: strconv.Itoa(v), size: min(sizeLabel, m.cell()*0.55), bold: true, at: 0.5, ink: rgb(0xffffff)})
	}
}
