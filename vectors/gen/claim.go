package main

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
	"github.com/assay-cbdc/assay/vectors"
)

// claimEnd is the last epoch of the claim, the epoch after grace is over.
const (
	claimEnd  = epochNow + claimTerm
	claimOver = claimEnd + 30 + 1
)

func claimVectors() *file {
	f := newFile("claim", "A claim: its RECEIPT at the payer; its TRANSFER brought to the ledger as a deposit, with the opening of the payee tag, where account is the payee's balance after; and RESOLVE of it, asked for after it was brought. Ledger.device is the payee.")
	decodeNotes(f)
	f.note("Pending", "It does not end a claim.", "The payer has its money back, and the payee deposits.")
	f.note("Opening", "The opening is not that of the payee tag.", "A claim is paid to somebody who was not paid.")
	f.note("Claim", "The claim has ended the other way, has no account, or has ended.", "It is paid and refunded both, and value is created.")
	f.note("Certificate", "The payer's certificate, or its use, is not right.", "A claim that no device has been debited for is paid.")
	f.note("Provenance", "The lots are not well formed, or have come too far.", "Value circulates offline without bound.")
	f.note("Unresolved", "There is no ground yet.", "The payer is refunded, and the payee still deposits.")
	w := classical(f)
	claimReceipts(f, w)
	c := w.claimWorld()
	c.deposits()
	c.resolutions()
	return f
}

// claimReceipts: a refusal in the name of a trusted device does not end a claim.
func claimReceipts(f *file, w *world) {
	w.pendingState()
	w.variant("pending", "claim-pending", func(d *vectors.Device) { d.Pending[0].Claim = true })
	object := func(status uint64) []byte {
		return w.signedBy("payee", wire.TypeReceipt, w.receipt(status).Encode())
	}
	uses := map[string]string{"certificate": "payee"}
	refused, accepted := object(wire.ReceiptRefused), object(wire.ReceiptAccepted)
	f.valid(positive{n: 1, requirement: spec.INV02, kind: "receipt", comment: "REFUSED of what is no claim", device: "pending", uses: uses,
		input:  map[string][]byte{"object": refused},
		values: published(wire.TypeReceipt, refused, map[string]string{"refunded": "1", "balance": dec(3500 + amount)})})
	f.valid(positive{n: 2, requirement: spec.CLM02, kind: "receipt", comment: "ACCEPTED ends a claim", device: "claim-pending", uses: uses,
		input:  map[string][]byte{"object": accepted},
		values: published(wire.TypeReceipt, accepted, map[string]string{"refunded": "0", "balance": "3500"})})
	f.refused(bad(3, 1, spec.CLM02, spec.EUsage, "Pending", "REFUSED of a claim, though the signer's certificate says trusted device", before("device", "claim-pending")))
}

// A claimWorld is a payee in software with its claim.
type claimWorld struct {
	*world
	payee  wire.DID
	object []byte // the claim
	id     wire.ID
}

func (w *world) claimWorld() *claimWorld {
	software := w.device("software", w.number, func(m *wire.Cert) {
		m.Class, m.Usage, m.Tee = wire.ClassNOSE, wire.UseReceive, 6
	})
	c := &claimWorld{world: w, payee: software.Device()}
	m := w.transfer()
	m.PayeeTag = wire.PayeeTag(c.payee, requestNonce(requestNumber))
	m.Flags, m.Expiry = wire.TransferClaim, claimEnd
	c.object = w.signedBy("payer", wire.TypeTransfer, m.Encode())
	c.id = idOf(wire.TypeTransfer, c.object)
	l := w.ledgerState("ledger")
	l.Device, l.Certificates, l.Account = hexDID(c.payee), []string{"software"}, "500"
	l.Checkpoint.Head = hexID(wire.LogStart(c.payee))
	w.Ledgers = append(w.Ledgers, l)
	receipt := wire.Receipt{Version: wire.V1, Realm: w.auth.Place.Realm, Suite: w.number, Cert: software.ID,
		RequestHash: m.RequestHash, TransferHash: c.id, Status: wire.ReceiptAccepted}
	w.object("accepted", settlement.Append(nil, settlement.Record{Object: w.signedBy("software", wire.TypeReceipt, receipt.Encode())}))
	w.object("record", settlement.Append(nil, settlement.Record{Object: c.object, Certificates: [][]byte{w.payer.Raw},
		Opening: &settlement.Opening{Payee: c.payee, Nonce: requestNonce(requestNumber)}}))
	w.object("resolve", w.signedBy("service", wire.TypeResolve, c.resolve(wire.ResolveRefund, claimOver).Encode()))
	c.at("paid", "ledger", func(l *vectors.Ledger) { l.Before = []string{"record"} })
	c.at("no-account", "ledger", func(l *vectors.Ledger) { l.Certificates = []string{"payer"} })
	c.at("full-account", "ledger", func(l *vectors.Ledger) { l.Account = "9007199254740991" })
	c.at("last", "ledger", func(l *vectors.Ledger) { l.Epoch = claimOver - 1 })
	c.at("over", "ledger", func(l *vectors.Ledger) { l.Epoch = claimOver })
	c.at("over-accepted", "over", func(l *vectors.Ledger) { l.Before = []string{"accepted"} })
	c.at("over-refunded", "over", func(l *vectors.Ledger) { l.Before = []string{"record", "resolve"} })
	c.at("last-no-account", "no-account", func(l *vectors.Ledger) { l.Epoch = claimOver - 1 })
	c.at("over-no-account", "no-account", func(l *vectors.Ledger) { l.Epoch = claimOver })
	return c
}

