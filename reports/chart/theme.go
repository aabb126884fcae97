package chart

import "image/color"

// A Scheme is light or dark.
type Scheme int

// The schemes.
const (
	Light Scheme = iota
	Dark
)

// A theme is the colours of one scheme. The series colours are those of Okabe
// and Ito, which stay apart for colour-blind readers; on dark they are brighter.
type theme struct {
	surface, ink, muted, grid, axis, faint color.NRGBA
	series                                 []color.NRGBA
}

func (s Scheme) theme() theme {
	if s == Dark {
		return theme{
			surface: rgb(0x161c24), ink: rgb(0xe8edf2), muted: rgb(0x9aa7b4), grid: rgb(0x27303b), axis: rgb(0x56636f), faint: rgb(0x202833),
			series: []color.NRGBA{rgb(0x4aa8e8), rgb(0xf2894a), rgb(0x35c49a), rgb(0xe29cc4), rgb(0xf0c14b), rgb(0xa9bccd)},
		}
	}
	return theme{
		surface: rgb(0xffffff), ink: rgb(0x1b2530), muted: rgb(0x66737f), grid: rgb(0xe8ecf0), axis: rgb(0x9aa5af), faint: rgb(0xf1f4f7),
		series: []color.NRGBA{rgb(0x0072b2), rgb(0xd55e00), rgb(0x009e73), rgb(0xcc79a7), rgb(0xe0a100), rgb(0x5f7386)},
	}
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16 & 0xff), G: uint8(v >> 8 & 0xff), B: uint8(v & 0xff), A: 0xff}
}

// colour returns the colour of series i. More series than colours repeat them;
// the charts refuse that many.
func (t theme) colour(i int) color.NRGBA { return t.series[i%len(t.series)] }

// over mixes a share of ink into paper. A mixed colour stands in for a
// translucent one, which SVG and PNG canvases draw differently.
func over(paper, ink color.NRGBA, share float64) color.NRGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-share) + float64(b)*share + 0.5) }
	return color.NRGBA{R: mix(paper.R, ink.R), G: mix(paper.G, ink.G), B: mix(paper.B, ink.B), A: 0xff}
}

// Sizes in points. The width is about that of a phone, so that labels keep a
// readable size there.
const (
	chartWidth  = 368
	margin      = 14
	sizeTitle   = 12.5
	sizeText    = 9.5
	sizeLabel   = 9
	plotTop     = 64 // of the plot area when a legend is drawn
	plotTopBare = 54 // without legend
)
