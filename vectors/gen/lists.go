package main

import (
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

func listNotes(f *file) {
	decodeNotes(f)
	f.note("Stale", "The version is not higher than the one in force.", "A device is taken back to a time when it was not blocked, or its limits were wider.")
	f.note("Certificate", "The signer may not sign this, or is not known.", "Any certified device makes the rules.")
	f.note("Rules", "A policy that contradicts itself, or is signed by a key too weak for what it allows.", "A clock that stands still keeps a device offline for ever; a forged classical signature turns post-quantum suites off.")
}

// serviceChecks are those of whatever a service of the ledger signs.
func serviceChecks(f *file, w *world, from, twin int) {
	provider := func(f *file, v *vectors.Vector) *vectors.Mutation {
		return resignedAs("provider", w.auth.Provider.Cert.ID)(f, v)
	}
	f.refused(
		bad(from, twin, spec.CRY03, spec.EUsage, "Certificate", "signed by the provider, which may sign certificates alone", provider),
		bad(from+1, twin, spec.CRY01, spec.ECertNeeded, "Certificate", "names a certificate that is not there", payload("input.object", "service", flip(10))),
		bad(from+2, twin, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", payload("input.object", "service", number(4, 2))),
		bad(from+3, twin, spec.CRY05, spec.ESig, "Signature", "signed by the provider under the service's name", resigned("input.object", "provider", "")),
	)
}

// resignedAs has another key sign under its own certificate.
func resignedAs(signer string, id wire.ID) change {
	return payload("input.object", signer, str(10, id[:]))
}

func policyVectors() *file {
	f := newFile("policy", "POLICY at a device that has version 7 in force.")
	listNotes(f)
	w := classical(f)
	w.state(w.blank("device", "payer", w.payer))
	next := w.policy
	next.PolicyVersion, next.Epoch = 8, epochPolicy+1
	object := w.auth.SignPolicy(next)
	f.valid(positive{n: 1, requirement: spec.LIM10, kind: "policy", comment: "version 8", device: "device",
		input: map[string][]byte{"object": object}, values: published(wire.TypePolicy, object, map[string]string{"balance": "3500"})})
	same := f.bytes("policy")
	f.valid(positive{n: 2, requirement: spec.LIM10, kind: "policy", comment: "the one in force again changes nothing", device: "device",
		input: map[string][]byte{"object": same}, values: published(wire.TypePolicy, same, map[string]string{"balance": "3500"})})
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	w.variant("device", "burned-in", func(d *vectors.Device) { d.BurnedIn = true })
	limits := w.policy.Limits[0]
	limits.MaxCount = wire.Limit{}
	f.refused(
		bad(30, 1, spec.ENC05, spec.ECurrency, "Realm", "another currency", at(number(5, 840))),
		bad(31, 1, spec.LIM10, spec.EStale, "Stale", "version 6", at(number(19, 6))),
		bad(32, 1, spec.LIM10, spec.EStale, "Stale", "version 7 with other content", at(number(19, 7))),
		bad(33, 1, spec.LIM10, spec.EPolicyFixed, "Stale", "a device whose first policy is its only one", before("device", "burned-in")),
		bad(34, 1, spec.TIM04, spec.EMalformed, "Rules", "a limit of epochs without a limit of count", at(set(71, encodedLimits(limits)))),
		bad(35, 1, spec.CRY01, spec.EWeak, "Rules", "a classical key allows a post-quantum suite", at(set(72, []byte{0x83, 1, 2, 3}))),
		bad(36, 1, spec.CON03, spec.EPolicyFixed, "Rules", "another mode of provenance", at(set(74, []byte{0x85, 2, 5, 0, 0, 0}))),
		bad(37, 1, spec.ENC02, spec.EField, "Grammar", "no class of limits", at(set(71, []byte{0xa0}))),
		bad(38, 1, spec.ENC02, spec.EField, "Grammar", "a mode of synchronisation that was given up", at(number(78, 2))),
		bad(39, 1, spec.ENC02, spec.EField, "Grammar", "two members of freshness in place of three", at(set(75, []byte{0x82, 0x18, 100, 0x18, 100}))),
		bad(40, 1, spec.ENC02, spec.EAmount, "Range", "version 0", at(number(19, 0))),
	)
	serviceChecks(f, w, 50, 1)
	return f
}

// encodedLimits is member 71 for one class.
func encodedLimits(l wire.Limits) []byte {
	body := wire.Policy{Version: wire.V1, Limits: []wire.Limits{l}}.Encode()
	list := pairs(body)
	return list[find(list, 71)].value
}

func revsetVectors() *file {
	f := newFile("revset", "REVSET at a device that has version 3 in force.")
	listNotes(f)
	w := classical(f)
	w.state(w.blank("device", "payer", w.payer))
	object := w.auth.SignRevset(4, epochRevset+5, []wire.ID{{1}, {9}}, []wire.DID{{2}, {3}})
	f.valid(positive{n: 1, requirement: spec.LCM02, kind: "revset", comment: "version 4", device: "device",
		input: map[string][]byte{"object": object}, values: published(wire.TypeRevset, object, map[string]string{"balance": "3500"})})
	same := f.bytes("revset")
	f.valid(positive{n: 2, requirement: spec.LCM02, kind: "revset", comment: "the one in force again changes nothing", device: "device",
		input: map[string][]byte{"object": same}, values: published(wire.TypeRevset, same, map[string]string{"balance": "3500"})})
	decodeChecks(f, 10, 1, "input.object", "service", false)
	at := func(e edit) change { return payload("input.object", "service", e) }
	id := func(first ...byte) (b []byte) {
		for _, x := range first {
			b = append(append(b, x), make([]byte, 15)...)
		}
		return b
	}
	f.refused(
		bad(30, 1, spec.LCM02, spec.EStale, "Stale", "version 2", at(number(20, 2))),
		bad(31, 1, spec.LCM02, spec.EStale, "Stale", "version 3 with other content", at(number(20, 3))),
		bad(32, 1, spec.ENC02, spec.EField, "Grammar", "identifiers that do not ascend", at(str(82, id(9, 1)))),
		bad(33, 1, spec.ENC02, spec.EField, "Grammar", "an identifier twice", at(str(83, id(2, 2)))),
		bad(34, 1, spec.ENC02, spec.EField, "Grammar", "an identifier of 15 bytes", at(str(83, id(2)[:15]))),
		bad(35, 1, spec.ENC02, spec.EField, "Grammar", "freshness, which only a policy has", at(set(75, []byte{0x82, 1, 1}))),
		bad(36, 1, spec.ENC02, spec.EAmount, "Range", "version 0", at(number(20, 0))),
	)
	serviceChecks(f, w, 50, 1)
	return f
}
