package wire

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

func chained() Transfer {
	return Transfer{Version: 1, Suite: 1, Currency: 978, Exponent: 2, Amount: 30, Request: 1, Counter: 1, Family: 1,
		Inputs: []Input{{Hop: 1, Amount: 10, Source: ID{2}}, {Hop: 2, Amount: 20, Source: ID{1}}}}
}

func TestInputsStandInPlaceOfLots(t *testing.T) {
	b := chained().Encode()
	m, err := DecodeChained(b)
	if err != nil || !bytes.Equal(m.Encode(), b) || len(m.Inputs) != 2 || m.Lots != nil {
		t.Fatalf("%x decodes to %+v, %v", b, m, err)
	}
	if _, err := DecodeTransfer(b); code(err) != spec.EField {
		t.Errorf("a TRANSFER of REISSUE with inputs: %v", err)
	}
	m.Lots, m.Inputs = []Lot{{1, 30}}, nil
	if _, err := DecodeChained(m.Encode()); code(err) != spec.EField {
		t.Errorf("a TRANSFER of CHAIN with lots: %v", err)
	}
	d := Defund{Version: 1, Suite: 1, Amount: 30, Counter: 1, Family: 1, Inputs: []Input{{Amount: 30, Source: ID{7}}}}
	if got, err := DecodeChainedDefund(d.Encode()); err != nil || !bytes.Equal(got.Encode(), d.Encode()) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := DecodeDefund(d.Encode()); code(err) != spec.EField {
		t.Errorf("a DEFUND of REISSUE with inputs: %v", err)
	}
}

func code(err error) spec.Code {
	c, _ := CodeOf(err)
	return c
}

func TestInputOutOfRange(t *testing.T) {
	m := chained()
	m.Inputs[1].Amount = 0
	if _, err := DecodeChained(m.Encode()); code(err) != spec.EAmount {
		t.Errorf("an input of zero: %v", err)
	}
}

func TestLinksTravelWithTheTransfer(t *testing.T) {
	nonce := Nonce{9}
	item := Item{Type: TypeTransfer, Object: []byte{1}, Links: []Link{{Object: []byte{2}, Nonce: &nonce}, {Object: []byte{3}}}}
	for len(item.Certs) < maxCerts+len(item.Links) {
		item.Certs = append(item.Certs, []byte{byte(len(item.Certs))})
	}
	got, err := DecodeItem(item.Encode())
	if err != nil || !bytes.Equal(got.Encode(), item.Encode()) || *got.Links[0].Nonce != nonce || got.Links[1].Nonce != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	item.Certs = append(item.Certs, []byte{1})
	if _, err := DecodeItem(item.Encode()); code(err) != spec.EField {
		t.Errorf("more certificates than signers: %v", err)
	}
}

func TestLinksAreOfOneForm(t *testing.T) {
	for _, tt := range []struct {
		b    []byte
		code spec.Code
	}{
		{[]byte{0x81, 0x82, 0x41, 1, 0xf5}, spec.EField},              // true is no nonce
		{[]byte{0x81, 0x82, 0x41, 1, 0x41, 1}, spec.EField},           // a nonce of one byte
		{[]byte{0x81, 0x81, 0x41, 1}, spec.EField},                    // one member
		{[]byte{0x81, 0x82, 0x01, 0xf4}, spec.EField},                 // no object
		{[]byte{0x81, 0x82, 0x41, 1, 0xf6}, spec.EMalformed},          // null
		{[]byte{0x81, 0x82, 0x58, 1, 1, 0xf4}, spec.ECanon},           // a long head
		{append(AppendLinks(nil, nil), 0), spec.EMalformed},           // trailing
		{append([]byte{0xa0}, make([]byte, maxFrame)...), spec.ESize}, // long
	} {
		if _, err := DecodeLinks(tt.b); code(err) != tt.code {
			t.Errorf("%x: %v; want %d", tt.b[:min(len(tt.b), 16)], err, tt.code)
		}
	}
}

func FuzzLinks(f *testing.F) {
	nonce := Nonce{9}
	f.Add(AppendLinks(nil, []Link{{Object: []byte{2}, Nonce: &nonce}, {Object: []byte{3}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		links, err := DecodeLinks(b)
		if err != nil {
			return
		}
		if got := AppendLinks(nil, links); !bytes.Equal(got, b) {
			t.Errorf("%x decodes to %v, which encodes to %x", b, links, got)
		}
	})
}

func FuzzChained(f *testing.F) {
	f.Add(chained().Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeChained(b)
		if err != nil {
			return
		}
		if got := m.Encode(); !bytes.Equal(got, b) {
			t.Errorf("%x decodes to %+v, which encodes to %x", b, m, got)
		}
	})
}
