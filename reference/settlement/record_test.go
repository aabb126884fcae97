package settlement

import (
	"bytes"
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func TestRecordHasOneEncoding(t *testing.T) {
	opening := Opening{Payee: wire.DID{1}, Nonce: wire.Nonce{2}}
	for _, rec := range []Record{
		{Object: []byte("object")},
		{Object: []byte("object"), Certificates: [][]byte{{1}, {2, 3}}},
		{Object: []byte("object"), Certificates: [][]byte{{1}}, Opening: &opening},
		{Object: []byte("object"), Certificates: [][]byte{{1}, {2}, {3}}, Opening: &opening, Links: []wire.Link{{Object: []byte{4}}}},
	} {
		b := Append(nil, rec)
		got, err := Parse(b)
		if err != nil {
			t.Fatalf("Parse(%x) = %v", b, err)
		}
		if again := Append(nil, got); !bytes.Equal(again, b) {
			t.Errorf("%x decodes to %+v, which encodes to %x", b, got, again)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good := Append(nil, Record{Object: []byte("o"), Opening: &Opening{}})
	for _, tt := range []struct {
		name string
		in   []byte
		code spec.Code
	}{
		{"truncated", good[:len(good)-1], spec.EMalformed},
		{"trailing", append(bytes.Clone(good), 0), spec.EMalformed},
		{"three members", []byte{0x83, 0x41, 'o', 0x80, 0x41, 1}, spec.EField},
		{"short device id", append([]byte{0x84, 0x41, 'o', 0x80, 0x41, 1, 0x50}, make([]byte, 16)...), spec.EField},
		{"three certificates", []byte{0x82, 0x41, 'o', 0x83, 0x40, 0x40, 0x40}, spec.EField},
		{"no links", append(append([]byte{0x85}, good[1:]...), 0x80), spec.EField},
		{"long form", append([]byte{0x98, 4}, good[1:]...), spec.ECanon},
		{"too large", make([]byte, MaxBytes+1), spec.ESize},
	} {
		_, err := Parse(tt.in)
		if e, ok := errors.AsType[*wire.Error](err); !ok || e.Code != tt.code {
			t.Errorf("%s: Parse = %v, want code %d", tt.name, err, tt.code)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Append(nil, Record{Object: []byte("object"), Certificates: [][]byte{{1}}, Opening: &Opening{}}))
	f.Add(Append(nil, Record{Object: []byte("object")}))
	f.Add(Append(nil, Record{Object: []byte("object"), Opening: &Opening{}, Links: []wire.Link{{Object: []byte{4}}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, err := Parse(b)
		if err != nil {
			return
		}
		if got := Append(nil, rec); !bytes.Equal(got, b) {
			t.Errorf("%x decodes to %+v, which encodes to %x", b, rec, got)
		}
	})
}
