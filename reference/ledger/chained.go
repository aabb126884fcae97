package ledger

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A drewFrom names what a device has drawn from.
type drewFrom struct {
	payer  wire.DID
	source wire.ID
}

// noteDraws keeps the sources of a debit: who has paid from one had it.
func (l *Ledger) noteDraws(d *Debit) {
	for _, in := range d.Drawn {
		l.reserves.drew[drewFrom{d.Payer, in.Source}] = true
	}
}

// takeLinks takes the links of a transfer as records of their own, in families I
// and S under CHAIN, where the last payee of a chain settles all of it, and in family
// T, where whose a part was follows from them. A link's payee is the one of the
// signers beside it whose tag it has. What cannot be taken is left out: the parties
// to it bring it.
func (l *Ledger) takeLinks(s *Settlement) {
	if !l.reserving() && !l.parted() {
		return
	}
	signers := map[wire.ID][]byte{}
	holders := []wire.DID{s.Device}
	for _, b := range s.Signers {
		if c, err := cert.Parse(b); err == nil {
			signers[c.ID] = b
			holders = append(holders, c.Device())
		}
	}
	for _, link := range l.parts.Chains(s.Links) {
		o, err := wire.DecodeObject(link.Object, wire.TypeTransfer.MaxBytes())
		if err != nil {
			continue
		}
		switch t, _ := wire.Peek(o.Payload); {
		case t == wire.TypeTransfer && link.Nonce != nil:
			l.takeLinked(link, o, signers, holders)
		case t == wire.TypeReceipt:
			if m, err := wire.DecodeReceipt(o.Payload); err == nil {
				l.takeReceipt(settlement.Record{Object: link.Object, Certificates: beside(signers, m.Cert)})
			}
		}
	}
}

func (l *Ledger) takeLinked(link wire.Link, o wire.Object, signers map[wire.ID][]byte, holders []wire.DID) {
	decode := wire.DecodeTransfer
	if l.inputs() {
		decode = wire.DecodeChained
	}
	m, err := decode(o.Payload)
	if err != nil {
		return
	}
	for _, did := range holders {
		if wire.PayeeTag(did, *link.Nonce) == m.PayeeTag {
			l.takeTransfer(settlement.Record{
				Object: link.Object, Certificates: beside(signers, m.Cert),
				Opening: &settlement.Opening{Payee: did, Nonce: *link.Nonce},
			})
			return
		}
	}
}

// beside is the certificate of a signer, where it came beside.
func beside(signers map[wire.ID][]byte, id wire.ID) [][]byte {
	if b := signers[id]; b != nil {
		return [][]byte{b}
	}
	return nil
}
