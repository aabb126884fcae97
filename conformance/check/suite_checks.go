package check

import (
	"crypto/sha256"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// downgrade plays a payee that is certified for a stronger suite than it
// offers, and a man in the middle who strips the payer's offer.
func downgrade(weaker, stronger suite.Suite) func(*T) {
	return func(t *T) {
		both := []suite.Suite{weaker, stronger}
		device := DeviceOptions{Suites: []int{int(weaker), int(stronger)}}
		kit := func(certified []suite.Suite) KitOptions {
			return KitOptions{Suite: weaker, Certify: cert.DeviceOptions{Suites: certified}}
		}
		weak := func(c *wire.Caps) { c.Suites = both[:1] }
		strip := func(m1 []byte) []byte {
			h, err := wire.DecodeHello(m1)
			if err != nil {
				t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
			}
			h.Suites = both[:1]
			return h.Encode()
		}
		t.refusesToPay(spec.CRY08, "a payee was paid with a weaker suite than both are certified for", device, kit(both[:1]), []badRequest{
			{name: "a payee that offers less than it is certified for", kit: kit(both), in: Invitation{Caps: weak}, codes: []spec.Code{spec.EDowngrade}},
			{name: "a choice that is not the strongest of both offers", kit: kit(both), codes: []spec.Code{spec.EDowngrade}},
			{name: "a request of another transcript", kit: kit(both[:1]), codes: []spec.Code{spec.ETranscript}, in: Invitation{
				Request: func(m *wire.PayReq) { m.Transcript[5] ^= 1 },
			}},
			{name: "a stripped HELLO", kit: kit(both[:1]), codes: []spec.Code{spec.ELink, spec.ETranscript, spec.EDowngrade}, in: Invitation{Hello: strip}},
		})
	}
}

const classicalBytes = 64

// each runs a check's cases with each suite of a kind that product and profile
// have, on a device and a kit of that suite alone.
func (t *T) each(kind []int, judge func(s suite.Suite, device DeviceOptions, kit KitOptions)) {
	for _, number := range t.env.among(kind) {
		judge(suite.Suite(number), DeviceOptions{Suites: []int{number}}, KitOptions{Suite: suite.Suite(number)})
	}
}

func bothHalves(t *T) {
	codes := []spec.Code{spec.ESig}
	t.each(hybridSuites, func(_ suite.Suite, device DeviceOptions, hybrid KitOptions) {
		t.refuses(spec.PQC01, "a hybrid signature with one wrong half was accepted", device, hybrid, []badTransfer{
			{name: "the classical half is wrong", kit: hybrid, codes: codes, object: func(o *wire.Object) { o.Signature[0] ^= 1 }},
			{name: "the ML-DSA half is wrong", kit: hybrid, codes: codes, object: func(o *wire.Object) { o.Signature[classicalBytes] ^= 1 }},
			{name: "both halves are wrong", kit: hybrid, codes: codes, object: func(o *wire.Object) {
				o.Signature[0] ^= 1
				o.Signature[classicalBytes] ^= 1
			}},
		})
	})
}

// halves are the two component keys of a hybrid key: its seed is theirs, one
// after the other (wire.md, suites).
func halves(k suite.PrivateKey) (classical, lattice suite.PrivateKey) {
	first := suite.Ed25519
	if k.Public().Suite() == suite.P256MLDSA44 {
		first = suite.P256
	}
	one, _ := suite.Lookup(first)
	two, _ := suite.Lookup(suite.MLDSA44)
	seed := k.Seed()
	classical, _ = one.NewKey(seed[:32])
	lattice, _ = two.NewKey(seed[32:])
	return classical, lattice
}

func boundHalves(t *T) {
	codes := []spec.Code{spec.ESig, spec.ESuite}
	sign := func(make func(s *KitPayer, tbs []byte) []byte) func(*KitPayer, []byte) wire.Object {
		return func(s *KitPayer, payload []byte) wire.Object {
			o := s.Sign(wire.TypeTransfer, payload)
			o.Signature = make(s, o.ToBeSigned(wire.TypeTransfer))
			return o
		}
	}
	join := func(a, b []byte) []byte { return append(append([]byte{}, a...), b...) }
	t.each(hybridSuites, func(number suite.Suite, device DeviceOptions, hybrid KitOptions) {
		other := cert.DeriveKey(number, []byte("another key"), "kit")
		t.refuses(spec.PQC02, "halves that do not belong together were accepted as a hybrid signature", device, hybrid, []badTransfer{
			{name: "each half signed on its own", kit: hybrid, codes: codes, sign: sign(func(s *KitPayer, tbs []byte) []byte {
				classical, lattice := halves(s.Key)
				return join(classical.Sign(tbs), lattice.Sign(tbs))
			})},
			{name: "the classical half alone", kit: hybrid, codes: codes, sign: sign(func(s *KitPayer, tbs []byte) []byte {
				return s.Key.Sign(tbs)[:classicalBytes]
			})},
			{name: "the ML-DSA half alone", kit: hybrid, codes: codes, sign: sign(func(s *KitPayer, tbs []byte) []byte {
				return s.Key.Sign(tbs)[classicalBytes:]
			})},
			{name: "the other half of another key", kit: hybrid, codes: codes, sign: sign(func(s *KitPayer, tbs []byte) []byte {
				return join(s.Key.Sign(tbs)[:classicalBytes], other.Sign(tbs)[classicalBytes:])
			})},
			{name: "the halves swapped", kit: hybrid, codes: codes, sign: sign(func(s *KitPayer, tbs []byte) []byte {
				sig := s.Key.Sign(tbs)
				return join(sig[classicalBytes:], sig[:classicalBytes])
			})},
		})
	})
}

// reEmission is what a kit payee sees of a pending payment over and over.
func reEmission(t *T, id spec.ID, disturb func(payer *Unit)) {
	payer, kit := t.Funded(5000), t.Kit(KitOptions{})
	s, m2 := kit.Invite(payer, 250, Invitation{})
	t.Control(s.Take(m2), "pay")
	first := sha256.Sum256(s.Paid.Encode())
	for range 3 {
		disturb(payer)
		again, a := kit.MeetAgain(payer)
		t.For(id, "a pending transfer was not sent again").Expect(a).To(BeDone())
		t.For(id, "a pending transfer was not sent again exactly once").Expect(again).To(gomega.HaveLen(1))
		t.For(id, "a pending transfer was sent again with other bytes").Expect(sha256.Sum256(again[0].Encode())).To(gomega.Equal(first))
		t.For(id, "sending again changed the balance").Expect(payer.Spendable()).To(gomega.Equal(uint64(4750)))
	}
}

func emissionChecks() []Check {
	needs := []adapter.Capability{adapter.CapQuery, adapter.CapResend, adapter.CapPowerCycle}
	cuts := append(needs, adapter.CapCutWrite)
	return []Check{
		{ID: "ATO-04.same-bytes", Title: "after a power cycle the same transfer comes again", Cites: []spec.ID{spec.ATO04}, RP: true, Needs: needs, Run: func(t *T) {
			reEmission(t, spec.ATO04, func(payer *Unit) { payer.PowerCycle() })
		}},
		{ID: "INV-04.re-emission", Title: "however often it is asked for, one debit has one transfer", Cites: []spec.ID{spec.INV04}, RP: true, Needs: needs, Run: func(t *T) {
			reEmission(t, spec.INV04, func(payer *Unit) { payer.do(adapter.CloseSession{}) })
		}},
		{ID: "DSP-04.counter", Title: "the spend counter rises with every payment", Cites: []spec.ID{spec.DSP04}, RP: true, Needs: needs[1:], Run: counterRises},
		{ID: "DSP-07.one-transfer", Title: "no counter ever signs two transfers", Cites: []spec.ID{spec.DSP07}, RP: true, Needs: cuts[1:], Run: oneTransferPerCounter},
	}
}

func counterRises(t *T) {
	payer, kit := t.Funded(5000), t.Kit(KitOptions{})
	last := uint64(0)
	for range 6 {
		s, m2 := kit.Invite(payer, 10, Invitation{})
		t.Control(s.Take(m2), "pay")
		t.For(spec.DSP04, "the spend counter did not rise").Expect(s.Transfer.Counter).To(gomega.BeNumerically(">", last))
		last = s.Transfer.Counter
		t.Control(payer.do(adapter.Acknowledge{Session: s.Session, Message: s.Answer(nil)}), "acknowledge")
		payer.PowerCycle()
	}
}

func oneTransferPerCounter(t *T) {
	points := t.cutPoints([]int{1})
	for _, i := range t.Sample(len(points), 24) {
		payer, kit := t.Funded(5000), t.Kit(KitOptions{})
		signed := map[uint64][32]byte{}
		note := func(o wire.Object, counter uint64) {
			digest := sha256.Sum256(o.Payload)
			if known, ok := signed[counter]; ok {
				t.For(spec.DSP07, "one counter signed two different transfers").Expect(digest).To(gomega.Equal(known))
			}
			signed[counter] = digest
		}
		s, m2 := kit.Invite(payer, 250, Invitation{})
		p := points[i]
		t.Control(payer.do(adapter.CutWrite{Write: p.write, Byte: p.byte, Mode: p.mode}), "arm a power cut")
		if s.Take(m2).Done != nil {
			note(s.Paid, s.Transfer.Counter)
		}
		t.Control(payer.do(adapter.CutWrite{}), "disarm the power cut")
		other, o2 := kit.Invite(payer, 300, Invitation{})
		if other.Take(o2).Done != nil {
			note(other.Paid, other.Transfer.Counter)
		}
		again, _ := kit.MeetAgain(payer)
		for _, o := range again {
			m, err := t.env.realm.decodeTransfer(o.Payload)
			if err != nil {
				t.Inconclusive("positive control: the payer's TRANSFER can be read", err.Error())
			}
			note(o, m.Counter)
		}
		t.For(spec.DSP07, "after a power cut nothing was signed any more").Expect(signed).NotTo(gomega.BeEmpty())
		t.forget()
	}
}
