package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// chainChecks are those of CHAIN provenance; the profile selects them.
func chainChecks() []Check {
	rp := func(id spec.ID, word, title string, run func(*T), needs ...adapter.Capability) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: needs, Run: run}
	}
	receives := func(c Check) Check {
		c.Receives = true
		return c
	}
	const query = adapter.CapQuery
	ledger := rp(spec.DET06, "overdrawn", "a lot that was drawn from twice is found", overdrawnFound, adapter.CapLedger, adapter.CapSplitSync)
	return []Check{
		receives(rp(spec.CON04, "links", "a chain with one link wrong is refused", brokenChains, query)),
		receives(rp(spec.CON04, "returns", "value that came back is shown by who sent it back", brokenReturns, query)),
		receives(rp(spec.CON06, "count", "no more inputs and links than the policy allows are accepted", countedChains, query)),
		rp(spec.CON07, "shown", "a payer shows where its value was", chainShown),
		rp(spec.CON07, "order", "the lowest hop is paid with first, and of one hop what came first", drawnInOrder),
		rp(spec.CON08, "source", "what a payee returned names its refusal as the source", returnIsSource),
		rp(spec.PVY05, "cut", "a payer shows nothing below the threshold, and nobody who signed nothing", nothingBelowCut),
		receives(ledger),
	}
}

// A presented chain is the inputs of a transfer, in family T its fragments, and what
// travels beside them.
type presented struct {
	inputs []wire.Input
	parts  []wire.Fragment
	links  []wire.Link
	certs  [][]byte
}

// present collects what honest hosts would put beside the inputs.
func (s *KitPayer) present(inputs ...wire.Input) presented {
	slices.SortFunc(inputs, func(a, b wire.Input) int {
		if provenance.Before(a, b) {
			return -1
		}
		return 1
	})
	if s.t.env.realm.parted() {
		return s.presentParts(s.t.maker().Parts(inputs...)...)
	}
	p := presented{inputs: inputs}
	p.links, p.certs = s.t.maker().Beside(s.t.env.realm.bounds(), inputs)
	return p
}

// presentParts is present for fragments.
func (s *KitPayer) presentParts(parts ...wire.Fragment) presented {
	slices.SortFunc(parts, wire.CompareFragments)
	p := presented{parts: parts}
	p.links, p.certs = s.t.maker().Showing(s.t.env.realm.bounds(), parts)
	return p
}

// present only what is given, as it is.
func (t *T) bare(in wire.Input, links ...wire.Link) presented {
	if t.env.realm.parted() {
		return presented{parts: t.maker().Parts(in), links: links}
	}
	return presented{inputs: []wire.Input{in}, links: links}
}

// payWith pays the request with a presented chain.
func (s *KitPayer) payWith(p presented) (adapter.Answer, wire.Object) {
	o := s.Sign(wire.TypeTransfer, s.Transfer(func(m *wire.Transfer) {
		m.Lots, m.Inputs = nil, p.inputs
		if p.parts != nil {
			m.Lots, m.Fragments = chains.LotsOf(p.parts), p.parts
		}
	}).Encode())
	a, _ := s.DeliverWith(o.Encode(), append(s.t.maker().TokensOf(p.parts), p.links...), p.certs)
	if a.Done != nil {
		s.Accepted(o)
	}
	return a, o
}

// A badChain is a chain one mutation away from a right one, and the code that it
// is refused with.
type badChain struct {
	name string
	code spec.Code
	make func(t *T, s *KitPayer) presented
}

// refusesChains hands a payee each bad chain in a session of its own, and a right
// one before and after.
func (t *T) refusesChains(id spec.ID, message string, right func(t *T, s *KitPayer) presented, cases []badChain) {
	payee := t.Device()
	good := func() adapter.Answer {
		s := t.Kit(KitOptions{}).Meet(payee, 250)
		a, _ := s.payWith(right(t, s))
		return a
	}
	t.Control(good(), "the twin of the bad chains")
	for _, c := range cases {
		s := t.Kit(KitOptions{}).Meet(payee, 250)
		held := payee.Held()
		a, _ := s.payWith(c.make(t, s))
		t.For(id, message).Expect(a).To(t.Refused(c.code), c.name)
		t.For(id, message).Expect(payee.Held()).To(gomega.Equal(held), c.name+": the balance changed")
		payee.do(adapter.Cancel{})
	}
	t.For(id, "after refusals a right chain is not accepted any more").Expect(good()).To(BeDone())
}

