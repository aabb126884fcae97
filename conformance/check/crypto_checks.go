package check

import (
	"fmt"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func cryptoChecks() []Check {
	query := []adapter.Capability{adapter.CapQuery}
	rp := func(id spec.ID, word, title string, run func(*T)) Check {
		return Check{ID: string(id) + "." + word, Title: title, Cites: []spec.ID{id}, RP: true, Needs: query, Run: run}
	}
	return []Check{
		receives(rp(spec.ENC01, "canonical", "one encoding is accepted", oneEncoding)),
		receives(rp(spec.ENC02, "fields", "unknown, duplicate and trailing bytes are rejected", strictFields)),
		rp(spec.ENC04, "transfer", "a payer pays no impossible amount", payerRefusesAmounts),
		rp(spec.ENC05, "realm", "another currency, exponent or realm is rejected", sameMoney),
		receives(rp(spec.ENC06, "domain", "a signature for one type is none for another", domainSeparation)),
		receives(rp(spec.CRY01, "payer-path", "the payee verifies the payer's whole path", payerPath)),
		rp(spec.CRY01, "payee-path", "the payer verifies the payee's whole path", payeePath),
		rp(spec.CRY02, "validity", "certificates outside their validity are refused", certificateValidity),
		rp(spec.CRY03, "usage", "usage bits are enforced", certificateUsage),
		rp(spec.CRY04, "production", "a test device refuses production", productionRefused),
		receives(rp(spec.CRY05, "bits", "no field of a transfer can be changed", everyFieldIsSigned)),
		receives(rp(spec.CRY06, "suite", "version and suite are signed, unknown ones refused", suiteInside)),
		{ID: "CRY-07.fresh", Title: "nonces, keys and request numbers do not repeat", Cites: []spec.ID{spec.CRY07}, RP: true, Run: freshness},
		receives(rp(spec.PAY03, "amount", "a transfer of another amount than requested is refused", anotherAmount)),
		receives(rp(spec.PAY04, "tag", "a transfer for another payee is refused", anotherPayee)),
		receives(rp(spec.PAY05, "request", "a used or closed request is not answered again", requestOnce)),
		receives(rp(spec.CON03, "hop", "a hop above the policy is refused", hopAbovePolicy)),
		receives(rp(spec.INV08, "checks-first", "no failing check leaves a credit", noCreditBeforeChecks)),
		{ID: "CRY-08.downgrade", Title: "a stripped suite is detected", Cites: []spec.ID{spec.CRY08}, RP: true, Needs: query, Suites: []int{1, 5}, Run: downgrade(suite.Ed25519, suite.Ed25519MLDSA44)},
		{ID: "CRY-08.downgrade-lattice", Title: "a hybrid suite stripped down to ML-DSA is detected", Cites: []spec.ID{spec.CRY08}, RP: true, Needs: query, Suites: []int{3, 5}, Run: downgrade(suite.MLDSA44, suite.Ed25519MLDSA44)},
		{ID: "PQC-01.both", Title: "a hybrid signature needs both halves", Cites: []spec.ID{spec.PQC01}, RP: true, Needs: query, AnyOf: hybridSuites, Run: bothHalves},
		{ID: "PQC-02.binding", Title: "halves of other signatures are no hybrid signature", Cites: []spec.ID{spec.PQC02}, RP: true, Needs: query, AnyOf: hybridSuites, Run: boundHalves},
	}
}

// receives marks a check in which the unit under test only receives.
func receives(c Check) Check {
	c.Receives = true
	return c
}

func oneEncoding(t *T) {
	t.refuses(spec.ENC01, "a transfer in another encoding was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "an integer not in its shortest form", codes: []spec.Code{spec.ECanon}, payload: func(p []byte) []byte {
			return append([]byte{p[0], 0x01, 0x18, 0x01}, p[3:]...)
		}},
		{name: "keys out of order", codes: []spec.Code{spec.ECanon}, payload: func(p []byte) []byte {
			return append([]byte{p[0], p[3], p[4], p[1], p[2]}, p[5:]...)
		}},
		{name: "an indefinite length", codes: []spec.Code{spec.ECanon, spec.EMalformed}, payload: func(p []byte) []byte {
			return append(append([]byte{0xbf}, p[1:]...), 0xff)
		}},
	})
}

