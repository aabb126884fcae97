package main

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// tokenFundVectors are TOKENs in a FUND.
func tokenFundVectors() *file {
	f := newFile("tokens-fund", "FUND of family T at a device with an open request, with TOKENs by value (member 99). fragments is as in the file tokens-transfer.")
	w := tokens(f)
	m := w.fundReq()
	d := w.holder("open", "payer", w.payer)
	d.Funding = &vectors.Funding{Number: m.Request, Nonce: hexOf(m.Nonce[:]), Amount: "5000", Hash: hexID(w.fund().RequestHash)}
	w.state(d)
	w.variant("open", "holds-it", func(d *vectors.Device) { d.Fragments[1] = kept(part(2, 200, 700, 1)) })
	w.variant("open", "no-room", func(d *vectors.Device) { d.FragmentPlaces = 3 })
	held := []wire.Fragment{part(1, 0, 3000, 0), part(4, 200, 700, 1)}
	add := func(n int, comment string, whole []wire.Fragment) {
		b := w.fund()
		for _, p := range whole {
			b.Issued = append(b.Issued, w.token(p.TID[0], p.To))
		}
		object := w.signedBy("service", wire.TypeFund, b.Encode())
		f.valid(positive{n: n, requirement: spec.FND04, kind: "fund", comment: comment, device: "open", input: map[string][]byte{"object": object},
			values: published(wire.TypeFund, object, map[string]string{"balance": "8500",
				"fragments": after(append(brought(idOf(wire.TypeFund, object), whole...), held...)...)})})
	}
	add(1, "two TOKENs, which add up to the amount", []wire.Fragment{part(2, 0, 3000, 0), part(3, 0, 2000, 0)})
	add(2, "one TOKEN of the whole amount", []wire.Fragment{part(2, 0, 5000, 0)})
	var many []wire.Fragment
	for n := range byte(15) {
		many = append(many, part(16+n, 0, 1, 0))
	}
	add(3, "sixteen TOKENs", append(many, part(31, 0, 4985, 0)))
	decodeChecks(f, 10, 1, "input.object", "service", false)
	tokenFundChecks(f, w)
	return f
}

func tokenFundChecks(f *file, w tokenWorld) {
	issued := func(list ...[]byte) change {
		b := wire.AppendArray(nil, len(list))
		for _, t := range list {
			b = wire.AppendBytes(b, t)
		}
		return payload("input.object", "service", set(99, b))
	}
	a, b := w.token(2, 3000), w.token(3, 2000)
	provider := cert.Identity{Key: w.auth.Provider.Key, Cert: w.auth.Provider.Cert}
	n := 30
	wrong := func(code spec.Code, flag, comment string, c change) {
		r := map[spec.Code]spec.ID{spec.ETokenUnknown: spec.TOK08, spec.EFundBinding: spec.TOK08, spec.EField: spec.ENC02, spec.EAmount: spec.ENC02}[code]
		f.refused(bad(n, 1, r, code, flag, comment, c))
		n++
	}
	wrong(spec.ETokenUnknown, "Encoding", "what is no TOKEN", issued(a, []byte{0x80}))
	wrong(spec.ETokenUnknown, "Token", "a TOKEN that the provider has signed", issued(a, w.tokenBy(provider, 3, 2000)))
	wrong(spec.ETokenUnknown, "Signature", "one bit of a TOKEN's signature", issued(a, lastBit(bytes.Clone(b))))
	wrong(spec.ETokenUnknown, "Token", "one TOKEN twice, which adds up", issued(w.token(2, 2500), w.token(2, 2500)))
	wrong(spec.EFundBinding, "Mismatch", "one unit less than the amount", issued(a, w.token(3, 1999)))
	wrong(spec.EFundBinding, "Mismatch", "one unit more than the amount", issued(a, w.token(3, 2001)))
	wrong(spec.EField, "Grammar", "no TOKEN, and no list of them", payload("input.object", "service", drop(99)))
	wrong(spec.EField, "Grammar", "an empty list", issued())
	wrong(spec.EField, "Grammar", "seventeen TOKENs", issued(slices.Repeat([][]byte{a}, 17)...))
	wrong(spec.EField, "Grammar", "a reservation, which family I has", payload("input.object", "service", number(93, 3)))
	f.refused(
		bad(50, 1, spec.TOK08, spec.EFundReplay, "Held", "a part of one of them is here", before("device", "holds-it")),
		bad(51, 1, spec.TOK07, spec.ETokenDenomination, "Room", "room for one part where two come", before("device", "no-room")),
	)
	serviceChecks(f, w.world, 60, 1)
}

