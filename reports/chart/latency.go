package chart

import (
	"cmp"
	"fmt"
	"slices"
)

// A Distribution is the latencies of one series by quantile, ascending in both.
type Distribution struct {
	Name   string
	Points []Quantile
}

// A Quantile says that a share Q in [0, 1) of the latencies is at most Micros
// microseconds.
type Quantile struct{ Q, Micros float64 }

// A Percentile chart shows latency by percentile, on the axis of HDR
// histograms and a logarithmic one, where a tail has room.
type Percentile struct {
	Heading
	ValueName string // of the y axis; the unit stands at its ticks
	Series    []Distribution
	Target    float64 // microseconds; 0: none
}

const plotHeight = 256

func checkDistributions(series []Distribution) error {
	if len(series) == 0 || len(series) > 6 {
		return fmt.Errorf("%w: %d series; 1 to 6 are possible", ErrData, len(series))
	}
	for _, s := range series {
		if len(s.Points) < 2 {
			return fmt.Errorf("%w: %s has %d points; a line needs 2", ErrData, s.Name, len(s.Points))
		}
		for i, p := range s.Points {
			if err := finite(s.Name, p.Q, p.Micros); err != nil {
				return err
			}
			if p.Q >= 1 || p.Micros == 0 {
				return fmt.Errorf("%w: %s has quantile %v at %v µs; a quantile is below 1 and a latency above 0", ErrData, s.Name, p.Q, p.Micros)
			}
			if i > 0 && (p.Q < s.Points[i-1].Q || p.Micros < s.Points[i-1].Micros) {
				return fmt.Errorf("%w: %s is not in ascending order at quantile %v", ErrData, s.Name, p.Q)
			}
		}
	}
	return nil
}

func extent(series []Distribution) (lo, hi, q float64) {
	lo = series[0].Points[0].Micros
	for _, s := range series {
		last := s.Points[len(s.Points)-1]
		lo, hi, q = min(lo, s.Points[0].Micros), max(hi, last.Micros), max(q, last.Q)
	}
	return lo, hi, q
}

func (p Percentile) size(measurer) (w, h float64, err error) {
	if err := checkDistributions(p.Series); err != nil {
		return 0, 0, err
	}
	if _, _, q := extent(p.Series); q == 0 {
		return 0, 0, fmt.Errorf("%w: no quantile above 0", ErrData)
	}
	return chartWidth, plotHeight, finite("the target", p.Target)
}

func names(series []Distribution) []string {
	out := make([]string, 0, len(series))
	for _, s := range series {
		out = append(out, s.Name)
	}
	return out
}

func (p Percentile) draw(c *canvas) {
	lo, hi, q := extent(p.Series)
	if p.Target > 0 {
		lo, hi = min(lo, p.Target), max(hi, p.Target)
	}
	room := 0.0
	for _, n := range names(p.Series) {
		room = max(room, c.width(text{s: n, size: sizeLabel, bold: true}))
	}
	f := newFrame(c, percentiles(q), logarithmic(lo, hi, Micros), plotTopBare, room+8)
	f.axes(c, "percentile", p.ValueName)
	if p.Target > 0 {
		at := f.y.pos(p.Target)
		c.line(stroke{width: 1, dash: 4, ink: c.theme.muted}, pt{f.left, at}, pt{f.right, at})
		below := at + sizeLabel + 2 // above the line it would leave the plot
		if at-f.top > sizeLabel+4 {
			below = at - 4
		}
		c.text(f.right-4, below, text{s: "target " + Micros(p.Target), size: sizeLabel, at: 1, ink: c.theme.muted})
	}
	labels := make([]endLabel, 0, len(p.Series))
	for i, s := range p.Series {
		line := make([]pt, 0, len(s.Points))
		for _, point := range s.Points {
			line = append(line, pt{f.x.pos(point.Q), f.y.pos(point.Micros)})
		}
		c.line(stroke{width: 1.8, ink: c.theme.colour(i)}, line...)
		labels = append(labels, endLabel{s.Name, line[len(line)-1].y, c.theme.colour(i)})
	}
	slices.SortFunc(labels, func(a, b endLabel) int { return cmp.Compare(a.y, b.y) })
	spread(labels, f.top, f.bottom)
	for _, l := range labels {
		c.text(f.right+6, l.y+3.2, text{s: l.name, size: sizeLabel, bold: true, ink: l.ink})
	}
}

// A Cumulative chart shows which share of the latencies is at most so long.
type Cumulative struct {
	Heading
	ValueName string // of the x axis; the unit stands at its ticks
	Series    []Distribution
}

func (d Cumulative) size(m measurer) (w, h float64, err error) {
	_, extra := m.legendPlaces(squares(Light.theme(), names(d.Series)))
	return chartWidth, plotHeight + extra, checkDistributions(d.Series)
}

func (d Cumulative) draw(c *canvas) {
	keys := squares(c.theme, names(d.Series))
	c.legend(keys)
	// The axis ends at the 99.9th percentile of the slowest series: the rest of
	// the tail is a percentile chart's to show, and the axis name says so.
	lo, hi, cut := d.range999()
	y := scale{lo: 0, hi: 1, of: same}
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		y.ticks = append(y.ticks, tick{v, significant(v*100) + " %"})
	}
	f := newFrame(c, logarithmic(lo, hi, Micros), y, c.top(keys)+6, 14)
	f.axes(c, d.ValueName+cut, "share of settlements")
	for i, s := range d.Series {
		line := []pt{{f.x.pos(s.Points[0].Micros), f.bottom}}
		for _, p := range s.Points {
			if p.Micros <= hi {
				line = append(line, pt{f.x.pos(p.Micros), f.y.pos(p.Q)})
			}
		}
		c.line(stroke{width: 1.8, ink: c.theme.colour(i)}, line...)
	}
}

func (d Cumulative) range999() (lo, hi float64, cut string) {
	const most = 0.999
	lo, end, _ := extent(d.Series)
	for _, s := range d.Series {
		for _, p := range s.Points {
			if p.Q <= most {
				hi = max(hi, p.Micros)
			}
		}
	}
	if end > hi {
		cut = ", to the 99.9th percentile"
	}
	return lo, max(hi, lo*1.01), cut
}
