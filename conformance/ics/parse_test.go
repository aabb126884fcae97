package ics_test

import (
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/ics"
	"github.com/assay-cbdc/assay/spec"
)

const least = `schema: ics-v1
vendor: Acme
product: Wallet
release: "1"
class: BH
tier: simulator
shapes: [hooked]
roles: [device, ledger]
`

func TestErrorsNameThePlace(t *testing.T) {
	for _, c := range []struct{ add, want string }{
		{"colour: blue\n", "ics.yaml:9:1: "},
		{"amounts: {step: 0}\n", "ics.yaml:9:"},
		{"amounts: {min: 5, max: 4}\n", "ics.yaml:9:"},
		{"amounts: {step: 5, max: 4}\n", "no amount could be paid"},
		{"amounts: {denominations: [20, 10]}\n", "rising order"},
		{"refusals: {NO: [E_NOPE]}\n", "refusal code \"E_NOPE\" does not exist; write a number or a name of spec/refusals.md"},
		{"refusals: {NO: [999]}\n", "refusal code \"999\" does not exist"},
		{"refusals: {NO: []}\n", "stands for no code"},
		{"capabilities: [clock]\n", "write it under rigs in the IXIT"},
		{"capabilities: [flying]\n", "ics.yaml:9:"},
		{"kit: [double-sign]\n", "roles has no kit"},
		{"family: Q\n", "ics.yaml:9:"},
		{"vendor: Twice\n", "ics.yaml:9:"},
		{"limits: [\n", "ics.yaml:"},
	} {
		_, err := ics.ParseICS("ics.yaml", []byte(least+c.add))
		if err == nil || !strings.HasPrefix(err.Error(), "ics.yaml:") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want ics.yaml:… %s", c.add, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"", "holds no document"},
		{"schema: ixit-v1\nrigs: [query]\n", "ixit.yaml:2:8: rigs.0"},
		{"schema: ixit-v1\nunits: 2\nspares: 3\n", "3 of 2 units cannot be spared"},
		{"schema: ixit-v1\ndeadlines: {fly: 3}\n", "is no verb of the contract"},
		{"schema: ixit-v1\nprompts: {default: 3}\n", "is no verb of the contract"},
		{"schema: ics-v1\n", "ixit.yaml:1:"},
	} {
		if _, err := ics.ParseIXIT("ixit.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %s", c.text, err, c.want)
		}
	}
}

