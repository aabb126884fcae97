package spec_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

func load(t *testing.T, name string) *spec.Profile {
	t.Helper()
	p, err := spec.LoadProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func written(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOverlayAddsWhatItSays(t *testing.T) {
	base := load(t, "idemia-wallet")
	p, err := base.WithOverlays("rbi-2022-01")
	if err != nil {
		t.Fatal(err)
	}
	if *p.MaxTx != 20000 || p.Currency != "INR" || p.CurrencyCode != 356 || !*p.ConsentRequired || p.AlertPolicy != spec.AlertEach {
		t.Errorf("the rules are not there: %s", p.JSON())
	}
	if p.ID != "idemia-wallet" || p.Family != "B" || p.Finality != spec.DeviceFinal || len(p.Overlays) != 1 {
		t.Errorf("the system is another: %s", p.JSON())
	}
	if len(p.Required) <= len(base.Required) || base.MaxTx != nil {
		t.Errorf("requires %v; the base has changed to max_tx %v", p.Required, base.MaxTx)
	}
	if !strings.HasPrefix(p.Sources["max_tx"], "RBI") {
		t.Errorf("source of max_tx: %q", p.Sources["max_tx"])
	}
	for _, i := range p.Inferred {
		if i == "currency" {
			t.Error("the currency is the overlay's and still inferred")
		}
	}
}

// TestOverlayLeavesFamilyToTheSystem: what an overlay only infers stands in
// where nothing is declared, and nowhere else.
func TestOverlayLeavesFamilyToTheSystem(t *testing.T) {
	p, err := load(t, "cf-dc-2.2").WithOverlays("rbi-2023-08")
	if err != nil {
		t.Fatal(err)
	}
	if p.Family != "I" || p.Finality != spec.GuaranteedDeferred || *p.MaxTx != 50000 {
		t.Errorf("%s", p.JSON())
	}
}

func TestOverlaysThatConflict(t *testing.T) {
	const head = "adds: a test\nid: mine\ntitle: Mine\nversion: \"1\"\neffective_date: \"2026-11-23\"\nepoch: 2518\nstatus: dated\n"
	dir := t.TempDir()
	mine := func(name, text string) string { return written(t, dir, name, head+text) }
	for _, tt := range []struct {
		name, base string
		over       []string
		want       []string // all in the error
	}{
		{"two overlays set one limit", "idemia-wallet", []string{"rbi-2023-08", "rbi-2022-01"}, []string{"profiles/rbi-2022-01.yaml:18: max_tx", "profiles/rbi-2023-08.yaml:18"}},
		{"a limit is loosened", "reference", []string{mine("loose.yaml", "max_tx: 10001\n")}, []string{"loose.yaml:8: max_tx: 10001 loosens the 10000 of profiles/reference.yaml:16"}},
		{"a currency is another", "ecb-offline", []string{"rbi-2022-01"}, []string{"currency", "profiles/ecb-offline.yaml:"}},
		{"a value is another", "reference", []string{mine("staged.yaml", "respend: false\n")}, []string{"staged.yaml:8: respend: false is not the true of profiles/reference.yaml:13"}},
		{"consent is taken away", "reference", []string{mine("free.yaml", "consent_required: false\n")}, []string{"free.yaml:8: consent_required"}},
		{"a system is no overlay", "reference", []string{"idemia-wallet"}, []string{"whole system"}},
		{"one lies there already", "idemia-wallet", []string{"rbi-2022-01", "rbi-2022-01"}, []string{"already"}},
		{"one that nobody knows", "reference", []string{"nobody"}, []string{"unknown"}},
	} {
		_, err := load(t, tt.base).WithOverlays(tt.over...)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q", tt.name, err, want)
			}
		}
	}
	p, err := load(t, "reference").WithOverlays(mine("tight.yaml", "max_tx: 9999\ntransports: [link]\nreplenish: ONLINE_AFA\n"))
	if err != nil || *p.MaxTx != 9999 || len(p.Sources["max_tx"]) == 0 {
		t.Errorf("a tighter limit: %v", err)
	}
}

func TestFileMayNotLoosenItsBase(t *testing.T) {
	file := written(t, t.TempDir(), "mine.yaml", "base: reference\nid: mine\nmax_tx: 20000\n")
	_, err := spec.LoadProfile(file)
	conflict, ok := errors.AsType[*spec.ConflictError](err)
	if !ok || !strings.HasSuffix(conflict.Place, "mine.yaml:3") || conflict.Base != "profiles/reference.yaml:16" {
		t.Errorf("%v", err)
	}
}

