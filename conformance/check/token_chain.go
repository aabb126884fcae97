package check

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Chains of family T: what is drawn are parts of tokens, so that what a source lacks
// is a place and not a sum.

// beyond draws one minor unit that the token has and its source has not brought.
func (t *T) beyond(s *KitPayer) presented {
	h := t.holder()
	token := t.maker().Parts(t.maker().Line(1000, h.DID()))
	token[0].To = 249
	id := t.maker().PayParts(h, s.DID(), token)
	part := t.maker().Brought(id)[0]
	part.Hop, part.Source, part.To = 2, id, 250
	return s.presentParts(part)
}

// forked shows two transfers of one holder that draw a part in common; what the kit
// pays with has none twice.
func (t *T) forked(s *KitPayer, h *holder) presented {
	parts := t.maker().Parts(t.maker().Line(250, h.DID()))
	whole := t.maker().PayParts(h, s.DID(), parts)
	half := []wire.Fragment{parts[0]}
	half[0].To = 125
	part := t.maker().PayParts(h, s.DID(), half)
	low, high := half[0], parts[0]
	low.Hop, low.Source = 2, part
	high.Hop, high.Source, high.From = 2, whole, 125
	return s.presentParts(low, high)
}

// halvedReturn pays with one half of a debit that came back, and with the other half
// as if it had arrived.
func (t *T) halvedReturn(s *KitPayer, me *holder) presented {
	debit := t.maker().Pay(me, s.DID(), []wire.Input{t.maker().Line(250, s.DID())})
	low, high := t.maker().Brought(debit)[0], t.maker().Brought(debit)[0]
	low.Hop, low.Source, low.To = 1, t.maker().Return(me, debit), 125
	high.Hop, high.Source, high.From = 2, debit, 125
	return s.presentParts(low, high)
}

// manyLinks is one fragment that has come in so many links: a device has put it
// together out of parts, each with a source of its own.
func (t *T) manyLinks(b provenance.Bounds, n uint64) func(*T, *KitPayer) presented {
	return func(t *T, s *KitPayer) presented {
		from, h := t.holder(), t.holder()
		all := t.maker().Parts(t.maker().Line(250, from.DID()))[0]
		wide := b
		wide.MaxLinks = n
		links := n - 1 // beside those there is the transfer, and with a deeper cut the voucher
		if b.Trunc > 2 {
			links--
		}
		var parts []wire.Fragment
		for i := range links {
			part := all
			if i > 0 {
				part.From = parts[i-1].To
			}
			if part.To = part.From + 1; i == links-1 {
				part.To = 250
			}
			id := t.maker().PayParts(from, h.DID(), []wire.Fragment{part})
			part.Hop, part.Source = 2, id
			parts = append(parts, part)
		}
		id := t.maker().PayParts(h, s.DID(), parts)
		part := all
		part.Hop, part.Source = 3, id
		p := presented{parts: []wire.Fragment{part}, certs: [][]byte{h.Cert.Raw, from.Cert.Raw}}
		list, _ := provenance.Collect(wide, p.parts, t.maker().Find)
		for _, l := range list {
			p.links = append(p.links, l.Encoded())
		}
		return p
	}
}

// keepShown takes what a unit has paid the kit with, and its links, among those that
// the kit can pay on with under CHAIN.
func (t *T) keepShown(s *KitPayee) {
	if !t.env.realm.chained() {
		return
	}
	for _, l := range s.Shown {
		if o, ok := provenance.Read(l); ok {
			t.maker().Links[o.ID] = l
		}
	}
	signer := cert.Identity{Cert: s.payerCert()}
	t.maker().Keep(signer, wire.TypeTransfer, s.Paid.Encode(), &s.Request.Nonce)
}

// payerCert is the certificate of who has paid the kit.
func (s *KitPayee) payerCert() *cert.Certificate {
	for _, b := range s.Certs {
		if c, err := cert.Parse(b); err == nil && c.ID == s.Transfer.Cert {
			return c
		}
	}
	s.t.Inconclusive("positive control: a payer's certificate came with its payment", "it did not")
	return nil
}
