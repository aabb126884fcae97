// Package witness is the second implementation of what vectors are about: it
// shares no code with reference/, decodes with another CBOR library, verifies
// with other signature libraries, and has its own HPKE, path check and lists of
// checks. What both say is not one mistake.
//
// It is written from spec/ for the sake of disagreeing, judges one vector at a
// time, and keeps nothing.
package witness

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// A Judge is the witness, with all checks or without some.
type Judge struct {
	without []string
}

// New returns the witness without the named checks; [Checks] has their names.
func New(without ...string) *Judge { return &Judge{without} }

// Name implements [vectors.Judge].
func (*Judge) Name() string { return "witness" }

// Covers implements [vectors.Judge].
func (*Judge) Covers(kind string) bool { return procedureOf(kind).checks != nil || derive(kind) != nil }

// Verify implements [vectors.Judge].
func (*Judge) Verify(suite uint64, key, message, sig []byte) bool {
	return primitive.Verify(suite, key, message, sig)
}

// Judge implements [vectors.Judge].
func (j *Judge) Judge(f *vectors.File, v *vectors.Vector) (out vectors.Outcome, err error) {
	c := &call{judge: j, file: f, vector: v, values: map[string]string{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fault:
			err = errors.New(string(r))
		default:
			panic(r)
		}
	}()
	if run := derive(v.Kind); run != nil {
		run(c)
		return c.outcome(), nil
	}
	p := procedureOf(v.Kind)
	if p.checks == nil {
		return out, fmt.Errorf("kind %s is not covered", v.Kind)
	}
	if p.prepare != nil {
		p.prepare(c)
	}
	c.run(p.checks)
	if p.finish != nil {
		p.finish(c)
	}
	return c.outcome(), nil
}

// run makes the checks in order, up to the first that fails or ends the matter.
func (c *call) run(checks []check) {
	for _, check := range checks {
		if slices.Contains(c.judge.without, c.vector.Kind+"/"+check.name) {
			continue
		}
		if !check.holds(c) {
			c.refuse(check.code)
			return
		}
		if c.done {
			return
		}
	}
}

// A check is one step of a procedure: its code is that of the refusal, unless
// holds has named another.
type check struct {
	name  string
	code  int
	holds func(*call) bool
}

// A procedure is what happens to an object of a kind.
type procedure struct {
	prepare func(*call)
	checks  []check
	finish  func(*call) // whether refused or not
}

// Kinds returns the kinds that have checks.
func Kinds() []string {
	return []string{
		"cert", "transfer", "settlement", "chain", "pay-req", "receipt", "resolve", "policy", "revset", "fund", "sync-ack",
		"fund-req", "defund", "sync", "static-req", "one-way", "deposit", "unclaimed", "software",
		"qr", "telecom", "record-transfer", "record-receipt", "record-pay-req", "defund-ack",
		"rekey-req", "enrol-req", "rekeyed", "cert-get",
		"hello", "hello-finish", "resend", "resend-pay-req", "sync-chal", "evidence", "certs", "record-rekey",
		"keyset", "tokens", "deposit-ack", "record-deposit",
	}
}

// Checks returns the names of the checks of a kind, in order, as [New] takes
// them.
func Checks(kind string) (names []string) {
	for _, c := range procedureOf(kind).checks {
		names = append(names, kind+"/"+c.name)
	}
	return names
}

// A fault is something in a vector that cannot be understood.
type fault string

// A call is one vector under judgement.
type call struct {
	judge  *Judge
	file   *vectors.File
	vector *vectors.Vector
	values map[string]string
	code   int  // of the refusal
	named  int  // by the check that fails, when not its own
	done   bool // no further check: the answer is known

	device *vectors.Device
	ledger *vectors.Ledger
	policy body
	revset body
	at     situation
	object object
	body   body
	bounds bool // a number of the body is out of range
	opened bool // the checks of any message hold
	path   []certificate
	root   certificate
	links  chain
	texts  reader
	air    ending
	issues []uint64 // suites that the provider may issue
	old    asking   // the key that speaks
	new    asking   // the key that asks
	answer certificate
	bundle bundle
	asked  [][]byte // by a CERT_GET
	purse  purse
	state
}

// fail has the check that runs refuse with another code.
func (c *call) fail(code int) bool {
	c.named = code
	return false
}

func (c *call) refuse(code int) {
	c.code = code
	if c.named != 0 {
		c.code = c.named
	}
}

func (c *call) outcome() vectors.Outcome {
	return vectors.Outcome{Valid: c.code == 0, Refused: c.code, Values: c.values}
}

func unhex(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(fault(text + " is not hex"))
	}
	return b
}

func (c *call) input(name string) []byte { return unhex(c.vector.Input[name]) }

func (c *call) stored(name string) []byte { return unhex(c.text(name)) }

// text is an object of the file as it is written there.
func (c *call) text(name string) string {
	text, ok := c.file.Object(name)
	if !ok {
		panic(fault("no object " + name))
	}
	return text
}

func number(text string) uint64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(fault(text + " is not a number"))
	}
	return n
}

func (c *call) context(name string) uint64 { return number(c.vector.Context[name]) }

func (c *call) set(name string, b []byte) { c.values[name] = hex.EncodeToString(b) }

func (c *call) setNumber(name string, n uint64) { c.values[name] = strconv.FormatUint(n, 10) }
