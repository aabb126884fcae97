package judge

import (
	"math/rand/v2"
	"strings"
)

// family is the family of value of a file that is about one: its bodies have members
// of their own.
func (s *sweep) family() string {
	for _, name := range []string{"tokens-", "ecash-", "reserved-"} {
		if strings.HasPrefix(s.file.Name, name) {
			return name
		}
	}
	return ""
}

// one is a bit of each byte: what carries tokens is numbers of RSA for the most part,
// and each of their bytes is met in every one of them.
func one(n int, random *rand.Rand) (bits []int) {
	for i := range n {
		bits = append(bits, i*8+random.IntN(8))
	}
	return bits
}
