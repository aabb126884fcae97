package main

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// A tokenWorld is a realm of family T. Its tokens have tids that ascend.
type tokenWorld struct{ *world }

func tokenNotes(f *file) {
	decodeNotes(f)
	f.note("Parts", "The parts are not ascending, disjoint, inside their tokens, or what the lots say.", "Value comes from nothing.")
	f.note("Token", "A TOKEN that the issuer of this realm has not signed, or none where one belongs.", "Whoever makes tokens makes money.")
	f.note("Held", "A part that is here already.", "One value is counted twice.")
	f.note("Room", "There is no room for the parts.", "Value is taken and lost.")
	f.note("Mismatch", "It is not what was asked for.", "A voucher that was paid for once is credited for more.")
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone issues value.")
}

// tid is the name of the n-th token.
func tid(n byte) wire.TID {
	id := wire.TID(drawn("tid "+dec(uint64(n)), 16))
	id[0] = n
	return id
}

// tokens begins a file of family T.
func tokens(f *file) tokenWorld {
	tokenNotes(f)
	return tokenWorld{classical(f)}
}

// token is a TOKEN of the issuer.
func (w tokenWorld) token(n byte, value money.Amount) []byte {
	return w.tokenBy(w.auth.Service, n, value)
}

func (w tokenWorld) tokenBy(by cert.Identity, n byte, value money.Amount) []byte {
	return by.Sign(wire.TypeToken, wire.IssuerToken{
		Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.auth.TopSuite, Currency: 978, Exponent: 2, Value: value,
		Cert: by.Cert.ID, Epoch: epochPolicy, TID: tid(n),
	}.Encode())
}

// secondService is another service of the realm, which no device has heard of.
func (w tokenWorld) secondService() cert.Identity {
	key := cert.DeriveKey(suite.Ed25519, []byte(seed), "service-2")
	body := w.auth.Service.Cert.Body
	body.Key = key.Public().COSE()
	body.Subject = wire.DIDOf(w.auth.Place.Realm, wire.KeyDigest(body.Key))
	w.key("service-2", key)
	object := w.auth.Root.Sign(wire.TypeCert, body.Encode())
	w.object("service-2", object)
	parsed, err := cert.Parse(object)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return cert.Identity{Key: key, Cert: parsed}
}

// part is a fragment of the n-th token.
func part(n byte, from, to money.Amount, hop uint64) wire.Fragment {
	return wire.Fragment{TID: tid(n), From: from, To: to, Hop: hop, Source: drawnID("source of token " + dec(uint64(n)))}
}

// kept is a part as the state has it.
func kept(p wire.Fragment) vectors.Fragment {
	return vectors.Fragment{TID: hexOf(p.TID[:]), From: dec(uint64(p.From)), To: dec(uint64(p.To)), Hop: p.Hop, Source: hexID(p.Source)}
}

// holder is a device that holds [0, 3000) of token 1 as it came from the issuer, and
// [200, 700) of token 4 after one hop.
func (w tokenWorld) holder(name, key string, c *cert.Certificate) vectors.Device {
	d := w.blank(name, key, c)
	d.Family, d.FragmentPlaces = wire.FamilyToken, 64
	d.Fragments = []vectors.Fragment{kept(part(1, 0, 3000, 0)), kept(part(4, 200, 700, 1))}
	return d
}

// encodedParts is a list of fragments, as member 91 has it.
func encodedParts(parts ...wire.Fragment) []byte {
	b := wire.AppendArray(nil, len(parts))
	for _, f := range parts {
		b = wire.AppendBytes(wire.AppendArray(b, 5), f.TID[:])
		b = wire.AppendUint(wire.AppendUint(wire.AppendUint(b, uint64(f.From)), uint64(f.To)), f.Hop)
		b = wire.AppendBytes(b, f.Source[:])
	}
	return b
}

// after is the value fragments: what is held, ascending.
func after(parts ...wire.Fragment) string {
	slices.SortFunc(parts, wire.CompareFragments)
	return hexOf(encodedParts(parts...))
}

// brought are parts with the object that brought them.
func brought(by wire.ID, parts ...wire.Fragment) (list []wire.Fragment) {
	for _, p := range parts {
		p.Source = by
		list = append(list, p)
	}
	return list
}

