package chart_test

import (
	"math"

	"github.com/assay-cbdc/assay/reports/chart"
)

// samples are one chart of each kind, over made-up numbers.
func samples() map[string]chart.Chart {
	return map[string]chart.Chart{
		"lanes": chart.Bars{
			Heading:   chart.Heading{Title: "Against the obvious Go lane", Subtitle: "ratio of settlements per core second, same run"},
			ValueName: "times the obvious lane", Series: []string{"ratio"}, Format: chart.Times,
			Groups: []chart.BarGroup{
				{Name: "ed25519-warm", Bars: []chart.Bar{{Value: 4.6, Low: 4.4, High: 4.8, Target: 7}}},
				{Name: "ed25519-cold", Bars: []chart.Bar{{Value: 2.1, Low: 2.0, High: 2.3, Target: 3.8}}},
				{Name: "p256-warm", Bars: []chart.Bar{{Value: 1.93, Low: 1.91, High: 1.95, Target: 1.9}}},
				{Name: "mldsa44-cached", Bars: []chart.Bar{{Value: 6.4, Low: 6.1, High: 6.7, Target: 6}}},
				{Name: "mldsa44-cold", Bars: []chart.Bar{{Value: 2.2, Low: 1.9, High: 2.5, Target: 2.5, Void: true}}},
				{Name: "hybrid-cached", Bars: []chart.Bar{{Value: 5.2, Low: 5.0, High: 5.3, Target: 6.5}}},
			},
		},
		"rates": chart.Bars{
			Heading:   chart.Heading{Title: "Verified settlements per core second", Subtitle: "CPU time of one core, median of the rounds"},
			ValueName: "settlements per core second", Series: []string{"obvious", "cold", "warm"}, Reference: "obvious", Format: chart.Count,
			Groups: []chart.BarGroup{
				{Name: "Ed25519", Bars: []chart.Bar{{Value: 11700, Low: 11500, High: 11900}, {Value: 24600, Low: 24000, High: 25100}, {Value: 53800, Low: 53000, High: 54900}}},
				{Name: "P-256", Bars: []chart.Bar{{Value: 9000, Low: 8800, High: 9100}, {Absent: true}, {Value: 17400, Low: 17000, High: 17600}}},
				{Name: "ML-DSA-44", Bars: []chart.Bar{{Value: 14500, Low: 14300, High: 14800}, {Value: 31900, Low: 31000, High: 32600}, {Value: 92800, Low: 91000, High: 94100}}},
				{Name: "Ed25519 + ML-DSA-44", Bars: []chart.Bar{{Value: 6500, Low: 6400, High: 6600}, {Absent: true}, {Value: 33800, Low: 33100, High: 34400}}},
			},
		},
		"percentiles": chart.Percentile{
			Heading:   chart.Heading{Title: "Settlement latency by percentile", Subtitle: "200 000 settlements per suite, warm, one at a time"},
			ValueName: "latency (log)", Series: distributions(), Target: 1000,
		},
		"cdf": chart.Cumulative{
			Heading:   chart.Heading{Title: "Settlement latency, cumulative"},
			ValueName: "latency (log)", Series: distributions(),
		},
		"scaling": chart.Scaling{
			Heading:   chart.Heading{Title: "Throughput by cores", Subtitle: "wall time, bars: 95 % interval"},
			ValueName: "settlements per second",
			Series: []chart.ScalingSeries{
				{Name: "Ed25519", Points: []chart.ScalingPoint{{1, 53800, 53000, 54900}, {2, 104000, 98000, 107000}}},
				{Name: "ECDSA P-256", Points: []chart.ScalingPoint{{1, 17400, 0, 0}, {2, 33900, 0, 0}}},
				{Name: "Ed25519 + ML-DSA-44", Points: []chart.ScalingPoint{{1, 33800, 33000, 34400}, {2, 65100, 63000, 67000}}},
				{Name: "ML-DSA-44", Points: []chart.ScalingPoint{{1, 92800, 91000, 94100}, {2, 176000, 169000, 183000}}},
			},
		},
		"breakdown": chart.Breakdown{
			Heading:   chart.Heading{Title: "Where a settlement's time goes", Subtitle: "CPU time of one settlement, warm"},
			ValueName: "CPU time", Format: chart.Micros, Parts: []string{"decode", "rules", "certificate", "signature", "double spend"},
			Rows: []chart.BreakdownRow{
				{Name: "Ed25519", Values: []float64{0.6, 0.2, 0.3, 16.9, 0.5}},
				{Name: "ML-DSA-44", Values: []float64{0.8, 0.2, 0.3, 8.9, 0.5}},
				{Name: "Ed25519 + ML-DSA-44", Values: []float64{1.1, 0.2, 0.4, 26.4, 0.5}},
			},
		},
		"matrix": matrix(),
	}
}

func distributions() []chart.Distribution {
	var out []chart.Distribution
	for i, name := range []string{"Ed25519", "ML-DSA-44", "Ed25519 + ML-DSA-44"} {
		d := chart.Distribution{Name: name}
		base := []float64{18, 11, 30}[i]
		for x := 0.0; x <= 5; x += 0.05 {
			tail := 1 + 0.15*x + 12/(1+math.Exp(-3*(x-2.6-0.1*float64(i)))) + x*x*0.3
			d.Points = append(d.Points, chart.Quantile{Q: 1 - math.Pow(10, -x), Micros: base * tail})
		}
		out = append(out, d)
	}
	return out
}

func matrix() chart.Matrix {
	areas := []string{"ENC", "CRY", "PRV", "FND", "PAY", "ATO", "DSP", "CON", "LIM", "SET", "DET", "TIM", "LCM", "PVY", "INT", "PQC", "UXC", "INV"}
	m := chart.Matrix{
		Heading: chart.Heading{Title: "Which checks found which faults", Subtitle: "mutants by area of their requirement, killed by checks of each area"},
		RowName: "mutants of", ColumnName: "failed requirements of", Rows: areas, Columns: areas,
		Own: func(i, j int) bool { return i == j },
	}
	for i := range areas {
		row := make([]int, len(areas))
		row[i] = 2 + i*7%9
		row[(i*5+3)%len(areas)] += i % 3
		m.Cells = append(m.Cells, row)
	}
	return m
}