// at publishes a ledger that differs from another.
func (c *claimWorld) at(name, from string, edit func(*vectors.Ledger)) {
	l := *c.Ledger(from)
	l.Name = name
	l.Before, l.Certificates = slices.Clone(l.Before), slices.Clone(l.Certificates)
	edit(&l)
	c.Ledgers = append(c.Ledgers, l)
}

// resolve is the body of the ledger's final word on the claim.
func (c *claimWorld) resolve(status, epoch uint64) wire.Resolve {
	m := wire.Resolve{Version: wire.V1, Realm: c.auth.Place.Realm, Suite: c.auth.TopSuite, Cert: c.auth.Service.Cert.ID,
		TransferHash: c.id, Epoch: epoch, Status: status, Device: c.payer.Device()}
	if status == wire.ResolveRefund {
		m.Payee = c.payee
	}
	return m
}

func (c *claimWorld) brought(n int, r spec.ID, kind, comment, ledger string, object []byte, values map[string]string) {
	nonce := requestNonce(requestNumber)
	payee := c.payee
	c.valid(positive{n: n, requirement: r, kind: kind, comment: comment, ledger: ledger, uses: map[string]string{"certificate": "payer"},
		input:  map[string][]byte{"object": object, "payee": payee[:], "nonce": nonce[:]},
		values: published(wire.TypeTransfer, object, values)})
}

func (c *claimWorld) deposits() {
	f := c.file
	account := func(n uint64) map[string]string { return map[string]string{"account": dec(n)} }
	c.brought(10, spec.CLM03, "deposit", "a claim in force: paid into its payee's account", "ledger", c.object, account(500+amount))
	c.brought(11, spec.CLM03, "deposit", "it was brought before: paid once, and no fault", "paid", c.object, account(500+amount))
	c.brought(12, spec.CLM04, "deposit", "in the last epoch of its grace", "last", c.object, account(500+amount))
	c.brought(13, spec.CLM04, "deposit", "over, but its payee has accepted it: the payer takes no refund any more", "over-accepted", c.object, account(500+amount))
	m := c.transfer()
	m.PayeeTag = wire.PayeeTag(c.payee, requestNonce(requestNumber))
	c.brought(14, spec.CLM03, "deposit", "no claim: settled, and nothing is paid", "ledger", c.signedBy("payer", wire.TypeTransfer, m.Encode()), account(500))
	f.refused(
		bad(20, 10, spec.CLM03, spec.EFundBinding, "Claim", "its payee has no account here", before("ledger", "no-account")),
		bad(21, 10, spec.FND04, spec.EAmount, "Claim", "the account would pass 2^53-1", before("ledger", "full-account")),
		bad(22, 12, spec.CLM04, spec.EReqExpired, "Claim", "one epoch after its grace", before("ledger", "over")),
		bad(23, 13, spec.CLM04, spec.EReqUsed, "Claim", "the ledger has refunded it", before("ledger", "over-refunded")),
		bad(24, 10, spec.PAY04, spec.EMismatch, "Opening", "another payee than the tag's", raw("input.payee", lastBit)),
	)
	decodeChecks(f, 40, 10, "input.object", "payer", false)
	moneyChecks(f, 55, 10, "input.object", "payer")
	at := func(e edit) change { return payload("input.object", "payer", e) }
	f.refused(
		bad(60, 10, spec.CRY01, spec.ECertNeeded, "Certificate", "no certificate of the payer", without("certificate")),
		bad(61, 10, spec.CRY03, spec.EUsage, "Certificate", "a payer without usage pay", certified(number(33, 0b10), "provider")),
		bad(62, 10, spec.CRY06, spec.ESuite, "Certificate", "another suite than the certificate's", at(number(4, 2))),
		bad(63, 10, spec.ENC05, spec.EFamily, "Grammar", "another family of value", at(number(23, 2))),
		bad(64, 10, spec.PAY06, spec.ESelf, "Opening", "payer and payee are one", certified(str(31, c.payee[:]), "provider")),
		bad(65, 10, spec.CON03, spec.EHop, "Provenance", "a lot that has made more hops than the policy allows", at(set(15, oneLot(6, amount)))),
		bad(66, 10, spec.CRY01, spec.ESig, "Certificate", "a certificate that the service has signed", certified(number(38, 2), "service")),
		bad(67, 10, spec.CRY05, spec.ESig, "Signature", "signed by the payee", resigned("input.object", "software", "")),
	)
}

func (c *claimWorld) resolutions() {
	word := func(status, epoch uint64) map[string]string {
		return map[string]string{"resolve_payload": hexOf(c.resolve(status, epoch).Encode())}
	}
	c.brought(30, spec.CLM04, "unclaimed", "over and unclaimed: refunded, in the name of its payee", "over", c.object, word(wire.ResolveRefund, claimOver))
	c.brought(31, spec.CLM03, "unclaimed", "in force: the payer's own upload pays it, and its debit ends", "ledger", c.object, word(wire.ResolveRetire, epochNow))
	c.brought(32, spec.CLM04, "unclaimed", "over and accepted: paid, and not refunded", "over-accepted", c.object, word(wire.ResolveRetire, claimOver))
	c.brought(33, spec.CLM04, "unclaimed", "over, and its payee has no account", "over-no-account", c.object, word(wire.ResolveRefund, claimOver))
	c.refused(bad(34, 33, spec.CLM04, spec.EReqUnknown, "Unresolved", "nobody is paid, and grace is not over: nothing is said", before("ledger", "last-no-account")))
}
