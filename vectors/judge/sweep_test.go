package judge

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/primitive"
	"github.com/assay-cbdc/assay/vectors/witness"
)

// soak has every bit of every vector altered, instead of every bit of one for
// each message and suite and 64 of each other.
var soak = os.Getenv("ASSAY_SOAK") != ""

// large is the size above which signatures are altered in one bit of every four bytes.
const large = 1000

// sampled is how many bits of a further vector are altered.
const sampled = 64

// again are vectors whose object asks for what has been done: it is known by its
// identifier, which leaves the signature out, or, a RESOLVE, by the debit that it
// names and that is not pending. Some of what is altered asks for the same, and is
// answered the same; it changes nothing either.
var again = []string{"policy-002", "revset-002", "transfer-093", "one-way-003", "software-003", "ecash-keyset-003"}

func (s *sweep) again() bool {
	return s.vector.Kind == "resolve" || slices.Contains(again, s.vector.ID)
}

// fresh are kinds that are judged in a state of their own for each alteration.
var fresh = []string{"static-req", "software", "deposit", "rekey-req", "enrol-req", "rekeyed", "cert-get", "hello", "hello-finish", "evidence", "certs"}

// inClear are kinds whose message nobody has signed. What comes out of an alteration
// may be another right message, and then reference and witness make the same of it.
var inClear = []string{"hello", "hello-finish", "evidence", "certs"}

// further are files whose vectors are altered in some bits and cut at some lengths:
// each of their messages is swept whole in another suite, and each of their suites
// in another message.
const further = "further-"

func (s *sweep) further() bool { return strings.HasPrefix(s.file.Name, further) && !soak }

// unnamed is a vector whose object names no certificate: its signer is the one whose
// signature it is, and of another signature nobody is.
const unnamed = "record-rekey-003"

// An alteration is an object that is wrong by a little.
type alteration struct {
	what  string
	bytes []byte
	codes []spec.Code // of which the refusal has one; any for nil
}

// The codes that answer damage outside payload and signature: what is met first
// of encoding, grammar, headers, size and algorithm.
var framing = []spec.Code{spec.ECanon, spec.EMalformed, spec.EField, spec.EHdr, spec.ESize, spec.ESuite}

// bitsOf alters bits, all of them or some.
func bitsOf(b []byte, sign bool, bits []int) (list []alteration) {
	payload, signature := len(b), len(b)
	if o, err := primitive.ParseObject(b); sign && err == nil {
		signature = len(b) - len(o.Signature)
		payload = bytes.Index(b, o.Payload)
		if payload+len(o.Payload) > signature {
			panic("the payload is not where it should be")
		}
	}
	for _, bit := range bits {
		a := alteration{what: fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), bytes: bytes.Clone(b)}
		a.bytes[bit/8] ^= 1 << (bit % 8)
		switch {
		case bit/8 >= signature:
			a.codes = []spec.Code{spec.ESig}
		case bit/8 < payload && sign:
			a.codes = framing
		}
		list = append(list, a)
	}
	return list
}

// endsOf cuts the object at every length, and adds 1 to 16 bytes.
func endsOf(b []byte, random *rand.Rand) (list []alteration) {
	broken := []spec.Code{spec.EMalformed}
	for n := range b {
		list = append(list, alteration{fmt.Sprintf("cut to %d bytes", n), b[:n], broken})
	}
	for n := 1; n <= 16; n++ {
		more := bytes.Clone(b)
		for range n {
			more = append(more, byte(random.Uint32()))
		}
		list = append(list, alteration{fmt.Sprintf("%d bytes behind", n), more, []spec.Code{spec.EMalformed, spec.ESize}})
	}
	return list
}

// thinned leaves a bit of every four bytes of a signature, and each bit before it:
// a signature of a lattice has 20,000 bits, and takes as many verifications. What
// is not signed is signatures for the most part.
func thinned(b []byte, sign bool, random *rand.Rand) []int {
	signature := len(b)
	if sign {
		o, err := primitive.ParseObject(b)
		if err != nil {
			panic(err)
		}
		signature = len(o.Signature)
	}
	bits := all((len(b) - signature) * 8)
	for end := len(b); end > len(b)-signature && end >= 4; end -= 4 {
		bits = append(bits, end*8-1-random.IntN(32))
	}
	return bits
}

func all(n int) (bits []int) {
	for bit := range n {
		bits = append(bits, bit)
	}
	return bits
}

// A sweep is one positive vector whose object is altered.
type sweep struct {
	file   *vectors.File
	vector vectors.Vector // a copy of its own
	field  string         // where the object stands
	object []byte
	every  bool // every bit, rather than some
}

