package provenance_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// newPartsWorld is a realm of family T.
func newPartsWorld() *world {
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519}
	p.Epoch, p.NotAfter, p.Family = 100, 4000, wire.FamilyToken
	w := &world{Maker: chains.New(cert.NewAuthority([]byte("parts"), p)),
		bounds: provenance.Bounds{MaxHops: 15, Trunc: wire.ToFund, MaxInputs: 4, MaxLinks: 16}}
	for _, name := range []string{"0", "1", "2", "3", "4"} {
		w.h = append(w.h, w.Holder(suite.Ed25519, name))
	}
	return w
}

// paying is the case of a payment by the last holder with the parts.
func (w *world) paying(parts ...wire.Fragment) *provenance.Case {
	slices.SortFunc(parts, wire.CompareFragments)
	links, certs := w.Showing(w.bounds, parts)
	c := w.shown(nil, links, certs)
	c.Family, c.Parts = wire.FamilyToken, parts
	return c
}

// cut is the part [from, to) of what a source has brought first, one hop on.
func (w *world) cut(source wire.ID, from, to money.Amount) wire.Fragment {
	f := w.Brought(source)[0]
	f.From, f.To, f.Hop, f.Source = from, to, f.Hop+1, source
	return f
}

func TestChainsOfPartsHold(t *testing.T) {
	w := newPartsWorld()
	for d := range 5 {
		in := w.line(100, w.h[:d]...)
		for trunc, want := range []int{0, 1, 2, 3, 4, 5, 5} {
			w.bounds.Trunc = uint64(trunc)
			c := w.paying(w.cut(in.Source, 10, 30))
			if len(c.Links) != min(want, d+1) {
				t.Errorf("%d transfers, trunc %d: %d links", d, trunc, len(c.Links))
			}
			if err := provenance.Judge(provenance.Rules(), c); err != nil {
				t.Errorf("%d transfers, trunc %d: %v", d, trunc, err)
			}
			for i := range c.Links {
				short := *c
				short.Links = slices.Delete(slices.Clone(c.Links), i, i+1)
				if code, _ := refusal(provenance.Judge(provenance.Rules(), &short)); code != spec.EChainMissing {
					t.Errorf("%d transfers, trunc %d, without link %d: %d", d, trunc, i, code)
				}
			}
		}
	}
}

// TestOnlyThePartIsFollowed: a transfer moved parts of two tokens, and one of them is
// paid on: the past of the other is not needed, and not accepted.
func TestOnlyThePartIsFollowed(t *testing.T) {
	w := newPartsWorld()
	one, two := w.Fund(w.h[0].DID(), 300), w.Fund(w.h[1].DID(), 200)
	first := w.PayParts(w.h[0], w.h[1].DID(), []wire.Fragment{w.cut(one, 0, 300)})
	both := []wire.Fragment{w.cut(first, 100, 300), w.cut(two, 0, 200)}
	slices.SortFunc(both, wire.CompareFragments)
	second := w.PayParts(w.h[1], w.payer().DID(), both)
	for _, f := range w.Brought(second) {
		f.Hop, f.Source, f.To = f.Hop+1, second, f.To-50
		c := w.paying(f)
		if err := provenance.Judge(provenance.Rules(), c); err != nil {
			t.Error(err)
		}
		want := 2 // the transfer and the voucher
		if f.TID == w.Brought(one)[0].TID {
			want = 3
		}
		if len(c.Links) != want {
			t.Errorf("%d links; want %d", len(c.Links), want)
		}
	}
	whole := slices.Clone(w.Brought(second))
	for i := range whole {
		whole[i].Hop, whole[i].Source = whole[i].Hop+1, second
	}
	c := w.paying(whole...)
	c.Parts = c.Parts[:1]
	if code, rule := refusal(provenance.Judge(provenance.Rules(), c)); code != spec.EChainOrder || rule != "needed" {
		t.Errorf("the links of a part that is not paid: %d by %q", code, rule)
	}
}

func TestWrongPartsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		rule string
		code spec.Code
		make func(w *world) *provenance.Case
	}{
		{"beside what the source has brought", "drawn", spec.EChainAmount, func(w *world) *provenance.Case {
			fund := w.Fund(w.h[0].DID(), 300)
			return w.paying(w.cut(w.PayParts(w.h[0], w.payer().DID(), []wire.Fragment{w.cut(fund, 100, 200)}), 150, 201))
		}},
		{"wholly elsewhere", "hop", spec.EChainOrder, func(w *world) *provenance.Case {
			fund := w.Fund(w.h[0].DID(), 300)
			return w.paying(w.cut(w.PayParts(w.h[0], w.payer().DID(), []wire.Fragment{w.cut(fund, 100, 200)}), 200, 250))
		}},
		{"a part that two transfers draw", "drawn", spec.EChainAmount, func(w *world) *provenance.Case {
			fund := w.Fund(w.h[0].DID(), 300)
			a := w.PayParts(w.h[0], w.payer().DID(), []wire.Fragment{w.cut(fund, 0, 200)})
			b := w.PayParts(w.h[0], w.payer().DID(), []wire.Fragment{w.cut(fund, 100, 300)})
			return w.paying(w.cut(a, 0, 50), w.cut(b, 250, 300))
		}},
		{"spliced", "holder", spec.EChainOrder, func(w *world) *provenance.Case {
			return w.paying(w.cut(w.Line(300, w.h[3].DID(), w.h[0]).Source, 0, 100))
		}},
		{"a hop rewritten", "hop", spec.EChainOrder, func(w *world) *provenance.Case {
			part := w.cut(w.line(300, w.h[0]).Source, 0, 100)
			part.Hop--
			return w.paying(part)
		}},
		{"a link whose lots are not its parts", "own amount", spec.EChainAmount, func(w *world) *provenance.Case {
			fund := w.Fund(w.h[0].DID(), 300)
			id := w.PayParts(w.h[0], w.payer().DID(), []wire.Fragment{w.cut(fund, 0, 200)}, func(m *wire.Transfer) { m.Lots[0].Amount, m.Amount = 201, 201 })
			return w.paying(w.cut(id, 0, 100))
		}},
		{"a link without parts", "form", spec.EChainOrder, func(w *world) *provenance.Case {
			c := w.paying(w.cut(w.line(300, w.h[0]).Source, 0, 100))
			plain := newWorld()
			c.Links = slices.Concat(c.Links, []wire.Link{plain.Links[plain.line(100, plain.h[0]).Source]})
			return c
		}},
		{"more parts than are allowed", "count", spec.EChainLength, func(w *world) *provenance.Case {
			fund := w.Fund(w.payer().DID(), 300)
			var parts []wire.Fragment
			for i := range money.Amount(5) {
				parts = append(parts, w.cut(fund, 10*i, 10*i+5))
			}
			return w.paying(parts...)
		}},
		{"the renewal of another", "holder", spec.EChainOrder, func(w *world) *provenance.Case { return w.paying(w.cut(w.renewed(w.h[0].DID(), w.Mint(300)), 0, 100)) }},
	} {
		if code, rule := refusal(provenance.Judge(provenance.Rules(), c.make(newPartsWorld()))); code != c.code || rule != c.rule {
			t.Errorf("%s: %d by %q; want %d by %q", c.name, code, rule, c.code, c.rule)
		}
	}
}

// renewed is a SYNC_ACK that brings TOKENs to a device.
func (w *world) renewed(to wire.DID, tokens ...[]byte) wire.ID {
	body := wire.SyncAck{Version: wire.V1, Realm: w.Place.Realm, Suite: w.Service.Key.Public().Suite(), Nonce: w.Nonce(),
		Cert: w.Service.Cert.ID, Epoch: w.Epoch, Device: to, LowWater: wire.NoLimit, Issued: tokens}
	return w.Keep(w.Service, wire.TypeSyncAck, w.Service.Sign(wire.TypeSyncAck, body.Encode()), nil)
}

func TestRenewalIsASource(t *testing.T) {
	w := newPartsWorld()
	if err := provenance.Judge(provenance.Rules(), w.paying(w.cut(w.renewed(w.payer().DID(), w.Mint(300)), 10, 20))); err != nil {
		t.Error(err)
	}
	token := w.Mint(300)
	for name, ack := range map[string]wire.ID{
		"no TOKENs": w.renewed(w.payer().DID()), "one TOKEN twice": w.renewed(w.payer().DID(), token, token),
		"something else": w.renewed(w.payer().DID(), []byte{0x80}),
	} {
		if _, ok := provenance.Read(w.Links[ack]); ok {
			t.Errorf("a SYNC_ACK with %s was read as a link", name)
		}
	}
}

