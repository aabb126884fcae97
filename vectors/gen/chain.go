package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// A chainWorld is a realm of CHAIN provenance: a payer that pays the payee, and
// holders before it.
type chainWorld struct {
	*world
	maker   *chains.Maker
	me      *chains.Holder
	holders []*chains.Holder
	bounds  provenance.Bounds
	nonce   wire.Nonce
}

func newChainWorld(f *file) *chainWorld { return chained(classical(f)) }

// chained makes a world one of CHAIN provenance.
func chained(of *world) *chainWorld {
	w := &chainWorld{world: of, bounds: provenance.Bounds{MaxHops: 5, Trunc: wire.ToFund, MaxInputs: 4, MaxLinks: 16}}
	w.policy.Provenance = wire.Provenance{Mode: wire.ProvenanceChain, MaxHops: 5, Trunc: wire.ToFund, MaxInputs: 4, MaxLinks: 16}
	w.object("policy-chain", w.auth.SignPolicy(w.policy))
	w.maker = chains.New(w.auth)
	w.maker.Epoch = epochNow
	w.nonce = wire.Nonce(drawn("payee's nonce", 16))
	w.me = chains.Known(cert.Identity{Key: w.private["payer"], Cert: w.payer})
	for i := range 4 {
		w.holders = append(w.holders, w.holder(fmt.Sprintf("holder-%d", i+1)))
	}
	return w
}

// holder publishes a key and a certificate.
func (w *chainWorld) holder(name string, edit ...func(*wire.Cert)) *chains.Holder {
	c := w.device(name, w.number, edit...)
	return chains.Known(cert.Identity{Key: w.private[name], Cert: c})
}