func TestFileNamesItsOverlays(t *testing.T) {
	file := written(t, t.TempDir(), "mine.yaml", "base: idemia-wallet\nid: mine\noverlays: [rbi-2022-01]\n")
	p := load(t, file)
	if *p.MaxTx != 20000 || len(p.Overlays) != 1 || p.ID != "mine" {
		t.Errorf("%s", p.JSON())
	}
	again := written(t, filepath.Dir(file), "again.yaml", "base: mine.yaml\nid: again\nmax_tx: 10000\n")
	if p = load(t, again); *p.MaxTx != 10000 || len(p.Overlays) != 1 {
		t.Errorf("%s", p.JSON())
	}
}

// TestEmbeddedProfilesHoldTogether: none contradicts its family, and none says
// the bare word that two taxonomies use with opposite meanings.
func TestEmbeddedProfilesHoldTogether(t *testing.T) {
	for _, name := range spec.Profiles() {
		p := load(t, name)
		if why := p.Contradiction(); why != "" {
			t.Errorf("%s", why)
		}
		if p.Base == "" {
			if len(p.Required) == 0 || len(p.RequiredCapabilities) == 0 {
				t.Errorf("%s requires %d MUSTs and %d capabilities", name, len(p.Required), len(p.RequiredCapabilities))
			}
		}
		text, err := os.ReadFile("profiles/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		for word := range strings.FieldsSeq(string(text)) {
			if strings.EqualFold(strings.Trim(word, `",.:;{}[]`), "intermittent") {
				t.Errorf("%s says %q, which means two things", name, word)
			}
		}
	}
}

func TestEnvironmentsLoad(t *testing.T) {
	kinds := map[string]bool{}
	for _, name := range spec.Environments() {
		e, err := spec.LoadEnvironment(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e.ID != name {
			t.Errorf("environment %s is in file %s", e.ID, name)
		}
		kinds[e.Kind] = true
	}
	if len(kinds) != 4 {
		t.Errorf("%d kinds of environment; want 4", len(kinds))
	}
	if _, err := spec.LoadEnvironment("cloud"); err == nil || !strings.Contains(err.Error(), "hardware-se") {
		t.Errorf("an unknown environment: %v", err)
	}
}

// TestBadProfilesNameThePlace is what somebody gets wrong in a file of theirs.
func TestBadProfilesNameThePlace(t *testing.T) {
	text, err := os.ReadFile("profiles/reference.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"currency: EUR", "currency: EUX", ":8: currency: EUX is no alphabetic code of ISO 4217"},
		{"currency_code: 978", "currency_code: 979", ":9: currency_code: 979 is not the numeric code of EUR, which is 978"},
		{"exponent: 2", "exponent: 3", ":10: exponent: 3 is not the exponent of EUR, which is 2"},
		{"max_tx: 10000", "max_tx: -1", ":16: "},
		{`"2026-12-01"`, `"2026-13-01"`, ":5: effective_date: "},
		{`"2026-12-01"`, `"soon"`, ":5: effective_date: "},
		{"alert_policy: EACH", "environment: cloud", ": environment: \"cloud\" is unknown"},
		{"alert_policy: EACH", "taxonomy: {polaris: INTERMITTENT}", ": taxonomy/polaris: "},
	} {
		_, err := spec.ParseProfile("own.yaml", []byte(strings.Replace(string(text), tt.old, tt.new, 1)))
		if err == nil || !strings.HasPrefix(err.Error(), "own.yaml:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want own.yaml…%s", tt.new, err, tt.want)
		}
	}
}

// TestChainOverFamilies: value whose past can be shown has links, parts of tokens
// too; what a bank has signed blindly has none.
func TestChainOverFamilies(t *testing.T) {
	for name, contradicts := range map[string]bool{"gd-filia": false, "cf-dc-2.2": false, "online-first": true} {
		text := "base: " + name + "\nid: mine\nprovenance: CHAIN\ntrunc: 2\nmax_inputs: 4\nmax_links: 16\n"
		p, err := spec.ParseProfile("mine", []byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if why := p.Contradiction(); (why != "") != contradicts {
			t.Errorf("%s: %q", name, why)
		}
	}
	laid, err := load(t, "gd-filia").WithOverlays("ctf-finality")
	if err != nil || laid.Contradiction() != "" || laid.Provenance != spec.ProvenanceChain {
		t.Errorf("%v, %+v", err, laid)
	}
}
