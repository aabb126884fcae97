package check

import (
	"bytes"
	"slices"

	"github.com/onsi/gomega"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A FUND may bring up to 16 TOKENs, as its ledger likes: what follows holds for each
// number of them.

// issuedTokens are TOKENs by tid.
func (t *T) issuedTokens(objects [][]byte) map[wire.TID]wire.IssuerToken {
	all := map[wire.TID]wire.IssuerToken{}
	for _, b := range objects {
		m := payloadOf(t, b, wire.TypeToken, wire.DecodeIssuerToken)
		all[m.TID] = m
	}
	return all
}

// wholeOf are TOKENs as the fragments that their FUND brings.
func (t *T) wholeOf(objects [][]byte, fund wire.ID) []wire.Fragment {
	var parts []wire.Fragment
	for _, m := range t.issuedTokens(objects) {
		parts = append(parts, wire.Fragment{TID: m.TID, To: m.Value, Source: fund})
	}
	return slices.SortedFunc(slices.Values(parts), wire.CompareFragments)
}

// showsIssued judges that a payment shows the token of each of its fragments, once
// and no other, in the bytes in which it was issued.
func (t *T) showsIssued(s *KitPayee, issued [][]byte, message string) {
	const number = "a payment shows another number of tokens than it draws from"
	shown := map[wire.TID]bool{}
	for _, l := range s.Links {
		same := slices.ContainsFunc(issued, func(b []byte) bool { return bytes.Equal(b, l.Object) })
		t.For(spec.TOK05, message).Expect(same).To(gomega.BeTrue())
		shown[t.tidOf(l.Object)] = true
	}
	drawn := map[wire.TID]bool{}
	for _, f := range s.Transfer.Fragments {
		drawn[f.TID] = true
	}
	t.For(spec.TOK05, number).Expect(shown).To(gomega.Equal(drawn))
	t.For(spec.TOK05, number).Expect(s.Links).To(gomega.HaveLen(len(drawn)))
}

// drawnInOrder judges the payments of a unit that holds whole tokens of one hop: it
// draws from the lowest tid upward, and from the next when the last is used up.
func (t *T) drawnInOrder(unit *Unit, amounts ...uint64) {
	const message = "parts were not drawn in the order of hop, token and place"
	values := map[wire.TID]money.Amount{}
	var last wire.Fragment
	for _, amount := range amounts {
		s := t.pays(unit, amount)
		for _, l := range s.Links {
			m := payloadOf(t, l.Object, wire.TypeToken, wire.DecodeIssuerToken)
			values[m.TID] = m.Value
		}
		for _, f := range s.Transfer.Fragments {
			if f.TID == last.TID {
				t.For(spec.TOK06, message).Expect(f.From).To(gomega.Equal(last.To))
			} else {
				t.For(spec.TOK06, "the upper part of a fragment was sent").Expect(f.From).To(gomega.BeZero())
				t.For(spec.TOK06, message).Expect(last.To).To(gomega.Equal(values[last.TID]))
				t.For(spec.TOK06, message).Expect(bytes.Compare(f.TID[:], last.TID[:])).To(gomega.Equal(1))
			}
			last = f
		}
	}
}
