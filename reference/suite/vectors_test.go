package suite

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hexBytes are bytes that a file of vectors writes in hexadecimal.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// readJSON reads a file of vectors, through gzip where its name says so.
func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.NewDecoder(r).Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// moduleFolder returns where the files of a module that we depend on are.
func moduleFolder(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", module, err)
	}
	return strings.TrimSpace(string(out))
}

// sharedVectors returns the files beside the repository with the given names.
// They are no part of it: without the folder there are none, but a folder that
// ASSAY_SHARED_VECTORS names must be there.
func sharedVectors(t *testing.T, names ...string) []string {
	t.Helper()
	folder, named := os.LookupEnv("ASSAY_SHARED_VECTORS")
	if !named {
		folder = filepath.Join("..", "..", "..", "shared", "vectors")
		if _, err := os.Stat(folder); err != nil {
			t.Logf("no shared vectors at %s: only those of the modules are tested", folder)
			return nil
		}
	}
	var paths []string
	for _, name := range names {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// wycheproof is a file of Project Wycheproof, as far as it is used here.
type wycheproof struct {
	TestGroups []struct {
		PublicKey   json.RawMessage
		PrivateSeed hexBytes
		Tests       []struct {
			TcID    int
			Comment string
			Msg     hexBytes
			Sig     hexBytes
			Ctx     hexBytes
			Result  string
		}
	}
}

// verifyAll compares the verdict of verify with the file's for every case.
// verify takes the group's key as the file has it.
func verifyAll(t *testing.T, path string, verify func(key json.RawMessage, msg, ctx, sig []byte) bool, want func(valid bool, sig []byte) bool) {
	t.Helper()
	var file wycheproof
	readJSON(t, path, &file)
	cases := 0
	for _, group := range file.TestGroups {
		for _, c := range group.Tests {
			cases++
			got := verify(group.PublicKey, c.Msg, c.Ctx, c.Sig)
			if want := want(c.Result == "valid", c.Sig); got != want {
				t.Errorf("%s: case %d (%s): accepted %v; want %v", filepath.Base(path), c.TcID, c.Comment, got, want)
			}
		}
	}
	if cases == 0 {
		t.Errorf("%s holds no case", path)
	}
}

func asIs(valid bool, _ []byte) bool { return valid }

func TestRFC8032(t *testing.T) {
	var file struct {
		Vectors []struct {
			Name                             string
			Seed, Public, Message, Signature hexBytes
		}
	}
	readJSON(t, "testdata/rfc8032.json", &file)
	for _, v := range file.Vectors {
		key, err := ed25519Scheme{}.NewKey(v.Seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(key.Public().COSE()[len(okpPrefix):]); got != hex.EncodeToString(v.Public) {
			t.Errorf("%s: public key %s; want %x", v.Name, got, v.Public)
		}
		if got := key.Sign(v.Message); hex.EncodeToString(got) != hex.EncodeToString(v.Signature) {
			t.Errorf("%s: signature %x; want %x", v.Name, got, v.Signature)
		}
		if err := key.Public().Verify(v.Message, v.Signature); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
	if len(file.Vectors) != 4 {
		t.Errorf("%d vectors; want 4", len(file.Vectors))
	}
}

func TestRFC6979WithLowS(t *testing.T) {
	var file struct {
		Vectors []struct {
			Name                string
			Seed, Message, R, S hexBytes
		}
	}
	readJSON(t, "testdata/rfc6979.json", &file)
	for _, v := range file.Vectors {
		key, err := p256Scheme{}.NewKey(v.Seed)
		if err != nil {
			t.Fatal(err)
		}
		asInRFC := append(append([]byte(nil), v.R...), v.S...)
		low := append(append([]byte(nil), v.R...), lowS(v.S)...)
		if got := key.Sign(v.Message); hex.EncodeToString(got) != hex.EncodeToString(low) {
			t.Errorf("%s: signature %x; want %x", v.Name, got, low)
		}
		if got := key.Public().Verify(v.Message, asInRFC) == nil; got != (hex.EncodeToString(low) == hex.EncodeToString(asInRFC)) {
			t.Errorf("%s: signature of the RFC accepted: %v", v.Name, got)
		}
	}
}

// The verdicts are those of performance.md, A.4.3, for the normative rule: the
// first two have a public key of small order, the last six are not canonical or
// do not satisfy the equation.
func TestEd25519Speccheck(t *testing.T) {
	var cases []struct {
		Message   hexBytes `json:"message"`
		PublicKey hexBytes `json:"pub_key"`
		Signature hexBytes `json:"signature"`
	}
	folder := moduleFolder(t, "github.com/oasisprotocol/curve25519-voi")
	readJSON(t, filepath.Join(folder, "primitives/ed25519/testdata/speccheck_cases.json.gz"), &cases)
	got := ""
	for _, c := range cases {
		if verifyEd25519(c.PublicKey, c.Message, c.Signature) {
			got += "V"
		} else {
			got += "x"
		}
	}
	if want := "xxVVVVxxxxxx"; got != want {
		t.Errorf("verdicts %s; want %s", got, want)
	}
}

func verifyEd25519(public, message, sig []byte) bool {
	key, err := ed25519Scheme{}.ParsePublic(append([]byte(okpPrefix), public...))
	return err == nil && key.Verify(message, sig) == nil
}

func TestEd25519Wycheproof(t *testing.T) {
	verifyAll(t, "testdata/wycheproof-ed25519_test.json.gz", func(key json.RawMessage, msg, _, sig []byte) bool {
		var public struct{ Pk hexBytes }
		if err := json.Unmarshal(key, &public); err != nil {
			t.Fatal(err)
		}
		return verifyEd25519(public.Pk, msg, sig)
	}, asIs)
}

func TestP256Wycheproof(t *testing.T) {
	verifyAll(t, "testdata/wycheproof-ecdsa_secp256r1_sha256_p1363_test.json.gz", func(key json.RawMessage, msg, _, sig []byte) bool {
		var public struct{ Uncompressed hexBytes }
		if err := json.Unmarshal(key, &public); err != nil {
			t.Fatal(err)
		}
		parsed, err := p256Scheme{}.ParsePublic(p256COSE(public.Uncompressed))
		return err == nil && parsed.Verify(msg, sig) == nil
	}, func(valid bool, sig []byte) bool {
		return valid && hex.EncodeToString(lowS(sig[32:])) == hex.EncodeToString(sig[32:])
	})
}

// mldsaSets are the parameter sets of ML-DSA, as the files name them.
var mldsaSets = []struct {
	name, files, signing string
	prefix               string
	scheme               Scheme
	verify               func(cose, msg, ctx, sig []byte) bool
}{
	{"ML-DSA-44", "mldsa_44", "mldsa_44_sign_seed_test.json.gz", akpPrefix, mldsa44Scheme{}, func(cose, msg, ctx, sig []byte) bool {
		k, err := parseMLDSA44(cose)
		return err == nil && k.verify(msg, ctx, sig) == nil
	}},
	{"ML-DSA-65", "mldsa_65", "mldsa_65_seed_sign_test.json.gz", akp65Prefix, mldsa65Scheme{}, func(cose, msg, ctx, sig []byte) bool {
		k, err := mldsa65Scheme{}.ParsePublic(cose)
		return err == nil && k.(*mldsa65Public).verify(msg, ctx, sig) == nil
	}},
}

func TestMLDSAWycheproof(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/schemes/testdata/wycheproof")
	for _, set := range mldsaSets {
		paths := append(sharedVectors(t, "wycheproof-"+set.files+"_verify_test.json"),
			filepath.Join(folder, set.files+"_verify_test.json.gz"))
		for _, path := range paths {
			verifyAll(t, path, func(key json.RawMessage, msg, ctx, sig []byte) bool {
				var public hexBytes
				if err := json.Unmarshal(key, &public); err != nil {
					t.Fatal(err)
				}
				return set.verify(append([]byte(set.prefix), public...), msg, ctx, sig)
			}, asIs)
		}
	}
}

func TestMLDSASignsAsWycheproofHasIt(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/schemes/testdata/wycheproof")
	for _, set := range mldsaSets {
		var file wycheproof
		readJSON(t, filepath.Join(folder, set.signing), &file)
		signed := 0
		for _, group := range file.TestGroups {
			key, err := set.scheme.NewKey(group.PrivateSeed)
			if err != nil {
				continue
			}
			for _, c := range group.Tests {
				if c.Result != "valid" || len(c.Ctx) > 0 {
					continue
				}
				signed++
				if got := key.Sign(c.Msg); hex.EncodeToString(got) != hex.EncodeToString(c.Sig) {
					t.Errorf("%s: case %d (%s): another signature", set.name, c.TcID, c.Comment)
				}
			}
		}
		if signed == 0 {
			t.Errorf("%s: no case was signed", set.name)
		}
	}
}

// acvp is a file of the Automated Cryptographic Validation Protocol, the prompt
// or the expected results, as far as it is used here.
type acvp struct {
	TestGroups []struct {
		ParameterSet, SignatureInterface, PreHash string
		Tests                                     []struct {
			TcID                            int
			Seed, SkSeed, SkPrf, PkSeed     hexBytes
			Pk, Message, Context, Signature hexBytes
			TestPassed                      bool
		}
	}
}

func TestMLDSAKeysOfACVP(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/mldsa/testdata/ML-DSA-keyGen-FIPS204")
	var prompt, expected acvp
	readJSON(t, filepath.Join(folder, "prompt.json.gz"), &prompt)
	readJSON(t, filepath.Join(folder, "expectedResults.json.gz"), &expected)
	want := keysOf(expected)
	for _, set := range mldsaSets {
		compared := 0
		for _, group := range prompt.TestGroups {
			if group.ParameterSet != set.name {
				continue
			}
			for _, c := range group.Tests {
				key, err := set.scheme.NewKey(c.Seed)
				if err != nil {
					t.Fatal(err)
				}
				compared++
				if got := key.Public().COSE()[len(set.prefix):]; hex.EncodeToString(got) != hex.EncodeToString(want[c.TcID]) {
					t.Errorf("%s: case %d: another public key", set.name, c.TcID)
				}
			}
		}
		if compared == 0 {
			t.Errorf("%s: no case was compared", set.name)
		}
	}
}

// keysOf are the public keys of the expected results by case.
func keysOf(expected acvp) map[int]hexBytes {
	keys := map[int]hexBytes{}
	for _, group := range expected.TestGroups {
		for _, c := range group.Tests {
			keys[c.TcID] = c.Pk
		}
	}
	return keys
}

const slhdsaSet = "SLH-DSA-SHA2-128s"

func TestSLHDSAKeysOfACVP(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/slhdsa/testdata")
	var prompt, expected acvp
	readJSON(t, filepath.Join(folder, "keyGen_prompt.json.gz"), &prompt)
	readJSON(t, filepath.Join(folder, "keyGen_results.json.gz"), &expected)
	want, compared := keysOf(expected), 0
	for _, group := range prompt.TestGroups {
		if group.ParameterSet != slhdsaSet {
			continue
		}
		for _, c := range group.Tests {
			key, err := slhdsa128sScheme{}.NewKey(append(append(append([]byte(nil), c.SkSeed...), c.SkPrf...), c.PkSeed...))
			if err != nil {
				t.Fatal(err)
			}
			compared++
			if got := key.Public().COSE()[len(slhdsaPrefix):]; hex.EncodeToString(got) != hex.EncodeToString(want[c.TcID]) {
				t.Errorf("case %d: another public key", c.TcID)
			}
		}
	}
	if compared == 0 {
		t.Error("no case was compared")
	}
}

// The external, pure cases are those of the interface that the suite has.
func TestSLHDSAVerifiesAsACVPHasIt(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/slhdsa/testdata")
	var prompt, expected acvp
	readJSON(t, filepath.Join(folder, "verify_prompt.json.gz"), &prompt)
	readJSON(t, filepath.Join(folder, "verify_results.json.gz"), &expected)
	want := map[int]bool{}
	for _, group := range expected.TestGroups {
		for _, c := range group.Tests {
			want[c.TcID] = c.TestPassed
		}
	}
	seen := map[bool]int{}
	for _, group := range prompt.TestGroups {
		if group.ParameterSet != slhdsaSet || group.SignatureInterface != "external" || group.PreHash != "pure" {
			continue
		}
		for _, c := range group.Tests {
			key, err := slhdsa128sScheme{}.ParsePublic(append([]byte(slhdsaPrefix), c.Pk...))
			if err != nil {
				t.Fatal(err)
			}
			seen[want[c.TcID]]++
			if got := key.(*slhdsa128sPublicKey).verify(c.Message, c.Context, c.Signature) == nil; got != want[c.TcID] {
				t.Errorf("case %d: accepted %v; want %v", c.TcID, got, want[c.TcID])
			}
		}
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("cases by verdict: %v; want both", seen)
	}
}