func strictFields(t *T) {
	t.refuses(spec.ENC02, "a transfer with a field too many was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "an unknown field", codes: []spec.Code{spec.EField}, payload: func(p []byte) []byte {
			return append(append([]byte{p[0] + 1}, p[1:]...), 0x18, 0x61, 0x00)
		}},
		{name: "a field twice", codes: []spec.Code{spec.EMalformed}, payload: func(p []byte) []byte {
			return append(append([]byte{p[0] + 1}, p[1:]...), p[len(p)-2:]...)
		}},
		{name: "trailing bytes", codes: []spec.Code{spec.EMalformed}, payload: func(p []byte) []byte {
			return append(append([]byte{}, p...), 0x00)
		}},
	})
}

func payerRefusesAmounts(t *T) {
	t.refusesToPay(spec.ENC04, "a request for an impossible amount was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "zero", codes: []spec.Code{spec.EAmount}, in: Invitation{Request: func(m *wire.PayReq) { m.Amount = 0 }}},
		{name: "2^53", codes: []spec.Code{spec.EAmount}, in: Invitation{Request: func(m *wire.PayReq) { m.Amount = 1 << 53 }}},
		{name: "2^64-1", codes: []spec.Code{spec.EAmount}, in: Invitation{Request: func(m *wire.PayReq) { m.Amount = 1<<64 - 1 }}},
	})
}

// otherCurrency is the yen, or the euro in place of the yen.
func otherCurrency(number uint64) uint64 {
	if number == 392 {
		return 978
	}
	return 392
}

// otherExponent is 0, or 2 for a currency without minor unit.
func otherExponent(exponent uint64) uint64 {
	if exponent == 0 {
		return 2
	}
	return 0
}

func sameMoney(t *T) {
	t.refuses(spec.ENC05, "a transfer of another currency or realm was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "another currency", codes: []spec.Code{spec.ECurrency}, body: func(_ *KitPayer, m *wire.Transfer) { m.Currency = otherCurrency(m.Currency) }},
		{name: "another exponent", codes: []spec.Code{spec.ECurrency}, body: func(_ *KitPayer, m *wire.Transfer) { m.Exponent = otherExponent(m.Exponent) }},
		{name: "another realm", codes: []spec.Code{spec.ERealm}, body: func(_ *KitPayer, m *wire.Transfer) { m.Realm[0] ^= 1 }},
	})
	t.refusesToPay(spec.ENC05, "a request in another currency or realm was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "another currency", codes: []spec.Code{spec.ECurrency}, in: Invitation{Request: func(m *wire.PayReq) { m.Currency = otherCurrency(m.Currency) }}},
		{name: "another realm", codes: []spec.Code{spec.ERealm}, in: Invitation{Request: func(m *wire.PayReq) { m.Realm[7] ^= 1 }}},
	})
}

func domainSeparation(t *T) {
	var cases []badTransfer
	for _, other := range []wire.Type{wire.TypePayReq, wire.TypeReceipt, wire.TypeDefund, wire.TypeSync, wire.TypeCert, wire.TypeFund, wire.TypePeer} {
		cases = append(cases, badTransfer{
			name: "signed as " + other.String(), codes: []spec.Code{spec.ESig},
			sign: func(s *KitPayer, payload []byte) wire.Object { return s.Sign(other, payload) },
		})
	}
	t.refuses(spec.ENC06, "a signature for another message type was accepted", DeviceOptions{}, KitOptions{}, cases)
}

// fieldEnds are the offsets of the last byte of each member of a map.
func fieldEnds(payload []byte) []int {
	r := wire.NewReader(payload)
	var ends []int
	at := 0
	for range r.Map() {
		key := r.Raw()
		value := r.Raw()
		if r.Err() != nil {
			return nil
		}
		at += len(key) + len(value)
		ends = append(ends, at)
	}
	head := len(payload) - at // of the map itself
	for i := range ends {
		ends[i] += head - 1
	}
	return ends
}