// sweeps returns one for each positive vector that has a signed object; the
// first of a kind and suite is altered in every bit.
func sweeps(t *testing.T) (list []sweep) {
	t.Helper()
	files, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range files {
		for k := range files[i].Tests {
			s := sweep{file: &files[i], vector: files[i].Tests[k]}
			if s.vector.Negative() || !s.find() {
				continue
			}
			o, err := primitive.ParseObject(s.object)
			if err != nil && s.signed() {
				t.Fatalf("%s: %v", s.vector.ID, err)
			}
			name := fmt.Sprintf("%s %s %x", s.vector.Kind, s.family(), o.Protected)
			if s.sealed() { // one for each KEM, which has a file of its own
				name = s.vector.Kind + " " + s.file.Name
			}
			s.every = !s.further() && !seen[name] || soak
			seen[name] = seen[name] || s.every
			list = append(list, s)
		}
	}
	return list
}

// find names the field of the object that is altered, if there is one.
func (s *sweep) find() bool {
	s.vector.Input, s.vector.Uses = maps.Clone(s.vector.Input), maps.Clone(s.vector.Uses)
	if slices.Contains([]string{"hello", "hello-finish"}, s.vector.Kind) {
		s.field, s.object = "hello", mustHex(s.vector.Input["hello"])
		return true
	}
	if s.vector.Kind == "certs" {
		s.field, s.object = "item", mustHex(s.vector.Input["item"])
		return true
	}
	for _, field := range []string{"object", "pay_req", "peer"} {
		if text, ok := s.vector.Input[field]; ok && !slices.Contains([]string{"qr-frames", "session", "unclaimed"}, s.vector.Kind) {
			s.field, s.object = field, mustHex(text)
			return true
		}
	}
	if field := map[string]string{"frame": "m2", "capsule": "capsule"}[s.vector.Kind]; field != "" {
		s.field, s.object = field, mustHex(s.vector.Input[field])
		return true
	}
	if s.vector.Kind == "cert" {
		text, _ := s.file.Object(s.vector.Uses["leaf"])
		s.field, s.object = "leaf", mustHex(text)
		return true
	}
	return false
}

// signed: a frame and a capsule are sealed instead, and some messages are in clear.
func (s *sweep) signed() bool { return !s.sealed() && !slices.Contains(inClear, s.vector.Kind) }

func (s *sweep) sealed() bool { return s.field == "m2" || s.field == "capsule" }

func mustHex(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return b
}

// put has the vector say another object. A PAY_REQ or PEER is sealed again.
func (s *sweep) put(t *testing.T, b []byte) {
	switch s.field {
	case "leaf":
		f := *s.file
		f.Objects = append([]vectors.Object{{Name: "altered", Bytes: hex.EncodeToString(b)}}, f.Objects...)
		s.file, s.vector.Uses["leaf"] = &f, "altered"
		return
	case "pay_req", "peer":
		s.vector.Input["m2"] = hex.EncodeToString(s.seal(t, b))
	}
	s.vector.Input[s.field] = hex.EncodeToString(b)
}

func (s *sweep) seal(t *testing.T, request []byte) []byte {
	t.Helper()
	in := func(name string) []byte { return mustHex(s.vector.Input[name]) }
	hello, err := wire.DecodeHello(in("hello"))
	if err != nil {
		t.Fatal(err)
	}
	payee, err := link.NewPayeeFor(hello.KEM, bytes.NewReader(in("eseed")), in("hello"), in("caps"), hello.KEMKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, _ := s.file.Object(s.vector.Uses["certificate"])
	typ := wire.TypePayReq
	if s.field == "peer" {
		typ = wire.TypePeer
	}
	return payee.Send(wire.Item{Type: typ, Object: request, Certs: [][]byte{mustHex(certificate)}})
}

func (s *sweep) alterations(random *rand.Rand) []alteration {
	bits := all(len(s.object) * 8)
	long := s.family() != "" && len(s.object) > large/2 && !soak
	switch {
	case s.every && long:
		bits = one(len(s.object), random)
	case s.every && len(s.object) > large && !soak:
		bits = thinned(s.object, s.signed(), random)
	case !s.every:
		random.Shuffle(len(bits), func(i, k int) { bits[i], bits[k] = bits[k], bits[i] })
		bits = bits[:sampled]
	}
	ends := endsOf(s.object, random)
	if s.further() || long {
		random.Shuffle(len(ends), func(i, k int) { ends[i], ends[k] = ends[k], ends[i] })
		ends = ends[:sampled]
	}
	return append(bitsOf(s.object, s.signed(), bits), ends...)
}

// TestEveryBitCounts alters each object, and hands all of what comes out to one
// device or ledger, one after another: each is refused, by reference and witness
// with one code, and changes nothing. Then the object itself is accepted, so
// that none of the others has used up what it needs.
func TestEveryBitCounts(t *testing.T) {
	const seed = 20261127
	for _, s := range sweeps(t) {
		t.Run(s.vector.ID, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, uint64(crc32.ChecksumIEEE([]byte(s.vector.ID)))))
			list := s.alterations(random)
			right := s.object
			mine := s.reference(t, list, right)
			for k, a := range list {
				s.put(t, a.bytes)
				theirs, err := witness.New().Judge(s.file, &s.vector)
				if err != nil || theirs.Refused != int(mine[k].code) {
					t.Errorf("seed %d: %s: the reference refuses with %d, the witness says %d, %v", seed, a.what, mine[k].code, theirs.Refused, err)
				}
				for name, value := range mine[k].values {
					if theirs.Values[name] != value {
						t.Errorf("seed %d: %s: the reference makes %s %s of it, the witness %s", seed, a.what, name, value, theirs.Values[name])
					}
				}
			}
			t.Logf("%d alterations", len(list))
		})
	}
}

