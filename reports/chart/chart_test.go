package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reports/chart"
)

func TestEveryChartDrawsInBothSchemes(t *testing.T) {
	dir := os.Getenv("ASSAY_CHART_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, ch := range samples() {
		for scheme, suffix := range map[chart.Scheme]string{chart.Light: "", chart.Dark: "-dark"} {
			svg, err := chart.SVG(ch, scheme, name+suffix)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			wellFormed(t, name, svg)
			pic, err := chart.PNG(ch, scheme)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := png.Decode(bytes.NewReader(pic)); err != nil {
				t.Errorf("%s: PNG does not decode: %v", name, err)
			}
			for ext, b := range map[string][]byte{".svg": svg, ".png": pic} {
				if err := os.WriteFile(filepath.Join(dir, name+suffix+ext), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func wellFormed(t *testing.T, name string, svg []byte) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: SVG is not well-formed: %v", name, err)
		}
	}
	opening, _, _ := strings.Cut(string(svg), ">")
	if !strings.Contains(opening, "viewBox=") || strings.Contains(opening, " width=") {
		t.Errorf("%s: opens with %s; want a viewBox and no size", name, opening)
	}
}

func TestSVGIsTheSameTwice(t *testing.T) {
	for name := range samples() {
		a, errA := chart.SVG(samples()[name], chart.Light, "a")
		b, errB := chart.SVG(samples()[name], chart.Light, "a")
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: two renderings differ (%v, %v)", name, errA, errB)
		}
	}
}

func TestHostileNamesAreEscaped(t *testing.T) {
	ch := samples()["scaling"].(chart.Scaling)
	ch.Title = `<script>"&`
	svg, err := chart.SVG(ch, chart.Light, "x")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(svg, []byte("<script>")) {
		t.Errorf("the title is not escaped")
	}
	wellFormed(t, "hostile", svg)
}

func TestDataThatCannotBeDrawnIsAnError(t *testing.T) {
	two := []chart.Quantile{{Q: 0, Micros: 1}, {Q: 0.5, Micros: 2}}
	long := strings.Repeat("wide ", 40)
	for name, ch := range map[string]chart.Chart{
		"no groups":            chart.Bars{Series: []string{"a"}},
		"missing bar":          chart.Bars{Series: []string{"a", "b"}, Groups: []chart.BarGroup{{Bars: []chart.Bar{{Value: 1}}}}},
		"NaN":                  chart.Bars{Series: []string{"a"}, Groups: []chart.BarGroup{{Bars: []chart.Bar{{Value: math.NaN()}}}}},
		"interval upside down": chart.Bars{Series: []string{"a"}, Groups: []chart.BarGroup{{Bars: []chart.Bar{{Value: 2, Low: 3, High: 1}}}}},
		"long group name":      chart.Bars{Series: []string{"a"}, Groups: []chart.BarGroup{{Name: long, Bars: []chart.Bar{{Value: 1}}}}},
		"long title":           chart.Scaling{Heading: chart.Heading{Title: long}, Series: []chart.ScalingSeries{{Points: []chart.ScalingPoint{{Cores: 1, Value: 1}}}}},
		"quantile of one":      chart.Percentile{Series: []chart.Distribution{{Points: append(two[:2:2], chart.Quantile{Q: 1, Micros: 3})}}},
		"latency of zero":      chart.Cumulative{Series: []chart.Distribution{{Points: []chart.Quantile{{Q: 0}, {Q: 0.5, Micros: 2}}}}},
		"descending":           chart.Percentile{Series: []chart.Distribution{{Points: []chart.Quantile{two[1], two[0]}}}},
		"no cores":             chart.Scaling{Series: []chart.ScalingSeries{{Points: []chart.ScalingPoint{{Cores: 0, Value: 1}}}}},
		"infinite part":        chart.Breakdown{Parts: []string{"a"}, Format: chart.Micros, Rows: []chart.BreakdownRow{{Values: []float64{math.Inf(1)}}}},
		"ragged matrix":        chart.Matrix{Rows: []string{"a"}, Columns: []string{"b"}, Cells: [][]int{{1, 2}}},
	} {
		if _, err := chart.SVG(ch, chart.Light, "x"); !errors.Is(err, chart.ErrData) {
			t.Errorf("%s: got %v; want ErrData", name, err)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct {
		got, want string
	}{
		{chart.Count(0), "0"}, {chart.Count(950), "950"}, {chart.Count(11700), "11.7 k"}, {chart.Count(1_840_000), "1.84 M"},
		{chart.Times(7), "7×"}, {chart.Times(7.126), "7.13×"}, {chart.Times(0.604), "0.604×"},
		{chart.Micros(0.3), "300 ns"}, {chart.Micros(180), "180 µs"}, {chart.Micros(1100), "1.1 ms"}, {chart.Micros(2e6), "2 s"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q; want %q", tt.got, tt.want)
		}
	}
}
