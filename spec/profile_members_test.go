package spec_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// always are the members that every profile has, and its own words.
var always = []string{
	"id", "title", "version", "effective_date", "epoch", "status", "base", "adds", "overlays", "currency", "currency_code",
	"exponent", "family", "finality", "sources", "inferred",
}

// TestOptionalMembersAreAll holds the list against the type, and each example
// against the schema.
func TestOptionalMembersAreAll(t *testing.T) {
	names := slices.Clone(always)
	text := "id: all\ntitle: All\nversion: \"1\"\neffective_date: \"2026-12-01\"\nepoch: 2526\nstatus: dated\n" +
		"currency: EUR\ncurrency_code: 978\nexponent: 2\nfamily: B\nfinality: DEVICE_FINAL\n"
	for _, m := range spec.OptionalMembers() {
		names = append(names, m.Name)
		text += m.Name + ": " + m.Like + "\n"
	}
	if _, err := spec.ParseProfile("all.yaml", []byte(text)); err != nil {
		t.Error(err)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[spec.Profile]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !slices.Contains(names, name) {
			t.Errorf("%s is missing", name)
		}
	}
}
