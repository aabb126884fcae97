package provenance_test

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A forgery is a case that one rule refuses, and no rule before it.
type forgery struct {
	name string
	rule string
	make func(w *world) *provenance.Case
}

func forgeries() []forgery {
	one := func(in wire.Input) []wire.Input { return []wire.Input{in} }
	return []forgery{
		{"too many links", "count", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100, w.h[:3]...)))
			c.MaxLinks = 3
			return c
		}},
		{"too many inputs", "count", func(w *world) *provenance.Case {
			a, b := w.line(100), w.line(100)
			if provenance.Before(b, a) {
				a, b = b, a
			}
			c := w.present([]wire.Input{a, b})
			c.MaxInputs = 1
			return c
		}},
		{"no object", "form", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100)))
			c.Links[0].Object = c.Links[0].Object[1:]
			return c
		}},
		{"a voucher with a nonce", "form", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100)))
			c.Links[0].Nonce = &wire.Nonce{1}
			return c
		}},
		{"ACCEPTED as a return", "form", func(w *world) *provenance.Case {
			in := w.line(100)
			id := w.Pay(w.payer(), w.h[0].DID(), one(in))
			back := w.Return(w.h[0], id, func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptAccepted, 0 })
			return w.shown(one(wire.Input{Hop: 1, Amount: 100, Source: back}), []wire.Link{w.Links[back]}, nil)
		}},
		{"reordered", "order", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100, w.h[0])))
			c.Links[0], c.Links[1] = c.Links[1], c.Links[0]
			return c
		}},
		{"repeated", "order", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100)))
			c.Links = append(c.Links, c.Links[0])
			return c
		}},
		{"deleted", "complete", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100, w.h[:3]...)))
			c.Links = c.Links[:len(c.Links)-1]
			return c
		}},
		{"no debit beside a return", "complete", func(w *world) *provenance.Case {
			id := w.Pay(w.payer(), w.h[0].DID(), one(w.line(100)))
			back := w.Return(w.h[0], id)
			return w.shown(one(wire.Input{Hop: 1, Amount: 100, Source: back}), []wire.Link{w.Links[back]}, nil)
		}},
		{"one more", "needed", func(w *world) *provenance.Case {
			in, other := w.line(100), w.Fund(w.payer().DID(), 5)
			c := w.present(one(in))
			c.Links = append(c.Links, w.Links[other])
			if bytes.Compare(in.Source[:], other[:]) > 0 {
				c.Links[0], c.Links[1] = c.Links[1], c.Links[0]
			}
			return c
		}},
		{"a signer without a certificate", "path", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100, w.h[0])))
			c.Carried = nil
			return c
		}},
		{"a certificate that had ended", "path", func(w *world) *provenance.Case {
			in := w.line(100)
			id := w.Pay(w.h[0], w.payer().DID(), one(in), func(m *wire.Transfer) { m.Epoch = 4001 })
			return w.present(one(wire.Input{Hop: 2, Amount: 100, Source: id}))
		}},
		{"a suite that the policy has dropped", "path", func(w *world) *provenance.Case {
			w.h[0] = w.Holder(suite.P256, "p256")
			c := w.present(one(w.line(100, w.h[0])))
			c.Suites = []suite.Suite{suite.Ed25519}
			return c
		}},
		{"a device's voucher", "path", func(w *world) *provenance.Case {
			w.Service = w.h[0].Identity
			return w.present(one(w.line(100)))
		}},
		{"a changed signature", "signature", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100)))
			b := bytes.Clone(c.Links[0].Object)
			b[len(b)-1] ^= 1
			c.Links[0].Object = b
			return c
		}},
		{"spliced: a transfer to another device", "holder", func(w *world) *provenance.Case {
			in := w.Line(100, w.h[3].DID(), w.h[0])
			return w.present(one(in))
		}},
		{"another nonce", "holder", func(w *world) *provenance.Case {
			c := w.present(one(w.line(100, w.h[0])))
			for i := range c.Links {
				if c.Links[i].Nonce != nil {
					c.Links[i].Nonce = &wire.Nonce{7}
				}
			}
			return c
		}},
		{"another's voucher", "holder", func(w *world) *provenance.Case {
			return w.present(one(w.Line(100, w.h[0].DID())))
		}},
		{"REFUSED by a device that was not paid", "return", func(w *world) *provenance.Case {
			id := w.Pay(w.payer(), w.h[0].DID(), one(w.line(100)))
			return w.present(one(wire.Input{Hop: 1, Amount: 100, Source: w.Return(w.h[1], id)}))
		}},
		{"REFUSED about another request", "return", func(w *world) *provenance.Case {
			id := w.Pay(w.payer(), w.h[0].DID(), one(w.line(100)))
			back := w.Return(w.h[0], id, func(m *wire.Receipt) { m.RequestHash[0] ^= 1 })
			return w.present(one(wire.Input{Hop: 1, Amount: 100, Source: back}))
		}},
		{"what came back to another device", "return", func(w *world) *provenance.Case {
			id := w.Pay(w.h[1], w.h[0].DID(), one(w.Line(100, w.h[1].DID())))
			return w.present(one(wire.Input{Hop: 1, Amount: 100, Source: w.Return(w.h[0], id)}))
		}},
		{"another currency", "place", func(w *world) *provenance.Case {
			id := w.Fund(w.payer().DID(), 100, func(m *wire.Fund) { m.Currency = 840 })
			return w.present(one(wire.Input{Hop: 1, Amount: 100, Source: id}))
		}},
		{"another family", "place", func(w *world) *provenance.Case {
			id := w.Pay(w.h[0], w.payer().DID(), one(w.Line(100, w.h[0].DID())), func(m *wire.Transfer) { m.Family = 3 })
			return w.present(one(wire.Input{Hop: 2, Amount: 100, Source: id}))
		}},
		{"a hop too few", "hop", func(w *world) *provenance.Case {
			in := w.line(100, w.h[0], w.h[1])
			in.Hop--
			return w.present(one(in))
		}},
		{"a voucher paid twice on", "hop", func(w *world) *provenance.Case {
			in := w.line(100)
			in.Hop++
			return w.present(one(in))
		}},
		{"a link that says more than it has", "own amount", func(w *world) *provenance.Case {
			in := w.Line(100, w.h[0].DID())
			id := w.Pay(w.h[0], w.payer().DID(), one(in), func(m *wire.Transfer) { m.Amount++ })
			return w.present(one(wire.Input{Hop: 2, Amount: 100, Source: id}))
		}},
		{"more than the source has", "drawn", func(w *world) *provenance.Case {
			in := w.line(100, w.h[0])
			in.Amount++
			return w.present(one(in))
		}},
		{"drawn twice on two ways", "drawn", func(w *world) *provenance.Case {
			in := w.Line(100, w.h[0].DID())
			in.Amount = 60
			a := wire.Input{Hop: 2, Amount: 60, Source: w.Pay(w.h[0], w.payer().DID(), one(in))}
			b := wire.Input{Hop: 2, Amount: 60, Source: w.Pay(w.h[0], w.payer().DID(), one(in))}
			if provenance.Before(b, a) {
				a, b = b, a
			}
			return w.present([]wire.Input{a, b})
		}},
		{"returned and received", "once", func(w *world) *provenance.Case {
			in := w.line(100)
			id := w.Pay(w.payer(), w.payer().DID(), one(in)) // to itself, so that both ways open
			a := wire.Input{Hop: 1, Amount: 100, Source: w.Return(w.payer(), id)}
			b := wire.Input{Hop: 2, Amount: 100, Source: id}
			return w.present([]wire.Input{a, b})
		}},
	}
}

