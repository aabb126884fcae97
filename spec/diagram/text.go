package diagram

import (
	"strings"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
)

const (
	fontSize   = 13
	lineHeight = 17
)

// face is the one whose metrics the browsers' fallbacks share.
var face = sync.OnceValue(func() font.Face {
	parsed, err := opentype.Parse(liberationsansregular.TTF)
	if err != nil {
		panic("diagram: an embedded font does not parse: " + err.Error())
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: fontSize, DPI: 72})
	if err != nil {
		panic("diagram: an embedded font has no face: " + err.Error())
	}
	return f
})

// faceLock guards face, which is not safe for concurrent use.
var faceLock sync.Mutex

func width(s string) float64 {
	faceLock.Lock()
	defer faceLock.Unlock()
	return float64(font.MeasureString(face(), s)) / 64
}

// wrap breaks a text into lines of at most that width; a word that is wider
// stands alone.
func wrap(s string, most float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && width(longer) > most {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}

func widest(lines []string) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, width(l))
	}
	return w
}
