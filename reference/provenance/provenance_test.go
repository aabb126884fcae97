package provenance_test

import (
	"errors"
	"fmt"
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

// A world is a realm with five holders; the last one is about to pay.
type world struct {
	*chains.Maker
	h      []*chains.Holder
	bounds provenance.Bounds
}

func newWorld() *world {
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite = suite.Ed25519, []suite.Suite{suite.Ed25519, suite.P256}
	p.Epoch, p.NotAfter = 100, 4000
	w := &world{Maker: chains.New(cert.NewAuthority([]byte("provenance"), p)),
		bounds: provenance.Bounds{MaxHops: 6, Trunc: wire.ToFund, MaxInputs: 4, MaxLinks: 16}}
	for i := range 5 {
		w.h = append(w.h, w.Holder(suite.Ed25519, fmt.Sprint(i)))
	}
	return w
}

func (w *world) payer() *chains.Holder { return w.h[4] }

// present is the case of a payment by the last holder with the inputs.
func (w *world) present(inputs []wire.Input) *provenance.Case {
	links, certs := w.Beside(w.bounds, inputs)
	return w.shown(inputs, links, certs)
}

func (w *world) shown(inputs []wire.Input, links []wire.Link, certs [][]byte) *provenance.Case {
	store := cert.NewStore(0, w.Root.Cert)
	store.Remember(w.Path(w.Provider.Cert))
	store.Remember(w.Path(w.Authority.Service.Cert))
	return &provenance.Case{Bounds: w.bounds, Place: w.Place, Env: w.Env, Rules: cert.Rules(), Store: store,
		Suites: []suite.Suite{suite.Ed25519, suite.P256}, Payer: w.payer().DID(), Family: wire.FamilyBalance,
		Inputs: inputs, Links: links, Carried: cert.Carried(certs)}
}

func refusal(err error) (spec.Code, string) {
	if r, ok := errors.AsType[*provenance.Refusal](err); ok {
		return r.Code, r.Rule
	}
	return 0, ""
}

func (w *world) line(amount money.Amount, holders ...*chains.Holder) wire.Input {
	return w.Line(amount, w.payer().DID(), holders...)
}

func TestChainsOfEveryLengthHold(t *testing.T) {
	w := newWorld()
	for d := range 5 {
		in := w.line(100, w.h[:d]...)
		c := w.present([]wire.Input{in})
		if len(c.Links) != d+1 || in.Hop != uint64(d+1) {
			t.Errorf("%d transfers: %d links, hop %d", d, len(c.Links), in.Hop)
		}
		if err := provenance.Judge(provenance.Rules(), c); err != nil {
			t.Errorf("%d transfers: %v", d, err)
		}
	}
}

func TestTruncationAsksForSoManyLinks(t *testing.T) {
	w := newWorld()
	in := []wire.Input{w.line(100, w.h[:4]...)}
	for trunc, want := range []int{0, 1, 2, 3, 4, 5, 5} {
		w.bounds.Trunc = uint64(trunc)
		c := w.present(in)
		if len(c.Links) != want {
			t.Errorf("trunc %d: %d links; want %d", trunc, len(c.Links), want)
		}
		if err := provenance.Judge(provenance.Rules(), c); err != nil {
			t.Errorf("trunc %d: %v", trunc, err)
		}
		if want == 0 {
			continue
		}
		lacking := w.shown(in, c.Links[1:], nil)
		if code, _ := refusal(provenance.Judge(provenance.Rules(), lacking)); code != spec.EChainMissing {
			t.Errorf("trunc %d with a link less: %d", trunc, code)
		}
		w.bounds.Trunc--
		if code, rule := refusal(provenance.Judge(provenance.Rules(), w.shown(in, c.Links, nil))); want <= 5 && trunc < 6 && rule != "needed" {
			t.Errorf("trunc %d with a link more: %d by %q", trunc-1, code, rule)
		}
	}
}

// TestWhatCameBackIsShownWithItsDebit: a transfer that its payee refused, and a
// transfer of what came back.
func TestWhatCameBackIsShownWithItsDebit(t *testing.T) {
	w := newWorld()
	in := w.line(100, w.h[0], w.h[1])
	refused := w.Pay(w.payer(), w.h[2].DID(), []wire.Input{{Hop: in.Hop, Amount: 60, Source: in.Source}})
	back := w.Return(w.h[2], refused)
	again := []wire.Input{
		{Hop: in.Hop, Amount: 60, Source: back}, {Hop: in.Hop, Amount: 40, Source: in.Source},
	}
	slices.SortFunc(again, func(a, b wire.Input) int {
		if provenance.Before(a, b) {
			return -1
		}
		return 1
	})
	for _, trunc := range []uint64{1, 2, wire.ToFund} {
		w.bounds.Trunc = trunc
		c := w.present(again)
		if err := provenance.Judge(provenance.Rules(), c); err != nil {
			t.Errorf("trunc %d: %v", trunc, err)
		}
		// The return and its debit are no step: what it was drawn from lies within.
		if want := int(min(trunc, 3)) + 2; len(c.Links) != want {
			t.Errorf("trunc %d: %d links; want %d", trunc, len(c.Links), want)
		}
	}
	over := slices.Clone(again)
	for i := range over {
		if over[i].Source == back {
			over[i].Amount++
		}
	}
	if code, _ := refusal(provenance.Judge(provenance.Rules(), w.present(over))); code != spec.EChainAmount {
		t.Errorf("more than came back: %d", code)
	}
}

func TestCollectStopsAtTheLimit(t *testing.T) {
	w := newWorld()
	in := []wire.Input{w.line(100, w.h[:4]...)}
	w.bounds.MaxLinks = 4
	if _, ok := provenance.Collect(w.bounds, provenance.Draws(in, nil), w.Find); ok {
		t.Error("five links where four are allowed")
	}
	w.bounds.MaxLinks = 5
	if list, ok := provenance.Collect(w.bounds, provenance.Draws(in, nil), w.Find); !ok || len(list) != 5 {
		t.Errorf("%d links, %v; want 5", len(list), ok)
	}
	delete(w.Links, in[0].Source)
	if _, ok := provenance.Collect(w.bounds, provenance.Draws(in, nil), w.Find); ok {
		t.Error("a link is missing and was collected")
	}
}
