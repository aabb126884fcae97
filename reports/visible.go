package reports

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible makes a string that a device chose safe to look at: control and
// format characters, among them those that reverse the direction of writing,
// become escapes. Line feeds stay.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError, unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// shortened is visible, and says so when it leaves something out.
func shortened(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return visible(s)
	}
	return fmt.Sprintf("%s … (%d more characters in report.json)", visible(string(runes[:most])), len(runes)-most)
}
