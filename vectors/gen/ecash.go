package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"math/big"
	"slices"

	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// A coinWorld is a realm of family E.
type coinWorld struct {
	*world
	entries []wire.KeysetEntry
	keys    *ecash.Keys
}

func coinNotes(f *file) {
	decodeNotes(f)
	f.note("Coin", "A token that the issuer has not signed, or not for this.", "Whoever makes tokens makes money.")
	f.note("Key", "A key that is unknown, none, or whose time is over.", "Tokens are made with keys that were given up.")
	f.note("Sum", "The denominations do not add up.", "More is credited than was given up.")
	f.note("Spend", "Not spent for this payment, or by this device.", "Who overhears a token has it.")
	f.note("Twice", "Spent, or taken, before.", "One token pays twice.")
	f.note("Certificate", "The signer may not sign this, or is not known.", "Anyone issues value.")
	f.note("Stale", "The version is not higher than the one in force.", "A device is taken back to keys that were given up.")
	f.note("Binding", "For another device, or nothing that waits.", "An answer serves somebody else.")
}

// The keys of the KEYSET: those of 0.50 EUR in two key epochs, of which the first
// one's tokens are not taken any more.
const keyEnded, keyEnds = 2520, 2891

// coins begins a file of family E.
func coins(f *file) coinWorld {
	coinNotes(f)
	w := coinWorld{world: classical(f)}
	for _, e := range ecash.TestEntries(2, func(epoch uint64) uint64 { return keyEnds }) {
		if !slices.Contains([]money.Amount{50, 200, 500, 1000}, e.Denomination) || e.KeyEpoch == 2 && e.Denomination != 50 {
			continue
		}
		if e.Denomination == 50 && e.KeyEpoch == 1 {
			e.Last = keyEnded
		}
		w.entries = append(w.entries, e)
	}
	w.object("keyset", w.auth.SignKeyset(2, epochPolicy, w.entries))
	var err error
	if w.keys, err = ecash.ParseKeyset(wire.Keyset{Realm: w.auth.Place.Realm, KeysetVersion: 2, Keys: w.entries}); err != nil {
		panic("gen: " + err.Error())
	}
	return w
}

// publishMint publishes the private keys, each in PKCS #1.
func (w coinWorld) publishMint() {
	e := big.NewInt(65537)
	for _, k := range w.keys.List {
		n, order := big.NewInt(1), big.NewInt(1)
		primes := ecash.TestPrimes(k.Denomination, k.KeyEpoch)
		for _, p := range primes {
			n.Mul(n, p)
			order.Mul(order, new(big.Int).Sub(p, big.NewInt(1)))
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: new(big.Int).ModInverse(e, order), Primes: primes}
		key.Precompute()
		w.object("mint-"+hexOf(k.ID[:]), x509.MarshalPKCS1PrivateKey(key))
	}
}

// key is the key of a denomination in a key epoch.
func (w coinWorld) key(denomination money.Amount, epoch uint64) *ecash.Key {
	for _, k := range w.keys.List {
		if k.Denomination == denomination && k.KeyEpoch == epoch {
			return k
		}
	}
	panic("gen: no such key")
}

// minted is the issuer's signature for a secret, finished.
func (w coinWorld) minted(k *ecash.Key, s ecash.Secret) []byte {
	p, err := k.Blind(s)
	var blind, signature []byte
	if err == nil {
		blind, err = w.mint().Sign(wire.Blinded{Key: k.ID, Message: p.Blinded})
	}
	if err == nil {
		signature, err = p.Finish(blind)
	}
	if err != nil {
		panic("gen: " + err.Error())
	}
	return signature
}

func (w coinWorld) mint() *ecash.Mint { return ecash.TestMint(w.auth.Place.Realm) }

func secret(n int) ecash.Secret { return ecash.SecretOf([32]byte(drawn("coins", 32)), n) }

// coin is a token, spent for a request and a payee.
func (w coinWorld) coin(k *ecash.Key, s ecash.Secret, request, tag wire.ID) wire.Token {
	return wire.Token{Key: k.ID, Holder: s.Holder(), Randomizer: s.Randomizer(), Signature: w.minted(k, s), Spend: s.Spend(request, tag)}
}

// threeSecrets are those of a payment of 12.50 EUR, in the order of their hashes.
func threeSecrets() []ecash.Secret {
	list := []ecash.Secret{secret(0), secret(1), secret(2)}
	slices.SortFunc(list, func(a, b ecash.Secret) int {
		x, y := a.Hash(), b.Hash()
		return bytes.Compare(x[:], y[:])
	})
	return list
}

// asked is the payee's request in family E, as open in its state.
func (w coinWorld) asked() wire.ID {
	m := w.payReq(w.session())
	m.Family = wire.FamilyECash
	return idOf(wire.TypePayReq, w.signedBy("payee", wire.TypePayReq, m.Encode()))
}

