package spec_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/nose"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provider"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// An orderedRule is one row of a table of rules, or one rule of the reference.
// Its name is empty where the reference gives its rules none.
type orderedRule struct {
	name        string
	requirement spec.ID
	code        spec.Code
}

var (
	rulesMarker = regexp.MustCompile(`<!-- rules ([A-Za-z.]+) -->`)
	firstCode   = regexp.MustCompile(`^[0-9]{3}`)
)

// ruleTables returns the tables of rules of all chapters by their marker.
func ruleTables(t *testing.T) map[string][]orderedRule {
	t.Helper()
	tables := map[string][]orderedRule{}
	for _, name := range spec.Chapters() {
		text := chapter(t, name)
		for _, m := range rulesMarker.FindAllStringSubmatchIndex(text, -1) {
			key := text[m[2]:m[3]]
			if _, twice := tables[key]; twice {
				t.Errorf("%s: the rules %s stand in two places", name, key)
			}
			table, _, _ := strings.Cut(strings.TrimLeft(text[m[1]:], "\n"), "\n\n")
			rows, err := parseRules(table)
			if err != nil {
				t.Errorf("%s: rules %s: %v", name, key, err)
			}
			tables[key] = rows
		}
	}
	return tables
}

// parseRules reads a table whose columns are told by its header. The first code
// of a row is that of its rule; those after it come from what the rule calls.
func parseRules(table string) ([]orderedRule, error) {
	lines := strings.Split(table, "\n")
	header := cells(lines[0])
	var rows []orderedRule
	for i, line := range lines[2:] {
		row := cells(line)
		if len(row) != len(header) || row[0] != strconv.Itoa(i+1) {
			return nil, fmt.Errorf("row %d is %q", i+1, line)
		}
		var r orderedRule
		for k, column := range header {
			switch column {
			case "rule":
				r.name = row[k]
			case "requirement":
				r.requirement = spec.ID(row[k])
			case "code":
				code, err := strconv.Atoi(firstCode.FindString(row[k]))
				if err != nil {
					return nil, fmt.Errorf("row %d has no code: %q", i+1, row[k])
				}
				r.code = spec.Code(code)
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func cells(line string) []string {
	parts := strings.Split(strings.Trim(line, "| "), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// referenceRules are the ordered lists of the reference, by the marker of their
// table.
func referenceRules() map[string][]orderedRule {
	lists := map[string][]orderedRule{}
	for procedure, rules := range device.StandardRules() {
		for _, r := range rules {
			key := "device." + string(procedure)
			lists[key] = append(lists[key], orderedRule{r.Name, r.Requirement, r.Code})
		}
	}
	for _, r := range cert.Rules() {
		lists["cert.path"] = append(lists["cert.path"], orderedRule{"", r.Requirement, r.Code})
	}
	for _, r := range cert.PolicyRules() {
		lists["cert.policy"] = append(lists["cert.policy"], orderedRule{"", r.Requirement, r.Code})
	}
	for _, r := range provenance.Rules() {
		lists["chain.links"] = append(lists["chain.links"], orderedRule{r.Name, r.Requirement, r.Code})
	}
	for _, r := range device.TokenRules() {
		lists["ecash.tokens"] = append(lists["ecash.tokens"], orderedRule{r.Name, r.Requirement, r.Code})
	}
	for key, rules := range map[string][]provider.Rule{
		"provider.enrol": provider.DefaultRules().Enrol, "provider.rekey": provider.DefaultRules().Rekey,
	} {
		for _, r := range rules {
			lists[key] = append(lists[key], orderedRule{r.Name, r.Requirement, r.Code})
		}
	}
	online := ledger.DefaultRules()
	lists["ledger.funding"] = ledgerRules(online.Funding)
	lists["ledger.cancel"] = ledgerRules(online.Cancel)
	lists["ledger.defunding"] = ledgerRules(online.Defunding)
	lists["ledger.once"] = ledgerRules(online.Once)
	lists["ledger.order"] = ledgerRules(online.Order)
	lists["ledger.sync"] = ledgerRules(online.Sync)
	lists["ledger.settle"] = ledgerRules(online.Settle)
	lists["ledger.settleOnce"] = ledgerRules(online.SettleOnce)
	lists["ledger.receipt"] = ledgerRules(online.Receipt)
	lists["ledger.parts"] = ledgerRules(online.Parts)
	lists["ledger.void"] = ledgerRules(online.Void)
	lists["ledger.renew"] = ledgerRules(online.Renew)
	lists["ledger.redeemParts"] = ledgerRules(online.RedeemParts)
	lists["ledger.link"] = ledgerRules(online.Link)
	lists["ledger.request"] = ledgerRules(online.Request)
	lists["ledger.claim"] = ledgerRules(online.Claim)
	lists["ledger.depositOnce"] = ledgerRules(online.DepositOnce)
	lists["ledger.deposit"] = ledgerRules(online.Deposit)
	lists["ledger.reserve"] = ledgerRules(online.Reserve)
	lists["ledger.reserveCancel"] = ledgerRules(online.ReserveCancel)
	lists["ledger.reserveDefunding"] = ledgerRules(online.ReserveDefunding)
	lists["ledger.refund"] = ledgerRules(online.Refund)
	lists["ledger.withdraw"] = ledgerRules(online.Withdraw)
	lists["ledger.voidTokens"] = ledgerRules(online.VoidTokens)
	lists["ledger.redeem"] = ledgerRules(online.Redeem)
	for _, r := range nose.Rules() {
		lists["nose.accept"] = append(lists["nose.accept"], orderedRule{r.Name, r.Requirement, r.Code})
	}
	for _, r := range qr.StandardRules() {
		lists["qr.text"] = append(lists["qr.text"], orderedRule{r.Name, r.Requirement, r.Code})
	}
	for _, r := range telecom.StandardRules() {
		lists["telecom.frame"] = append(lists["telecom.frame"], orderedRule{r.Name, r.Requirement, r.Code})
	}
	return lists
}

func ledgerRules[T any](rules []ledger.Rule[T]) []orderedRule {
	var list []orderedRule
	for _, r := range rules {
		list = append(list, orderedRule{r.Name, r.Requirement, r.Code})
	}
	return list
}

// TestTablesOfRulesAreThoseOfTheReference: a rule that is added, dropped, moved
// or given another code on one side only is a difference.
func TestTablesOfRulesAreThoseOfTheReference(t *testing.T) {
	tables, lists := ruleTables(t), referenceRules()
	for key, want := range lists {
		got, ok := tables[key]
		if !ok {
			t.Errorf("no chapter has the rules %s", key)
			continue
		}
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Errorf("rules %s, row %d: the chapter has %v; the reference %v", key, i+1, rowAt(got, i), rowAt(want, i))
				break
			}
		}
		delete(tables, key)
	}
	delete(tables, decodingOrder)
	for key := range tables {
		t.Errorf("the reference has no rules %s", key)
	}
}

func rowAt(rows []orderedRule, i int) string {
	if i >= len(rows) {
		return "no rule"
	}
	return fmt.Sprintf("%q %s %d", rows[i].name, rows[i].requirement, int(rows[i].code))
}

func TestRowsOfRulesAreRead(t *testing.T) {
	rows, err := parseRules("| # | rule | holds when | requirement | code |\n|---|---|---|---|---|\n" +
		"| 1 | path | it holds | CRY-01 | 123, or 121 |\n| 2 | signature | it verifies | CRY-05 | 130 |")
	want := []orderedRule{{"path", spec.CRY01, spec.EPath}, {"signature", spec.CRY05, spec.ESig}}
	if err != nil || !slices.Equal(rows, want) {
		t.Errorf("%v, %v; want %v", rows, err, want)
	}
	if _, err := parseRules("| # | code |\n|---|---|\n| 2 | 123 |"); err == nil {
		t.Error("a table whose numbers do not rise from 1 is accepted")
	}
}
