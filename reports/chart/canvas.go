package chart

import (
	"fmt"
	"image/color"
	"math"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A measurer knows the faces that texts are drawn in.
type measurer struct{ fonts *font.Cache }

// faces parses the two faces once: Liberation Sans, regular and bold. All that
// gonum/plot brings would weigh three megabytes more.
var faces = sync.OnceValue(func() font.Collection {
	var c font.Collection
	for _, f := range []struct {
		weight xfont.Weight
		ttf    []byte
	}{{xfont.WeightNormal, liberationsansregular.TTF}, {xfont.WeightBold, liberationsansbold.TTF}} {
		face, err := opentype.Parse(f.ttf)
		if err != nil {
			panic("chart: an embedded font does not parse: " + err.Error())
		}
		c = append(c, font.Face{Font: font.Font{Typeface: "Liberation", Variant: "Sans", Weight: f.weight}, Face: face})
	}
	return c
})

func newMeasurer() measurer { return measurer{font.NewCache(faces())} }

func (m measurer) face(t text) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if t.bold {
		f.Weight = xfont.WeightBold // semi-bold has no face and falls back to regular
	}
	return m.fonts.Lookup(f, vg.Length(t.size))
}

func (m measurer) width(t text) float64 {
	f := m.face(t)
	return float64(f.Width(t.s))
}

// widest returns the width of the widest label in points.
func (m measurer) widest(labels []string) float64 {
	w := 0.0
	for _, s := range labels {
		w = max(w, m.width(label(s)))
	}
	return w
}

// A text is a string with its looks. at is where its anchor lies in its width:
// 0 left, 0.5 centre, 1 right.
type text struct {
	s    string
	size float64
	bold bool
	at   float64
	ink  color.NRGBA
}

func label(s string) text { return text{s: s, size: sizeLabel} }

// A canvas draws in points with the origin at the top left. It keeps the first
// thing that would have left the sheet as its error.
type canvas struct {
	measurer
	sheet vg.Canvas
	theme theme
	w, h  float64
	err   error
}

func (c *canvas) inside(what string, x, y float64) {
	const slack = 0.5 // half a line's width
	out := x < -slack || y < -slack || x > c.w+slack || y > c.h+slack || math.IsNaN(x) || math.IsNaN(y)
	if out && c.err == nil {
		c.err = fmt.Errorf("%w: %s at (%.0f, %.0f) leaves the canvas of %.0f x %.0f points", ErrData, what, x, y, c.w, c.h)
	}
}

func (c *canvas) point(x, y float64) vg.Point {
	c.inside("a line", x, y)
	return vg.Point{X: vg.Length(x), Y: vg.Length(c.h - y)}
}

// text writes t with its baseline at y.
func (c *canvas) text(x, y float64, t text) {
	width := c.width(t)
	left := x - t.at*width
	c.inside(fmt.Sprintf("%q", t.s), left, y-t.size*0.7)
	c.inside(fmt.Sprintf("%q", t.s), left+width, y)
	c.sheet.SetColor(t.ink)
	c.sheet.FillString(c.face(t), vg.Point{X: vg.Length(left), Y: vg.Length(c.h - y)}, t.s)
}

// textUp writes t rotated by a quarter turn, reading upwards, with its anchor at y.
func (c *canvas) textUp(x, y float64, t text) {
	width := c.width(t)
	start := y + t.at*width
	c.inside(fmt.Sprintf("%q", t.s), x-t.size*0.7, start-width)
	c.inside(fmt.Sprintf("%q", t.s), x, start)
	c.sheet.Push()
	c.sheet.Translate(vg.Point{X: vg.Length(x), Y: vg.Length(c.h - start)})
	c.sheet.Rotate(math.Pi / 2)
	c.sheet.SetColor(t.ink)
	c.sheet.FillString(c.face(t), vg.Point{}, t.s)
	c.sheet.Pop()
}

func (c *canvas) rect(x, y, w, h float64, fill color.NRGBA) {
	c.polygon([]pt{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, fill)
}

type pt struct{ x, y float64 }

func (c *canvas) path(points []pt) vg.Path {
	var p vg.Path
	for i, q := range points {
		if i == 0 {
			p.Move(c.point(q.x, q.y))
			continue
		}
		p.Line(c.point(q.x, q.y))
	}
	return p
}

func (c *canvas) polygon(points []pt, fill color.NRGBA) {
	p := c.path(points)
	p.Close()
	c.sheet.SetColor(fill)
	c.sheet.Fill(p)
}

// A stroke is the look of a line; dash is the length of dashes and gaps, 0 for none.
type stroke struct {
	width, dash float64
	ink         color.NRGBA
}

func (c *canvas) line(s stroke, points ...pt) {
	c.sheet.SetColor(s.ink)
	c.sheet.SetLineWidth(vg.Length(s.width))
	c.sheet.SetLineDash(nil, 0)
	if s.dash > 0 {
		c.sheet.SetLineDash([]vg.Length{vg.Length(s.dash), vg.Length(s.dash * 0.8)}, 0)
	}
	c.sheet.Stroke(c.path(points))
}

func (c *canvas) dot(x, y, r float64, fill color.NRGBA) {
	var p vg.Path
	p.Move(c.point(x+r, y))
	p.Arc(c.point(x, y), vg.Length(r), 0, 2*math.Pi)
	p.Close()
	c.sheet.SetColor(fill)
	c.sheet.Fill(p)
}

func (c *canvas) headline(h Heading) {
	c.text(margin, 23, text{s: h.Title, size: sizeTitle, bold: true, ink: c.theme.ink})
	if h.Subtitle != "" {
		c.text(margin, 37, text{s: h.Subtitle, size: sizeLabel, ink: c.theme.muted})
	}
}