// TestReview meets each rule once.
func TestReview(t *testing.T) {
	met := map[string]bool{}
	for _, c := range []struct{ rule, add, bench, want string }{
		{"family", "family: T\n", "", "family T"},
		{"capabilities", "capabilities: [query, defund]\n", "", `"defund" is declared`},
		{"steps", "capabilities: [cancel]\n", "", "needs the shape split"},
		{"laxer limits", "limits: {max_tx: 99999}\n", "", "limits.max_tx 99999, above"},
		{"amounts", "amounts: {step: 50000}\n", "", "nothing can be paid"},
		{"amounts", "amounts: {denominations: [5, 10]}\n", "", "no step of 5"},
		{"exact change", "amounts: {exact_change: true}\n", "", "exact_change"},
		{"behaviour", "suites: [1]\n", "", "class BH with suites"},
		{"telecom", "telecom: {frame: 140, answer: 60}\n", "", "declare both, or neither"},
		{"telecom", "capabilities: [telecom]\n", "", "declare both, or neither"},
		{"telecom", "capabilities: [telecom]\ntelecom: {frame: 160, answer: 60}\n", "", "160 bytes and 60 seconds, and the adapter says 140 and 60"},
		{"rigs", "", "rigs: [snapshot]\n", `"snapshot" is declared`},
		{"lifecycle", "", "lifecycle: reset\n", "lifecycle reset"},
		{"units", "", "units: 9\n", "9 units"},
		{"counterpart", "", "counterpart: reference\n", "reference as counterpart"},
	} {
		own, err := ics.ParseICS("ics.yaml", []byte(least+c.add))
		if err != nil {
			t.Fatal(err)
		}
		bench, err := ics.ParseIXIT("ixit.yaml", []byte("schema: ixit-v1\n"+c.bench))
		if err != nil {
			t.Fatal(err)
		}
		reasons := ics.Review(wallet(), own, bench, reference(t))
		if !strings.Contains(strings.Join(reasons, "\n"), c.want) {
			t.Errorf("%s: %q; want %s", c.rule, reasons, c.want)
		}
		met[c.rule] = true
	}
	for _, c := range []struct {
		rule   string
		change func(*ics.ICS, *ics.IXIT)
	}{
		{"class", func(i *ics.ICS, _ *ics.IXIT) { i.Class = "RP" }},
		{"shapes", func(i *ics.ICS, _ *ics.IXIT) { i.Shapes = []adapter.Shape{adapter.Split} }},
		{"roles", func(i *ics.ICS, _ *ics.IXIT) { i.Roles = append(i.Roles, adapter.RoleKit) }},
		{"kit", func(i *ics.ICS, _ *ics.IXIT) { i.Kit = []adapter.Misbehaviour{"clone"} }},
		{"steps of amounts", func(i *ics.ICS, _ *ics.IXIT) { five := uint64(5); i.Class, i.Amounts.Step = "RP", &five }},
		{"arrangement", func(_ *ics.ICS, x *ics.IXIT) { x.Arrangement = "device-and-ledger" }},
	} {
		h := wallet()
		if c.rule == "arrangement" {
			h.Roles = []adapter.Role{adapter.RoleDevice}
		}
		own, bench := ics.FromHello(h)
		if reasons := ics.Review(h, own, bench, reference(t)); len(reasons) > 0 {
			t.Fatalf("what hello says contradicts itself: %q", reasons)
		}
		c.change(own, bench)
		if reasons := ics.Review(h, own, bench, reference(t)); len(reasons) == 0 {
			t.Errorf("%s: no contradiction was found", c.rule)
		}
		met[c.rule] = true
	}
	thin := wallet() // a product of which hello tells a link that it does not claim
	thin.Capabilities = []adapter.Capability{adapter.CapQuery}
	if own, _ := ics.FromHello(thin); own.Telecom != (ics.Telecom{}) {
		t.Error("a link without its capability is declared")
	}
	for _, c := range []struct {
		change func(*spec.Profile)
		want   string
	}{
		{func(p *spec.Profile) { p.Family = "S" }, "family S, whose finality is RECORDED_DEFERRED"},
		{func(p *spec.Profile) { p.Finality = spec.RecordedDeferred }, "and declares RECORDED_DEFERRED"},
		{func(p *spec.Profile) { p.Family, p.Finality = "E", spec.GuaranteedDeferred }, "declares respend"},
		{func(p *spec.Profile) { p.MaxTx = nil }, "requires LIM-01 and does not declare"},
	} {
		p := *reference(t)
		c.change(&p)
		if reasons := ics.Review(wallet(), nil, nil, &p); !strings.Contains(strings.Join(reasons, "\n"), c.want) {
			t.Errorf("profile: %q; want %s", reasons, c.want)
		}
		met["profile"] = true
	}
	for _, r := range ics.ReviewRules() {
		if !met[r.Name] {
			t.Errorf("no case meets the rule %s", r.Name)
		}
	}
}

func reference(t *testing.T) *spec.Profile {
	t.Helper()
	p, err := spec.LoadProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzParse: no text breaks the readers, what an ICS says can be written and
// read again, and every error names the file.
func FuzzParse(f *testing.F) {
	f.Add([]byte(least))
	f.Add([]byte(least + "refusals: {NO: [E_FUNDS, 204], \"\": [1]}\namounts: {min: 5, step: 5}\n"))
	f.Add([]byte("schema: ixit-v1\ndeadlines: {default: 2}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		i, err := ics.ParseICS("a.yaml", text)
		if err != nil && !strings.HasPrefix(err.Error(), "a.yaml:") {
			t.Errorf("the error names no file: %v", err)
		}
		if err == nil {
			written, err := i.Text()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ics.ParseICS("b.yaml", written); err != nil {
				t.Errorf("%v\n%s", err, written)
			}
		}
		if _, err := ics.ParseIXIT("a.yaml", text); err != nil && !strings.HasPrefix(err.Error(), "a.yaml:") {
			t.Errorf("the error names no file: %v", err)
		}
	})
}