// asked is the payee's request in family T, as open in its state.
func (w tokenWorld) asked() wire.ID {
	m := w.payReq(w.session())
	m.Family = wire.FamilyToken
	return idOf(wire.TypePayReq, w.signedBy("payee", wire.TypePayReq, m.Encode()))
}

// paid is the TRANSFER of parts, raised by one hop, for that request.
func (w tokenWorld) paid(parts ...wire.Fragment) []byte {
	m := w.transfer()
	m.RequestHash, m.Family, m.Fragments, m.Lots, m.Amount = w.asked(), wire.FamilyToken, parts, lotsOf(parts), amount
	return w.signedBy("payer", wire.TypeTransfer, m.Encode())
}

// lotsOf are the sums of parts by hop.
func lotsOf(parts []wire.Fragment) (lots []wire.Lot) {
	for hop := range uint64(16) {
		var sum money.Amount
		for _, p := range parts {
			if p.Hop == hop {
				sum += p.Amount()
			}
		}
		if sum > 0 {
			lots = append(lots, wire.Lot{Hop: hop, Amount: sum})
		}
	}
	return lots
}

// tokenTransferVectors are parts of tokens at their payee.
func tokenTransferVectors() *file {
	f := newFile("tokens-transfer", "TRANSFER of family T at its payee, with the TOKENs beside it (token_1, token_2) in the order of their names. fragments is what the payee holds after, as member 91 would have it, ascending by token and start; signed is as in the file transfer.")
	w := tokens(f)
	d := w.holder("payee", "payee", w.payee)
	d.Requests = []vectors.Request{{Number: requestNumber, Hash: hexID(w.asked()), Amount: dec(amount), Suite: uint64(w.number), MaxHop: 5}}
	w.state(d)
	held := []wire.Fragment{part(1, 0, 3000, 0), part(4, 200, 700, 1)}
	second, fifth := w.token(2, 10000), w.token(5, 2000)
	add := func(n int, r spec.ID, comment string, uses, beside map[string][]byte, parts ...wire.Fragment) {
		transfer := w.paid(parts...)
		id := idOf(wire.TypeTransfer, transfer)
		in := map[string][]byte{"object": transfer}
		for name, b := range beside {
			in[name] = b
		}
		names := map[string]string{"certificate": "payer"}
		for name, b := range uses {
			names[name] = w.object("other-"+name, b)
		}
		m := w.receipt(wire.ReceiptAccepted)
		m.RequestHash, m.TransferHash = w.asked(), id
		f.valid(positive{n: n, requirement: r, kind: "transfer", comment: comment, device: "payee", uses: names, input: in,
			values: published(wire.TypeTransfer, transfer, map[string]string{"receipt_payload": hexOf(m.Encode()), "balance": dec(3500 + amount),
				"fragments": after(append(brought(id, parts...), held...)...)})})
	}
	two := map[string][]byte{"token_1": second, "token_2": fifth}
	add(1, spec.TOK01, "parts of two tokens, of two hops", nil, two, part(2, 0, 1000, 1), part(5, 500, 750, 2))
	add(2, spec.TOK01, "a part of one token, up to its end", nil, map[string][]byte{"token_1": second}, part(2, 8750, 10000, 1))
	add(3, spec.TOK04, "more of a token of which it holds a part, just above it", nil, map[string][]byte{"token_1": w.token(1, 10000)}, part(1, 3000, 3000+amount, 1))
	add(4, spec.TOK02, "two parts of one token that touch, of two hops", nil, map[string][]byte{"token_1": second}, part(2, 0, 1000, 1), part(2, 1000, 1250, 2))
	other := w.secondService()
	add(5, spec.TOK03, "a token of a service whose certificate comes with it", map[string][]byte{"issuer": other.Cert.Raw},
		map[string][]byte{"token_1": w.tokenBy(other, 2, 10000)}, part(2, 0, amount, 1))
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	tokenParts(f)
	tokenObjects(f, w)
	tokenStates(f, w)
	return f
}

