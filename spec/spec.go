// Package spec is the normative protocol: its chapters, requirements, refusal
// codes, profiles and schemas, embedded and parsed.
//
// The chapters beside it are the source. Nothing here states a rule of its
// own, and nothing here implements the protocol: package reference does.
package spec

import "embed"

// The versions of what assay publishes. Release alone is shown to people; the
// others stand in the documents and messages that they version.
const (
	ProtocolVersion = 1            // member ver of every signed object
	AdapterVersion  = 1            // negotiated when an adapter starts
	ReportVersion   = 1            // report.json
	VectorsVersion  = 1            // vectors/*.json
	Release         = "1.0-draft1" // the frozen set of scored requirements
)

//go:embed *.md protocol.cddl profiles/*.yaml environments/*.yaml releases/*.yaml schema/*.json
var files embed.FS

// An ID names a requirement: "PAY-03". IDs are never reused.
type ID string

// A Class is a class of conformance.
type Class string

// The two classes of README.md, section Classes.
const (
	ClassBH Class = "BH" // behaviour: any product, messages opaque
	ClassRP Class = "RP" // reference protocol: byte-exact
)

// A Level says how binding a requirement is.
type Level string

// The levels: the BCP 14 keyword of the paragraph, without its negation.
const (
	LevelMust   Level = "MUST"
	LevelShould Level = "SHOULD"
)

// A Reach says what a check of the requirement needs beside the product.
type Reach string

// The reaches, from the easiest to meet to the hardest.
const (
	ReachOpaque Reach = "opaque" // any product, its messages unread
	ReachKit    Reach = "kit"    // a counterparty that misbehaves on purpose
	ReachRP     Reach = "RP"     // a product that speaks the reference protocol
)

// Chapters returns the file names of the chapters in reading order.
func Chapters() []string {
	return []string{
		"README.md", "overview.md", "glossary.md", "wire.md", "certificates.md", "rekey.md", "payment.md",
		"oneway.md", "funding.md", "state.md", "limits.md", "sync.md", "reserved.md", "provenance.md", "tokens.md", "ecash.md", "qr.md", "telecom.md", "security.md", "privacy.md",
		"sizes.md", "refusals.md", "apdu.md", "adapter.md", "ics.md", "measurements.md",
	}
}

// Chapter returns the text of one chapter, or of protocol.cddl, by file name.
func Chapter(name string) ([]byte, error) { return files.ReadFile(name) }
