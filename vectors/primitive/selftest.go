package primitive

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

//go:embed selftest.json
var selfTest []byte

// A Case is one published signature with its verdict under the rules of
// wire.md, which are stricter than its source's where the name says so.
type Case struct {
	Name      string `json:"name"`
	Source    string `json:"source"`
	Suite     uint64 `json:"suite"`
	Key       string `json:"key"` // COSE_Key, hex, like all that follows
	Message   string `json:"message"`
	Signature string `json:"signature"`
	Valid     bool   `json:"valid"`
}

// Cases returns the built-in cases of RFC 8032, ed25519-speccheck and
// Wycheproof: at least one accepted and one refused for each suite of its own.
func Cases() []Case {
	var cases []Case
	if err := json.Unmarshal(selfTest, &cases); err != nil {
		panic("primitive: " + err.Error()) // the file is embedded
	}
	return cases
}

// SelfTest holds a verifier to the cases. Who fails it can say nothing about
// any message.
func SelfTest(verify func(suite uint64, key, message, sig []byte) bool) error {
	for _, c := range Cases() {
		var b [3][]byte
		for i, text := range []string{c.Key, c.Message, c.Signature} {
			var err error
			if b[i], err = hex.DecodeString(text); err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
		}
		if verify(c.Suite, b[0], b[1], b[2]) != c.Valid {
			return fmt.Errorf("suite %d: %s (%s): must be %s", c.Suite, c.Name, c.Source, verdict(c.Valid))
		}
	}
	return nil
}

func verdict(valid bool) string {
	if valid {
		return "accepted"
	}
	return "refused"
}
