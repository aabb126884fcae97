package link

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An Offer is what one side of a session can do, each list ascending.
type Offer struct {
	Versions []uint64
	Suites   []suite.Suite
	KEMs     []wire.KEM
}

// A Choice is what a session uses.
type Choice struct {
	Version uint64
	Suite   suite.Suite
	KEM     wire.KEM
}

// HelloOffer returns the lists of a HELLO.
func HelloOffer(m wire.Hello) Offer { return Offer{m.Versions, m.Suites, m.KEMs} }

// CapsOffer returns the lists of a CAPS.
func CapsOffer(m wire.Caps) Offer { return Offer{m.Versions, m.Suites, m.KEMs} }

// Choose returns the one choice that two offers have: the highest version, and
// suite and KEM of the highest rank that both list. Unknown numbers are skipped.
// The error is a [*wire.Error] with 111 when one of them has nothing in common.
func Choose(a, b Offer) (Choice, error) {
	var c Choice
	for _, v := range a.Versions {
		if v == wire.V1 && slices.Contains(b.Versions, v) {
			c.Version = v
		}
	}
	c.Suite, _ = suite.Highest(a.Suites, b.Suites)
	for _, k := range a.KEMs {
		if kemRank(k) > kemRank(c.KEM) && slices.Contains(b.KEMs, k) {
			c.KEM = k
		}
	}
	if c.Version == 0 || c.Suite == 0 || c.KEM == 0 {
		return Choice{}, &wire.Error{Code: spec.ENocommon, Key: wire.NoKey, What: "nothing in common"}
	}
	return c, nil
}

// Answer returns the payee's choice for a HELLO: 111 also when the HELLO's one
// ephemeral key is not for the KEM chosen.
func Answer(hello wire.Hello, own Offer) (Choice, error) {
	c, err := Choose(HelloOffer(hello), own)
	if err == nil && c.KEM != hello.KEM {
		err = &wire.Error{Code: spec.ENocommon, Key: 43, What: "key of another KEM"}
	}
	return c, err
}

// CheckCaps holds the payee's choice in CAPS to the one that both lists give:
// 111 when there is none, 113 when it is another.
func CheckCaps(hello wire.Hello, caps wire.Caps) error {
	c, err := Choose(HelloOffer(hello), CapsOffer(caps))
	if err != nil {
		return err
	}
	if c != (Choice{caps.Version, caps.Suite, caps.KEM}) || c.KEM != hello.KEM {
		return downgrade("not the highest that both offer")
	}
	return nil
}

// CheckCertified holds the suite of a session to the highest that all the given
// lists contain (113): one's own offer or certified list, the peer's certified
// list, one's policy. A list in clear can be shortened on the way; a certified
// one cannot.
func CheckCertified(chosen suite.Suite, first []suite.Suite, others ...[]suite.Suite) error {
	if best, ok := suite.Highest(first, others...); !ok || best != chosen {
		return downgrade("not the highest that both certify and allow")
	}
	return nil
}

func downgrade(what string) error {
	return &wire.Error{Code: spec.EDowngrade, Key: wire.NoKey, What: what}
}
