package command

import (
	"crypto/ed25519"
	"fmt"
	"os"

	"github.com/assay-cbdc/assay/reports"
)

// verifySchema names the schema of a verifyResult.
const verifySchema = "verify-v1"

// A verifyResult is what assay verify --json prints.
type verifyResult struct {
	Schema  string          `json:"schema"`
	Digest  string          `json:"digest"` // SHA-256 of report.json
	Overall reports.Overall `json:"overall"`
	Signed  bool            `json:"signed"`
	Signer  string          `json:"signer"` // id of the trusted key, empty if none signed
	Says    string          `json:"says"`
}

type verifyCommand struct {
	Dir   string `arg:"" help:"The folder of a report."`
	Trust string `placeholder:"FILE" help:"The Ed25519 public keys to trust, as PEM. With it a report that none of them signed is refused."`
	JSON  bool   `name:"json" help:"Print one JSON object (schema verify-v1) instead of text."`
}

// Help is the long help text.
func (verifyCommand) Help() string {
	return `It checks the report's form, its hash chains and its signature. It says who vouches for the bytes, and nothing about the device. Exit status: 0 if the report is what was written, 2 if not.

Example:

    $ assay verify reports/out`
}

// Run verifies.
func (c verifyCommand) Run(e *environment) error {
	var keys []ed25519.PublicKey
	if c.Trust != "" {
		text, err := os.ReadFile(c.Trust)
		if err != nil {
			return usage("--trust: %w; name a readable PEM file", err)
		}
		if keys, err = reports.ParseTrust(text); err != nil {
			return usage("--trust: %s: %s", c.Trust, oneLine(err.Error()))
		}
	}
	v, err := reports.Verify(c.Dir, reports.Trust{Keys: keys})
	if err != nil {
		return usage("%s: %s; name a folder that \"assay run --out\" wrote", c.Dir, oneLine(err.Error()))
	}
	core := v.Report.Core
	if c.JSON {
		err = e.printJSON(verifyResult{verifySchema, v.Digest, core.Overall, v.Signed, v.Signer, v.String()})
	} else {
		e.text.line("")
		e.text.field("report", v.String())
		e.text.field("sha-256", v.Digest)
		e.text.field("says", fmt.Sprintf("%s: %s %s, %d of %d applicable MUSTs tested", core.Overall,
			core.Implementation.Product, core.Implementation.Version, core.Executed, core.Applicable))
		e.text.field("profile", profileLine(core.Profile))
	}
	if err == nil && len(keys) > 0 && v.Signer == "" {
		return usage("%s: none of the keys in %s signed the report; do not rely on it", c.Dir, c.Trust)
	}
	return err
}
