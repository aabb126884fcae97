package vectors_test

import (
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/judge"
	"github.com/assay-cbdc/assay/vectors/witness"
)

// silent are inputs that may say something else to the same end.
var silent = map[string]string{
	"apdu-answer": "what comes out is what a reader does next, not the data",
	"apdu-chain":  "blocks of a chain that is broken off are dropped",
	"qr":          "a reader leaves out what is no frame, and a frame that it has",
	"evidence":    "a bundle may hold certificates that nothing needs, and a request's signature is not asked for",
	"certs":       "a signature is found wrong when the path is verified",
	"telecom-025": "a frame that is altered already is altered once more", "telecom-026": "the same",
	"telecom-072": "what else was sent is not asked for", "telecom-074": "the same", "telecom-075": "the same",
	"one-way-003": "the TRANSFER is known by its identifier", "software-003": "the same",
}

// TestOneAlteredDigitIsNoticed alters one digit of what a right vector hands over,
// and one of what has to come out: reference or witness, and of the latter both,
// disagree with it.
func TestOneAlteredDigitIsNoticed(t *testing.T) {
	const seed = 20261127
	list, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		f := &list[i]
		random := rand.New(rand.NewPCG(seed, uint64(crc32.ChecksumIEEE([]byte(f.Name)))))
		for k := range f.Tests {
			if v := &f.Tests[k]; !v.Negative() && v.Kind != "published" {
				altered(t, f, v, random)
			}
		}
	}
	t.Logf("seed %d", seed)
}

func altered(t *testing.T, f *vectors.File, v *vectors.Vector, random *rand.Rand) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(v.Input)) {
		w := *v
		if w.Input = with(v.Input, name, random); w.Input != nil && silent[v.Kind]+silent[v.ID] == "" && !disagree(f, &w) {
			t.Errorf("%s: nobody notices another digit in input.%s", v.ID, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Expect.Values)) {
		w := *v
		w.Expect.Values = with(v.Expect.Values, name, random)
		for _, j := range judges() {
			if w.Expect.Values != nil && vectors.Disagreement(j, f, &w) == "" {
				t.Errorf("%s: the %s does not notice another digit in %s", v.ID, j.Name(), name)
			}
		}
	}
}

func judges() []vectors.Judge { return []vectors.Judge{judge.New(), witness.New()} }

// disagree reports whether a judge disagrees, or cannot judge.
func disagree(f *vectors.File, v *vectors.Vector) bool {
	return slices.ContainsFunc(judges(), func(j vectors.Judge) bool { return vectors.Disagreement(j, f, v) != "" })
}

// with is the map with one digit of a value exchanged; nil where it has none.
func with(values map[string]string, name string, random *rand.Rand) map[string]string {
	text := []byte(values[name])
	if len(text) == 0 {
		return nil
	}
	out, at := maps.Clone(values), random.IntN(len(text))
	digits := []byte("0123456789")
	if len(text)%2 == 0 && len(text) > 4 {
		digits = []byte("0123456789abcdef")
	}
	for was := text[at]; text[at] == was; {
		text[at] = digits[random.IntN(len(digits))]
	}
	out[name] = string(text)
	return out
}
