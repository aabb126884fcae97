package main

import (
	"math/big"
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// coinOnlineVectors are tokens alone, at a payee whose host has a connection.
func coinOnlineVectors() *file {
	f := newFile("ecash-tokens", "TOKENS at a payee that has sent its request and whose host has a connection, as the item inside the frame. One that is right is taken home before there is a receipt; payment is its identifier, which the receipt will name.")
	w := coins(f)
	w.policyBut("policy-ecash", func(p *wire.Policy) { p.Provenance.MaxHops = 1 })
	request := w.asked()
	d := w.blank("payee", "payee", w.payee)
	d.Family, d.Keyset, d.Policy, d.Online = wire.FamilyECash, "keyset", "policy-ecash", true
	d.Requests = []vectors.Request{{Number: requestNumber, Hash: hexID(request), Amount: dec(amount), Suite: uint64(w.number), MaxHop: 1}}
	w.state(d)
	w.variant("payee", "offline", func(d *vectors.Device) { d.Online = false })
	w.variant("payee", "closed", func(d *vectors.Device) { d.Requests = []vectors.Request{} })
	w.variant("payee", "holds-it", func(d *vectors.Device) { d.Taken = []string{hexID(secret(1).Hash())} })
	tag := wire.PayeeTag(w.payee.Device(), requestNonce(requestNumber))
	var list []wire.Token
	for i, k := range []*ecash.Key{w.key(1000, 1), w.key(200, 1), w.key(50, 2)} {
		list = append(list, w.coin(k, secret(i), request, tag))
	}
	item := func(tokens ...wire.Token) []byte {
		return wire.Item{Type: wire.TypeTokens, Transfer: request, Links: wire.BesideTokens(tokens)}.Encode()
	}
	add := func(n int, comment string, tokens ...wire.Token) {
		var hashes []wire.ID
		for _, t := range tokens {
			hashes = append(hashes, t.Hash())
		}
		f.valid(positive{n: n, requirement: spec.ECH05, kind: "tokens", comment: comment, device: "payee", input: map[string][]byte{"item": item(tokens...)},
			values: map[string]string{"payment": hexID(wire.TokensID(request, hashes))}})
	}
	add(1, "three tokens, of 10.00, 2.00 and 0.50 EUR", list...)
	add(2, "in another order: another payment", list[2], list[0], list[1])
	w.onlineTokens(list, item, request, tag)
	at := func(e func([]byte) []byte) change { return raw("input.item", e) }
	f.refused(
		bad(30, 1, spec.PAY05, spec.EReqClosed, "Binding", "the request was closed", before("device", "closed")),
		bad(31, 1, spec.PAY05, spec.EReqClosed, "Binding", "for another request", at(func(b []byte) []byte { b[6] ^= 1; return b })),
		bad(32, 1, spec.ECH05, spec.EOffline, "Binding", "no connection: nothing could be taken home", before("device", "offline")),
		bad(33, 1, spec.ECH01, spec.ETokenSpent, "Twice", "one of them was taken before and is not home yet", before("device", "holds-it")),
		bad(34, 1, spec.ENC02, spec.EMalformed, "Encoding", "a byte after the item", at(trailing)),
		bad(35, 1, spec.ENC06, spec.EType, "Type", "an item that nobody knows", at(func(b []byte) []byte { b[2] = 0x1f; return b })),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "a nonce beside a token", at(func(b []byte) []byte {
			return append(append(b[:len(b)-1:len(b)-1], 0x50), make([]byte, 16)...)
		})),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "true beside a token", at(func(b []byte) []byte { b[len(b)-1] = 0xf5; return b })),
	)
	return f
}

// onlineTokens changes the last of the tokens.
func (w coinWorld) onlineTokens(list []wire.Token, item func(...wire.Token) []byte, request, tag wire.ID) {
	n := 10
	wrong := func(code spec.Code, flag, comment string, tokens ...wire.Token) {
		w.refused(bad(n, 1, spec.ECH01, code, flag, comment, raw("input.item", func([]byte) []byte { return item(tokens...) })))
		n++
	}
	last := func(e func(*wire.Token)) []wire.Token {
		t := list[2]
		t.Signature = slices.Clone(t.Signature)
		e(&t)
		return []wire.Token{list[0], list[1], t}
	}
	under := func(d money.Amount, epoch uint64) []wire.Token {
		return []wire.Token{list[0], list[1], w.coin(w.key(d, epoch), secret(2), request, tag)}
	}
	wrong(spec.EField, "Grammar", "a signature of 255 bytes", last(func(t *wire.Token) { t.Signature = t.Signature[1:] })...)
	wrong(spec.ETokenUnknown, "Key", "a key that no KEYSET has", last(func(t *wire.Token) { t.Key[0] ^= 1 })...)
	wrong(spec.ETokenEpoch, "Key", "of a key epoch whose tokens are not taken any more", under(50, 1)...)
	wrong(spec.ETokenDenomination, "Sum", "a token of 5.00 EUR", under(500, 1)...)
	wrong(spec.ETokenDenomination, "Sum", "one token less", list[:2]...)
	wrong(spec.ESig, "Spend", "spent for another request", last(func(t *wire.Token) { t.Spend = secret(2).Spend(drawnID("another request"), tag) })...)
	wrong(spec.ESig, "Spend", "spent to another payee", last(func(t *wire.Token) { t.Spend = secret(2).Spend(request, drawnID("another tag")) })...)
	wrong(spec.ESig, "Coin", "one bit of the issuer's signature", last(func(t *wire.Token) { t.Signature[255] ^= 1 })...)
	wrong(spec.ESig, "Coin", "a signature of another denomination", last(func(t *wire.Token) { t.Signature = w.minted(w.key(200, 1), secret(2)) })...)
	wrong(spec.ESig, "Coin", "the negative of the issuer's signature", last(func(t *wire.Token) {
		n := new(big.Int).SetBytes(w.key(50, 2).Modulus)
		n.Sub(n, new(big.Int).SetBytes(t.Signature)).FillBytes(t.Signature)
	})...)
}
