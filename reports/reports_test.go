package reports_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reports"
	"github.com/assay-cbdc/assay/spec"
	"golang.org/x/perf/benchfmt"
)

func TestCanonical(t *testing.T) {
	for _, tt := range []struct {
		in   any
		want string
	}{
		{map[string]any{"b": 1, "a": []int{}}, `{"a":[],"b":1}`},
		{struct {
			Z string
			A uint64
		}{"<&>\u2028", 1<<64 - 1}, `{"A":18446744073709551615,"Z":"<&>\u2028"}`},
		{json.RawMessage(`{"y": 1.50, "x": {"d":1, "c":null}}`), `{"x":{"c":null,"d":1},"y":1.50}`},
	} {
		got, err := reports.Canonical(tt.in)
		if err != nil || string(got) != tt.want {
			t.Errorf("Canonical(%v) = %s, %v; want %s", tt.in, got, err, tt.want)
		}
	}
}

func TestCoreDoesNotDependOnOrderOrVolatile(t *testing.T) {
	a, b := sample(t), sample(t)
	b.Volatile = reports.Volatile{Started: "another day"}
	for i := range b.Core.Results { // reversed
		j := len(b.Core.Results) - 1 - i
		if i < j {
			b.Core.Results[i], b.Core.Results[j] = b.Core.Results[j], b.Core.Results[i]
		}
	}
	x, errX := a.CoreBytes()
	y, errY := b.CoreBytes()
	if errX != nil || errY != nil || !bytes.Equal(x, y) {
		t.Errorf("two runs differ in their core (%v, %v):\n%s\n%s", errX, errY, x, y)
	}
}

func TestDocumentsHoldAgainstTheirSchemas(t *testing.T) {
	bench := sampleBench()
	bench.Normalise()
	empty := &reports.Report{Core: reports.Core{Class: reports.Behaviour, Tier: reports.TierModel, Shape: reports.Sealed, Overall: reports.Incomplete}}
	empty.Normalise()
	for _, doc := range []struct {
		schema string
		value  any
	}{{reports.ReportSchema, sample(t)}, {reports.ReportSchema, empty}, {reports.BenchSchema, bench}} {
		b, err := reports.Canonical(doc.value)
		if err != nil {
			t.Fatal(err)
		}
		if err := spec.Validate(doc.schema, b); err != nil {
			t.Errorf("%s: %v", doc.schema, err)
		}
	}
}

// TestWrite publishes everything and reads it back. ASSAY_REPORT_DIR keeps the
// folder, for the browser test and for eyes.
func TestWrite(t *testing.T) {
	dir := os.Getenv("ASSAY_REPORT_DIR")
	if dir == "" {
		dir = filepath.Join(t.TempDir(), "deep", "out")
	}
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	if err := reports.Write(dir, sample(t), reports.Extra{Bench: sampleBench(), Kills: sampleKills(), Key: key}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"report.json", "report.intoto.json", "junit.xml", "index.html", "bench.json", "bench.txt",
		"plots/lanes.svg", "plots/lanes-dark.png", "plots/kill-matrix-full.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
	v, err := reports.Verify(dir, reports.Trust{Keys: []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}})
	if err != nil || v.Signer == "" {
		t.Errorf("Verify = %v, %v; want the signer", v, err)
	}
}

func TestWriteSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{file, filepath.Join(file, "below"), "/dev/null/out", "/proc/out"} {
		err := reports.Write(out, sample(t), reports.Extra{})
		if !errors.Is(err, reports.ErrFolder) {
			t.Errorf("%s: got %v; want ErrFolder", out, err)
			continue
		}
		if s := err.Error(); !strings.Contains(s, out) || !strings.Contains(s, "--out") || strings.Contains(s, "\n") {
			t.Errorf("%q does not say what, where and what to do in one line", s)
		}
	}
}

