package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reports/chart"
)

// A plot is a chart with the name of its files.
type plot struct {
	name  string
	chart chart.Chart
}

type namedFile struct {
	name string
	data []byte
}

// files returns the plot as SVG and PNG, light and dark.
func (p plot) files() ([]namedFile, error) {
	var out []namedFile
	for _, v := range []struct {
		scheme chart.Scheme
		suffix string
	}{{chart.Light, ""}, {chart.Dark, "-dark"}} {
		svg, err := chart.SVG(p.chart, v.scheme, p.name+v.suffix)
		if err != nil {
			return nil, fmt.Errorf("plot %s: %w", p.name, err)
		}
		png, err := chart.PNG(p.chart, v.scheme)
		if err != nil {
			return nil, fmt.Errorf("plot %s: %w", p.name, err)
		}
		out = append(out, namedFile{p.name + v.suffix + ".svg", svg}, namedFile{p.name + v.suffix + ".png", png})
	}
	return out, nil
}

// A figure is a plot in the page, once for each scheme: the style sheet shows
// the one that fits.
type figure struct {
	Name        string
	Light, Dark template.HTML
}

func (p plot) figure() (figure, error) {
	light, err := chart.SVG(p.chart, chart.Light, "plot-"+p.name)
	if err != nil {
		return figure{}, fmt.Errorf("plot %s: %w", p.name, err)
	}
	dark, err := chart.SVG(p.chart, chart.Dark, "plot-"+p.name+"-dark")
	if err != nil {
		return figure{}, fmt.Errorf("plot %s: %w", p.name, err)
	}
	// The chart escapes every text that it is given.
	return figure{p.name, template.HTML(light), template.HTML(dark)}, nil
}

func plotsOf(extra Extra) ([]plot, error) {
	var plots []plot
	if len(extra.Kills) > 0 {
		plots = append(plots, plot{"kill-matrix", areaMatrix(extra.Kills)}, plot{"kill-matrix-full", fullMatrix(extra.Kills)})
	}
	if extra.Bench != nil {
		plots = append(plots, benchPlots(extra.Bench)...)
	}
	for i, p := range plots {
		if slices.ContainsFunc(plots[:i], func(q plot) bool { return q.name == p.name }) {
			return nil, fmt.Errorf("plot %s is made twice", p.name)
		}
	}
	return plots, nil
}

func benchPlots(b *Bench) []plot {
	var plots []plot
	ratios := chart.Bars{
		Heading:   chart.Heading{Title: "Each lane against its baseline", Subtitle: "ratio measured in the same run, rounds interleaved"},
		ValueName: "times the baseline", Series: []string{"ratio"}, Format: chart.Times,
	}
	rates := chart.Bars{
		Heading:   chart.Heading{Title: "Verified settlements per core second", Subtitle: "CPU time of one core"},
		ValueName: "settlements per core second", Series: []string{"obvious Go lane", "this core"}, Reference: "obvious Go lane", Format: chart.Count,
	}
	for _, l := range b.Lanes {
		if !l.TargetIsMax {
			ratios.Groups = append(ratios.Groups, chart.BarGroup{Name: l.Name, Bars: []chart.Bar{
				{Value: l.Ratio, Low: l.Low, High: l.High, Target: l.Target, Void: l.Void}}})
		}
		if l.Baseline == BaselineObvious && l.Ratio > 0 {
			per := l.SettlementsPerCoreSecond
			rates.Groups = append(rates.Groups, chart.BarGroup{Name: l.Name, Bars: []chart.Bar{
				{Value: per / l.Ratio}, {Value: per, Void: l.Void}}})
		}
	}
	if len(ratios.Groups) > 0 {
		plots = append(plots, plot{"lanes", ratios})
	}
	if len(rates.Groups) > 0 {
		plots = append(plots, plot{"rates", rates})
	}
	if len(b.Latencies) > 0 {
		series := distributions(b.Latencies)
		plots = append(plots,
			plot{"latency", chart.Percentile{Heading: chart.Heading{Title: "Latency by percentile", Subtitle: "wall time of one settlement"}, ValueName: "latency (log)", Series: series}},
			plot{"latency-cdf", chart.Cumulative{Heading: chart.Heading{Title: "Latency, cumulative", Subtitle: "share of settlements decided within a time"}, ValueName: "latency (log)", Series: series}})
	}
	if len(b.Scaling) > 0 {
		plots = append(plots, plot{"scaling", scalingChart(b.Scaling)})
	}
	if len(b.Breakdown) > 0 {
		plots = append(plots, plot{"breakdown", breakdownChart(b.Breakdown)})
	}
	return plots
}

