package witness

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// derive returns what a kind derives or does in one step, without a list of
// checks.
func derive(kind string) func(*call) {
	switch kind {
	case "suite":
		return suiteOf
	case "published":
		return publishedCase
	case "realm", "did", "payee-tag", "request-nonce", "transcript":
		return name
	case "log-chain":
		return logChain
	case "sig-structure":
		return structure
	case "session":
		return wholeSession
	case "frame":
		return frame
	case "apdu-command":
		return cardCommand
	case "apdu-chain":
		return cardChain
	case "apdu-select":
		return cardSelect
	case "apdu-status":
		return cardStatus
	case "apdu-answer":
		return cardAnswer
	case "capsule":
		return capsule
	case "qr-frames":
		return makeFrames
	case "telecom-frames":
		return makeParts
	case "run":
		return wholeRun
	}
	return nil
}

func procedureOf(kind string) procedure {
	switch kind {
	case "cert":
		return certificateProcedure()
	case "transfer":
		return transferProcedure()
	case "chain":
		return chainProcedure()
	case "settlement":
		return settlementProcedure()
	case "pay-req":
		return payReqProcedure()
	case "receipt":
		return receiptProcedure()
	case "resolve":
		return resolveProcedure()
	case "policy":
		return policyProcedure()
	case "revset":
		return revsetProcedure()
	case "fund":
		return fundProcedure()
	case "sync-ack":
		return syncAckProcedure()
	case "fund-req":
		return fundReqProcedure()
	case "defund":
		return defundProcedure()
	case "sync":
		return syncProcedure()
	case "static-req":
		return staticReqProcedure()
	case "one-way":
		return oneWayProcedure()
	case "deposit":
		return depositProcedure()
	case "software":
		return softwareProcedure()
	case "unclaimed":
		return unclaimedProcedure()
	case "qr":
		return textProcedure()
	case "telecom":
		return frameProcedure()
	case "defund-ack":
		return defundAckProcedure()
	case "record-transfer":
		return transferRecordProcedure()
	case "record-receipt", "record-pay-req":
		return payeeRecordProcedure(kind)
	case "rekey-req":
		return rekeyProcedure()
	case "enrol-req":
		return enrolProcedure()
	case "cert-get":
		return certGetProcedure()
	case "certs":
		return certsProcedure()
	case "record-rekey":
		return linkRecordProcedure()
	case "evidence":
		return evidenceProcedure()
	case "hello":
		return helloProcedure()
	case "hello-finish":
		return finishProcedure()
	case "resend":
		return resendProcedure("peer", typePeer)
	case "resend-pay-req":
		return resendProcedure("pay_req", typePayReq)
	case "sync-chal":
		return syncChalProcedure()
	case "rekeyed":
		return rekeyedProcedure()
	case "keyset":
		return keysetProcedure()
	case "tokens":
		return tokensProcedure()
	case "deposit-ack":
		return depositAckProcedure()
	case "record-deposit":
		return depositRecordProcedure()
	}
	return procedure{}
}

func suiteOf(c *call) {
	suite, key := c.context("suite"), c.input("key")
	switch {
	case primitive.Alg(suite) == 0:
		c.code = 120
	case !primitive.IsKey(suite, key):
		c.code = 103
	case !primitive.Verify(suite, key, c.input("message"), c.input("signature")):
		c.code = 130
	}
}

// publishedCase tells the verdict on a case that others have published.
func publishedCase(c *call) {
	verdict := "refused"
	if suiteOf(c); c.code == 0 {
		verdict = "accepted"
	}
	c.code = 0
	c.values["verdict"] = verdict
}

func digestOf(v any) []byte {
	digest := sha256.Sum256(primitive.Encode(v))
	return digest[:]
}

func name(c *call) {
	switch c.vector.Kind {
	case "realm":
		c.set("realm", digestOf([]any{"assay/1/realm", string(c.input("issuer")), string(c.input("currency")),
			c.context("exponent"), c.context("env")})[:8])
	case "did":
		key := sha256.Sum256(c.input("key"))
		c.set("key_digest", key[:])
		c.set("did", digestOf([]any{"assay/1/did", c.input("realm"), key[:]})[:16])
	case "payee-tag":
		c.set("tag", payeeTag(c.input("did"), c.input("nonce")))
	case "request-nonce":
		mac := hmac.New(sha256.New, c.input("request_key"))
		mac.Write(binary.BigEndian.AppendUint64([]byte("assay/1/req-nonce"), c.context("request")))
		c.set("nonce", mac.Sum(nil)[:16])
	case "transcript":
		c.set("transcript", transcript(c.input("hello"), c.input("caps"), c.input("enc")))
	}
}

func logChain(c *call) {
	b := c.input("entry")
	v, code := decode(b)
	parts, ok := v.([]any)
	if code != 0 || !ok || len(parts) != 7 {
		panic(fault("no entry"))
	}
	n, _ := parts[0].(uint64)
	head := c.input("head")
	if n == 1 {
		head = append(c.input("did"), make([]byte, 16)...)
	}
	digest := sha256.Sum256(b)
	c.set("digest", digest[:])
	c.set("head", nextHead(head, n, digest[:]))
}

func structure(c *call) {
	o := object{alg: -int64(c.context("minus_alg")), payload: c.input("payload")}
	domain := string(c.input("domain"))
	c.set("to_be_signed", o.toBeSigned(domain))
	c.set("id", o.id(domain))
}

// wholeSession seals M2, M3 and M4 from the published seeds.
func wholeSession(c *call) {
	rawHello, rawCaps := c.input("hello"), c.input("caps")
	hello, code := greet(rawHello, true)
	caps, second := greet(rawCaps, false)
	switch {
	case code != 0:
		c.code = code
	case second != 0:
		c.code = second
	}
	if c.code != 0 {
		return
	}
	version, suite, kem, ok := choose(hello, caps)
	if !ok {
		c.code = 111
		return
	}
	if version != caps.number(1) || suite != caps.number(4) || kem != caps.number(43) {
		c.code = 113
		return
	}
	enc, secret, ok := encapsulate(kem, c.input("eseed"), hello.bytes(44))
	if !ok {
		c.code = 140
		return
	}
	there := schedule(kem, secret, linkInfo(rawHello, rawCaps))
	th := transcript(rawHello, rawCaps, enc)
	first := primitive.Encode([]any{uint64(typePayReq), c.input("pay_req"), []any{}})
	third := primitive.Encode([]any{uint64(typeTransfer), c.input("transfer"), []any{c.stored(c.vector.Uses["certificate"])}, []any{}})
	last := primitive.Encode([]any{uint64(typeReceipt), c.input("receipt")})
	c.set("transcript", th)
	c.set("first_item", first)
	c.set("m2", primitive.Encode([]any{rawCaps, enc, there.seal(0, pad(first), th)}))
	c.set("m3", primitive.Encode([]any{uint64(0), there.back().seal(0, pad(third), th)}))
	c.set("m4", primitive.Encode([]any{uint64(1), there.seal(1, pad(last), th)}))
}

func frame(c *call) {
	if c.code = c.openLink(); c.code == 0 {
		c.set("item", primitive.Encode(c.session.item))
	}
}
