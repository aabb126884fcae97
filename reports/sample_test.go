package reports_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
)

// hostile is what a device may say of itself: markup, a reversal of the
// direction of writing, control characters, and no place to break a line.
const hostile = "<script>alert(1)</script>\u202etxt.exe\x1b[2J & \"quotes\" ünïcode " + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

// sample is a report with every kind of content, made up but of realistic size.
func sample(t *testing.T) *reports.Report {
	t.Helper()
	r := &reports.Report{}
	c := &r.Core
	*c = reports.Core{
		Suite:   reports.SuiteID{Name: "assay", Version: "0.1.0", Release: spec.Release, Digest: strings.Repeat("5a", 32)},
		Profile: reports.Profile{ID: "idemia-wallet", Version: "1", EffectiveDate: "2026-01-01", Inferred: []string{"limits.max_tx", "max_offline_epochs", "hops"}},
		Class:   reports.ReferenceProtocol, Family: "B", Tier: reports.TierSimulator, Shape: reports.Split,
		Suites:         []string{"Ed25519", "P-256", "ML-DSA-44", "Ed25519+ML-DSA-44"},
		Implementation: reports.Implementation{Vendor: "Acme", Product: "Pocket SE", Version: "2.1"},
		Seed:           7, Overall: reports.NonConformant,
		Detection: reports.Detection{Mutants: 119, Detectable: 108, Missing: []reports.Missing{
			{Capability: "snapshot", Mutants: []string{"ledger-ignores-rollback", "ledger-ignores-fork"}},
			{Capability: "second_session", Mutants: []string{"balance-of-session-start"}},
			{Capability: "clock", Mutants: []string{"host-clock-decides-expiry", "clock-extends-offline", "clock-jump-locks", "clock-resets-limits"}},
		}},
		Plan:    reports.Plan{Checks: 101, Exchanges: 2418},
		Bench:   reports.TestBench{Arrangement: "device-and-ledger", Topology: "card-phone-card", Taps: []string{"card-phone"}, Counterpart: "second-unit", Lifecycle: "none", Units: 2, ICS: strings.Repeat("1c", 32)},
		Lacking: []string{"ATO-02", "capability resend"}, Unshown: 12, Prompts: 3, Deferred: 1,
		Next:   []reports.Next{{Capability: "resend", Requirements: 11, Checks: 14, Faults: 9}, {Capability: "kit:clone", Checks: 1}},
		Points: []reports.FaultPoint{{Check: "ATO-01.frames", Frame: 1, From: "payee", Action: "drop", Hit: true}, {Check: "ATO-01.frames", Frame: 5, From: "payer", Action: "delay"}},
	}
	ids := requirementIDs()
	for i, id := range ids {
		sampleRequirement(t, r, id, i)
	}
	for _, res := range c.Results {
		if res.Verdict == reports.Fail {
			c.Failures = append(c.Failures, reports.Failure{Check: res.Check, Requirement: res.Requirement, Message: res.Message, Observed: res.Observed,
				Replay: "assay run --profile idemia-wallet --seed 7 --filter " + res.Check + " 'exec:acme/adapter --port /dev/ttyUSB0'"})
		}
	}
	c.Applicable = len(ids) - 2
	c.Executed = c.Applicable - len(c.NotTested)
	c.Required = c.Applicable - 6
	r.Volatile = reports.Volatile{
		Started: "2026-11-22T23:04:05Z", DurationMS: 21400, Adapter: "exec:acme/adapter --port /dev/ttyUSB0", Restarts: 1,
		Host: reports.Host{CPU: "AMD EPYC 9B45", Cores: 2, OS: "linux/amd64", Go: "go1.26.8"},
		Latencies: map[string]reports.Latency{"pay": {N: 1204, P50us: 412, P99us: 1950}, "accept": {N: 1188, P50us: 388, P99us: 1720},
			"create": {N: 404, P50us: 1210, P99us: 4410}},
		Notes: []string{"The adapter wrote 214 bytes on standard error; they are kept with the transcripts."},
	}
	r.Normalise()
	return r
}

// sampleRequirement gives the i-th requirement an outcome: most pass.
func sampleRequirement(t *testing.T, r *reports.Report, id string, i int) {
	t.Helper()
	c := &r.Core
	res := reports.Result{Check: id + "-observed", Requirement: id, Verdict: reports.Pass, Exchanges: 12 + i%40}
	switch {
	case strings.HasPrefix(id, "TIM-") && id != "TIM-04":
		c.NotTested = append(c.NotTested, reports.NotTested{Requirement: id, Reason: "The device's clock cannot be set from outside.", Capability: "clock"})
		return
	case id == "CON-03":
		c.Selection = append(c.Selection, reports.Selection{Requirement: id, Outcome: reports.NotApplicableByProfile, Reason: "The profile sets no hop limit."})
		return
	case id == "LIM-08":
		c.Selection = append(c.Selection, reports.Selection{Requirement: id, Outcome: reports.NotApplicableByAdapter, Reason: "The device keeps no log of its own."})
		return
	case id == "ATO-03":
		res.Verdict, res.Message = reports.Fail, "A payer whose power was cut after it sent the payment still shows the amount as spendable."
		res.Observed = "spendable 1250 before, 1250 after; " + hostile
	case id == "DSP-06":
		res.Verdict, res.Message, res.Observed = reports.Fail, "A transfer that was credited once is credited again after a power cycle.", "balance 500, then 1000"
	case id == "PAY-07":
		res.Verdict, res.Message, res.Observed = reports.Inconclusive, "The device did not answer within the deadline of accept.", "no answer in 10 s, twice"
	}
	if res.Verdict != reports.Pass {
		hash, err := r.Keep(sampleTranscript(i))
		if err != nil {
			t.Fatal(err)
		}
		res.Transcript = hash
	}
	c.Results = append(c.Results, res)
	switch res.Verdict {
	case reports.Pass:
		c.Counts.Pass++
	case reports.Fail:
		c.Counts.Fail++
	case reports.Inconclusive:
		c.Counts.Inconclusive++
	case reports.Error:
		c.Counts.Error++
	}
}

