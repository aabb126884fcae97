package provenance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provenance/chains"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// TestSizesAreThoseOfTheChapter: what a link adds to M3, from the encoder, with
// the values of the self-check of wire.md.
func TestSizesAreThoseOfTheChapter(t *testing.T) {
	text, err := spec.Chapter("provenance.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range suite.All() {
		p := cert.DefaultParameters()
		p.TopSuite, p.LeafSuite, p.Epoch = s, []suite.Suite{s}, 20010
		m := chains.New(cert.NewAuthority([]byte("sizes"), p))
		payer := m.Holder(s, "payer")
		id := m.Pay(payer, payer.DID(), []wire.Input{{Hop: 1, Amount: 12345, Source: wire.ID{1}}}, func(m *wire.Transfer) {
			m.Request, m.Counter, m.Prev, m.PolicyVersion, m.Flags = 1000, 1000, wire.ID{1}, 12, wire.TransferUV
		})
		ref := len(wire.AppendLinks(nil, []wire.Link{m.Links[id]})) - 1
		value := ref + len(wire.AppendBytes(nil, payer.Cert.Raw))
		row := fmt.Sprintf("| %d | %d | %d |", s, ref, value)
		for _, each := range []int{ref, value} {
			for _, d := range []int{2, 3, 5, 10} {
				row += fmt.Sprintf(" %d |", d*each)
			}
		}
		if !strings.Contains(string(text), row+"\n") {
			t.Errorf("the chapter does not have the row\n%s", row)
		}
	}
}