// coinTransferVectors are the fallback: tokens beside a TRANSFER.
func coinTransferVectors() *file {
	f := newFile("ecash-transfer", "TRANSFER of family E at its payee without a connection, with the tokens beside it (token_1 to token_3) in the order of their names. signed is as in the file transfer.")
	w := coins(f)
	w.policyBut("policy-ecash", func(p *wire.Policy) { p.Provenance.MaxHops = 1 })
	d := w.blank("payee", "payee", w.payee)
	d.Family, d.Keyset, d.Policy = wire.FamilyECash, "keyset", "policy-ecash"
	d.Requests = []vectors.Request{{Number: requestNumber, Hash: hexID(w.asked()), Amount: dec(amount), Suite: uint64(w.number), MaxHop: 1}}
	w.state(d)
	m := w.transfer()
	m.RequestHash, m.Family, m.Flags, m.Lots = w.asked(), wire.FamilyECash, wire.TransferFallback, []wire.Lot{{Hop: 1, Amount: amount}}
	in := map[string][]byte{}
	for i, s := range threeSecrets() {
		t := w.coin(w.key([]money.Amount{1000, 200, 50}[i], []uint64{1, 1, 2}[i]), s, m.RequestHash, m.PayeeTag)
		in["token_"+dec(uint64(i+1))] = t.Encode()
		m.Tokens = append(m.Tokens, t.Hash())
	}
	transfer := w.signedBy("payer", wire.TypeTransfer, m.Encode())
	in["object"] = transfer
	r := w.receipt(wire.ReceiptAccepted)
	r.RequestHash, r.TransferHash = m.RequestHash, idOf(wire.TypeTransfer, transfer)
	f.valid(positive{n: 1, requirement: spec.ECH01, kind: "transfer", comment: "three tokens, of 10.00, 2.00 and 0.50 EUR", device: "payee",
		uses: map[string]string{"certificate": "payer"}, input: in,
		values: published(wire.TypeTransfer, transfer, map[string]string{"receipt_payload": hexOf(r.Encode()), "balance": dec(3500 + amount)})})
	decodeChecks(f, 10, 1, "input.object", "payer", false)
	coinContent(f, m)
	coinTokens(f, w, m)
	w.variant("payee", "holds-it", func(d *vectors.Device) { d.Taken = []string{hexID(m.Tokens[1])} })
	f.refused(told(bad(90, 1, spec.ECH01, spec.ETokenSpent, "Twice", "one of them was taken before and is not home yet", before("device", "holds-it")), given()))
	return f
}

// coinContent changes the TRANSFER.
func coinContent(f *file, m wire.Transfer) {
	at := func(e edit) change { return payload("input.object", "payer", e) }
	ids := func(list ...wire.ID) edit {
		b := wire.AppendArray(nil, len(list))
		for _, id := range list {
			b = wire.AppendBytes(b, id[:])
		}
		return set(92, b)
	}
	a, b, c := m.Tokens[0], m.Tokens[1], m.Tokens[2]
	more := c
	more[0] ^= 0xff
	many := make([]wire.ID, 41)
	for i := range many {
		many[i][0] = byte(i)
	}
	ascending := []wire.ID{a, b, more}
	slices.SortFunc(ascending, func(x, y wire.ID) int { return bytes.Compare(x[:], y[:]) })
	f.refused(
		told(bad(30, 1, spec.ECH01, spec.ETokenUnknown, "Coin", "it names no token", at(drop(92))), given()),
		told(bad(31, 1, spec.ECH01, spec.ETokenUnknown, "Coin", "it names two of the three", at(ids(a, b))), given()),
		told(bad(32, 1, spec.ECH01, spec.ETokenUnknown, "Coin", "it names another token in the place of one", at(ids(ascending...))), given()),
		bad(33, 1, spec.ENC02, spec.EField, "Grammar", "an empty list of tokens", at(ids())),
		bad(34, 1, spec.ENC02, spec.EField, "Grammar", "tokens that do not ascend", at(ids(b, a, c))),
		bad(35, 1, spec.ENC02, spec.EField, "Grammar", "one token twice", at(ids(a, a, c))),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "41 tokens", at(ids(many...))),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "tokens in a TRANSFER of family B", at(both(number(23, 1), number(22, 0)))),
		bad(38, 1, spec.ENC02, spec.EField, "Grammar", "the flag of a fallback in family T", at(both(number(23, 2), drop(92)))),
		bad(39, 1, spec.ENC02, spec.EField, "Grammar", "parts, which family T has", at(set(91, encodedParts(part(1, 0, amount, 1))))),
	)
}

