package main

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/assay-cbdc/assay/reference/sizes"
	"github.com/assay-cbdc/assay/reports/chart"
)

// A plot is one chart as it stands in the page, and as files of its own.
type plot struct {
	name  string
	html  template.HTML
	files map[string][]byte
}

// sizePlots draws what sizes.md tells in tables.
func sizePlots() ([]plot, error) {
	d, err := sizes.Compute()
	if err != nil {
		return nil, err
	}
	var list []plot
	for _, c := range []struct {
		name  string
		chart chart.Chart
	}{{"sizes-payment", paymentChart(d)}, {"sizes-frames", framesChart(d)}, {"sizes-kems", kemsChart(d)}} {
		p, err := drawn(c.name, c.chart)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// drawn makes a chart light and dark, as SVG and PNG.
func drawn(name string, c chart.Chart) (plot, error) {
	p := plot{name: name, files: map[string][]byte{}}
	var page bytes.Buffer
	page.WriteString("<figure>")
	for scheme, word := range []string{"light", "dark"} {
		id := name + "-" + word
		svg, err := chart.SVG(c, chart.Scheme(scheme), id)
		if err != nil {
			return p, err
		}
		png, err := chart.PNG(c, chart.Scheme(scheme))
		if err != nil {
			return p, err
		}
		p.files[id+".svg"], p.files[id+".png"] = svg, png
		fmt.Fprintf(&page, `<div class="only-%s">%s</div>`, word, svg)
	}
	page.WriteString("</figure>")
	p.html = template.HTML(page.String())
	return p, nil
}

func bar(d sizes.Document, message, suite, certificates string) chart.Bar {
	m, ok := d.Find(message, suite, certificates)
	return chart.Bar{Value: float64(m.Bytes), Absent: !ok}
}

// paymentChart compares whole payments.
func paymentChart(d sizes.Document) chart.Chart {
	b := chart.Bars{
		Heading:   chart.Heading{Title: "Bytes of a payment", Subtitle: "four frames over X25519; certificates inside, or known already"},
		ValueName: "bytes", Format: bytesFormat,
		Series: []string{"RECEIPT, inside", "RECEIPT, cached", "ACK, inside", "ACK, cached"},
	}
	for _, s := range sizes.Suites() {
		b.Groups = append(b.Groups, chart.BarGroup{Name: s, Bars: []chart.Bar{
			bar(d, "payment RECEIPT", s, sizes.Value), bar(d, "payment RECEIPT", s, sizes.Cached),
			bar(d, "payment ACK", s, sizes.Value), bar(d, "payment ACK", s, sizes.Cached),
		}})
	}
	return b
}

// framesChart compares the frames.
func framesChart(d sizes.Document) chart.Chart {
	b := chart.Bars{
		Heading:   chart.Heading{Title: "Bytes of each frame", Subtitle: "as they travel over X25519, certificates inside"},
		ValueName: "bytes", Format: bytesFormat, Series: sizes.Suites(),
	}
	for _, f := range []struct{ message, certificates string }{
		{"M1", sizes.Cached}, {"M2", sizes.Value}, {"M3", sizes.Value}, {"M4 RECEIPT", sizes.Cached}, {"M4 ACK", sizes.Cached},
	} {
		g := chart.BarGroup{Name: f.message}
		for _, s := range sizes.Suites() {
			g.Bars = append(g.Bars, bar(d, f.message, s, f.certificates))
		}
		b.Groups = append(b.Groups, g)
	}
	return b
}

// kemsChart compares whole payments over each KEM.
func kemsChart(d sizes.Document) chart.Chart {
	b := chart.Bars{
		Heading:   chart.Heading{Title: "Bytes of a payment by KEM", Subtitle: "four frames with a RECEIPT; certificates known already"},
		ValueName: "bytes", Format: bytesFormat, Series: sizes.KEMs(),
	}
	for _, s := range sizes.Suites() {
		g := chart.BarGroup{Name: s}
		for _, kem := range sizes.KEMs() {
			m, ok := d.Over(kem, "payment RECEIPT", s, sizes.Cached, 1)
			g.Bars = append(g.Bars, chart.Bar{Value: float64(m.Bytes), Absent: !ok})
		}
		b.Groups = append(b.Groups, g)
	}
	return b
}

func bytesFormat(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%d,%03d", int(v)/1000, int(v)%1000)
	}
	return fmt.Sprint(int(v))
}
