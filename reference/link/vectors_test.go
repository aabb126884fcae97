package link

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
)

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// publishedFile reads a file of Project Wycheproof; testdata/SOURCE.md says which.
func publishedFile(t *testing.T, name string, into any) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(r).Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// The post-quantum half of X-Wing does as ML-KEM-768 of FIPS 203 should.
func TestMLKEM768Wycheproof(t *testing.T) {
	var file struct {
		TestGroups []struct {
			Tests []struct {
				TcID            int
				Comment, Result string
				Seed, Ek, C, K  hexBytes
			}
		}
	}
	publishedFile(t, "wycheproof-mlkem_768_test.json", &file)
	seen := map[string]int{}
	for _, group := range file.TestGroups {
		for _, c := range group.Tests {
			seen[c.Result]++
			got, err := opened(c.Seed, c.C)
			if valid := err == nil && bytes.Equal(got, c.K); valid != (c.Result == "valid") {
				t.Errorf("case %d (%s): %x, %v; want %s, %x", c.TcID, c.Comment, got, err, c.Result, c.K)
			}
		}
	}
	if seen["valid"] == 0 || seen["invalid"] == 0 {
		t.Errorf("cases by verdict: %v; want both", seen)
	}
}

func opened(seed, ciphertext []byte) ([]byte, error) {
	if len(seed) != mlkem768.KeySeedSize {
		return nil, os.ErrInvalid
	}
	_, private := mlkem768.NewKeyFromSeed(seed)
	return mlkem768.Scheme().Decapsulate(private, ciphertext)
}

// What the published cases say of a public key's agreement is what the link
// finds before it agrees, as the half of an X-Wing key.
func TestX25519WycheproofZeroAgreements(t *testing.T) {
	var file struct {
		TestGroups []struct {
			Tests []struct {
				TcID   int
				Flags  []string
				Public hexBytes
			}
		}
	}
	publishedFile(t, "wycheproof-x25519_test.json", &file)
	zeros := 0
	for _, group := range file.TestGroups {
		for _, c := range group.Tests {
			zero := slices.Contains(c.Flags, "ZeroSharedSecret")
			if zero {
				zeros++
			}
			if got := zeroAgreement(wire.KEMXWing, append(make([]byte, 1184), c.Public...)); got != zero {
				t.Errorf("case %d (%v): zero %v; want %v", c.TcID, c.Flags, got, zero)
			}
		}
	}
	if zeros == 0 {
		t.Error("no case agrees on zero")
	}
}
