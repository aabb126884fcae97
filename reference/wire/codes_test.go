package wire

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
)

func validTransfer() Transfer {
	return Transfer{Version: 1, Suite: suite.Ed25519, Currency: 978, Exponent: 2, Amount: 1250, Request: 7,
		Counter: 2, Prev: ID{1}, Lots: []Lot{{1, 1250}}, Family: FamilyBalance}
}

func TestRefusalsOfATransfer(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*Transfer)
		want spec.Code
	}{
		{"none", func(*Transfer) {}, 0},
		{"version 2", func(m *Transfer) { m.Version = 2 }, spec.EVersion},
		{"version 2 and amount 0", func(m *Transfer) { m.Version, m.Amount = 2, 0 }, spec.EVersion},
		{"amount 0", func(m *Transfer) { m.Amount = 0 }, spec.EAmount},
		{"amount 2^53-1", func(m *Transfer) { m.Amount = 1<<53 - 1 }, 0},
		{"amount 2^53", func(m *Transfer) { m.Amount = 1 << 53 }, spec.EAmount},
		{"amount 2^64-1", func(m *Transfer) { m.Amount = 1<<64 - 1 }, spec.EAmount},
		{"lot of 0", func(m *Transfer) { m.Lots[0].Amount = 0 }, spec.EAmount},
		{"no lot", func(m *Transfer) { m.Lots = nil }, spec.EField},
		{"counter 0", func(m *Transfer) { m.Counter = 0 }, spec.EAmount},
		{"first with prev", func(m *Transfer) { m.Counter = 1 }, spec.EAmount},
		{"second without prev", func(m *Transfer) { m.Prev = ID{} }, spec.EAmount},
		{"suite 999", func(m *Transfer) { m.Suite = 999 }, 0},
		{"epoch 2^31", func(m *Transfer) { m.Epoch = 1 << 31 }, spec.EAmount},
		{"undefined flag", func(m *Transfer) { m.Flags = 8 }, spec.EField},
		{"undefined flag and amount 0", func(m *Transfer) { m.Flags, m.Amount = 8, 0 }, spec.EField},
		{"family 6", func(m *Transfer) { m.Family = 6 }, spec.EField},
	} {
		m := validTransfer()
		tt.edit(&m)
		_, err := DecodeTransfer(m.Encode())
		if got, _ := CodeOf(err); got != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
		}
	}
}

func TestBodyOfAnotherTypeOrVersionIsNamedSoWhateverItsMembers(t *testing.T) {
	receipt := Receipt{Version: 1, Suite: 1, Status: 1}.Encode()
	if _, err := DecodeTransfer(receipt); !hasCode(err, spec.EType) {
		t.Errorf("RECEIPT as TRANSFER: %v; want 118", err)
	}
	later := append(members(t, validTransfer().Encode()), Member{99, []byte{0}})
	later[0].Value = []byte{2}
	if _, err := DecodeTransfer(mapOf(later)); !hasCode(err, spec.EVersion) {
		t.Errorf("version 2 with a member of its own: %v; want 110", err)
	}
}

func hasCode(err error, want spec.Code) bool {
	got, _ := CodeOf(err)
	return got == want
}

func TestRangeFaultLeavesTheBodyDecoded(t *testing.T) {
	m := validTransfer()
	m.Amount, m.Realm, m.Family = 0, Realm{9}, 2
	got, err := DecodeTransfer(m.Encode())
	if !hasCode(err, spec.EAmount) || got.Realm != m.Realm || got.Family != 2 {
		t.Errorf("decoded %+v, %v", got, err)
	}
}

func TestWellFormed(t *testing.T) {
	nested := func(n int) []byte { return append(bytes.Repeat([]byte{0x81}, n), 0) }
	for _, tt := range []struct {
		name string
		item []byte
		want spec.Code
	}{
		{"integer", []byte{0x17}, 0},
		{"nothing", nil, spec.EMalformed},
		{"23 in two bytes", []byte{0x18, 23}, spec.ECanon},
		{"24", []byte{0x18, 24}, 0},
		{"255 in three bytes", []byte{0x19, 0, 255}, spec.ECanon},
		{"65535 in five bytes", []byte{0x1a, 0, 0, 255, 255}, spec.ECanon},
		{"2^32-1 in nine bytes", []byte{0x1b, 0, 0, 0, 0, 255, 255, 255, 255}, spec.ECanon},
		{"2^64-1", []byte{0x1b, 255, 255, 255, 255, 255, 255, 255, 255}, 0},
		{"-1 in two bytes", []byte{0x38, 0}, spec.ECanon},
		{"length in two bytes", []byte{0x58, 1, 0}, spec.ECanon},
		{"indefinite bytes", []byte{0x5f, 0xff}, spec.ECanon},
		{"indefinite array", []byte{0x9f, 0xff}, spec.ECanon},
		{"indefinite map", []byte{0xbf, 0xff}, spec.ECanon},
		{"break alone", []byte{0xff}, spec.EMalformed},
		{"reserved head", []byte{0x1c}, spec.EMalformed},
		{"tag", []byte{0xc0, 0}, spec.EMalformed},
		{"null", []byte{0xf6}, spec.EMalformed},
		{"undefined", []byte{0xf7}, spec.EMalformed},
		{"half float", []byte{0xf9, 0, 0}, spec.EMalformed},
		{"double", []byte{0xfb, 0, 0, 0, 0, 0, 0, 0, 0}, spec.EMalformed},
		{"simple value", []byte{0xf8, 32}, spec.EMalformed},
		{"true", []byte{0xf5}, 0},
		{"text", []byte{0x62, 0xc3, 0xa9}, 0},
		{"text not UTF-8", []byte{0x61, 0xff}, spec.EMalformed},
		{"array of 2^63 items", []byte{0x9b, 0x80, 0, 0, 0, 0, 0, 0, 0}, spec.EMalformed},
		{"map of 2^63 pairs", []byte{0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0}, spec.EMalformed},
		{"bytes of 2^63", []byte{0x5b, 0x80, 0, 0, 0, 0, 0, 0, 0}, spec.EMalformed},
		{"six deep", nested(6), 0},
		{"seven deep", nested(7), spec.EMalformed},
		{"keys ascending", []byte{0xa2, 1, 0, 0x20, 0}, 0},
		{"keys descending", []byte{0xa2, 0x20, 0, 1, 0}, spec.ECanon},
		{"keys twice", []byte{0xa2, 1, 0, 1, 0}, spec.EMalformed},
		{"text key", []byte{0xa1, 0x61, 'a', 0}, spec.EMalformed},
		{"two items", []byte{0, 0}, spec.EMalformed},
	} {
		err := WellFormed(tt.item)
		if got, _ := CodeOf(err); got != tt.want {
			t.Errorf("%s: %v; want %d", tt.name, err, tt.want)
		}
	}
}

func TestDecodingATransferIntoUsedMemoryAllocatesNothing(t *testing.T) {
	payload := validTransfer().Encode()
	var m Transfer
	n := testing.AllocsPerRun(100, func() {
		if err := m.Decode(payload); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}
