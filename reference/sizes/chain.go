package sizes

import (
	"github.com/assay-cbdc/assay/reference/wire"
)

// hops are those that are counted under CHAIN provenance.
var hops = []int{1, 2, 3, 5, 10}

// chain counts M3 under CHAIN provenance with every link down to FUND: value
// that has made h hops brings the FUND and the h - 1 transfers before this one.
// By value each brings its signer's certificate.
func (b *bench) chain(m *meeting) {
	fund, _ := b.sign(b.service, wire.TypeFund, b.fund(digest("funding request")).Encode())
	t := b.transfer(m, 1)
	amount := t.Amount
	t.Lots = nil
	for _, h := range hops {
		t.Inputs = []wire.Input{{Hop: uint64(h), Amount: amount, Source: digest("source")}}
		object, _ := b.sign(b.ana, wire.TypeTransfer, t.Encode())
		links, certs := []wire.Link{{Object: fund}}, [][]byte{b.ana.cert, b.service.cert}
		for range h - 1 {
			links = append(links, wire.Link{Object: object, Nonce: &m.nonce})
			certs = append(certs, b.ana.cert)
		}
		item := wire.Item{Type: wire.TypeTransfer, Object: object, Links: links}
		b.addHops("M3 CHAIN", Cached, h, m.payer.Send(item))
		item.Certs = certs
		b.addHops("M3 CHAIN", Value, h, m.payer.Send(item))
	}
}