// A said is what the reference says to an alteration.
type said struct {
	code   spec.Code
	values map[string]string // of one that is right, where it may be
}

// reference hands the reference all alterations and returns what it says.
func (s *sweep) reference(t *testing.T, list []alteration, right []byte) []said {
	t.Helper()
	codes := make([]said, len(list))
	judge := func(k int, err error) {
		code, coded := codeOf(err)
		codes[k].code = code
		if err == nil && (s.again() || slices.Contains(inClear, s.vector.Kind)) {
			return
		}
		if s.vector.ID == unnamed && code == spec.ECertNeeded {
			return
		}
		if a := list[k]; !coded || !s.again() && a.codes != nil && !slices.Contains(a.codes, code) {
			t.Errorf("%s: %v; want a refusal with one of %v", a.what, err, a.codes)
		}
	}
	if s.field != "object" || slices.Contains(fresh, s.vector.Kind) { // nothing is kept between two of these
		for k, a := range list {
			s.put(t, a.bytes)
			values, err := s.alone()
			if err == nil && slices.Contains(inClear, s.vector.Kind) {
				codes[k].values = values
			}
			judge(k, err)
		}
		s.put(t, right)
		if _, err := s.alone(); err != nil {
			t.Errorf("the right one: %v", err)
		}
		return codes
	}
	c := &call{judge: New(), file: s.file, vector: &s.vector, values: map[string]string{}}
	c.meet = func(deal func() error, state func() any) error {
		before := state()
		for k, a := range list {
			s.put(t, a.bytes)
			judge(k, deal())
			if !reflect.DeepEqual(state(), before) {
				t.Fatalf("%s: it is refused with %d, and the state is another", a.what, codes[k].code)
			}
		}
		s.put(t, right)
		return deal()
	}
	if err := procedure(s.vector.Kind)(c); err != nil || c.fault != nil {
		t.Errorf("the right one, after all the others: %v, %v", err, c.fault)
	}
	return codes
}

// alone judges the vector as it is, in a state of its own.
func (s *sweep) alone() (map[string]string, error) {
	c := &call{judge: New(), file: s.file, vector: &s.vector, values: map[string]string{}}
	err := procedure(s.vector.Kind)(c)
	if c.fault != nil {
		return nil, c.fault
	}
	return c.values, err
}

// TestSweepCoversEveryMessage: a message that gets vectors is swept as well.
func TestSweepCoversEveryMessage(t *testing.T) {
	var kinds []string
	for _, s := range sweeps(t) {
		if s.every {
			kinds = append(kinds, s.vector.Kind)
		}
	}
	for _, kind := range append(witness.Kinds(), "frame", "capsule") {
		// A text has no checksum, and a frame of telecom.md one in place of a signature
		// (TestEveryBitOfAFrameCounts); of an unclaimed debit the ledger asks itself; an
		// item is sealed, and what it holds are names of certificates, or tokens, which
		// are altered where they stand beside a TRANSFER.
		if !slices.Contains([]string{"qr", "telecom", "unclaimed", "cert-get", "tokens"}, kind) && !slices.Contains(kinds, kind) {
			t.Errorf("no vector of kind %s is swept", kind)
		}
	}
	t.Log(strings.Join(kinds, " "))
}
