package spec_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// A side is who writes a line of the exchange in adapter.md.
const (
	harness = "-> "
	product = "<- "
)

// TestExchangeIsOfTheContract holds every line of the annotated exchange
// against its schema, and the whole against the rule of one request at a time.
func TestExchangeIsOfTheContract(t *testing.T) {
	all := exchanges(t)
	if len(all) != 3 {
		t.Fatalf("adapter.md has %d exchanges, want one split, one hooked and one over a telecom link", len(all))
	}
	for _, text := range all {
		ofTheContract(t, text)
	}
}

func ofTheContract(t *testing.T, text string) {
	t.Helper()
	open, last, lines := 0, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		text, fromHarness := strings.CutPrefix(line, harness)
		if !fromHarness {
			text = strings.TrimPrefix(line, product)
		}
		if strings.HasPrefix(line, "# ") {
			continue
		}
		var l map[string]json.RawMessage
		var id int
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if err := json.Unmarshal(l["id"], &id); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		schema := "adapter-answer-v1"
		switch {
		case fromHarness:
			schema = "adapter-request-v1"
		case l["event"] != nil:
			schema = "adapter-event-v1"
		}
		if err := spec.Validate(schema, []byte(text)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		switch {
		case fromHarness && l["verb"] != nil:
			if open != 0 || id != last+1 {
				t.Errorf("%s: request %d is open, and %d was the last", line, open, last)
			}
			open, last = id, id
		case id != open:
			t.Errorf("%s: request %d is open", line, open)
		case schema == "adapter-answer-v1":
			open = 0
		}
		lines++
	}
	if open != 0 || lines < 20 {
		t.Errorf("%d lines; request %d is left open", lines, open)
	}
}

// exchanges are the blocks of adapter.md.
func exchanges(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, b := range spec.Blocks(chapter(t, "adapter.md")) {
		if b.Info == "jsonl exchange" {
			all = append(all, b.Text)
		}
	}
	return all
}

// TestChapterHasEveryVerbAndCapability: what the schemas allow, the chapter
// explains in a row of its own.
func TestChapterHasEveryVerbAndCapability(t *testing.T) {
	text := chapter(t, "adapter.md")
	var rows []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "| ") {
			rows = append(rows, strings.Split(cells(line)[0], ", ")...)
		}
	}
	var request struct {
		Else struct {
			Properties struct {
				Verb struct {
					Enum []string `json:"enum"`
				} `json:"verb"`
			} `json:"properties"`
		} `json:"else"`
	}
	var answer struct {
		Defs struct {
			Implementation struct {
				Properties map[string]struct {
					Items struct {
						Enum []string `json:"enum"`
					} `json:"items"`
				} `json:"properties"`
			} `json:"implementation"`
		} `json:"$defs"`
	}
	for name, into := range map[string]any{"adapter-request-v1": &request, "adapter-answer-v1": &answer} {
		schema, err := spec.Schema(name)
		if err == nil {
			err = json.Unmarshal(schema, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	words := slices.DeleteFunc(request.Else.Properties.Verb.Enum, func(verb string) bool { return verb == "hello" })
	words = append(words, answer.Defs.Implementation.Properties["capabilities"].Items.Enum...)
	for member := range answer.Defs.Implementation.Properties {
		words = append(words, member)
	}
	if len(words) < 60 {
		t.Fatalf("the schemas have %d words only", len(words))
	}
	for _, word := range words {
		if !slices.Contains(rows, word) {
			t.Errorf("adapter.md has no row for %s", word)
		}
	}
}