// TestOverlappingPartsAreNoLink: what is followed through a link stays as short as
// what is paid only where its fragments are disjoint.
func TestOverlappingPartsAreNoLink(t *testing.T) {
	w := newPartsWorld()
	fund := w.Fund(w.h[0].DID(), 300)
	id := w.PayParts(w.h[0], w.payer().DID(), []wire.Fragment{w.cut(fund, 0, 100), w.cut(fund, 50, 150)})
	if _, ok := provenance.Read(w.Links[id]); ok {
		t.Error("a TRANSFER with a part twice was read as a link")
	}
}

// TestRandomParts has holders pay random parts of what they have to one another: what
// the last one has holds, with exactly the links that it needs.
func TestRandomParts(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	for range 20 {
		w := newPartsWorld()
		w.bounds.MaxLinks, w.bounds.MaxInputs, w.bounds.Trunc = 255, 64, 1+r.Uint64N(4)
		have := map[*chains.Holder][]wire.Fragment{} // as they would be paid
		took := func(by *chains.Holder, id wire.ID) {
			for _, f := range w.Brought(id) {
				f.Hop, f.Source = f.Hop+1, id
				have[by] = append(have[by], f)
			}
		}
		for _, h := range w.h {
			took(h, w.Fund(h.DID(), 1000))
		}
		for range 12 {
			from, to := w.h[r.IntN(4)], w.h[1+r.IntN(4)]
			if from == to {
				continue
			}
			var paid, kept []wire.Fragment
			for _, f := range have[from] {
				at := f.From + money.Amount(r.Uint64N(uint64(f.Amount())+1))
				low, high := f, f
				low.To, high.From = at, at
				for list, part := range map[*[]wire.Fragment]wire.Fragment{&paid: low, &kept: high} {
					if part.Amount() > 0 {
						*list = append(*list, part)
					}
				}
			}
			if len(paid) == 0 || slices.ContainsFunc(paid, func(f wire.Fragment) bool { return f.Hop > wire.MaxHop }) {
				continue
			}
			slices.SortFunc(paid, wire.CompareFragments)
			have[from] = kept
			took(to, w.PayParts(from, to.DID(), paid))
		}
		if len(have[w.payer()]) > 64 {
			continue
		}
		c := w.paying(have[w.payer()]...)
		if err := provenance.Judge(provenance.Rules(), c); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestSplit(t *testing.T) {
	w := newPartsWorld()
	in := w.line(100, w.h[0])
	part := w.cut(in.Source, 0, 100)
	token, links := wire.Link{Object: w.Tokens[part.TID]}, w.paying(part).Links
	for _, c := range []struct {
		name          string
		beside        []wire.Link
		tokens, links int
	}{
		{"nothing", nil, 0, 0},
		{"what there should be", slices.Concat([]wire.Link{token}, links), 1, 2},
		{"a token more at the end", slices.Concat([]wire.Link{token}, links, []wire.Link{token}), 2, 2},
		{"no token", links, 1, 1},
	} {
		tokens, rest := provenance.Split([]wire.Fragment{part}, c.beside)
		if len(tokens) != c.tokens || len(rest) != c.links {
			t.Errorf("%s: %d tokens and %d links; want %d and %d", c.name, len(tokens), len(rest), c.tokens, c.links)
		}
	}
}

// FuzzRead: what was read as a link of family T has parts that ascend, and says of
// every other object that it is none.
func FuzzRead(f *testing.F) {
	w := newPartsWorld()
	in := w.line(100, w.h[0], w.h[1])
	w.Return(w.h[2], w.Pay(w.payer(), w.h[2].DID(), []wire.Input{in}))
	w.renewed(w.payer().DID(), w.Mint(300))
	for _, l := range w.Links {
		f.Add(l.Object)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, ok := provenance.ReadObject(b)
		if !ok {
			return
		}
		parts := l.Transfer.Fragments
		if l.Type == wire.TypeDefund {
			parts = l.Defund.Fragments
		}
		if !wire.FragmentsAscend(parts) || len(l.Raw()) > wire.MaxTokenFund {
			t.Errorf("%v was read as a link", l)
		}
	})
}
