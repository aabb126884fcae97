// Package bench measures the verification core: which workloads, which lanes,
// against which baseline, and whether every verdict was right.
//
// A run whose verdicts are wrong has no result but that. How time is measured
// is the business of bench/measure, how results are shown that of reports.
package bench
