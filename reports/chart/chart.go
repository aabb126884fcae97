// Package chart draws the plots of a report: bars with intervals, latency by
// percentile, distributions, scaling, breakdowns and matrices.
//
// It alone knows gonum/plot, whose canvases and fonts it draws with, and the
// theme. Axes and legends are its own: a range is computed from the data, and
// what would leave the canvas is an error, never clipped. It is not a plotting
// library: each chart answers one question that a report asks.
package chart

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"regexp"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// ErrData says that a chart's data cannot be drawn: nothing to draw, a value
// that is not finite, or one outside its axis.
var ErrData = errors.New("chart: data cannot be drawn")

// A Chart is one of the structs of this package.
type Chart interface {
	// size returns width and height in points, or [ErrData].
	size(m measurer) (w, h float64, err error)
	draw(c *canvas)
	heading() Heading
}

// A Heading is what stands above every chart. Title and Subtitle must fit the
// chart's width: about 50 characters, and 75.
type Heading struct {
	Title    string
	Subtitle string // units and conditions; may be empty
}

func (h Heading) heading() Heading { return h }

// pngDPI is twice the 96 dpi of a screen, for dense screens and print.
const pngDPI = 192

// fontStack names fonts with the metrics of the face that texts are measured
// in, so that an SVG has its labels where the PNG has them.
const fontStack = "'Liberation Sans',Arimo,Arial,Helvetica,sans-serif"

var (
	svgOpening = regexp.MustCompile(`(?s)^.*?<svg[^>]*>`)
	svgFont    = regexp.MustCompile(`font-family:[^;]*;font-variant:[^;]*;`)
)

// SVG returns the chart as one svg element without size, to be written into a
// page or a file. The id names its title and must be unique in that page.
func SVG(ch Chart, s Scheme, id string) ([]byte, error) {
	m := newMeasurer()
	w, h, err := ch.size(m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ch.heading().Title, err)
	}
	sheet := vgsvg.New(vg.Length(w), vg.Length(h))
	if err := render(ch, sheet, m, s, w, h); err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	if _, err := sheet.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("%s: %w", ch.heading().Title, err)
	}
	// vgsvg fixes a size in points and names one font; a page needs neither.
	body := svgOpening.ReplaceAll(raw.Bytes(), nil)
	body = svgFont.ReplaceAll(body, []byte("font-family:"+fontStack+";"))
	opening := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.5g %.5g" role="img" aria-labelledby="%s"><title id="%[3]s">%s</title>`,
		w, h, html.EscapeString(id), html.EscapeString(ch.heading().Title))
	return append([]byte(opening), body...), nil
}

// PNG returns the chart as an image of 192 dots per inch.
func PNG(ch Chart, s Scheme) ([]byte, error) {
	m := newMeasurer()
	w, h, err := ch.size(m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ch.heading().Title, err)
	}
	sheet := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(vg.Length(w), vg.Length(h)), vgimg.UseDPI(pngDPI))}
	if err := render(ch, sheet, m, s, w, h); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := sheet.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("%s: %w", ch.heading().Title, err)
	}
	return b.Bytes(), nil
}

func render(ch Chart, sheet vg.Canvas, m measurer, s Scheme, w, h float64) error {
	c := &canvas{measurer: m, sheet: sheet, theme: s.theme(), w: w, h: h}
	c.rect(0, 0, w, h, c.theme.surface)
	c.headline(ch.heading())
	ch.draw(c)
	if c.err != nil {
		return fmt.Errorf("%s: %w", ch.heading().Title, c.err)
	}
	return nil
}
