package stdio_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/stdio"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		command string
		want    []string
	}{
		{"python3 wallet.py", []string{"python3", "wallet.py"}},
		{"  a\tb\n c ", []string{"a", "b", "c"}},
		{`'a b' "c d" e\ f`, []string{"a b", "c d", "e f"}},
		{`a'b'"c"d`, []string{"abcd"}},
		{`'' ""`, []string{"", ""}},
		{`"\$\"\\\a" '\n'`, []string{`$"\\a`, `\n`}},
		{"a\\\nb", []string{"ab"}},
		{`$HOME | cat > x; y &`, []string{"$HOME", "|", "cat", ">", "x;", "y", "&"}},
	} {
		got, err := stdio.Split(tt.command)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("Split(%q) = %q, %v; want %q", tt.command, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "  ", "'a", `"a`, `a\`, `"a\`} {
		if got, err := stdio.Split(bad); err == nil {
			t.Errorf("Split(%q) = %q; want an error", bad, got)
		}
	}
}

// Words in single quotes come back as they were, whatever they hold.
func FuzzSplit(f *testing.F) {
	f.Add("a b", "c'd")
	f.Fuzz(func(t *testing.T, a, b string) {
		quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
		got, err := stdio.Split(quote(a) + " " + quote(b))
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Errorf("quoted %q and %q split into %q, %v", a, b, got, err)
		}
		_, _ = stdio.Split(a)
	})
}
