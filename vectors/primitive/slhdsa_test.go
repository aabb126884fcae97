package primitive

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// acvp is a file of the Automated Cryptographic Validation Protocol, as far as
// it is used here.
type acvp struct {
	TestGroups []struct {
		ParameterSet, SignatureInterface, PreHash string
		Tests                                     []struct {
			TcID                            int
			Pk, Message, Context, Signature hexBytes
			TestPassed                      bool
		}
	}
}

// readACVP reads a file that circl carries; the vectors are NIST's.
func readACVP(t *testing.T, name string) acvp {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/cloudflare/circl").Output()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), "sign/slhdsa/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file acvp
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file
}

// What is written out from FIPS 205 is right about every case of ACVP that has
// its parameters and its interface, and takes no signature with a bit changed.
func TestSLHDSAVerifiesAsACVPHasIt(t *testing.T) {
	want := map[int]bool{}
	for _, group := range readACVP(t, "verify_results.json.gz").TestGroups {
		for _, c := range group.Tests {
			want[c.TcID] = c.TestPassed
		}
	}
	seen := map[bool]int{}
	for _, group := range readACVP(t, "verify_prompt.json.gz").TestGroups {
		if group.ParameterSet != "SLH-DSA-SHA2-128s" || group.SignatureInterface != "external" || group.PreHash != "pure" {
			continue
		}
		for _, c := range group.Tests {
			seen[want[c.TcID]]++
			key := Encode(map[int64]any{1: 7, 3: -65603, -1: []byte(c.Pk)})
			if got := verifySLHDSA(key, c.Message, c.Signature, string(c.Context)); got != want[c.TcID] {
				t.Errorf("case %d: accepted %v; want %v", c.TcID, got, want[c.TcID])
			}
			if !want[c.TcID] {
				continue
			}
			for at := 0; at < len(c.Signature); at += 97 {
				c.Signature[at] ^= 1 << (at % 8)
				if verifySLHDSA(key, c.Message, c.Signature, string(c.Context)) {
					t.Errorf("case %d: byte %d changed: accepted", c.TcID, at)
				}
				c.Signature[at] ^= 1 << (at % 8)
			}
		}
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("cases by verdict: %v; want both", seen)
	}
}

func TestKeysWithOtherMembersAreNone(t *testing.T) {
	packed := func(n int) []byte { return append(make([]byte, n-1), 1) }
	for suite, key := range map[uint64]map[int64]any{
		MLDSA44: {1: 7, 3: -48, -1: packed(1312)}, MLDSA65: {1: 7, 3: -49, -1: packed(1952)},
		SLHDSA: {1: 7, 3: -65603, -1: packed(32)},
	} {
		if !IsKey(suite, Encode(key)) {
			t.Errorf("suite %d: a right key is none", suite)
		}
		for label, other := range map[int64]any{1: 1, 3: -50, -1: []byte{1}, 4: 1} {
			bad := map[int64]any{}
			for l, v := range key {
				bad[l] = v
			}
			bad[label] = other
			if IsKey(suite, Encode(bad)) {
				t.Errorf("suite %d: member %d is %v: still a key", suite, label, other)
			}
		}
	}
}