func TestJUnit(t *testing.T) {
	r := sample(t)
	b, err := reports.JUnit(r)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests, Failures, Errors, Skipped int
		Suites                           []struct {
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	passed, failed, broken, skipped := 0, 0, 0, 0
	for _, c := range got.Suites[0].Cases {
		switch {
		case c.Failure != nil:
			failed++
		case c.Error != nil:
			broken++
		case c.Skipped != nil:
			skipped++
		default:
			passed++
		}
	}
	c := r.Core
	if passed != c.Counts.Pass || failed != c.Counts.Fail || broken != c.Counts.Inconclusive || skipped != len(c.NotTested)+len(c.Selection) {
		t.Errorf("JUnit has %d passed, %d failed, %d errors, %d skipped; the report %+v, %d not tested, %d not selected",
			passed, failed, broken, skipped, c.Counts, len(c.NotTested), len(c.Selection))
	}
}

func TestHTMLShowsWhatMatters(t *testing.T) {
	r := sample(t)
	b, err := reports.HTML(r, reports.Extra{Bench: sampleBench(), Kills: sampleKills()})
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, want := range []string{
		"Not conformant", "inferred, not endorsed", "108 of 119 known faults", "RP, reference protocol", "pass, simulator",
		"never a certificate", r.Core.Failures[0].Requirement, "--filter " + r.Core.Failures[0].Check, "void", "184\u202f320 verdicts",
		`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`, `\u202etxt.exe\u001b[2J`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "\u202e", "\x1b", "http://assay", "ZgotmplZ", "<no value>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	order := []string{`id="verdict"`, `id="not-tested"`, `id="failures"`, `id="requirements"`, `id="kills"`, `id="benchmark"`, `id="limits"`}
	for i := 1; i < len(order); i++ {
		if strings.Index(page, order[i-1]) > strings.Index(page, order[i]) {
			t.Errorf("%s stands before %s", order[i], order[i-1])
		}
	}
}

func TestAPageOfNothingClaimsNothing(t *testing.T) {
	empty := &reports.Report{Core: reports.Core{Class: reports.Behaviour, Tier: reports.TierModel, Shape: reports.Sealed, Overall: reports.Incomplete}}
	b, err := reports.HTML(empty, reports.Extra{})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"Every applicable requirement was tested", "No check failed", "0 of 0 known faults"} {
		if bytes.Contains(b, []byte(bad)) {
			t.Errorf("a report without results says %q", bad)
		}
	}
}

func TestBenchTextIsTheGoFormat(t *testing.T) {
	b := sampleBench()
	b.Lanes[0].Suite = "with space/and slash"
	reader := benchfmt.NewReader(bytes.NewReader(b.Text()), "bench.txt")
	lines := 0
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.Result:
			lines++
			if v, ok := rec.Value("settlements/core-s"); !ok || v <= 0 {
				t.Errorf("%s has no rate", rec.Name)
			}
		case *benchfmt.SyntaxError:
			t.Errorf("line %d: %s", rec.Line, rec.Msg)
		}
	}
	if err := reader.Err(); err != nil || lines != 10*len(b.Lanes) {
		t.Errorf("read %d results, %v; want 10 rounds of %d lanes", lines, err, len(b.Lanes))
	}
}

func TestVerify(t *testing.T) {
	dir := t.TempDir()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if err := reports.Write(dir, sample(t), reports.Extra{Key: key}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		trust reports.Trust
		want  string
	}{
		{"nobody trusted", reports.Trust{}, "intact, signer unknown"},
		{"a stranger trusted", reports.Trust{Keys: []ed25519.PublicKey{stranger}}, "intact, signer unknown"},
		{"the signer trusted", reports.Trust{Keys: []ed25519.PublicKey{stranger, key.Public().(ed25519.PublicKey)}}, "intact, signed by "},
		{"judged again", reports.Trust{Rejudge: func(*reports.Report) error { return nil }}, "judged again"},
	} {
		v, err := reports.Verify(dir, tt.trust)
		if err != nil || !strings.Contains(v.String(), tt.want) {
			t.Errorf("%s: %v, %v; want %q", tt.name, v, err, tt.want)
		}
	}
	differs := errors.New("ATO-03 differs")
	if _, err := reports.Verify(dir, reports.Trust{Rejudge: func(*reports.Report) error { return differs }}); !errors.Is(err, differs) {
		t.Errorf("a verdict that differs: got %v", err)
	}
	// A report that is written again without a key must not keep the old signature.
	if err := reports.Write(dir, sample(t), reports.Extra{}); err != nil {
		t.Fatal(err)
	}
	if v, err := reports.Verify(dir, reports.Trust{}); err != nil || v.Signed {
		t.Errorf("after a second run: %v, %v; want not signed", v, err)
	}
}

