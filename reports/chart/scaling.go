package chart

import (
	"fmt"
	"strconv"
)

// A Scaling chart shows throughput by cores against n times that of one core.
type Scaling struct {
	Heading
	ValueName string // of the y axis, with its unit
	Series    []ScalingSeries
}

// A ScalingSeries is in ascending order of cores.
type ScalingSeries struct {
	Name   string
	Points []ScalingPoint
}

// A ScalingPoint is a rate with its 95 % interval; Low and High of 0: none.
type ScalingPoint struct {
	Cores            int
	Value, Low, High float64
}

func (s Scaling) size(m measurer) (w, h float64, err error) {
	if len(s.Series) == 0 || len(s.Series) > 6 {
		return 0, 0, fmt.Errorf("%w: %d series; 1 to 6 are possible", ErrData, len(s.Series))
	}
	for _, series := range s.Series {
		if len(series.Points) == 0 {
			return 0, 0, fmt.Errorf("%w: %s has no points", ErrData, series.Name)
		}
		for i, p := range series.Points {
			if p.Cores < 1 || i > 0 && p.Cores <= series.Points[i-1].Cores {
				return 0, 0, fmt.Errorf("%w: %s goes to %d cores at point %d", ErrData, series.Name, p.Cores, i)
			}
			if err := finite(series.Name, p.Value, p.Low, p.High); err != nil {
				return 0, 0, err
			}
		}
	}
	_, extra := m.legendPlaces(s.keys(Light.theme()))
	return chartWidth, plotHeight + extra, nil
}

func (s Scaling) keys(t theme) []key {
	series := make([]string, 0, len(s.Series))
	for _, x := range s.Series {
		series = append(series, x.Name)
	}
	return append(squares(t, series), key{name: "ideal", mark: func(c *canvas, x, y float64) {
		c.line(stroke{width: 1, dash: 3, ink: t.muted}, pt{x - 2, y - 3}, pt{x + 9, y - 3})
	}})
}

func (s Scaling) draw(c *canvas) {
	t := c.theme
	keys := s.keys(t)
	c.legend(keys)
	top, cores := 0.0, []int{}
	for _, series := range s.Series {
		for _, p := range series.Points {
			top = max(top, p.Value, p.High, series.ideal(p.Cores))
			cores = append(cores, p.Cores)
		}
	}
	f := newFrame(c, coreScale(cores), linear(max(top, 1), 4, Count), c.top(keys)+6, 18)
	f.x.from += 18
	f.axes(c, "cores", s.ValueName)
	for i, series := range s.Series {
		ideal, line := []pt{}, []pt{}
		for _, p := range series.Points {
			at := f.x.pos(float64(p.Cores))
			ideal = append(ideal, pt{at, f.y.pos(series.ideal(p.Cores))})
			line = append(line, pt{at, f.y.pos(p.Value)})
		}
		c.line(stroke{width: 1, dash: 3, ink: t.muted}, ideal...)
		c.line(stroke{width: 1.8, ink: t.colour(i)}, line...)
		for j, p := range series.Points {
			if p.High > 0 {
				whisker(c, line[j].x, f.y.pos(p.Low), f.y.pos(p.High), t.colour(i))
			}
			c.dot(line[j].x, line[j].y, 3, t.colour(i))
		}
	}
}

// ideal is what n cores would do if each did what the first point's did.
func (s ScalingSeries) ideal(n int) float64 {
	return s.Points[0].Value / float64(s.Points[0].Cores) * float64(n)
}

func coreScale(cores []int) scale {
	s := scale{of: same, lo: float64(cores[0]), hi: float64(cores[0])}
	seen := map[int]bool{}
	for _, n := range cores {
		s.lo, s.hi = min(s.lo, float64(n)), max(s.hi, float64(n))
		if !seen[n] {
			seen[n] = true
			s.ticks = append(s.ticks, tick{float64(n), strconv.Itoa(n)})
		}
	}
	if s.hi == s.lo {
		s.hi++ // one point stands at the left end
	}
	return s
}

func whisker(c *canvas, x, low, high float64, ink colour) {
	s := stroke{width: 1.1, ink: ink}
	c.line(s, pt{x, low}, pt{x, high})
	c.line(s, pt{x - 3, low}, pt{x + 3, low})
	c.line(s, pt{x - 3, high}, pt{x + 3, high})
}