// coinTokens changes the last of the tokens, of 0.50 EUR.
func coinTokens(f *file, w coinWorld, m wire.Transfer) {
	s := threeSecrets()[2]
	right := w.coin(w.key(50, 2), s, m.RequestHash, m.PayeeTag)
	n := 50
	wrong := func(code spec.Code, flag, comment string, b []byte) {
		f.refused(told(bad(n, 1, spec.ECH01, code, flag, comment, raw("input.token_3", func([]byte) []byte { return b })), given()))
		n++
	}
	but := func(e func(*wire.Token)) []byte {
		t := right
		t.Signature = slices.Clone(right.Signature)
		e(&t)
		return t.Encode()
	}
	under := func(k *ecash.Key) []byte { return w.coin(k, s, m.RequestHash, m.PayeeTag).Encode() }
	fresh := secret(9)
	b := right.Encode()
	wrong(spec.EField, "Grammar", "a byte after the token", append(slices.Clone(b), 0))
	wrong(spec.EField, "Grammar", "a token of four members", append([]byte{0x84}, b[1:len(b)-66]...))
	wrong(spec.EField, "Grammar", "a signature of 255 bytes", but(func(t *wire.Token) { t.Signature = t.Signature[1:] }))
	wrong(spec.ETokenUnknown, "Coin", "one token did not come", nil)
	wrong(spec.ETokenUnknown, "Coin", "another token than the one named", w.coin(w.key(50, 2), fresh, m.RequestHash, m.PayeeTag).Encode())
	wrong(spec.ETokenUnknown, "Key", "a key that no KEYSET has", but(func(t *wire.Token) { t.Key[0] ^= 1 }))
	wrong(spec.ETokenEpoch, "Key", "of a key epoch whose tokens are not taken any more", under(w.key(50, 1)))
	wrong(spec.ETokenDenomination, "Sum", "a token of 5.00 EUR", under(w.key(500, 1)))
	wrong(spec.ESig, "Spend", "spent for another request", but(func(t *wire.Token) { t.Spend = s.Spend(drawnID("another request"), m.PayeeTag) }))
	wrong(spec.ESig, "Spend", "spent to another payee", but(func(t *wire.Token) { t.Spend = s.Spend(m.RequestHash, drawnID("another tag")) }))
	wrong(spec.ESig, "Spend", "spent by another one-time key", but(func(t *wire.Token) { t.Spend = fresh.Spend(m.RequestHash, m.PayeeTag) }))
	wrong(spec.ESig, "Coin", "one bit of the issuer's signature", but(func(t *wire.Token) { t.Signature[255] ^= 1 }))
	wrong(spec.ESig, "Coin", "one bit of the randomizer", but(func(t *wire.Token) { t.Randomizer[31] ^= 1 }))
	wrong(spec.ESig, "Coin", "the issuer's signature for another one-time key", but(func(t *wire.Token) { t.Signature = w.minted(w.key(50, 2), fresh) }))
	wrong(spec.ESig, "Coin", "a signature of 2.00 EUR under the name of the key of 0.50", but(func(t *wire.Token) { t.Signature = w.minted(w.key(200, 1), s) }))
	wrong(spec.ESig, "Coin", "a signature of the key epoch that is over under the name of the other", but(func(t *wire.Token) { t.Signature = w.minted(w.key(50, 1), s) }))
	wrong(spec.ESig, "Coin", "a signature that is larger than its modulus", but(func(t *wire.Token) {
		n := new(big.Int).SetBytes(w.key(50, 2).Modulus)
		if sum := n.Add(n, new(big.Int).SetBytes(t.Signature)); sum.BitLen() <= 2048 {
			t.Signature = sum.FillBytes(make([]byte, 256))
			return
		}
		t.Signature = bytes.Repeat([]byte{0xff}, 256)
	}))
}