func TestVerifyRefusesWhatWasAltered(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	trust := reports.Trust{Keys: []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}}
	for _, tt := range []struct {
		name, file, old, new string
		want                 error
	}{
		{"another seed", "report.json", `"seed":7`, `"seed":8`, reports.ErrAltered},
		{"a step of a transcript", "report.json", `"amount":"1250"`, `"amount":"1251"`, reports.ErrMalformed},
		{"the verdict of the run", "report.json", `"overall":"non-conformant"`, `"overall":"conformant"`, reports.ErrMalformed},
		{"a count", "report.json", `"fail":2`, `"fail":1`, reports.ErrMalformed},
		{"an unknown member", "report.json", `"seed":7`, `"seed":7,"seeds":7`, reports.ErrMalformed},
		{"a member twice", "report.json", `"seed":7`, `"seed":8,"seed":7`, reports.ErrMalformed},
		{"another case", "report.json", `"seed":7`, `"Seed":7`, reports.ErrMalformed},
		{"the signature", "report.intoto.json", `"sig": "`, `"sig": "AAAA`, reports.ErrAltered},
		{"no JSON", "report.intoto.json", `{`, ``, reports.ErrMalformed},
	} {
		dir := t.TempDir()
		if err := reports.Write(dir, sample(t), reports.Extra{Key: key}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, tt.file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Replace(text, []byte(tt.old), []byte(tt.new), 1)
		if bytes.Equal(changed, text) {
			t.Fatalf("%s: %q is not in %s", tt.name, tt.old, tt.file)
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if v, err := reports.Verify(dir, trust); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, %v; want %v", tt.name, v, err, tt.want)
		}
	}
}

func TestKeysAsPEM(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := reports.ParsePrivateKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil || !got.Equal(key) {
		t.Errorf("ParsePrivateKey: %v", err)
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})
	if keys, err := reports.ParseTrust(append(block, block...)); err != nil || len(keys) != 2 {
		t.Errorf("ParseTrust = %d keys, %v; want 2", len(keys), err)
	}
	for _, bad := range [][]byte{nil, []byte("no PEM"), block[:40], pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der[:20]})} {
		if _, err := reports.ParsePrivateKey(bad); !errors.Is(err, reports.ErrKey) {
			t.Errorf("ParsePrivateKey(%q): %v; want ErrKey", bad, err)
		}
		if _, err := reports.ParseTrust(bad); !errors.Is(err, reports.ErrKey) {
			t.Errorf("ParseTrust(%q): %v; want ErrKey", bad, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"core":{"results":[{"verdict":"fail"}]},"transcripts":{"x":[{"request":null}]}}`))
	f.Add([]byte(`{"transcripts":{"":[{}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := reports.Read(b)
		if err != nil {
			if !errors.Is(err, reports.ErrMalformed) {
				t.Errorf("Read: %v; want ErrMalformed", err)
			}
			return
		}
		again, err := reports.Canonical(r)
		if err != nil || !bytes.Equal(again, bytes.TrimSuffix(b, []byte{'\n'})) {
			t.Errorf("a report that was read is written differently: %v", err)
		}
		if _, err := reports.HTML(r, reports.Extra{}); err != nil {
			t.Errorf("HTML: %v", err)
		}
	})
}