// tokenRenewalVectors are the SYNC_ACK that answers a SYNC which gives parts up.
func tokenRenewalVectors() *file {
	f := newFile("tokens-renewal", "SYNC_ACK of family T at a device whose latest SYNC is open and has given parts up. With TOKENs (member 99) they take the place of what was given up; without, all is as it was, and has the SYNC_ACK as its source. fragments is as in the file tokens-transfer.")
	w := tokens(f)
	report := w.report("challenge 1", 1, 2)
	given := []wire.Fragment{part(1, 0, 2000, 0), part(4, 200, 700, 1)}
	report.Fragments = given
	hash := idOf(wire.TypeSync, w.signedBy("payer", wire.TypeSync, report.Encode()))
	d := w.holder("reported", "payer", w.payer)
	d.LogUnacked = 2
	d.Sync = &vectors.SyncMark{Nonce: hexOf(report.Nonce[:]), Hash: hexID(hash), Last: 2, Head: hexID(report.Head)}
	d.Fragments = nil
	for _, p := range given {
		k := kept(p)
		k.Given = true
		d.Fragments = append(d.Fragments, k)
	}
	came := part(6, 0, 1000, 0) // after the SYNC
	d.Fragments = append(d.Fragments, kept(came))
	w.state(d)
	ack := wire.SyncAck{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Nonce: report.Nonce, Cert: w.auth.Service.Cert.ID,
		SyncHash: hash, PolicyVersion: 7, RevocationVersion: 3, Epoch: epochNow + 1, Device: w.payer.Device(), Last: 2,
		Head: report.Head, LowWater: wire.NoLimit, Grant: 1,
	}
	add := func(n int, comment string, holds func(wire.ID) []wire.Fragment, issued ...[]byte) {
		ack.Issued = issued
		object := w.signedBy("service", wire.TypeSyncAck, ack.Encode())
		f.valid(positive{n: n, requirement: spec.TOK12, kind: "sync-ack", comment: comment, device: "reported", input: map[string][]byte{"object": object},
			values: published(wire.TypeSyncAck, object, map[string]string{"balance": "3500",
				"fragments": after(append(holds(idOf(wire.TypeSyncAck, object)), came)...)})})
	}
	add(1, "one TOKEN in place of what was given up", func(id wire.ID) []wire.Fragment { return brought(id, part(7, 0, 2500, 0)) }, w.token(7, 2500))
	add(2, "two TOKENs in its place", func(id wire.ID) []wire.Fragment { return brought(id, part(7, 0, 2000, 0), part(8, 0, 500, 0)) }, w.token(7, 2000), w.token(8, 500))
	add(3, "no TOKEN: what was given up is as it was", func(id wire.ID) []wire.Fragment { return brought(id, given...) })
	decodeChecks(f, 10, 1, "input.object", "service", false)
	renewalChecks(f, w)
	serviceChecks(f, w.world, 50, 1)
	return f
}

func renewalChecks(f *file, w tokenWorld) {
	issued := func(list ...[]byte) change {
		b := wire.AppendArray(nil, len(list))
		for _, t := range list {
			b = wire.AppendBytes(b, t)
		}
		return payload("input.object", "service", set(99, b))
	}
	foreign := w.tokenBy(cert.Identity{Key: w.auth.Provider.Key, Cert: w.auth.Provider.Cert}, 7, 2500)
	f.refused(
		bad(30, 1, spec.TOK12, spec.ETokenUnknown, "Token", "a TOKEN that the provider has signed", issued(foreign)),
		bad(31, 1, spec.TOK12, spec.ETokenUnknown, "Token", "one TOKEN twice, which adds up", issued(w.token(7, 1250), w.token(7, 1250))),
		bad(32, 1, spec.TOK12, spec.ETokenInterval, "Mismatch", "one unit less than was given up", issued(w.token(7, 2499))),
		bad(33, 1, spec.TOK12, spec.ETokenInterval, "Mismatch", "one unit more than was given up", issued(w.token(7, 2501))),
		bad(34, 1, spec.TOK12, spec.ETokenInterval, "Mismatch", "as much as everything that is here", issued(w.token(7, 3500))),
		bad(35, 1, spec.TOK12, spec.ETokenSpent, "Held", "a TOKEN of which a part is here", issued(w.token(6, 2500))),
		bad(36, 1, spec.TOK12, spec.ETokenSpent, "Held", "the token that was given up, again", issued(w.token(1, 2500))),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "an empty list of TOKENs", issued()),
		bad(38, 1, spec.ENC02, spec.EField, "Grammar", "seventeen TOKENs", issued(slices.Repeat([][]byte{w.token(7, 1)}, 17)...)),
		bad(39, 1, spec.ENC02, spec.EField, "Grammar", "parts, which a SYNC gives up", payload("input.object", "service", set(91, encodedParts(part(1, 0, 1, 0))))),
	)
}