func everyFieldIsSigned(t *T) {
	const message = "a transfer with a changed bit was accepted"
	payee, good := t.Device(), t.Kit(KitOptions{})
	s := good.Meet(payee, 250)
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	type flip struct {
		payload bool
		at, bit int
	}
	var flips []flip
	for _, at := range fieldEnds(o.Payload) {
		flips = append(flips, flip{true, at, 0})
	}
	random := len(o.Payload) + len(o.Signature)
	for _, i := range t.Sample(random*8, 48) {
		if i/8 < len(o.Payload) {
			flips = append(flips, flip{true, i / 8, i % 8})
		} else {
			flips = append(flips, flip{false, i/8 - len(o.Payload), i % 8})
		}
	}
	for _, f := range flips {
		bad := wire.Object{Alg: o.Alg, Payload: append([]byte{}, o.Payload...), Signature: append([]byte{}, o.Signature...)}
		where := fmt.Sprintf("bit %d of byte %d of the signature", f.bit, f.at)
		if f.payload {
			bad.Payload[f.at] ^= 1 << f.bit
			where = fmt.Sprintf("bit %d of byte %d of the payload", f.bit, f.at)
		} else {
			bad.Signature[f.at] ^= 1 << f.bit
		}
		a, _ := s.Deliver(bad.Encode())
		if a.Done != nil {
			s.Accepted(bad)
		}
		t.For(spec.CRY05, message).Expect(a).NotTo(BeDone(), where)
	}
	t.For(spec.CRY05, message).Expect(payee.Held()).To(gomega.BeZero())
	a, _ := s.Pay()
	t.For(spec.CRY05, "after changed transfers the right one is not accepted any more").Expect(a).To(BeDone())
}

func suiteInside(t *T) {
	other := suite.P256
	if t.env.realm.base == other {
		other = suite.Ed25519
	}
	t.refuses(spec.CRY06, "a transfer that names another suite or version was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "another suite", codes: []spec.Code{spec.ESuite, spec.EDowngrade}, body: func(_ *KitPayer, m *wire.Transfer) { m.Suite = other }},
		{name: "an unknown suite", codes: []spec.Code{spec.ESuite, spec.EDowngrade}, body: func(_ *KitPayer, m *wire.Transfer) { m.Suite = 99 }},
		{name: "another algorithm in the header", codes: []spec.Code{spec.ESuite, spec.EHdr}, sign: func(s *KitPayer, payload []byte) wire.Object {
			o := wire.Object{Alg: -8, Payload: payload}
			o.Signature = s.Key.Sign(o.ToBeSigned(wire.TypeTransfer))
			return o
		}},
		{name: "version 2", codes: []spec.Code{spec.EVersion}, body: func(_ *KitPayer, m *wire.Transfer) { m.Version = 2 }},
	})
}

func freshness(t *T) {
	const n = 24
	payer, payee, kit := t.Device(), t.Device(), t.Kit(KitOptions{})
	seen := map[string]string{}
	fresh := func(what string, value []byte) {
		key := what + string(value)
		t.For(spec.CRY07, "a nonce, an ephemeral key or a request number came twice").Expect(seen[key]).To(gomega.BeEmpty(), what)
		seen[key] = what
	}
	for i := range n {
		if i == n/2 && t.Has(adapter.CapPowerCycle) {
			payer.PowerCycle()
			payee.PowerCycle()
		}
		hello, err := wire.DecodeHello(t.Control(payer.do(adapter.Start{}), "start").Message)
		if err != nil {
			t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
		}
		payer.do(adapter.CloseSession{})
		fresh("HELLO nonce", hello.Nonce[:])
		fresh("ephemeral key", hello.KEMKey)
		s := kit.Meet(payee, 1)
		fresh("request nonce", s.Request.Nonce[:])
		fresh("request number", fmt.Append(nil, s.Request.Request))
		payee.do(adapter.Cancel{})
	}
}

func anotherAmount(t *T) {
	codes := []spec.Code{spec.EMismatch}
	t.refuses(spec.PAY03, "a transfer of another amount than requested was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "one more", codes: codes, body: func(_ *KitPayer, m *wire.Transfer) { m.Amount++; m.Lots[0].Amount++ }},
		{name: "one less", codes: codes, body: func(_ *KitPayer, m *wire.Transfer) { m.Amount--; m.Lots[0].Amount-- }},
		{name: "a tenth", codes: codes, body: func(_ *KitPayer, m *wire.Transfer) { m.Amount /= 10; m.Lots[0].Amount /= 10 }},
	})
}

