package main

import (
	"strings"

	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// publishedVectors are the cases of the self-test as vectors. Cases are only
// ever added at the end, so a number keeps its case.
func publishedVectors() *file {
	f := newFile("published", "Signatures that others have published, with the verdict under the rules of wire.md: verdict is accepted or refused. Where it differs from the source's the source says so. The twelve cases of ed25519-speccheck are among them.")
	for i, c := range primitive.Cases() {
		f.valid(positive{n: i + 1, requirement: ruleOf(c), kind: "published", comment: c.Name + " (" + c.Source + ")",
			context: map[string]string{"suite": dec(c.Suite)},
			input:   map[string][]byte{"key": unhex(c.Key), "message": unhex(c.Message), "signature": unhex(c.Signature)},
			values:  map[string]string{"verdict": map[bool]string{true: "accepted", false: "refused"}[c.Valid]}})
	}
	return f
}

func ruleOf(c primitive.Case) spec.ID {
	switch {
	case strings.Contains(c.Name, "hint"):
		return spec.PQC05
	case c.Suite == primitive.P256:
		return spec.CRY10
	default:
		return spec.CRY05
	}
}