func sampleTranscript(i int) reports.Transcript {
	var t reports.Transcript
	for n, verb := range []string{"create", "provision", "fund", "request", "pay", "cut_power", "query"} {
		t = append(t, reports.Step{
			Request: json.RawMessage(fmt.Sprintf(`{"handle":"payer-%d","verb":%q,"args":{"amount":"1250"}}`, i, verb)),
			Answer:  json.RawMessage(fmt.Sprintf(`{"done":{"message":"%s"}}`, strings.Repeat("a3", 20*n))),
		})
	}
	return append(t, reports.Step{Request: json.RawMessage(`{"handle":"payee","verb":"accept"}`), Error: "deadline of 10 s passed"})
}

func requirementIDs() []string {
	var ids []string
	for _, req := range spec.Requirements() {
		if req.Excluded == "" {
			ids = append(ids, string(req.ID))
		}
	}
	return ids
}

func sampleKills() []reports.Kill {
	var kills []reports.Kill
	for i, id := range requirementIDs() {
		kills = append(kills, reports.Kill{Mutant: "breaks-" + strings.ToLower(id), Breaks: id, Requirement: id, Check: id + "-observed"})
		if i%6 == 0 {
			kills = append(kills, reports.Kill{Mutant: "breaks-" + strings.ToLower(id), Breaks: id, Requirement: "INV-01", Check: "INV-01-programs"})
		}
	}
	return kills
}

func sampleBench() *reports.Bench {
	b := &reports.Bench{
		VerdictsChecked: 184320, Seed: 7, Started: "2026-11-22T23:05:10Z",
		Machine:  reports.Machine{CPU: "AMD EPYC 9B45", Features: "AVX-512 IFMA, SHA-NI", Cores: 2, GOMAXPROCS: 2, OS: "linux/amd64", Go: "go1.26.8", Load1: 1.32, AARatio: 1.008},
		Warnings: []string{"Load average 1.32 on 2 cores before the run: wall times are upper bounds."},
	}
	for _, l := range []struct {
		name, suite      string
		rate, ratio, tgt float64
		base             string
	}{
		{"ed25519-warm", "Ed25519", 53800, 4.6, 7, reports.BaselineObvious}, {"ed25519-cold", "Ed25519", 24600, 2.1, 3.8, reports.BaselineObvious},
		{"p256-warm", "P-256", 17400, 1.95, 1.9, reports.BaselineObvious}, {"mldsa44-cached", "ML-DSA-44", 92800, 6.4, 6, reports.BaselineObvious},
		{"mldsa44-cold", "ML-DSA-44", 31900, 2.2, 2.5, reports.BaselineObvious}, {"hybrid-cached", "Ed25519+ML-DSA-44", 33800, 5.2, 6.5, reports.BaselineObvious},
		{"core-overhead", "Ed25519", 53800, 1.07, 1.1, "bare signatures"}, {"two-cores", "Ed25519", 104000, 1.93, 1.9, "one core"},
		{"one-bad-in-100", "Ed25519", 36100, 0.67, 0.6, "no bad payment"}, {"double-spend-map", "", 4.1e6, 2.3, 2, "Go map"},
	} {
		lane := reports.Lane{Name: l.name, Suite: l.suite, SettlementsPerCoreSecond: l.rate, Ratio: l.ratio, Low: l.ratio * 0.98, High: l.ratio * 1.015, Target: l.tgt,
			TargetIsMax: l.name == "core-overhead", Baseline: l.base, Batch: 256, Void: l.name == "mldsa44-cold"}
		for i := range 10 {
			lane.Samples = append(lane.Samples, l.rate*(0.98+0.004*float64(i)))
		}
		b.Lanes = append(b.Lanes, lane)
	}
	for i, suite := range []string{"Ed25519", "ECDSA P-256", "ML-DSA-44", "Ed25519 + ML-DSA-44"} {
		p := reports.Percentiles{Suite: suite, N: 200000}
		for x := 0.0; x <= 5; x += 0.1 {
			us := []float64{44, 66, 31, 79}[i] * (1 + 0.1*x + 9/(1+math.Exp(-3*(x-2.7-0.2*float64(i)))) + x*x*0.3)
			p.Points = append(p.Points, reports.QuantilePoint{Q: 1 - math.Pow(10, -x), Micros: us})
		}
		b.Latencies = append(b.Latencies, p)
		rate := []float64{53800, 17400, 92800, 33800}[i]
		b.Scaling = append(b.Scaling, reports.Scaling{Suite: suite, Points: []reports.ScalingPoint{
			{Cores: 1, PerSecond: rate, Low: rate * 0.98, High: rate * 1.02}, {Cores: 2, PerSecond: rate * 1.93, Low: rate * 1.88, High: rate * 1.97}}})
		sig := 1e6 / rate
		b.Breakdown = append(b.Breakdown, reports.Breakdown{Suite: suite, Stages: []reports.Stage{
			{Name: "decode", Micros: 0.7}, {Name: "rules", Micros: 0.3}, {Name: "certificate", Micros: 0.5}, {Name: "signature", Micros: sig}, {Name: "double spend", Micros: 0.4}}})
	}
	slices.SortFunc(b.Warnings, strings.Compare)
	return b
}