func distributions(latencies []Percentiles) []chart.Distribution {
	var out []chart.Distribution
	for _, p := range latencies {
		d := chart.Distribution{Name: p.Suite}
		for _, q := range p.Points {
			d.Points = append(d.Points, chart.Quantile{Q: q.Q, Micros: q.Micros})
		}
		out = append(out, d)
	}
	return out
}

func scalingChart(scaling []Scaling) chart.Scaling {
	c := chart.Scaling{Heading: chart.Heading{Title: "Throughput by cores", Subtitle: "wall time; bars: 95 % interval"}, ValueName: "settlements per second"}
	for _, s := range scaling {
		series := chart.ScalingSeries{Name: s.Suite}
		for _, p := range s.Points {
			series.Points = append(series.Points, chart.ScalingPoint{Cores: p.Cores, Value: p.PerSecond, Low: p.Low, High: p.High})
		}
		c.Series = append(c.Series, series)
	}
	return c
}

func breakdownChart(breakdown []Breakdown) chart.Breakdown {
	c := chart.Breakdown{Heading: chart.Heading{Title: "Where a settlement's time goes", Subtitle: "CPU time of one settlement"}, ValueName: "CPU time", Format: chart.Micros}
	for _, b := range breakdown {
		for _, s := range b.Stages {
			if !slices.Contains(c.Parts, s.Name) {
				c.Parts = append(c.Parts, s.Name)
			}
		}
	}
	for _, b := range breakdown {
		row := chart.BreakdownRow{Name: b.Suite, Values: make([]float64, len(c.Parts))}
		for _, s := range b.Stages {
			row.Values[slices.Index(c.Parts, s.Name)] += s.Micros
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

// areaMatrix counts kills by the area of the mutant and of the failed requirement.
func areaMatrix(kills []Kill) chart.Matrix {
	m := matrixOf(kills, func(k Kill) string { return area(k.Breaks) }, func(k Kill) string { return area(k.Requirement) }, byArea)
	m.Heading = chart.Heading{Title: "Which checks found which faults", Subtitle: "known faults by area, and the areas whose checks failed on them"}
	m.RowName, m.ColumnName = "faults of", "failed requirements of"
	return m
}

// fullMatrix has a row for each mutant and a column for each requirement.
func fullMatrix(kills []Kill) chart.Matrix {
	m := matrixOf(kills, func(k Kill) string { return k.Breaks + " " + k.Mutant }, func(k Kill) string { return k.Requirement },
		func(a, b string) int { return cmp.Or(byArea(area(a), area(b)), cmp.Compare(a, b)) })
	m.Own = func(i, j int) bool {
		breaks, _, _ := strings.Cut(m.Rows[i], " ")
		return breaks == m.Columns[j]
	}
	m.Heading = chart.Heading{Title: "Kill matrix", Subtitle: "checks that failed, by mutant and requirement"}
	m.RowName, m.ColumnName = "mutant", "failed requirement"
	return m
}

func matrixOf(kills []Kill, row, column func(Kill) string, order func(a, b string) int) chart.Matrix {
	var m chart.Matrix
	for _, k := range kills {
		m.Rows, m.Columns = append(m.Rows, row(k)), append(m.Columns, column(k))
	}
	for _, s := range []*[]string{&m.Rows, &m.Columns} {
		slices.SortFunc(*s, order)
		*s = slices.Compact(*s)
	}
	m.Cells = make([][]int, len(m.Rows))
	for i := range m.Cells {
		m.Cells[i] = make([]int, len(m.Columns))
	}
	for _, k := range kills {
		m.Cells[slices.Index(m.Rows, row(k))][slices.Index(m.Columns, column(k))]++
	}
	m.Own = func(i, j int) bool { return m.Rows[i] == m.Columns[j] }
	return m
}