// line is value that has come to the kit through so many devices, as deep as the
// policy lets it pay on.
func (s *KitPayer) line(devices int) wire.Input {
	var before []*holder
	for range devices {
		before = append(before, s.t.holder())
	}
	return s.t.maker().Line(250, s.DID(), before...)
}

// depth is how many devices a chain may have had before the kit.
func (t *T) depth() int {
	return int(min(t.env.realm.policy.Provenance.MaxHops, wire.MaxHop)) - 1
}

func brokenChains(t *T) {
	b := t.env.realm.bounds()
	right := func(t *T, s *KitPayer) presented { return s.present(s.line(t.depth())) }
	if b.Trunc == 0 {
		t.refusesChains(spec.CON04, "a chain with a link wrong was accepted", right, []badChain{surplusLink()})
		return
	}
	cases := append(missingLinks(), otherHolders(t.depth() > 0)...)
	if t.depth() > 0 && b.Trunc > 1 {
		cases = append(cases, deeperFaults(b.MaxInputs)...)
	}
	t.refusesChains(spec.CON04, "a chain with a link wrong was accepted", right, cases)
}

// missingLinks are wrong in which links there are, and in what they say they have.
func missingLinks() []badChain {
	changed := func(change func(t *T, s *KitPayer, p *presented)) func(*T, *KitPayer) presented {
		return func(t *T, s *KitPayer) presented {
			p := s.present(s.line(t.depth()))
			change(t, s, &p)
			return p
		}
	}
	return []badChain{
		{"no link at all", spec.EChainMissing, changed(func(_ *T, _ *KitPayer, p *presented) { p.links = nil })},
		{"the first link is missing", spec.EChainMissing, changed(func(_ *T, _ *KitPayer, p *presented) { p.links = p.links[1:] })},
		{"the last link is missing", spec.EChainMissing, changed(func(_ *T, _ *KitPayer, p *presented) { p.links = p.links[:len(p.links)-1] })},
		surplusLink(),
		{"a link twice", spec.EChainOrder, changed(func(_ *T, _ *KitPayer, p *presented) { p.links = append(p.links, p.links[len(p.links)-1]) })},
		{"a link that is no object", spec.EChainOrder, changed(func(_ *T, _ *KitPayer, p *presented) { p.links[0].Object = p.links[0].Object[1:] })},
		{"a signature changed", spec.EChainSig, changed(func(_ *T, _ *KitPayer, p *presented) {
			p.links[0].Object = bytes.Clone(p.links[0].Object)
			p.links[0].Object[len(p.links[0].Object)-2] ^= 1
		})},
		{"more than the source has", spec.EChainAmount, func(t *T, s *KitPayer) presented {
			if t.env.realm.parted() {
				return t.beyond(s)
			}
			small := t.maker().Fund(s.DID(), 249)
			return s.present(wire.Input{Hop: 1, Amount: 250, Source: small})
		}},
		{"a hop more than the source's", spec.EChainOrder, changed(func(t *T, s *KitPayer, p *presented) {
			*p = s.present(wire.Input{Hop: 2, Amount: 250, Source: t.maker().Fund(s.DID(), 250)})
		})},
		{"value of another currency", spec.EChainOrder, changed(func(t *T, s *KitPayer, p *presented) {
			id := t.maker().Fund(s.DID(), 250, func(m *wire.Fund) { m.Currency = (m.Currency + 1) % 1000 })
			*p = s.present(wire.Input{Hop: 1, Amount: 250, Source: id})
		})},
	}
}

// surplusLink is refused whatever the threshold is.
func surplusLink() badChain {
	return badChain{"one link more", spec.EChainOrder, func(t *T, s *KitPayer) presented {
		p := s.present(s.line(t.depth()))
		t.surplus(&p, t.maker().Fund(s.DID(), 250))
		return p
	}}
}

// surplus puts a link that nobody needs into its place.
func (t *T) surplus(p *presented, id wire.ID) {
	at := slices.IndexFunc(p.links, func(l wire.Link) bool {
		o, ok := provenance.ReadObject(l.Object)
		return ok && bytes.Compare(o.ID[:], id[:]) > 0
	})
	if at < 0 {
		at = len(p.links)
	}
	p.links = slices.Insert(p.links, at, t.maker().Links[id])
}

