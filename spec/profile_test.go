package spec_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

func TestEmbeddedProfilesLoad(t *testing.T) {
	for _, name := range spec.Profiles() {
		p, err := spec.LoadProfile(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.ID != name {
			t.Errorf("profile %s is in file %s", p.ID, name)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(p.JSON(), &members); err != nil {
			t.Fatal(err)
		}
		for _, field := range sourcedFields {
			_, set := members[field]
			if _, sourced := p.Sources[field]; set != sourced {
				t.Errorf("%s: %s is set: %v, has a source: %v", name, field, set, sourced)
			}
		}
		for _, field := range p.Inferred {
			if p.Sources[field] == "" {
				t.Errorf("%s: inferred field %s has no value", name, field)
			}
		}
		capabilities := spec.Conditions()
		for _, c := range p.RequiredCapabilities {
			if !slices.Contains(capabilities, "cap:"+c) {
				t.Errorf("%s: unknown capability %s", name, c)
			}
		}
	}
}

// sourcedFields are those whose values come from somewhere.
var sourcedFields = []string{
	"currency", "family", "finality", "respend", "max_hops", "provenance",
	"trunc", "max_inputs", "max_links", "max_tx", "max_holding",
	"max_cumulative_unsynced", "max_unsynced_count", "auth_free_amount", "auth_free_count",
	"max_offline_epochs", "time_source", "consent_required", "sync_mode", "replenish", "log_capacity",
	"retention", "suites", "kems", "policy_updatable", "revocation", "revocation_max_age",
	"revocation_max_count", "grace", "receipt", "receiver_classes", "transports",
	"alert_policy", "proximity_only", "environment", "taxonomy",
}

// TestEveryRequirementApplies: to some embedded profile of a family that it
// concerns; those of family B under the reference profile, where no other
// profile's own values select them.
func TestEveryRequirementApplies(t *testing.T) {
	for _, r := range spec.Requirements() {
		applies := slices.ContainsFunc(spec.Profiles(), func(name string) bool {
			p, err := spec.LoadProfile(name)
			if err != nil {
				t.Fatal(err)
			}
			return slices.Contains(r.Families, p.Family) && p.Selects(r)
		})
		if !applies {
			t.Errorf("%s applies under no profile: %v", r.ID, r.When)
		}
	}
}

func TestProfileErrorsNameFileAndLine(t *testing.T) {
	text, err := os.ReadFile("profiles/reference.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"max_tx: 10000", "max_tx: 0", ":16: max_tx: "},
		{"max_tx: 10000", "max_tx: lots", ":16: "},
		{"max_tx: 10000", "max_txx: 10000", ":16: "},
		{"max_tx: 10000", "max_tx: [", ":"},
		{"epoch: 2526", "epoch: 2527", ":6: epoch: 2527 is not the epoch of 2026-12-01, which is 2526"},
		{"max_unsynced_count: 20\n", "", ":21: max_offline_epochs: "},
		{"required: [PAY-01", "required: [ENC-99", ": required: ENC-99 is not a MUST"},
		{"finality: DEVICE_FINAL", "finality: FINAL", ":12: finality: "},
		{"suites: [1, 2, 3, 5]", "suites: [2, 1]", ":29: suites: "},
	} {
		changed := strings.Replace(string(text), tt.old, tt.new, 1)
		_, err := spec.ParseProfile("own.yaml", []byte(changed))
		if err == nil || !strings.HasPrefix(err.Error(), "own.yaml:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want own.yaml…%s", tt.new, err, tt.want)
		}
	}
}

func TestOverlayKeepsWhatItDoesNotName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	text := "base: reference\nid: mine\nmax_tx: 700\nsources: {max_tx: our rule book}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := spec.LoadProfile(file)
	if err != nil {
		t.Fatal(err)
	}
	base, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	if *p.MaxTx != 700 || *base.MaxTx != 10000 || *p.MaxHolding != *base.MaxHolding || p.ID != "mine" {
		t.Errorf("max_tx %d over %d, max_holding %d, id %s", *p.MaxTx, *base.MaxTx, *p.MaxHolding, p.ID)
	}
	if p.Sources["max_tx"] != "our rule book" || p.Sources["max_hops"] != base.Sources["max_hops"] {
		t.Errorf("sources %v", p.Sources)
	}
}

func TestProfileOverItselfIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("base: mine.yaml\nid: mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := spec.LoadProfile(file); err == nil || !strings.Contains(err.Error(), "over one another") {
		t.Errorf("%v", err)
	}
}

func TestUnknownProfileListsTheKnown(t *testing.T) {
	_, err := spec.LoadProfile("nosuch")
	if err == nil || !strings.Contains(err.Error(), "reference") {
		t.Errorf("%v", err)
	}
}
