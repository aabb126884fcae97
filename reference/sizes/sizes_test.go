package sizes

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func compute(t *testing.T) Document {
	t.Helper()
	d, err := Compute()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func size(t *testing.T, d Document, message, suite, certificates string) Message {
	t.Helper()
	m, ok := d.Find(message, suite, certificates)
	if !ok {
		t.Fatalf("no size of %s in %s with certificates %s", message, suite, certificates)
	}
	return m
}

func TestDocumentHoldsItsSchema(t *testing.T) {
	text, err := json.Marshal(compute(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(Schema, text); err != nil {
		t.Error(err)
	}
}

// TestEverySuiteIsMeasured: a suite that the reference gains is measured, or is
// for roots alone.
func TestEverySuiteIsMeasured(t *testing.T) {
	const roots = 7
	for _, s := range suite.All() {
		if s != roots && names[s] == "" {
			t.Errorf("suite %d has no name here", s)
		}
	}
	d := compute(t)
	first := slices.IndexFunc(d.Messages, func(m Message) bool { return m.Suite != d.Messages[0].Suite })
	if len(d.Messages) != first*len(Suites()) {
		t.Errorf("%d sizes in %d suites, %d in the first", len(d.Messages), len(Suites()), first)
	}
}

// TestEverySignedTypeIsMeasured leaves no signed object out.
func TestEverySignedTypeIsMeasured(t *testing.T) {
	d := compute(t)
	named := map[string]string{
		"CERT": "CERT, device", "POLICY": "POLICY, 1 class", "REVSET": "REVSET, empty", "SYNC": "SYNC TOTALS, 1 funding",
	}
	for n := range 256 {
		typ := wire.Type(n)
		if typ.Domain() == "" {
			continue
		}
		name := typ.String()
		if other, ok := named[name]; ok {
			name = other
		}
		size(t, d, name, "ed25519", Cached)
	}
}

// TestHybridTransferFitsAFrame holds the bound of sizes.md: a payment
// that is safe against quantum computing takes one frame of 4,096 bytes for its
// transfer, once the certificates are known.
func TestHybridTransferFitsAFrame(t *testing.T) {
	d := compute(t)
	for _, name := range Suites() {
		m := size(t, d, "M3", name, Cached)
		if m.Hops == 1 && m.Bytes > 4096 {
			t.Errorf("the sealed TRANSFER of %s takes %d bytes; want at most 4096", name, m.Bytes)
		}
	}
}

// TestPaymentIsItsFrames adds up what the document says of the parts.
func TestPaymentIsItsFrames(t *testing.T) {
	d := compute(t)
	for _, name := range Suites() {
		for _, certificates := range []string{Value, Cached} {
			for whole, last := range map[string]string{"payment RECEIPT": "M4 RECEIPT", "payment ACK": "M4 ACK"} {
				var sum Message
				for _, part := range []Message{
					size(t, d, "M1", name, Cached), size(t, d, "M2", name, certificates),
					size(t, d, "M3", name, certificates), size(t, d, last, name, Cached),
				} {
					sum.Bytes += part.Bytes
					sum.Short += part.Short
					sum.Extended += part.Extended
					sum.SMS += part.SMS
				}
				got := size(t, d, whole, name, certificates)
				if got.Bytes != sum.Bytes || got.Short != sum.Short || got.Extended != sum.Extended || got.SMS != sum.SMS {
					t.Errorf("%s in %s: %+v; its frames make %+v", whole, name, got, sum)
				}
			}
		}
	}
}

// TestSizesByHand pins a few sizes to what can be counted by hand: the
// frame that holds an ACK is 64 padded bytes, a tag of 16, and heads of 4.
func TestSizesByHand(t *testing.T) {
	d := compute(t)
	for _, tt := range []struct {
		message, suite, certificates string
		bytes, short, extended, sms  int
	}{
		{"M4 ACK", "ed25519", Cached, 64 + 16 + 4, 1, 1, 1},
		{"TRANSFER", "ed25519", Cached, 192 + 10 + 64, 2, 1, 3},
		{"TRANSFER", "mldsa44", Cached, 192 + 12 + 2420, 11, 2, 21},
		{"RECEIPT", "hybrid-ed25519-mldsa44", Cached, 125 + 15 + 2484, 11, 2, 21},
	} {
		got := size(t, d, tt.message, tt.suite, tt.certificates)
		if got.Bytes != tt.bytes || got.Short != tt.short || got.Extended != tt.extended || got.SMS != tt.sms {
			t.Errorf("%s in %s: %d bytes in %d or %d APDUs, %d short messages; want %d in %d or %d, %d",
				tt.message, tt.suite, got.Bytes, got.Short, got.Extended, got.SMS, tt.bytes, tt.short, tt.extended, tt.sms)
		}
	}
}

// TestKEMsAddTheirKeys: a KEM changes HELLO by its key, M2 by what it encapsulates,
// and the byte or two of their lengths and of its number; no other frame.
func TestKEMsAddTheirKeys(t *testing.T) {
	d := compute(t)
	for _, tt := range []struct {
		kem, message    string
		key, encap, off int // lengths; off is what heads and number add
	}{
		{"p256", "M1", 65 - 32, 0, -2}, {"p256", "M2", 0, 65 - 32, -2}, {"xwing", "M1", 1216 - 32, 0, 3}, {"xwing", "M2", 0, 1120 - 32, 3},
		{"p256", "M3", 0, 0, 0}, {"xwing", "M3", 0, 0, 0}, {"xwing", "M4 RECEIPT", 0, 0, 0}, {"xwing", "CERT_GET, sealed", 0, 0, 0},
	} {
		for _, name := range Suites() {
			first := size(t, d, tt.message, name, Cached)
			m, ok := d.Over(tt.kem, tt.message, name, Cached, 1)
			if got, want := m.Bytes-first.Bytes, tt.key+tt.encap+tt.off; !ok || got != want {
				t.Errorf("%s in %s over %s: %d bytes more than over X25519, want %d", tt.message, name, tt.kem, got, want)
			}
		}
	}
}