// keysetVectors are a KEYSET at a device.
func keysetVectors() *file {
	f := newFile("ecash-keyset", "KEYSET at a device that has version 2 in force. keys is the names of its keys, one after the other.")
	w := coins(f)
	d := w.blank("device", "payer", w.payer)
	d.Family, d.Keyset = wire.FamilyECash, "keyset"
	w.state(d)
	names := func(list []wire.KeysetEntry) string {
		var b []byte
		for _, e := range list {
			name := wire.TokenKeyOf(w.auth.Place.Realm, e)
			b = append(b, name[:]...)
		}
		return hexOf(b)
	}
	add := func(n int, comment string, object []byte, list []wire.KeysetEntry) {
		f.valid(positive{n: n, requirement: spec.ECH07, kind: "keyset", comment: comment, device: "device", input: map[string][]byte{"object": object},
			values: published(wire.TypeKeyset, object, map[string]string{"keys": names(list), "balance": "3500"})})
	}
	add(1, "version 3 with the same keys", w.auth.SignKeyset(3, epochPolicy+1, w.entries), w.entries)
	add(2, "version 9 with one key", w.auth.SignKeyset(9, epochPolicy+1, w.entries[:1]), w.entries[:1])
	add(3, "the one in force again changes nothing", f.bytes("keyset"), w.entries)
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	keys := func(list ...wire.KeysetEntry) change {
		body := wire.Keyset{Version: wire.V1, Keys: list}.Encode()
		members := pairs(body)
		return payload("input.object", "service", set(98, members[find(members, 98)].value))
	}
	one := func(e func(*wire.KeysetEntry)) change {
		k := w.entries[0]
		k.Modulus = slices.Clone(k.Modulus)
		e(&k)
		return keys(k)
	}
	f.refused(
		bad(30, 1, spec.ECH07, spec.EStale, "Stale", "version 1", at(number(19, 1))),
		bad(31, 1, spec.ECH07, spec.EStale, "Stale", "version 2 with other content", at(number(19, 2))),
		bad(32, 1, spec.ECH07, spec.EField, "Key", "an exponent of 3", one(func(k *wire.KeysetEntry) { k.Exponent = 3 })),
		bad(33, 1, spec.ECH07, spec.EField, "Key", "a modulus of 2047 bits", one(func(k *wire.KeysetEntry) { k.Modulus[0] = 0x7f })),
		bad(34, 1, spec.ECH07, spec.EField, "Key", "a modulus that is even", one(func(k *wire.KeysetEntry) { k.Modulus[255] ^= 1 })),
		bad(35, 1, spec.ECH07, spec.EField, "Key", "a denomination of 30", one(func(k *wire.KeysetEntry) { k.Denomination = 30 })),
		bad(45, 1, spec.ECH07, spec.EField, "Key", "one modulus for two denominations", keys(w.entries[0], sharing(w.entries[2], w.entries[0]))),
		bad(46, 1, spec.ECH07, spec.EField, "Key", "one modulus in two key epochs", keys(w.entries[0], sharing(w.entries[1], w.entries[0]))),
		bad(36, 1, spec.ENC02, spec.EField, "Grammar", "no key", keys()),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "a modulus of 255 bytes", one(func(k *wire.KeysetEntry) { k.Modulus = k.Modulus[1:] })),
		bad(38, 1, spec.ENC02, spec.EField, "Grammar", "keys that do not ascend by denomination", keys(w.entries[2], w.entries[0])),
		bad(39, 1, spec.ENC02, spec.EField, "Grammar", "keys that do not ascend by key epoch", keys(w.entries[1], w.entries[0])),
		bad(40, 1, spec.ENC02, spec.EField, "Grammar", "one key twice", keys(w.entries[0], w.entries[0])),
		bad(41, 1, spec.ENC04, spec.EAmount, "Range", "a denomination of zero", one(func(k *wire.KeysetEntry) { k.Denomination = 0 })),
		bad(42, 1, spec.ENC02, spec.EAmount, "Range", "key epoch 0", one(func(k *wire.KeysetEntry) { k.KeyEpoch = 0 })),
		bad(43, 1, spec.ENC02, spec.EAmount, "Range", "an exponent of 1", one(func(k *wire.KeysetEntry) { k.Exponent = 1 })),
		bad(44, 1, spec.ENC02, spec.EAmount, "Range", "version 0", at(number(19, 0))),
	)
	serviceChecks(f, w.world, 50, 1)
	return f
}

// sharing is an entry with the modulus of another.
func sharing(k, other wire.KeysetEntry) wire.KeysetEntry {
	k.Modulus = other.Modulus
	return k
}

// withdrawal derives the secrets of a withdrawal as a device does whose secret is
// all zero, which is how the states of this file have it.
func withdrawal(label string, name []byte) [32]byte {
	mac := hmac.New(sha256.New, make([]byte, 32))
	mac.Write([]byte("assay/1/withdrawal/" + label))
	mac.Write(name)
	return [32]byte(mac.Sum(nil))
}

// asking is what is blinded for an amount, and what comes of it.
func (w coinWorld) asking(seed [32]byte, amount money.Amount) (list []wire.Blinded, answers [][]byte) {
	keys := map[money.Amount]*ecash.Key{}
	var available []money.Amount
	for _, k := range w.keys.InForce(epochNow) {
		keys[k.Denomination] = k
		available = append(available, k.Denomination)
	}
	for i, d := range ecash.Split(amount, available, wire.MaxTokens) {
		p, err := keys[d].Blind(ecash.SecretOf(seed, i))
		if err != nil {
			panic("gen: " + err.Error())
		}
		b := wire.Blinded{Key: keys[d].ID, Message: p.Blinded}
		list, answers = append(list, b), append(answers, w.signed(b))
	}
	return list, answers
}

func (w coinWorld) signed(b wire.Blinded) []byte {
	signature, err := w.mint().Sign(b)
	if err != nil {
		panic("gen: " + err.Error())
	}
	return signature
}
