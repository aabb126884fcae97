package judge

import (
	"testing"

	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
)

// made are seeds that no chapter has as an example: what the families of value add
// to the messages of all, each at least once, and what is wrong with it by a little.
func made(t testing.TB, kind string) [][]byte {
	t.Helper()
	parts := []wire.Fragment{{TID: wire.TID{1}, To: 5, Source: wire.ID{1}}, {TID: wire.TID{2}, From: 5, To: 9, Hop: 15, Source: wire.ID{1}}}
	switch kind {
	case "record":
		opening := &settlement.Opening{}
		return [][]byte{
			settlement.Append(nil, settlement.Record{Object: example(t, "RECEIPT")}),
			settlement.Append(nil, settlement.Record{Object: example(t, "TRANSFER"), Certificates: [][]byte{example(t, "CERT"), {1}}, Opening: opening}),
			settlement.Append(nil, settlement.Record{Object: []byte{1}, Certificates: [][]byte{{1}, {2}, {3}}, Opening: opening, Links: madeLinks()[:1]}),
			settlement.Append(nil, settlement.Record{Object: []byte{1}, Certificates: [][]byte{{1}, {2}, {3}, {4}}, Opening: opening, Links: madeLinks()[:1]}),
		}
	case "links":
		return [][]byte{{0x80}, wire.AppendLinks(nil, madeLinks()), {0x81, 0x82, 0x40, 0xf5}}
	case "item":
		return madeItems()
	case "transfer":
		m := payload(t, "TRANSFER", wire.DecodeTransfer)
		m.Family, m.Reserved = wire.FamilyIOU, true
		first := m.Encode()
		m.Reservation = 7
		second := m.Encode()
		m.Family, m.Reserved, m.Fragments = wire.FamilyToken, false, parts
		return [][]byte{first, second, m.Encode()}
	case "defund":
		m := payload(t, "DEFUND", wire.DecodeDefund)
		m.Family, m.Fragments = wire.FamilyToken, parts
		first := m.Encode()
		token, err := wire.DecodeToken(example(t, "ECASH_TOKEN"))
		if err != nil {
			t.Fatal(err)
		}
		m.Family, m.Fragments, m.Spent = wire.FamilyECash, nil, []wire.Token{token}
		return [][]byte{first, m.Encode()}
	case "chain-defund":
		m := payload(t, "DEFUND", wire.DecodeDefund)
		m.Lots, m.Inputs = nil, []wire.Input{{Hop: 1, Amount: m.Amount, Source: wire.ID{1}}}
		return [][]byte{m.Encode()}
	case "iou-fund":
		m := payload(t, "FUND", wire.DecodeFund)
		m.Reservation = 1
		return [][]byte{m.Encode()}
	case "token-sync":
		m := payload(t, "SYNC", wire.DecodeSync)
		m.Fragments = parts
		return [][]byte{m.Encode()}
	case "token-sync-ack":
		m := payload(t, "SYNC_ACK", wire.DecodeSyncAck)
		m.Issued = [][]byte{example(t, "TOKEN"), {}}
		return [][]byte{m.Encode()}
	}
	return nil
}

func madeLinks() []wire.Link {
	return []wire.Link{{Object: []byte{1}}, {Object: []byte{2}, Nonce: &wire.Nonce{3}}}
}

// madeItems are items with links. The last bytes are those of a frame that one of
// two implementations took for an item of an unknown type.
func madeItems() [][]byte {
	ten := make([][]byte, 10)
	return [][]byte{
		wire.Item{Type: wire.TypeTransfer, Object: []byte{1}, Links: madeLinks()}.Encode(),
		wire.Item{Type: wire.TypeTransfer, Object: []byte{1}, Certs: ten, Links: madeLinks()}.Encode(),
		wire.Item{Type: wire.TypeTransfer, Object: []byte{1}, Certs: ten, Links: madeLinks()[:1]}.Encode(),
		wire.Item{Type: wire.TypeTokens, Links: madeLinks()}.Encode(),
		{0x82, 0x18, 0x1c, 0x30},
	}
}

// payload is the body of a chapter's example.
func payload[T any](t testing.TB, name string, decode func([]byte) (T, error)) T {
	t.Helper()
	o, err := wire.DecodeObject(example(t, name), 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	m, err := decode(o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
