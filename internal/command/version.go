package command

import (
	"runtime"
	"runtime/debug"

	"github.com/assay-cbdc/assay/conformance/suite"
	"github.com/assay-cbdc/assay/spec"
)

// versionSchema names the schema of a versionResult.
const versionSchema = "version-v1"

// A versionResult is what assay version --json prints.
type versionResult struct {
	Schema   string `json:"schema"`
	Version  string `json:"version"`
	Release  string `json:"release"` // the frozen set of scored requirements
	Digest   string `json:"digest"`  // of requirements and checks
	Revision string `json:"revision"`
	Go       string `json:"go"`
}

type versionCommand struct {
	JSON bool `name:"json" help:"Print one JSON object (schema version-v1) instead of text."`
}

// Help is the long help text.
func (versionCommand) Help() string {
	return `Example:

    $ assay version`
}

// Run says it.
func (c versionCommand) Run(e *environment) error {
	v := versionResult{
		Schema: versionSchema, Version: suite.Version, Release: spec.Release, Digest: suite.Digest(),
		Revision: revision(), Go: runtime.Version(),
	}
	if c.JSON {
		return e.printJSON(v)
	}
	e.text.line("assay %s, release %s", v.Version, v.Release)
	e.text.field("suite", v.Digest)
	if v.Revision != "" {
		e.text.field("revision", v.Revision)
	}
	e.text.field("built with", v.Go)
	return nil
}

// revision is the commit that was built, empty when the build does not say.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", with changes"
		}
	}
	return commit + changed
}