func anotherPayee(t *T) {
	t.refuses(spec.PAY04, "a transfer for another payee was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "another payee's tag", codes: []spec.Code{spec.EMismatch}, body: func(s *KitPayer, m *wire.Transfer) {
			m.PayeeTag = wire.PayeeTag(s.DID(), s.Request.Nonce)
		}},
		{name: "another request of the same number", codes: []spec.Code{spec.EReqUnknown}, body: func(_ *KitPayer, m *wire.Transfer) { m.RequestHash[0] ^= 1 }},
	})
}

func requestOnce(t *T) {
	const message = "a request was answered twice"
	payee, one, two := t.Device(), t.Kit(KitOptions{}), t.Kit(KitOptions{})
	s := one.Meet(payee, 250)
	paid, _ := s.Pay()
	t.Control(paid, "the first transfer for the request")
	s.Kit = two // another payer's key, in the same session and for the same request
	o := s.Sign(wire.TypeTransfer, s.Transfer(nil).Encode())
	a, _ := s.Deliver(o.Encode())
	if a.Done != nil {
		s.Accepted(o)
	}
	t.For(spec.PAY05, message).Expect(a).To(t.Refused(spec.EReqUsed))
	t.For(spec.PAY05, message).Expect(payee.Held()).To(gomega.Equal(uint64(250)))
	never := one.Meet(payee, 250)
	o = never.Sign(wire.TypeTransfer, never.Transfer(func(m *wire.Transfer) { m.Request += 1000 }).Encode())
	a, _ = never.Deliver(o.Encode())
	t.For(spec.PAY05, "a request that was never made was answered").Expect(a).To(t.Refused(spec.EReqUnknown))
	paid, _ = never.Pay()
	t.For(spec.PAY05, "after refusals an open request cannot be answered any more").Expect(paid).To(BeDone())
}

func hopAbovePolicy(t *T) {
	limit := uint64(*t.Profile().MaxHops)
	codes := []spec.Code{spec.EHop}
	lots := func(hop uint64) func(*KitPayer, *wire.Transfer) {
		return func(_ *KitPayer, m *wire.Transfer) { m.Lots = []wire.Lot{{Hop: hop, Amount: m.Amount}} }
	}
	cases := []badTransfer{
		{name: "lots that do not sum to the amount", codes: codes, body: func(_ *KitPayer, m *wire.Transfer) { m.Lots[0].Amount-- }},
	}
	if limit < wire.MaxHop {
		cases = append(cases, badTransfer{name: "one hop too many", codes: codes, body: lots(limit + 1)})
	}
	t.refuses(spec.CON03, "a transfer above the hop limit was accepted", DeviceOptions{}, KitOptions{}, cases)
	payee, kit := t.Device(), t.Kit(KitOptions{})
	s := kit.Meet(payee, 250)
	o := s.Sign(wire.TypeTransfer, s.Transfer(func(m *wire.Transfer) { lots(limit)(s, m) }).Encode())
	a, _ := s.Deliver(o.Encode())
	if a.Done != nil {
		s.Accepted(o)
	}
	t.For(spec.CON03, "a transfer of exactly the hop limit was refused").Expect(a).To(BeDone())
}

func noCreditBeforeChecks(t *T) {
	const message = "a transfer that fails a check left a credit"
	payee, good := t.Device(), t.Kit(KitOptions{})
	paid, _ := good.Meet(payee, 250).Pay()
	t.Control(paid, "the right transfer")
	cases := []badTransfer{
		{name: "signature", object: func(o *wire.Object) { o.Signature[3] ^= 1 }},
		{name: "amount", body: func(_ *KitPayer, m *wire.Transfer) { m.Amount++; m.Lots[0].Amount++ }},
		{name: "request", body: func(_ *KitPayer, m *wire.Transfer) { m.RequestHash[0] ^= 1 }},
		{name: "usage", kit: usageOnly(wire.UseVerifyOnly)},
		{name: "path", kit: KitOptions{Certify: cert.DeviceOptions{BadSignature: true}}},
	}
	for _, c := range cases {
		s := t.Kit(c.kit).Meet(payee, 250)
		o := c.build(s)
		a, _ := s.Deliver(o.Encode())
		t.For(spec.INV08, message).Expect(a).NotTo(BeDone(), c.name)
		if t.Has(adapter.CapPowerCycle) {
			payee.PowerCycle()
		}
		t.For(spec.INV08, message).Expect(payee.Held()).To(gomega.Equal(uint64(250)), c.name)
		payee.do(adapter.Cancel{})
	}
}