// otherHolders are signed and complete, and lead to somebody else.
func otherHolders(transfers bool) []badChain {
	cases := []badChain{
		{"another device's voucher", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			return s.present(wire.Input{Hop: 1, Amount: 250, Source: t.maker().Fund(t.holder().DID(), 250)})
		}},
		{"a voucher that a device has signed", spec.EChainSig, func(t *T, s *KitPayer) presented {
			service := t.maker().Service
			t.maker().Service = cert.Identity{Key: s.Key, Cert: s.Cert}
			id := t.maker().Fund(s.DID(), 250)
			t.maker().Service = service
			return s.present(wire.Input{Hop: 1, Amount: 250, Source: id})
		}},
	}
	if !transfers {
		return cases
	}
	return append(cases,
		badChain{"a transfer to another device, spliced in", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			return s.present(t.maker().Line(250, t.holder().DID(), t.holder()))
		}},
		badChain{"a transfer with another nonce", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			p := s.present(s.line(1))
			for i := range p.links {
				if p.links[i].Nonce != nil {
					p.links[i].Nonce = &wire.Nonce{1}
				}
			}
			return p
		}},
		badChain{"a transfer whose signer's certificate had ended", spec.EChainSig, func(t *T, s *KitPayer) presented {
			h := t.holder()
			in := t.maker().Line(250, h.DID())
			id := t.maker().Pay(h, s.DID(), []wire.Input{in}, func(m *wire.Transfer) { m.Epoch = t.env.realm.NotAfter + t.env.realm.policy.Fresh.Grace + 1 })
			return s.present(wire.Input{Hop: 2, Amount: 250, Source: id})
		}},
		badChain{"a transfer that says more than it draws", spec.EChainAmount, func(t *T, s *KitPayer) presented {
			h := t.holder()
			in := t.maker().Line(250, h.DID())
			id := t.maker().Pay(h, s.DID(), []wire.Input{in}, func(m *wire.Transfer) { m.Amount++ })
			return s.present(wire.Input{Hop: 2, Amount: 250, Source: id})
		}},
	)
}

// deeperFaults lie below the transfer that brought the value, within the
// threshold: a payee that looks at the top alone does not see them.
func deeperFaults(inputs uint64) []badChain {
	cases := []badChain{
		{"a voucher of another device below a transfer", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			h := t.holder()
			in := t.maker().Line(250, t.holder().DID())
			return s.present(wire.Input{Hop: 2, Amount: 250, Source: t.maker().Pay(h, s.DID(), []wire.Input{in})})
		}},
	}
	if inputs < 2 {
		return cases
	}
	return append(cases, badChain{"one voucher drawn twice on two ways", spec.EChainAmount, func(t *T, s *KitPayer) presented {
		h := t.holder()
		if t.env.realm.parted() {
			return t.forked(s, h)
		}
		in := t.maker().Line(200, h.DID())
		in.Amount = 125
		a, b := t.maker().Pay(h, s.DID(), []wire.Input{in}), t.maker().Pay(h, s.DID(), []wire.Input{in})
		return s.present(wire.Input{Hop: 2, Amount: 125, Source: a}, wire.Input{Hop: 2, Amount: 125, Source: b})
	}})
}

func brokenReturns(t *T) {
	if t.env.realm.bounds().Trunc == 0 { // no return is ever shown
		brokenChains(t)
		return
	}
	// refused is a transfer of the kit that by has refused.
	refused := func(t *T, s *KitPayer, payee, by *holder, edit ...func(*wire.Receipt)) wire.Input {
		me := &holder{Identity: cert.Identity{Key: s.Key, Cert: s.Cert}}
		debit := t.maker().Pay(me, payee.DID(), []wire.Input{t.maker().Line(250, s.DID())})
		return wire.Input{Hop: 1, Amount: 250, Source: t.maker().Return(by, debit, edit...)}
	}
	right := func(t *T, s *KitPayer) presented {
		h := t.holder()
		return s.present(refused(t, s, h, h))
	}
	cases := []badChain{
		{"refused by a device that was not paid", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			return s.present(refused(t, s, t.holder(), t.holder()))
		}},
		{"a refusal of another request", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			h := t.holder()
			return s.present(refused(t, s, h, h, func(m *wire.Receipt) { m.RequestHash[0] ^= 1 }))
		}},
		{"what was accepted", spec.EChainOrder, func(t *T, s *KitPayer) presented {
			h := t.holder()
			in := refused(t, s, h, h, func(m *wire.Receipt) { m.Status, m.Why = wire.ReceiptAccepted, 0 })
			return t.bare(in, t.maker().Links[in.Source])
		}},
		{"without the debit that was refused", spec.EChainMissing, func(t *T, s *KitPayer) presented {
			h := t.holder()
			in := refused(t, s, h, h)
			p := t.bare(in, t.maker().Links[in.Source])
			p.certs = [][]byte{h.Cert.Raw}
			return p
		}},
	}
	if t.env.realm.bounds().MaxInputs > 1 {
		cases = append(cases, badChain{"received and come back", spec.EChainAmount, func(t *T, s *KitPayer) presented {
			me := &holder{Identity: cert.Identity{Key: s.Key, Cert: s.Cert}}
			if t.env.realm.parted() {
				return t.halvedReturn(s, me)
			}
			debit := t.maker().Pay(me, s.DID(), []wire.Input{t.maker().Line(125, s.DID())})
			return s.present(wire.Input{Hop: 1, Amount: 125, Source: t.maker().Return(me, debit)}, wire.Input{Hop: 2, Amount: 125, Source: debit})
		}})
	}
	t.refusesChains(spec.CON04, "value that did not come back was accepted", right, cases)
}