// tokenParts changes the parts of vectors 1 and 4.
func tokenParts(f *file) {
	at := func(e edit) change { return payload("input.object", "payer", e) }
	frags := func(parts ...wire.Fragment) change { return at(set(91, encodedParts(parts...))) }
	a, b := part(2, 0, 1000, 1), part(5, 500, 750, 2)
	no := b
	no.Source = wire.ID{}
	given := func(n int, code spec.Code, flag, comment string, c change) {
		r := map[spec.Code]spec.ID{spec.ETokenInterval: spec.TOK02, spec.EMismatch: spec.ENC05}[code]
		f.refused(told(bad(n, 1, r, code, flag, comment, c), given()))
	}
	given(30, spec.ETokenInterval, "Parts", "no parts at all", at(drop(91)))
	given(31, spec.ETokenInterval, "Parts", "parts that do not ascend", frags(b, a))
	given(32, spec.ETokenInterval, "Parts", "one part twice, which adds up", frags(part(2, 0, 500, 1), part(2, 0, 500, 1), b))
	given(33, spec.ETokenInterval, "Parts", "two parts that overlap by one unit", frags(part(2, 0, 501, 1), part(2, 500, 999, 1), b))
	given(34, spec.ETokenInterval, "Parts", "a part of nothing beside the others", frags(a, b, part(5, 750, 750, 2)))
	given(35, spec.ETokenInterval, "Parts", "a part that ends before it begins", frags(a, b, part(5, 900, 750, 2)))
	given(36, spec.ETokenInterval, "Parts", "a part without a source", frags(a, no))
	given(37, spec.ETokenInterval, "Parts", "one unit less than the lots", frags(part(2, 0, 999, 1), b))
	given(38, spec.ETokenInterval, "Parts", "one unit more than the lots", frags(part(2, 0, 1001, 1), b))
	given(39, spec.ETokenInterval, "Parts", "the right sum under another hop", frags(part(2, 0, 1000, 2), b))
	given(40, spec.ETokenInterval, "Parts", "a hop that the lots do not have", frags(a, b, part(5, 800, 900, 3)))
	given(41, spec.ETokenInterval, "Parts", "a part that ends above the value of its token", frags(part(2, 9001, 10001, 1), b))
	given(42, spec.EMismatch, "Type", "a balance of family B, without parts", at(both(number(23, 1), drop(91))))
	given(43, spec.EMismatch, "Type", "coins of family E, without parts", at(both(number(23, 5), drop(91))))
	long := make([]wire.Fragment, 65)
	for i := range long {
		long[i] = part(2, money.Amount(i), money.Amount(i+1), 1)
	}
	f.refused(
		bad(50, 1, spec.ENC02, spec.EField, "Grammar", "parts in a TRANSFER of family B", at(number(23, 1))),
		bad(51, 1, spec.ENC02, spec.EField, "Grammar", "an empty list of parts", at(set(91, []byte{0x80}))),
		bad(52, 1, spec.ENC02, spec.EField, "Grammar", "65 parts", frags(long...)),
		bad(53, 1, spec.ENC02, spec.EField, "Grammar", "a part of four members", at(encodedPart(func(b []byte) []byte {
			b[1] = 0x84
			return b[:len(b)-34]
		}))),
		bad(54, 1, spec.ENC02, spec.EField, "Grammar", "a tid of 15 bytes", at(encodedPart(func(b []byte) []byte {
			return slices.Concat(b[:2], []byte{0x4f}, b[4:])
		}))),
		bad(55, 1, spec.ENC04, spec.EAmount, "Range", "a part that ends at 0", frags(part(2, 0, 0, 1), b)),
		bad(56, 1, spec.ENC04, spec.EAmount, "Range", "a part that ends at 2^53", frags(part(2, 0, 1<<53, 1), b)),
		bad(57, 1, spec.ENC02, spec.EField, "Grammar", "a reservation, which family I has", at(number(93, 1))),
	)
}

// encodedPart edits a list of the one part [0, 1250) of token 2.
func encodedPart(e func([]byte) []byte) edit { return set(91, e(encodedParts(part(2, 0, amount, 1)))) }