// ledgers publishes the states of the verifier.
func (w *chainWorld) ledgers() {
	l := w.ledgerState("ledger")
	l.Issuers, l.Policy = []string{"provider", "service"}, "policy-chain"
	w.Ledgers = append(w.Ledgers, l)
	for name, edit := range map[string]func(*wire.Policy){
		"trunc-0": func(p *wire.Policy) { p.Provenance.Trunc = 0 }, "trunc-1": func(p *wire.Policy) { p.Provenance.Trunc = 1 },
		"trunc-2": func(p *wire.Policy) { p.Provenance.Trunc = 2 }, "trunc-3": func(p *wire.Policy) { p.Provenance.Trunc = 3 },
		"two-links": func(p *wire.Policy) { p.Provenance.MaxLinks = 2 }, "one-input": func(p *wire.Policy) { p.Provenance.MaxInputs = 1 },
	} {
		w.policyBut("policy-"+name, edit)
		s := l
		s.Name, s.Policy = name, "policy-"+name
		w.Ledgers = append(w.Ledgers, s)
	}
	blocked := l
	blocked.Name, blocked.Revset = "holder-blocked", w.object("revset-holder", w.auth.SignRevset(3, epochRevset, nil, []wire.DID{w.holders[0].DID()}))
	w.Ledgers = append(w.Ledgers, blocked)
	slices.SortFunc(w.Objects, func(a, b vectors.Object) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	slices.SortFunc(w.Ledgers, func(a, b vectors.Ledger) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
}

// transferOf signs the payer's transfer of inputs.
func (w *chainWorld) transferOf(inputs []wire.Input) []byte {
	m := w.maker.Transfer(w.me, w.payee.Device(), w.nonce, inputs)
	m.Counter, m.Prev, m.PolicyVersion = counter, drawnID("previous debit"), 7
	return w.signedBy("payer", wire.TypeTransfer, m.Encode())
}

// under is the truncation of a state.
func (w *chainWorld) under(ledger string) provenance.Bounds {
	b := w.bounds
	if n := map[string]uint64{"trunc-0": 1, "trunc-1": 2, "trunc-2": 3, "trunc-3": 4}[ledger]; n > 0 {
		b.Trunc = n - 1
	}
	return b
}

func (w *chainWorld) linksOf(ledger string, inputs []wire.Input) []byte {
	list, ok := provenance.Collect(w.under(ledger), provenance.Draws(inputs, nil), w.maker.Find)
	if !ok {
		panic("gen: a link is missing")
	}
	var links []wire.Link
	for _, l := range list {
		links = append(links, l.Encoded())
	}
	return wire.AppendLinks(nil, links)
}

// good is a valid payment of inputs.
func (w *chainWorld) good(n int, requirement spec.ID, ledger, comment string, signers []string, inputs ...wire.Input) {
	slices.SortFunc(inputs, func(a, b wire.Input) int {
		if provenance.Before(a, b) {
			return -1
		}
		return 1
	})
	object, payer, payee := w.transferOf(inputs), w.payer.Device(), w.payee.Device()
	uses := map[string]string{"certificate": "payer"}
	for _, name := range signers {
		uses["signer_"+strings.ReplaceAll(name, "-", "_")] = name
	}
	w.valid(positive{n: n, requirement: requirement, kind: "chain", comment: comment, ledger: ledger, uses: uses,
		input:  map[string][]byte{"object": object, "payee": payee[:], "nonce": w.nonce[:], "links": w.linksOf(ledger, inputs)},
		values: published(wire.TypeTransfer, object, map[string]string{"payer": hexDID(payer)})})
}

// relinked edits the list of links.
func relinked(edit func([]wire.Link) []wire.Link) change {
	return raw("input.links", func(b []byte) []byte {
		links, err := wire.DecodeLinks(b)
		if err != nil {
			panic("gen: " + err.Error())
		}
		return wire.AppendLinks(nil, edit(slices.Clone(links)))
	})
}

// resourced gives the transfer other sources, of the hops and amounts that it has,
// and the links that these need; nil links are collected.
func (w *chainWorld) resourced(make func() (sources []wire.ID, links []wire.Link)) change {
	return func(f *file, v *vectors.Vector) *vectors.Mutation {
		_, payload, _ := decoded(f.field(v, "input.object"))
		m, err := wire.DecodeChained(payload)
		if err != nil {
			panic("gen: " + err.Error())
		}
		sources, links := make()
		inputs := slices.Clone(m.Inputs)
		for i := range inputs {
			inputs[i].Source = sources[i]
		}
		encoded := wire.AppendLinks(nil, links)
		if links == nil {
			encoded = w.linksOf(v.Ledger, inputs)
		}
		mutation := raw("input.links", func([]byte) []byte { return encoded })(f, v)
		var list []byte
		list = wire.AppendArray(list, len(inputs))
		for _, in := range inputs {
			list = wire.AppendUint(wire.AppendUint(wire.AppendArray(list, 3), in.Hop), uint64(in.Amount))
			list = wire.AppendBytes(list, in.Source[:])
		}
		header, body, _ := decoded(f.field(v, "input.object"))
		changed, _ := set(16, list)(body)
		f.put(v, "input.object", f.sign("payer", "assay/1/transfer", header, changed))
		mutation.Follow = &vectors.Follow{Field: "input.object", Member: "16", Signer: "payer"}
		return mutation
	}
}

// one is a source in place of the only one.
func (w *chainWorld) one(make func() wire.ID) change {
	return w.resourced(func() ([]wire.ID, []wire.Link) { return []wire.ID{make()}, nil })
}

// entries is member 16.
func entries(list ...wire.Input) edit {
	b := wire.AppendArray(nil, len(list))
	for _, in := range list {
		b = wire.AppendUint(wire.AppendUint(wire.AppendArray(b, 3), in.Hop), uint64(in.Amount))
		b = wire.AppendBytes(b, in.Source[:])
	}
	return set(16, b)
}

func chainNotes(f *file) {
	decodeNotes(f)
	f.note("Links", "A link is missing, one too many, or in another place.", "A chain that lacks what would show it wrong is taken for a right one.")
	f.note("Truncation", "The chain ends above the threshold, or goes on below it.", "Value of unknown past is paid on, or more of a user's past is shown than was agreed.")
	f.note("Splice", "The links are signed, and do not lead from holder to holder.", "Value of others is shown as the own.")
	f.note("Label", "Hops, amounts or places do not agree along the chain.", "Value is made, or circulates without bound.")
	f.note("Return", "What came back did not, or not from who was paid.", "A debit is taken back that its payee has.")
	f.note("Certificate", "The signer of a link, or its use, is not right.", "Devices that nobody certified write the past of value.")
	f.note("Provenance", "The inputs are not well formed, or have come too far.", "Value circulates offline without bound.")
	f.note("Opening", "The opening is not that of the payee tag.", "A payment is settled for somebody who was not paid.")
}

func provenanceVectors() *file {
	f := newFile("chain", "TRANSFER under CHAIN provenance at a verifier that settles: the object, its links as they travel in M3, the certificates of payer and signers, and the opening of the payee tag.")
	chainNotes(f)
	w := newChainWorld(f)
	w.ledgers()
	w.goodChains()
	w.wrongLists()
	w.wrongMembers()
	w.wrongReturns()
	decodeChecks(f, 100, 2, "input.object", "payer", false)
	moneyChecks(f, 120, 2, "input.object", "payer")
	w.wrongTransfers()
	return f
}

// goodChains are chains of every length and kind.
func (w *chainWorld) goodChains() {
	names := []string{"holder-1", "holder-2", "holder-3", "holder-4"}
	me := w.payer.Device()
	line := func(n int) wire.Input { return w.maker.Line(amount, me, w.holders[:n]...) }
	for i, n := range []int{0, 1, 2, 4} {
		w.good(i+1, spec.CON04, "ledger", fmt.Sprintf("a chain of %d links", n+1), names[:n], line(n))
	}
	five := line(4)
	w.good(5, spec.PVY05, "trunc-2", "the same way, shown two transfers deep", names[2:], five)
	w.good(6, spec.PVY05, "trunc-0", "the same way, of which nothing is shown", nil, five)
	refused := w.maker.Pay(w.me, w.holders[0].DID(), []wire.Input{line(0)})
	w.good(7, spec.CON08, "trunc-1", "what a payee returned: its REFUSED and the debit count as no step", names[:1],
		wire.Input{Hop: 1, Amount: amount, Source: w.maker.Return(w.holders[0], refused)})
	w.good(8, spec.CON08, "ledger", "what the ledger returned", nil, wire.Input{Hop: 1, Amount: amount, Source: w.resolved(w.holders[0], line(0), nil)})
	w.good(9, spec.CON08, "ledger", "a defunding that the ledger refused", nil, wire.Input{Hop: 1, Amount: amount, Source: w.undefunded(line(0), nil)})
	half := func(in wire.Input) wire.Input { in.Amount = amount / 2; return in }
	w.good(10, spec.CON04, "ledger", "two lots of different hops", names[:2], half(line(0)), half(line(2)))
	w.good(11, spec.CON04, "holder-blocked", "the signer of a link has been blocked since", names[:1], line(1))
	ended := w.holder("holder-ended", func(m *wire.Cert) { m.NotAfter = epochNow - 100 })
	late := w.maker.Pay(ended, me, []wire.Input{w.maker.Line(amount, ended.DID())}, func(m *wire.Transfer) { m.Epoch = epochNow - 200 })
	w.good(12, spec.CON04, "ledger", "the certificate of a link's signer has ended since", []string{"holder-ended"}, wire.Input{Hop: 2, Amount: amount, Source: late})
	a, b := w.maker.Pay(w.me, w.holders[0].DID(), []wire.Input{half(line(0))}), half(line(1))
	w.good(13, spec.CON08, "ledger", "what came back and what was received", names[:1], wire.Input{Hop: 1, Amount: amount / 2, Source: w.maker.Return(w.holders[0], a)}, b)
}

// resolved is a RESOLVE that returns a debit of the payer's to a holder.
func (w *chainWorld) resolved(payee *chains.Holder, in wire.Input, edit func(*wire.Resolve)) wire.ID {
	debit := w.maker.Pay(w.me, payee.DID(), []wire.Input{in})
	service := w.auth.Service
	m := wire.Resolve{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: service.Key.Public().Suite(), Cert: service.Cert.ID,
		TransferHash: debit, Epoch: epochNow, Status: wire.ResolveRefund, Device: w.payer.Device(), Payee: payee.DID()}
	if edit != nil {
		edit(&m)
	}
	return w.maker.Keep(service, wire.TypeResolve, service.Sign(wire.TypeResolve, m.Encode()), nil)
}

// undefunded is a DEFUND_ACK that returns a DEFUND of the payer's.
func (w *chainWorld) undefunded(in wire.Input, edit func(*wire.DefundAck)) wire.ID {
	in.Hop--
	body := wire.Defund{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Currency: 978, Exponent: 2,
		Amount: in.Amount, Nonce: w.maker.Nonce(), Cert: w.payer.ID, Counter: 6, Prev: drawnID("before"),
		Inputs: []wire.Input{in}, PolicyVersion: 7, Epoch: epochNow, Family: wire.FamilyBalance}
	debit := w.maker.Keep(w.me.Identity, wire.TypeDefund, w.me.Sign(wire.TypeDefund, body.Encode()), nil)
	service := w.auth.Service
	m := wire.DefundAck{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: service.Key.Public().Suite(), Cert: service.Cert.ID,
		TransferHash: debit, Epoch: epochNow, Status: wire.DefundRefused, Device: w.payer.Device()}
	if edit != nil {
		edit(&m)
	}
	return w.maker.Keep(service, wire.TypeDefundAck, service.Sign(wire.TypeDefundAck, m.Encode()), nil)
}

// wrongLists have every link right, and another list of them.
func (w *chainWorld) wrongLists() {
	f := w.file
	with := func(index int, edit func(*wire.Link)) change {
		return relinked(func(l []wire.Link) []wire.Link { edit(&l[index]); return l })
	}
	f.refused(
		bad(20, 3, spec.CON04, spec.EChainMissing, "Links", "the first link is missing", relinked(func(l []wire.Link) []wire.Link { return l[1:] })),
		bad(21, 3, spec.CON04, spec.EChainMissing, "Links", "the last link is missing", relinked(func(l []wire.Link) []wire.Link { return l[:len(l)-1] })),
		bad(22, 1, spec.CON04, spec.EChainMissing, "Links", "no link", relinked(func([]wire.Link) []wire.Link { return nil })),
		bad(23, 2, spec.CON04, spec.EChainOrder, "Links", "two links in the other order", relinked(func(l []wire.Link) []wire.Link { l[0], l[1] = l[1], l[0]; return l })),
		bad(24, 2, spec.CON04, spec.EChainOrder, "Links", "a link twice", relinked(func(l []wire.Link) []wire.Link { return append(l, l[len(l)-1]) })),
		bad(25, 1, spec.CON04, spec.EChainOrder, "Links", "a link that nobody needs", relinked(w.surplus)),
		bad(26, 5, spec.CON04, spec.EChainMissing, "Truncation", "the chain ends above the threshold", before("ledger", "trunc-3")),
		bad(27, 3, spec.PVY05, spec.EChainOrder, "Truncation", "the chain goes on below the threshold", before("ledger", "trunc-1")),
		bad(28, 3, spec.CON06, spec.EChainLength, "Links", "more links than the policy allows", before("ledger", "two-links")),
		bad(29, 10, spec.CON06, spec.EChainLength, "Links", "more inputs than the policy allows", before("ledger", "one-input")),
		bad(30, 1, spec.CON04, spec.EChainOrder, "Links", "a link that is no signed object", with(0, func(l *wire.Link) { l.Object = l.Object[1:] })),
		bad(31, 1, spec.CON04, spec.EChainOrder, "Links", "a voucher with a nonce", with(0, func(l *wire.Link) { l.Nonce = &wire.Nonce{1} })),
		bad(32, 1, spec.ENC02, spec.EField, "Grammar", "true in place of a nonce", raw("input.links", func(b []byte) []byte { b[len(b)-1] = 0xf5; return b })),
		bad(33, 1, spec.ENC03, spec.EMalformed, "Encoding", "a byte after the list", raw("input.links", func(b []byte) []byte { return append(b, 0) })),
		bad(34, 2, spec.CON04, spec.EChainSig, "Certificate", "the certificate of a link's signer is not at hand", without("signer_holder_1")),
		bad(35, 1, spec.CON04, spec.EChainSig, "Signature", "a bit of a link's signature", with(0, func(l *wire.Link) { l.Object = lastBit(bytes.Clone(l.Object)) })),
		bad(36, 2, spec.CON04, spec.EChainOrder, "Splice", "a transfer with another nonce: it went to somebody else", relinked(func(l []wire.Link) []wire.Link {
			for i := range l {
				if l[i].Nonce != nil {
					l[i].Nonce = &wire.Nonce{1}
				}
			}
			return l
		})),
	)
}

// surplus adds a right voucher for the payer that nothing draws from.
func (w *chainWorld) surplus(l []wire.Link) []wire.Link {
	id := w.maker.Fund(w.payer.Device(), 5)
	l = append(l, w.maker.Links[id])
	slices.SortFunc(l, func(a, b wire.Link) int {
		x, _ := provenance.Read(a)
		y, _ := provenance.Read(b)
		return bytes.Compare(x.ID[:], y.ID[:])
	})
	return l
}

// wrongMembers have a link that says something else, signed by who signs such.
func (w *chainWorld) wrongMembers() {
	f, me, service := w.file, w.payer.Device(), w.auth.Service
	h := w.holders[0]
	paid := func(edit func(*wire.Transfer)) func() wire.ID {
		return func() wire.ID {
			return w.maker.Pay(h, me, []wire.Input{w.maker.Line(amount, h.DID())}, edit)
		}
	}
	voucher := func(to wire.DID, n money.Amount, edit ...func(*wire.Fund)) func() wire.ID {
		return func() wire.ID { return w.maker.Fund(to, n, edit...) }
	}
	own := func(list ...wire.Input) change { return payload("input.object", "payer", entries(list...)) }
	first, second := w.inputsOf(1), w.inputsOf(2)
	f.refused(
		bad(40, 1, spec.CON04, spec.EChainOrder, "Splice", "another device's voucher", w.one(voucher(h.DID(), amount))),
		bad(41, 2, spec.CON04, spec.EChainOrder, "Splice", "a transfer to another device", w.one(func() wire.ID {
			return w.maker.Pay(h, w.holders[1].DID(), []wire.Input{w.maker.Line(amount, h.DID())})
		})),
		bad(42, 2, spec.CON04, spec.EChainOrder, "Splice", "below a right transfer, the voucher of another device", w.one(func() wire.ID {
			return w.maker.Pay(h, me, []wire.Input{w.maker.Line(amount, w.holders[1].DID())})
		})),
		bad(43, 1, spec.CON04, spec.EChainSig, "Certificate", "a voucher that the payer has signed", w.one(func() wire.ID {
			w.maker.Service = w.me.Identity
			defer func() { w.maker.Service = service }()
			return w.maker.Fund(me, amount)
		})),
		bad(44, 2, spec.CON04, spec.EChainSig, "Certificate", "a transfer whose signer's certificate had ended", w.one(paid(func(m *wire.Transfer) { m.Epoch = epochEnd + 31 }))),
		bad(45, 1, spec.CON04, spec.EChainOrder, "Label", "a voucher of another currency", w.one(voucher(me, amount, func(m *wire.Fund) { m.Currency = 840 }))),
		bad(46, 2, spec.CON04, spec.EChainOrder, "Label", "a transfer of another family", w.one(paid(func(m *wire.Transfer) { m.Family = 3 }))),
		bad(47, 1, spec.CON04, spec.EChainAmount, "Label", "a voucher of less than is drawn from it", w.one(voucher(me, amount-1))),
		bad(48, 2, spec.CON04, spec.EChainAmount, "Label", "a transfer that says more than it draws", w.one(paid(func(m *wire.Transfer) { m.Amount++ }))),
		bad(49, 2, spec.CON04, spec.EChainOrder, "Label", "a hop less than the source's", own(wire.Input{Hop: 1, Amount: amount, Source: second[0].Source})),
		bad(50, 1, spec.CON04, spec.EChainOrder, "Label", "a hop more than the source's", own(wire.Input{Hop: 2, Amount: amount, Source: first[0].Source})),
		bad(51, 1, spec.CON03, spec.EHop, "Provenance", "a hop above the policy's", own(wire.Input{Hop: 6, Amount: amount, Source: first[0].Source})),
		bad(52, 1, spec.CON03, spec.EHop, "Provenance", "a hop of zero", own(wire.Input{Hop: 0, Amount: amount, Source: first[0].Source})),
		bad(53, 1, spec.CON03, spec.EHop, "Provenance", "inputs that are not the amount", own(wire.Input{Hop: 1, Amount: amount - 1, Source: first[0].Source})),
		bad(54, 10, spec.CON03, spec.EHop, "Provenance", "inputs in the other order", own(w.inputsOf(10)[1], w.inputsOf(10)[0])),
		bad(55, 1, spec.CON04, spec.EChainMissing, "Splice", "the source is an object that nobody shows", own(wire.Input{Hop: 1, Amount: amount, Source: drawnID("nothing")})),
		bad(56, 10, spec.CON04, spec.EChainAmount, "Label", "one voucher drawn twice on two ways", w.resourced(func() ([]wire.ID, []wire.Link) {
			fund := w.maker.Fund(me, amount/2)
			// The payer pays a holder out of it, and it comes round.
			out := w.maker.Pay(w.me, h.DID(), []wire.Input{{Hop: 1, Amount: amount / 2, Source: fund}})
			return []wire.ID{fund, w.maker.Pay(h, me, []wire.Input{{Hop: 2, Amount: amount / 2, Source: out}})}, nil
		})),
		bad(57, 1, spec.ENC02, spec.EField, "Grammar", "lots in place of inputs", payload("input.object", "payer", both(drop(16), set(15, oneLot(1, amount))))),
		bad(58, 1, spec.PAY04, spec.EMismatch, "Opening", "another nonce than the tag's", raw("input.nonce", lastBit)),
		bad(59, 1, spec.CRY01, spec.ECertNeeded, "Certificate", "no certificate of the payer", without("certificate")),
		bad(60, 1, spec.CRY05, spec.ESig, "Signature", "signed by the payee", resigned("input.object", "payee", "")),
	)
	f.refused(bad(61, 1, spec.CRY03, spec.EUsage, "Certificate", "a payer's certificate without usage pay", certified(number(33, 0b10), "provider")))
	f.refused(bad(62, 1, spec.CRY01, spec.ESig, "Certificate", "a payer's certificate that the service has signed", certified(number(38, 2), "service")))
}

// wrongTransfers are what no settlement takes, with right links.
func (w *chainWorld) wrongTransfers() {
	did := mustBytes(w.Find(w.id(1)).Input["payee"])
	at := func(e edit) change { return payload("input.object", "payer", e) }
	w.file.refused(
		bad(130, 1, spec.LCM02, spec.EPeerOld, "Certificate", "the payer's epoch is below the policy's minimum", at(number(21, 2449))),
		bad(131, 1, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(132, 1, spec.ENC05, spec.EFamily, "Grammar", "another family of value", at(number(23, 2))),
		bad(133, 1, spec.PAY06, spec.ESelf, "Opening", "payer and payee are one device", certified(str(31, did), "provider")),
	)
}

func mustBytes(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return b
}

// inputsOf are those of a vector.
func (w *chainWorld) inputsOf(n int) []wire.Input {
	_, body, _ := decoded(mustBytes(w.Find(w.id(n)).Input["object"]))
	m, err := wire.DecodeChained(body)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return m.Inputs
}
