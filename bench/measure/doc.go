// Package measure times functions on a machine that has other things to do.
//
// Lanes run interleaved, in random order, in short slices; the cost of a slice
// is the CPU time of the process, so that waiting for a busy core costs
// nothing; and two lanes are compared within each round, where both met the
// same noise. Wall time is used for latency and for scaling over cores, where
// nothing else will do.
//
// It measures functions that it is given. Which ones, and whether their
// results are right, is the business of package bench.
package measure
