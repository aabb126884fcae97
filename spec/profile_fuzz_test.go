package spec_test

import (
	"os"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

func FuzzParseProfile(f *testing.F) {
	for _, name := range []string{"reference", "idemia-wallet", "ecb-offline"} {
		text, err := os.ReadFile("profiles/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := spec.ParseProfile("fuzz.yaml", text)
		if err != nil {
			return
		}
		if err := spec.Validate("profile-v1", p.JSON()); err != nil {
			t.Errorf("a profile that parses is not valid: %v", err)
		}
	})
}
