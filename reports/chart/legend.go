package chart

// A key is an entry of a legend.
type key struct {
	name string
	ink  colour
	mark func(c *canvas, x, y float64) // nil: a square
}

const (
	keyIndent = 12 // from a key's mark to its name
	keyGap    = 14 // between keys of one line
	keyLine   = 14 // from line to line
)

// legendPlaces returns where each key stands, from the top left of the legend,
// and how much the legend's lines beyond the first push the plot down.
func (m measurer) legendPlaces(keys []key) (places []pt, extra float64) {
	x := float64(margin)
	for _, k := range keys {
		w := keyIndent + m.width(label(k.name))
		if x > margin && x+w > chartWidth-margin {
			x, extra = margin, extra+keyLine
		}
		places = append(places, pt{x, extra})
		x += w + keyGap
	}
	return places, extra
}

// top returns where a plot under these keys begins.
func (m measurer) top(keys []key) float64 {
	if len(keys) == 0 {
		return plotTopBare
	}
	_, extra := m.legendPlaces(keys)
	return plotTop + extra
}

// legend writes the keys under the heading.
func (c *canvas) legend(keys []key) {
	places, _ := c.legendPlaces(keys)
	for i, k := range keys {
		x, y := places[i].x, plotTop-10+places[i].y
		if k.mark != nil {
			k.mark(c, x, y)
		} else {
			c.rect(x, y-7, 8, 8, k.ink)
		}
		c.text(x+keyIndent, y, text{s: k.name, size: sizeLabel, ink: c.theme.ink})
	}
}

// squares are the keys of series in the theme's order of colours.
func squares(t theme, names []string) []key {
	keys := make([]key, 0, len(names))
	for i, n := range names {
		keys = append(keys, key{name: n, ink: t.colour(i)})
	}
	return keys
}
