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
	for _, path := range sharedVectors(t, "wycheproof-ed25519_test.json") {
		verifyAll(t, path, func(key json.RawMessage, msg, _, sig []byte) bool {
			var public struct{ Pk hexBytes }
			if err := json.Unmarshal(key, &public); err != nil {
				t.Fatal(err)
			}
			return verifyEd25519(public.Pk, msg, sig)
		}, asIs)
	}
}

func TestP256Wycheproof(t *testing.T) {
	for _, path := range sharedVectors(t, "wycheproof-ecdsa_secp256r1_sha256_p1363_test.json") {
		verifyAll(t, path, func(key json.RawMessage, msg, _, sig []byte) bool {
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
}

func TestMLDSA44Wycheproof(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/schemes/testdata/wycheproof")
	paths := append(sharedVectors(t, "wycheproof-mldsa_44_verify_test.json"),
		filepath.Join(folder, "mldsa_44_verify_test.json.gz"))
	for _, path := range paths {
		verifyAll(t, path, func(key json.RawMessage, msg, ctx, sig []byte) bool {
			var public hexBytes
			if err := json.Unmarshal(key, &public); err != nil {
				t.Fatal(err)
			}
			parsed, err := parseMLDSA44(append([]byte(akpPrefix), public...))
			return err == nil && parsed.verify(msg, ctx, sig) == nil
		}, asIs)
	}
}

func TestMLDSA44SignsAsWycheproofHasIt(t *testing.T) {
	var file wycheproof
	readJSON(t, filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"),
		"sign/schemes/testdata/wycheproof/mldsa_44_sign_seed_test.json.gz"), &file)
	signed := 0
	for _, group := range file.TestGroups {
		key, err := mldsa44Scheme{}.NewKey(group.PrivateSeed)
		if err != nil {
			continue
		}
		for _, c := range group.Tests {
			if c.Result != "valid" || len(c.Ctx) > 0 {
				continue
			}
			signed++
			if got := key.Sign(c.Msg); hex.EncodeToString(got) != hex.EncodeToString(c.Sig) {
				t.Errorf("case %d (%s): another signature", c.TcID, c.Comment)
			}
		}
	}
	if signed == 0 {
		t.Error("no case was signed")
	}
}

func TestMLDSA44KeysOfACVP(t *testing.T) {
	folder := filepath.Join(moduleFolder(t, "github.com/cloudflare/circl"), "sign/mldsa/testdata/ML-DSA-keyGen-FIPS204")
	var prompt, expected struct {
		TestGroups []struct {
			ParameterSet string
			Tests        []struct {
				TcID     int
				Seed, Pk hexBytes
			}
		}
	}
	readJSON(t, filepath.Join(folder, "prompt.json.gz"), &prompt)
	readJSON(t, filepath.Join(folder, "expectedResults.json.gz"), &expected)
	want := map[int]hexBytes{}
	for _, group := range expected.TestGroups {
		for _, c := range group.Tests {
			want[c.TcID] = c.Pk
		}
	}
	compared := 0
	for _, group := range prompt.TestGroups {
		if group.ParameterSet != "ML-DSA-44" {
			continue
		}
		for _, c := range group.Tests {
			key, err := mldsa44Scheme{}.NewKey(c.Seed)
			if err != nil {
				t.Fatal(err)
			}
			compared++
			if got := key.Public().COSE()[len(akpPrefix):]; hex.EncodeToString(got) != hex.EncodeToString(want[c.TcID]) {
				t.Errorf("case %d: another public key", c.TcID)
			}
		}
	}
	if compared == 0 {
		t.Error("no case was compared")
	}
}