func countedChains(t *T) {
	b := t.env.realm.bounds()
	inputs := func(n uint64) func(t *T, s *KitPayer) presented {
		return func(t *T, s *KitPayer) presented {
			var all []wire.Input
			for rest := money.Amount(250); n > 0; n-- {
				part := rest / money.Amount(n)
				rest -= part
				all = append(all, wire.Input{Hop: 1, Amount: part, Source: t.maker().Fund(s.DID(), part)})
			}
			return s.present(all...)
		}
	}
	t.counts("inputs", inputs(b.MaxInputs), inputs(b.MaxInputs+1))
	if b.Trunc < 2 || t.depth() < 1 || b.MaxLinks > 32 {
		return // no chain of so few, or in one frame of so many, links
	}
	links := func(n uint64) func(t *T, s *KitPayer) presented {
		if t.env.realm.parted() {
			return t.manyLinks(b, n)
		}
		return func(t *T, s *KitPayer) presented {
			h := t.holder()
			var all []wire.Input
			for i := uint64(1); i < n; i++ {
				all = append(all, wire.Input{Hop: 1, Amount: 250, Source: t.maker().Fund(h.DID(), 250)})
			}
			slices.SortFunc(all, func(a, b wire.Input) int { return bytes.Compare(a.Source[:], b.Source[:]) })
			in := wire.Input{Hop: 2, Amount: 250, Source: t.maker().Pay(h, s.DID(), all)}
			p := presented{inputs: []wire.Input{in}, certs: [][]byte{h.Cert.Raw}}
			wide := b
			wide.MaxLinks = n
			list, _ := provenance.Collect(wide, provenance.Draws(p.inputs, nil), t.maker().Find)
			for _, l := range list {
				p.links = append(p.links, l.Encoded())
			}
			return p
		}
	}
	t.counts("links", links(b.MaxLinks), links(b.MaxLinks+1))
}

// tooLong reports whether a presented chain may not fit the 32,768 bytes of a frame,
// beside a TRANSFER and what seals it.
func (t *T) tooLong(p presented) bool {
	size := 0
	for _, l := range append(t.maker().TokensOf(p.parts), p.links...) {
		size += len(l.Object) + 24
	}
	for _, c := range p.certs {
		size += len(c) + 3
	}
	return size > 32768-8192
}

// counts: exactly as many are accepted, and one more is refused.
func (t *T) counts(what string, most, more func(*T, *KitPayer) presented) {
	payee := t.Device()
	s := t.Kit(KitOptions{}).Meet(payee, 250)
	right := most(t, s)
	if t.tooLong(right) {
		return // so many do not fit one frame
	}
	a, _ := s.payWith(right)
	t.For(spec.CON06, "exactly as many as the policy allows were refused").Expect(a).To(BeDone(), what)
	s = t.Kit(KitOptions{}).Meet(payee, 250)
	held := payee.Held()
	p := more(t, s)
	if what == "inputs" && uint64(len(p.links)) > t.env.realm.bounds().MaxLinks || t.tooLong(p) {
		return
	}
	a, _ = s.payWith(p)
	t.For(spec.CON06, "more than the policy allows were accepted").Expect(a).To(t.Refused(spec.EChainLength), what)
	t.For(spec.CON06, "more than the policy allows were credited").Expect(payee.Held()).To(gomega.Equal(held), what)
}
