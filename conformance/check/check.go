// Package check is what assay checks: plain Go values, judged with Gomega's
// matchers and without Ginkgo, so that mutants, replays and shrinking run them
// in one process. The Ginkgo front end is package suite.
//
// A check drives units through an adapter, keeps its own book of what value
// should be where, and ends each requirement that it cites in a verdict. It
// never sees who is behind the adapter.
package check

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// A Check is one experiment. Its Run ends every requirement in Cites in a
// verdict; a requirement that it cites and never judges is a fault of the
// harness.
type Check struct {
	// ID is unique and never reused: the first requirement cited and a word.
	ID    string
	Title string
	Cites []spec.ID
	// RP says that the check reads or writes the bytes of the reference
	// protocol, or needs the harness to certify: class RP only.
	RP bool
	// Needs are capabilities without which it cannot run.
	Needs []adapter.Capability
	// Suites are signature suites that the device must have.
	Suites []int
	// AnyOf are suites of which the device must have one: the check judges each
	// that it has.
	AnyOf []int
	// Receives says that the unit under test only receives in it: a product that
	// never pays can be held to it.
	Receives bool
	// Retention is the most requests that the profile may let a device keep
	// answerable: the check has to make it forget older ones. 0: any.
	Retention int
	// FullSync says that it judges what a ledger sees in reports of mode FULL
	// alone, of a requirement that asks for more than that.
	FullSync bool
	// Reissue says that a device is cracked in it in a way that CHAIN provenance
	// keeps its payees from.
	Reissue bool
	// Units is the most units under test that it holds at once; 0 stands for two.
	Units int
	// Steps says that it drives a payment message by message: shape split alone.
	Steps bool
	// Frames says that it acts on the link between two units: not in shape sealed.
	Frames bool
	// Verifies says that it pays so much, or so often, that a profile with limits
	// on payments without user verification asks for the secret in it.
	Verifies bool
	// Fresh checks need units that nobody has used.
	Fresh bool
	// Blank checks need a unit before it is provisioned.
	Blank bool
	// Kit is what a vendor's misbehaving unit has to do in it; class BH.
	Kit adapter.Misbehaviour
	// Smoke checks are the level smoke: a first verdict, in seconds.
	Smoke bool
	// Last is the check that pays out and defunds everything: after all others
	// but the destructive ones.
	Last bool
	// Destructive checks come last: a unit does not work afterwards.
	Destructive bool
	Run         func(*T)
}

// Verdicts, worst last; a verdict only worsens.
type Verdict int

// The verdicts of ISO/IEC 9646 with TTCN-3's error.
const (
	NotRun Verdict = iota
	Pass
	Inconclusive
	Fail
	Error
)

var verdictNames = [...]string{"not-run", "pass", "inconclusive", "fail", "error"}

func (v Verdict) String() string { return verdictNames[v] }

// Labels are the labels by which a filter selects the check.
func (c Check) Labels() []string {
	labels := []string{c.ID, "class:" + c.class(), "family:B"}
	for _, id := range c.Cites {
		labels = append(labels, string(id), "area:"+string(id)[:3])
		if r, ok := spec.Lookup(id); ok {
			labels = append(labels, "level:"+string(r.Level))
		}
	}
	if c.Smoke {
		labels = append(labels, "level:smoke")
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// units is the most units under test that the check holds at once.
func (c Check) units() int {
	if c.Units == 0 {
		return 2
	}
	return c.Units
}

func (c Check) class() string {
	if c.RP {
		return "RP"
	}
	return "BH"
}

// seedOf is the seed of one use of randomness: SHA-256(seed, check, unit), so
// that filters and order change nothing.
func seedOf(seed uint64, check, unit string) [32]byte {
	h := sha256.New()
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], seed)
	h.Write(n[:])
	h.Write([]byte(strconv.Itoa(len(check)) + ":" + check + unit))
	return [32]byte(h.Sum(nil))
}
