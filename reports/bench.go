package reports

// BenchSchema names the schema of bench.json.
const BenchSchema = "bench-v1"

// A Bench is the result of `assay bench core`, and the content of bench.json.
type Bench struct {
	Schema          string        `json:"schema"`           // always BenchSchema
	VerdictsChecked int           `json:"verdicts_checked"` // payments whose verdict was compared with the plain core's
	Seed            uint64        `json:"seed"`
	Started         string        `json:"started"` // RFC 3339
	Machine         Machine       `json:"machine"`
	Lanes           []Lane        `json:"lanes"`
	Latencies       []Percentiles `json:"latencies"`
	Scaling         []Scaling     `json:"scaling"`
	Breakdown       []Breakdown   `json:"breakdown"` // where the time of one settlement goes
	Warnings        []string      `json:"warnings"`
}

// A Machine is where a benchmark ran, and how busy it was with other things.
type Machine struct {
	CPU        string  `json:"cpu"`
	Features   string  `json:"features"` // CPU features that choose a code path
	Cores      int     `json:"cores"`
	GOMAXPROCS int     `json:"gomaxprocs"`
	OS         string  `json:"os"`
	Go         string  `json:"go"`
	Load1      float64 `json:"load1"`    // load average over 1 minute, before the run
	AARatio    float64 `json:"aa_ratio"` // one function measured as two: 1 on a quiet machine
}

// A Lane is one measured variant of the verification core. Ratio is against
// the obvious Go lane of the same suite in the same run, unless the lane's name
// says otherwise; Low and High bound its 95 % confidence interval.
type Lane struct {
	Name                     string    `json:"name"`
	Suite                    string    `json:"suite"`
	SettlementsPerCoreSecond float64   `json:"settlements_per_core_second"`
	Ratio                    float64   `json:"ratio"`
	Low                      float64   `json:"low"`
	High                     float64   `json:"high"`
	Target                   float64   `json:"target"` // of Ratio; 0: none. For core-overhead an upper bound
	TargetIsMax              bool      `json:"target_is_max"`
	Void                     bool      `json:"void"` // A/A noise too high: no claim is made
	Baseline                 string    `json:"baseline"`
	Batch                    int       `json:"batch"`
	Samples                  []float64 `json:"samples"` // settlements per core second, one for each round
}

// Met says whether the interval as a whole is on the right side of the
// target. A lane without target, or a void one, meets nothing.
func (l Lane) Met() bool {
	switch {
	case l.Target == 0 || l.Void:
		return false
	case l.TargetIsMax:
		return l.High <= l.Target
	default:
		return l.Low >= l.Target
	}
}

// A Percentiles is the latency of one suite, in microseconds of wall time, by
// quantile in [0, 1), ascending in both.
type Percentiles struct {
	Suite  string          `json:"suite"`
	N      int             `json:"n"` // latencies behind the points
	Points []QuantilePoint `json:"points"`
}

// A QuantilePoint says that a share Q of the latencies is at most Micros.
type QuantilePoint struct {
	Q      float64 `json:"q"`
	Micros float64 `json:"us"`
}

// A Scaling is the throughput of one suite on 1 to N cores.
type Scaling struct {
	Suite  string         `json:"suite"`
	Points []ScalingPoint `json:"points"`
}

// A ScalingPoint is in settlements per second of wall time, with its 95 %
// interval.
type ScalingPoint struct {
	Cores     int     `json:"cores"`
	PerSecond float64 `json:"per_second"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
}

// A Breakdown divides the time of one settlement among the stages of the core.
type Breakdown struct {
	Suite  string  `json:"suite"`
	Stages []Stage `json:"stages"`
}

// A Stage is in microseconds of CPU time for one settlement.
type Stage struct {
	Name   string  `json:"name"`
	Micros float64 `json:"us"`
}

// BaselineObvious is the baseline of a lane that is compared with the obvious
// Go lane of its suite.
const BaselineObvious = "obvious"

// Normalise names the schema and turns nil lists into empty ones. [WriteBench]
// calls it.
func (b *Bench) Normalise() {
	b.Schema = BenchSchema
	orEmpty(&b.Lanes)
	orEmpty(&b.Latencies)
	orEmpty(&b.Scaling)
	orEmpty(&b.Breakdown)
	orEmpty(&b.Warnings)
	for i := range b.Lanes {
		orEmpty(&b.Lanes[i].Samples)
	}
	for i := range b.Latencies {
		orEmpty(&b.Latencies[i].Points)
	}
	for i := range b.Scaling {
		orEmpty(&b.Scaling[i].Points)
	}
	for i := range b.Breakdown {
		orEmpty(&b.Breakdown[i].Stages)
	}
}