// TestEachRuleRefuses: in the order of the rules, each refuses something that
// none before it does, and that is accepted without it and those after it.
func TestEachRuleRefuses(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range forgeries() {
		seen[f.rule] = true
		var before, all []provenance.Rule
		for _, r := range provenance.Rules() {
			if all = append(all, r); r.Name == f.rule {
				break
			}
			before = append(before, r)
		}
		if err := provenance.Judge(before, f.make(newWorld())); err != nil {
			t.Errorf("%s: before %q: %v", f.name, f.rule, err)
		}
		if _, rule := refusal(provenance.Judge(all, f.make(newWorld()))); rule != f.rule {
			t.Errorf("%s: refused by %q, not by %q", f.name, rule, f.rule)
		}
	}
	for _, r := range provenance.Rules() {
		if !seen[r.Name] {
			t.Errorf("nothing is refused by %q", r.Name)
		}
	}
}

// TestLateEndIsNoFailure: what a device signed while its certificate
// was in force stays signed.
func TestLateEndIsNoFailure(t *testing.T) {
	w := newWorld()
	c := w.present([]wire.Input{w.line(100, w.h[0])})
	c.Grace = 0
	if err := provenance.Judge(provenance.Rules(), c); err != nil {
		t.Error(err)
	}
	if len(c.Members()) != 2 || c.Members()[0].Path().Chain == nil {
		t.Error("the members of a case that holds are not told")
	}
}

// FuzzJudge: whatever links come, judging ends without a panic, and what is
// accepted holds the amount of the inputs.
func FuzzJudge(f *testing.F) {
	w := newWorld()
	in := []wire.Input{w.line(100, w.h[0])}
	links, certs := w.Beside(w.bounds, in)
	f.Add(wire.AppendLinks(nil, links))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := wire.DecodeLinks(b)
		if err != nil {
			return
		}
		c := w.shown(in, list, certs)
		if provenance.Judge(provenance.Rules(), c) == nil && !bytes.Equal(b, wire.AppendLinks(nil, links)) {
			t.Errorf("%x is accepted for another chain", b)
		}
	})
}