// tokenObjects changes the TOKENs beside a transfer: all of it proves nothing.
func tokenObjects(f *file, w tokenWorld) {
	n := 60
	wrong := func(twin int, flag, comment string, c change) {
		f.refused(told(bad(n, twin, spec.TOK03, spec.ETokenUnknown, flag, comment, c), given()))
		n++
	}
	at := func(e edit) change { return payload("input.token_2", "service", e) }
	gone := raw("input.token_2", func([]byte) []byte { return nil })
	one := func(b []byte) change { return raw("input.token_3", func([]byte) []byte { return b }) }
	provider := w.auth.Provider.Cert.ID
	wrong(1, "Encoding", "a byte after the TOKEN", raw("input.token_2", trailing))
	wrong(1, "Encoding", "member 4 is a byte longer than needed, and signed so", at(longer(4)))
	wrong(1, "Token", "larger than a TOKEN may be", at(set(120, wire.AppendBytes(nil, make([]byte, 4096)))))
	wrong(1, "Grammar", "a holder, which no TOKEN has", at(str(31, make([]byte, 16))))
	wrong(1, "Grammar", "a tid of 15 bytes", at(str(90, make([]byte, 15))))
	wrong(1, "Range", "a value of zero", at(number(7, 0)))
	wrong(1, "Type", "the type of a FUND", at(number(2, uint64(wire.TypeFund))))
	wrong(1, "Type", "version 2", at(number(1, 2)))
	wrong(1, "Realm", "of another realm", at(str(3, make([]byte, 8))))
	wrong(1, "Realm", "of another currency", at(number(5, 840)))
	wrong(1, "Realm", "of another exponent", at(number(6, 0)))
	wrong(1, "Certificate", "of a service that nobody has heard of", at(flip(10)))
	wrong(1, "Token", "of another suite than the certificate's", at(number(4, 2)))
	wrong(1, "Certificate", "signed by the provider, which may sign certificates alone", payload("input.token_2", "provider", str(10, provider[:])))
	wrong(1, "Signature", "signed by the provider under the service's name", resigned("input.token_2", "provider", ""))
	wrong(1, "Signature", "one bit of the value after signing", raw("input.token_2", lastBitOf(0x07, 0x19, 0x07, 0xd0)))
	wrong(1, "Signature", "one bit of the signature", raw("input.token_2", lastBit))
	wrong(1, "Type", "signed under the domain of FUND", resigned("input.token_2", "service", "assay/1/fund"))
	wrong(5, "Certificate", "one bit of its service's certificate", raw("uses.issuer", lastBit))
	wrong(5, "Certificate", "its service's certificate did not come", without("issuer"))
	wrong(1, "Token", "a part whose token did not come", gone)
	wrong(1, "Token", "a token of which no part is paid", one(w.token(6, 500)))
	wrong(1, "Token", "one token twice", one(w.token(5, 2000)))
	wrong(1, "Token", "another token in the place of one", at(flip(90)))
	f.refused(told(bad(n, 1, spec.TOK02, spec.ETokenInterval, "Parts", "a token that is worth less than the end of the part", at(number(7, 749))), given()))
}

// tokenStates changes what the payee has.
func tokenStates(f *file, w tokenWorld) {
	w.variant("payee", "holds-it", func(d *vectors.Device) {
		d.Fragments = []vectors.Fragment{kept(part(1, 0, 3000, 0)), kept(part(2, 999, 1499, 1))}
	})
	w.variant("payee", "beside-it", func(d *vectors.Device) {
		d.Fragments = []vectors.Fragment{kept(part(1, 0, 3000, 0)), kept(part(2, 1000, 1500, 1))}
	})
	w.variant("payee", "no-room", func(d *vectors.Device) { d.FragmentPlaces = 3 })
	w.variant("payee", "room", func(d *vectors.Device) { d.FragmentPlaces = 4 })
	f.refused(
		told(bad(90, 1, spec.TOK04, spec.ETokenSpent, "Held", "one unit of a part is here already", before("device", "holds-it")), given()),
		told(bad(91, 1, spec.TOK07, spec.ETokenDenomination, "Room", "room for one part where two come", before("device", "no-room")), given()),
	)
	again := func(n int, comment, state string, held ...wire.Fragment) {
		v := *f.Find(f.id(1))
		object := unhex(v.Input["object"])
		id := idOf(wire.TypeTransfer, object)
		in := map[string][]byte{}
		for name, text := range v.Input {
			in[name] = unhex(text)
		}
		values := map[string]string{}
		for name, text := range v.Expect.Values {
			values[name] = text
		}
		values["fragments"] = after(append(brought(id, part(2, 0, 1000, 1), part(5, 500, 750, 2)), held...)...)
		f.valid(positive{n: n, requirement: spec.TOK07, kind: "transfer", comment: comment, device: state, uses: v.Uses, input: in, values: values})
	}
	again(92, "the next part of a token is here", "beside-it", part(1, 0, 3000, 0), part(2, 1000, 1500, 1))
	again(93, "exactly as much room as is needed", "room", part(1, 0, 3000, 0), part(4, 200, 700, 1))
}
