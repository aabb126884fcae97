package wire

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

func inParts() Transfer {
	return Transfer{Version: 1, Suite: 1, Currency: 978, Exponent: 2, Amount: 30, Request: 1, Counter: 1, Family: FamilyToken,
		Lots: []Lot{{1, 10}, {2, 20}}, Fragments: []Fragment{
			{TID: TID{1}, From: 5, To: 15, Hop: 1, Source: ID{1}}, {TID: TID{1}, From: 15, To: 35, Hop: 2, Source: ID{2}},
		}}
}

func TestFragmentsStandBesideLots(t *testing.T) {
	b := inParts().Encode()
	m, err := DecodeTransfer(b)
	if err != nil || !bytes.Equal(m.Encode(), b) || len(m.Fragments) != 2 || len(m.Lots) != 2 {
		t.Fatalf("%x decodes to %+v, %v", b, m, err)
	}
	for family := uint64(1); family <= 5; family++ {
		// One byte in the encoding: key 23 is followed by the family.
		other := bytes.Replace(b, []byte{0x17, 0x02, 0x18, 0x5b}, []byte{0x17, byte(family), 0x18, 0x5b}, 1)
		_, err := DecodeTransfer(other)
		if want := family != FamilyToken; (code(err) == spec.EField) != want {
			t.Errorf("fragments in family %d: %v", family, err)
		}
	}
	d := Defund{Version: 1, Suite: 1, Amount: 30, Counter: 1, Family: FamilyToken, Lots: []Lot{{0, 30}},
		Fragments: []Fragment{{TID: TID{1}, To: 30, Source: ID{1}}}}
	if got, err := DecodeDefund(d.Encode()); err != nil || !bytes.Equal(got.Encode(), d.Encode()) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFragmentsOutOfRange(t *testing.T) {
	m := inParts()
	m.Fragments[1].To = 0
	if _, err := DecodeTransfer(m.Encode()); code(err) != spec.EAmount {
		t.Errorf("a fragment that ends at zero: %v", err)
	}
	m = inParts()
	for len(m.Fragments) <= MaxFragments {
		m.Fragments = append(m.Fragments, m.Fragments[0])
	}
	if _, err := DecodeTransfer(m.Encode()); code(err) != spec.EField {
		t.Errorf("%d fragments: %v", len(m.Fragments), err)
	}
}

func TestVouchersCarryTokensInFamilyTAlone(t *testing.T) {
	f := Fund{Version: 1, Suite: 1, Amount: 30, Issued: [][]byte{{1}, {2}}}
	if got, err := DecodeTokenFund(f.Encode()); err != nil || !bytes.Equal(got.Encode(), f.Encode()) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := DecodeFund(f.Encode()); code(err) != spec.EField {
		t.Errorf("a FUND of another family with TOKENs: %v", err)
	}
	f.Issued = nil
	if _, err := DecodeTokenFund(f.Encode()); code(err) != spec.EField {
		t.Errorf("a FUND of family T without TOKENs: %v", err)
	}
	for len(f.Issued) <= MaxIssued {
		f.Issued = append(f.Issued, []byte{1})
	}
	if _, err := DecodeTokenFund(f.Encode()); code(err) != spec.EField {
		t.Errorf("%d TOKENs: %v", len(f.Issued), err)
	}
	s := Sync{Version: 1, Suite: 1, First: 1, NextRequest: 1, Mode: SyncFull, Fragments: inParts().Fragments}
	if got, err := DecodeTokenSync(s.Encode()); err != nil || !bytes.Equal(got.Encode(), s.Encode()) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := DecodeSync(s.Encode()); code(err) != spec.EField {
		t.Errorf("a SYNC of another family with fragments: %v", err)
	}
	a := SyncAck{Version: 1, Suite: 1, Issued: [][]byte{{1}}}
	if got, err := DecodeTokenSyncAck(a.Encode()); err != nil || !bytes.Equal(got.Encode(), a.Encode()) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := DecodeSyncAck(a.Encode()); code(err) != spec.EField {
		t.Errorf("a SYNC_ACK of another family with TOKENs: %v", err)
	}
}

func TestFragmentsMake(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*Transfer)
		want bool
	}{
		{"right", func(*Transfer) {}, true},
		{"none", func(m *Transfer) { m.Fragments = nil }, false},
		{"one less", func(m *Transfer) { m.Fragments[1].To-- }, false},
		{"empty", func(m *Transfer) { m.Fragments[0].To = m.Fragments[0].From }, false},
		{"in common", func(m *Transfer) { m.Fragments[1].From, m.Fragments[1].To = 14, 34 }, false},
		{"out of order", func(m *Transfer) { m.Fragments[0], m.Fragments[1] = m.Fragments[1], m.Fragments[0] }, false},
		{"no source", func(m *Transfer) { m.Fragments[0].Source = ID{} }, false},
		{"another hop", func(m *Transfer) { m.Fragments[0].Hop = 3 }, false},
		{"another token first", func(m *Transfer) { m.Fragments[0].TID = TID{2} }, false},
	} {
		m := inParts()
		tt.edit(&m)
		if got := FragmentsMake(m.Fragments, m.Lots); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestDrawTwice(t *testing.T) {
	a := []Fragment{{TID{1}, 10, 20, 0, ID{1}}}
	for _, tt := range []struct {
		name string
		b    Fragment
		want bool
	}{
		{"the same", Fragment{TID{1}, 10, 20, 0, ID{1}}, true},
		{"its last unit", Fragment{TID{1}, 19, 30, 5, ID{1}}, true},
		{"the part beside it", Fragment{TID{1}, 20, 30, 0, ID{1}}, false},
		{"came home", Fragment{TID{1}, 10, 20, 0, ID{2}}, false},
		{"another token", Fragment{TID{2}, 10, 20, 0, ID{1}}, false},
	} {
		if got := DrawTwice(a, []Fragment{tt.b}); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// What is accepted in family T encodes to the same bytes.
func FuzzTokens(f *testing.F) {
	f.Add(inParts().Encode())
	f.Add(IssuerToken{Version: 1, Suite: 1, Value: 30, TID: TID{1}}.Encode())
	f.Add(Fund{Version: 1, Suite: 1, Amount: 30, Issued: [][]byte{{1}}}.Encode())
	f.Add(Sync{Version: 1, Suite: 1, First: 1, NextRequest: 1, Mode: SyncFull, Fragments: inParts().Fragments}.Encode())
	f.Add(SyncAck{Version: 1, Suite: 1, Issued: [][]byte{{1}}}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(what string, err error, again []byte) {
			if err == nil && !bytes.Equal(again, b) {
				t.Errorf("%s %x encodes to %x", what, b, again)
			}
		}
		if m, err := DecodeTransfer(b); err == nil {
			same("TRANSFER", err, m.Encode())
		}
		if m, err := DecodeIssuerToken(b); err == nil {
			same("TOKEN", err, m.Encode())
		}
		if m, err := DecodeTokenFund(b); err == nil {
			same("FUND", err, m.Encode())
		}
		if m, err := DecodeTokenSync(b); err == nil {
			same("SYNC", err, m.Encode())
		}
		if m, err := DecodeTokenSyncAck(b); err == nil {
			same("SYNC_ACK", err, m.Encode())
		}
	})
}
