package ics

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// A Question is one member of a file, as the tables of spec/ics.md list them.
type Question struct {
	Key string
	// Asks is what the member answers; Like is an answer as YAML, for a file that
	// has none.
	Asks, Like string
}

// ICSQuestions are the members of an ICS, in the order of spec/ics.md.
func ICSQuestions() []Question {
	return []Question{
		{"schema", "What kind of file this is.", "ics-v1"},
		{"vendor", "Who makes the product.", "Acme"},
		{"product", "The product's name.", "Wallet"},
		{"release", "The release that is tested.", `"1.0"`},
		{"class", "RP if it speaks the reference protocol, else BH: judged by behaviour alone.", "BH"},
		{"tier", "What the evidence comes from: model, simulator, emulator, silicon-contact, silicon-contactless.", "silicon-contact"},
		{"family", "The family of value, B, T, I, S or E.", "B"},
		{"shapes", "How a payment is driven: split, hooked, sealed.", "[sealed]"},
		{"roles", "What can be created: device, ledger, kit.", "[device, ledger]"},
		{"capabilities", "What the product serves beyond the verbs that all serve.", "[query, defund]"},
		{"kit", "What units of the role kit can do wrong.", "[double-sign]"},
		{"suites", "Signature suites, by number; class RP alone.", "[1]"},
		{"provision", "How a device gets its keys: pre-provisioned, injected by the verb provision, or request for class RP.", "pre-provisioned"},
		{"receive_only", "Whether a device receives and never pays.", "false"},
		{"seeded", "Whether a device's random choices follow from the seed of create.", "false"},
		{"amounts", "Amounts that can be paid, in minor units.", "{min: 1, step: 1, max: 10000}"},
		{"limits", "The product's own limits, where they are below the profile's.", "{max_tx: 5000, max_holding: 20000}"},
		{"refusals", "Each refusal code of the product's with all that it can stand for.", `{"NO": [E_FUNDS, E_MAX_TX, E_HOLDING, E_AMOUNT]}`},
		{"autonomous", "What a unit does without being asked: finish, synchronise, defund.", "[finish]"},
		{"daily_caps", "What a unit does in a day at most.", "{payments: 100, fundings: 10, amount: 100000}"},
		{"telecom", "The bytes of the longest frame of a telecom link, and the seconds of the slowest answer over it.", "{frame: 140, answer: 60}"},
		{"environment", "What keys and state lie in, and the evidence for it; recorded, never judged.", "{id: hardware-se, evidence: {certificate: number and scheme}}"},
	}
}

// IXITQuestions are the members of an IXIT, in the order of spec/ics.md.
func IXITQuestions() []Question {
	return []Question{
		{"schema", "What kind of file this is.", "ixit-v1"},
		{"arrangement", "Which roles the product fills: device, ledger, device-and-ledger.", "device-and-ledger"},
		{"topology", "What lies between payer and payee: device-device, device-terminal, card-phone-card, hosted, one-way.", "device-device"},
		{"taps", "Where frames are seen.", "[a]"},
		{"counterpart", "The other side of a payment: second-unit, vendor-simulator, reference, none.", "second-unit"},
		{"lifecycle", "Where new units come from: reset, fresh-sample, none.", "none"},
		{"units", "How many units the bench has.", "4"},
		{"spares", "How many of them may be destroyed.", "0"},
		{"rigs", "What the bench can do to a unit: clock, power-cycle, cut-write, cut-message, cut-time, snapshot.", "[power-cycle, clock]"},
		{"secret", "What verifies the user of a test unit.", `"1234"`},
		{"attended", "Whether somebody is there to answer prompts.", "true"},
		{"deadlines", "Seconds that a verb may take, by verb, and by default.", "{default: 10, transfer: 30}"},
		{"speed", "Seconds that each takes; a plan needs them.", "{payment: 2, funding: 5, defunding: 5, synchronise: 3}"},
		{"prompts", "How often a verb asks the operator; a plan needs them.", "{fund: 1}"},
	}
}

// Text is the ICS as a file to fill in: what it declares, and each question that
// it leaves open as a comment with an answer of the right form.
func (i *ICS) Text() ([]byte, error) {
	return asked("What the product does (spec/ics.md). A line that stays a comment is not declared.", i, ICSQuestions())
}

// Text is the IXIT as a file to fill in, as an ICS's.
func (x *IXIT) Text() ([]byte, error) {
	return asked("What the bench has (spec/ics.md). A line that stays a comment is not declared.", x, IXITQuestions())
}

func asked(head string, file any, questions []Question) ([]byte, error) {
	text, err := yaml.Marshal(file)
	if err != nil {
		return nil, err
	}
	var declared map[string]any
	if err := yaml.Unmarshal(text, &declared); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", head)
	for _, q := range questions {
		fmt.Fprintf(&b, "\n# %s\n", q.Asks)
		answer, ok := declared[q.Key]
		if !ok {
			fmt.Fprintf(&b, "# %s: %s\n", q.Key, q.Like)
			continue
		}
		line, err := yaml.MarshalWithOptions(map[string]any{q.Key: answer}, yaml.Flow(isList(answer)))
		if err != nil {
			return nil, err
		}
		b.WriteString(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(line)), "{"), "}") + "\n")
	}
	return b.Bytes(), nil
}

func isList(v any) bool { _, list := v.([]any); return list }
