package main

import (
	"encoding/hex"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// selfCheck is the payload of the self-check of wire.md.
const selfCheck = "b201010213034800000000000000000401051903d20602071930390a5820" +
	"00000000000000000000000000000000000000000000000000000000000000000b1903e80c5820" +
	"00000000000000000000000000000000000000000000000000000000000000000d1903e80e5820" +
	"00000000000000000000000000000000000000000000000000000000000000000f81820119303911" +
	"58200000000000000000000000000000000000000000000000000000000000000000130c15194e2a16011701"

func identifierVectors() *file {
	f := newFile("identifiers", "Everything that names something: realm, device, payee tag, request nonce, log heads, transcript hash, identifiers of signed objects. All of them derive, none can be refused.")
	w := classical(f)
	realm := w.auth.Place.Realm
	other := wire.RealmOf("assay test bank", "EUR", 2, wire.EnvProduction)
	input := func(issuer, currency string) map[string][]byte {
		return map[string][]byte{"issuer": []byte(issuer), "currency": []byte(currency)}
	}
	env := func(exponent, env string) map[string]string {
		return map[string]string{"exponent": exponent, "env": env}
	}
	f.valid(positive{n: 1, requirement: spec.ENC05, kind: "realm", comment: "the realm of a test currency",
		input: input("assay test bank", "EUR"), context: env("2", "1"), values: map[string]string{"realm": hex.EncodeToString(realm[:])}})
	f.valid(positive{n: 2, requirement: spec.CRY04, kind: "realm", comment: "the same in production is another realm",
		input: input("assay test bank", "EUR"), context: env("2", "2"), values: map[string]string{"realm": hex.EncodeToString(other[:])}})
	key := w.payer.Body.Key
	digest, did := wire.KeyDigest(key), w.payer.Device()
	f.valid(positive{n: 3, requirement: spec.CRY01, kind: "did", comment: "the device id of a first key",
		input:  map[string][]byte{"realm": realm[:], "key": key},
		values: map[string]string{"key_digest": hexID(digest), "did": hexDID(did)}})
	nonce := requestNonce(requestNumber)
	kn := requestKey()
	f.valid(positive{n: 4, requirement: spec.PAY04, kind: "request-nonce", comment: "the nonce of request number 5",
		input: map[string][]byte{"request_key": kn[:]}, context: map[string]string{"request": dec(requestNumber)},
		values: map[string]string{"nonce": hex.EncodeToString(nonce[:])}})
	payee := w.payee.Device()
	tag := wire.PayeeTag(payee, nonce)
	f.valid(positive{n: 5, requirement: spec.PAY04, kind: "payee-tag", comment: "the tag of that payee and nonce",
		input: map[string][]byte{"did": payee[:], "nonce": nonce[:]}, values: map[string]string{"tag": hexID(tag)}})
	head := wire.LogStart(payee)
	for i, e := range []wire.LogEntry{
		{Number: 1, Kind: wire.LogFund, Salt: [16]byte(drawn("salt 1", 16)), Ref: drawnID("fund"), Amount: 5000, X: 1, Epoch: epochNow},
		{Number: 2, Kind: wire.LogPay, Salt: [16]byte(drawn("salt 2", 16)), Ref: drawnID("pay"), Amount: 1250, X: 1, Epoch: epochNow},
	} {
		in := map[string][]byte{"entry": e.Encode()}
		comment := "a later log head"
		if e.Number == 1 {
			in["did"] = payee[:]
			comment = "the first log head, which starts at the did"
		} else {
			in["head"] = head[:]
		}
		digest := e.Digest()
		next := wire.LogNext(head, e.Number, digest)
		f.valid(positive{n: 6 + i, requirement: spec.SET03, kind: "log-chain", comment: comment, input: in,
			values: map[string]string{"digest": hexID(digest), "head": hexID(next)}})
		head = next
	}
	s := w.session()
	hello, err := wire.DecodeOpening(s.m2(wire.Item{Type: wire.TypePayReq}))
	if err != nil {
		panic("gen: " + err.Error())
	}
	f.valid(positive{n: 8, requirement: spec.CRY08, kind: "transcript", comment: "the transcript hash of a session",
		input:  map[string][]byte{"hello": s.hello, "caps": s.caps, "enc": hello.Enc},
		values: map[string]string{"transcript": hexID(s.transcript())}})
	structures(f, w)
	return f
}

// structures are Sig_structures: the self-check of the chapter, and one for each
// suite.
func structures(f *file, w *world) {
	add := func(n int, minusAlg uint64, domain, comment string, payload []byte) {
		signed := wire.SigStructure(-int64(minusAlg), domain, payload)
		f.valid(positive{n: n, requirement: spec.CRY05, kind: "sig-structure", comment: comment,
			input: map[string][]byte{"payload": payload, "domain": []byte(domain)}, context: map[string]string{"minus_alg": dec(minusAlg)},
			values: map[string]string{"to_be_signed": hex.EncodeToString(signed), "id": hexID(wire.KeyDigest(signed))}})
	}
	const check = "the self-check of wire.md; the protected header is the map of 1 to minus minus_alg"
	add(9, 8+11, "assay/1/transfer", check+" -19", unhex(selfCheck))
	if id := wire.KeyDigest(wire.SigStructure(-19, "assay/1/transfer", unhex(selfCheck))); hexID(id) !=
		"97b6d3cb124f14e8f5ee653835945cfbb444dbee21f25822f6621d254f580149" {
		panic("gen: the self-check of wire.md fails")
	}
	body := w.transfer().Encode()
	for i, alg := range []uint64{9, 48, 65601} {
		add(10+i, alg, "assay/1/transfer", "the same payload under another algorithm has another identifier", body)
	}
	add(13, 19, "assay/1/defund", "the same payload under another domain has another identifier", body)
}
