package spec_test

import (
	"bytes"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// decodingOrder marks the table of the checks of any message in wire.md.
const decodingOrder = "wire"

// A faultyTransfer is the example of TRANSFER with every fault that the table
// knows, or with the later ones only.
type faultyTransfer struct {
	body                                          wire.Transfer
	oversize, trailing, longLength, array, header bool
	payloadTwice, payloadLong, typ, member        bool
}

func (f faultyTransfer) encode() []byte {
	payload := f.body.Encode()
	if f.typ {
		payload = bytes.Replace(payload, []byte{0x02, 0x13}, []byte{0x02, 0x12}, 1)
	}
	if f.member { // 97, which no message has
		payload = append(payload, 0x18, 0x61, 0x00)
		payload[0]++
	}
	if f.payloadLong { // version 2 in two bytes, where one is due
		payload = bytes.Replace(payload, []byte{0x01, byte(f.body.Version)}, []byte{0x01, 0x18, byte(f.body.Version)}, 1)
	}
	if f.payloadTwice {
		payload = append(payload, 0x00)
	}
	b := wire.AppendArray(nil, 4)
	if f.array {
		b = wire.AppendArray(nil, 5)
	}
	protected := []byte{0xa1, 0x01, 0x32}
	if f.longLength {
		b = append(b, 0x58, byte(len(protected)))
		b = append(b, protected...)
	} else {
		b = wire.AppendBytes(b, protected)
	}
	if f.header {
		b = append(b, 0xa1, 0x04, 0x00)
	} else {
		b = append(b, 0xa0)
	}
	b = wire.AppendBytes(wire.AppendBytes(b, payload), make([]byte, 64))
	if f.array {
		b = append(b, 0x00)
	}
	if f.trailing {
		b = append(b, 0x00)
	}
	if f.oversize {
		b = append(b, make([]byte, wire.TypeTransfer.MaxBytes())...)
	}
	return b
}

// decode reads a TRANSFER as every receiver does.
func decode(b []byte, place wire.Place) error {
	o, err := wire.DecodeObject(b, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return err
	}
	m, err := wire.DecodeTransfer(o.Payload)
	return place.Check(m.Realm, m.Currency, m.Exponent, err)
}

// TestChecksOfAnyMessageComeInTheirOrder mends a message of all faults one by
// one, in the order of the table: each time the code is that of the next row.
func TestChecksOfAnyMessageComeInTheirOrder(t *testing.T) {
	o, err := wire.DecodeObject(examplesByMessage(t)["TRANSFER"], wire.TypeTransfer.MaxBytes())
	if err != nil {
		t.Fatal(err)
	}
	right, err := wire.DecodeTransfer(o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	place := wire.Place{Realm: right.Realm, Currency: right.Currency, Exponent: right.Exponent}
	f := faultyTransfer{right, true, true, true, true, true, true, true, true, true}
	f.body.Version, f.body.Currency, f.body.Amount = 2, 392, 0
	f.body.Realm[0] ^= 1
	mend := []func(){
		func() { f.oversize = false },
		func() { f.trailing = false },
		func() { f.longLength = false },
		func() { f.array = false },
		func() { f.header = false },
		func() { f.payloadTwice = false; f.payloadLong = false },
		func() { f.body.Version = right.Version },
		func() { f.typ = false },
		func() { f.member = false },
		func() { f.body.Realm = right.Realm },
		func() { f.body.Currency = right.Currency },
		func() { f.body.Amount = right.Amount },
	}
	rows := ruleTables(t)[decodingOrder]
	if len(rows) != len(mend) {
		t.Fatalf("the table has %d rows; this test knows %d", len(rows), len(mend))
	}
	for i, row := range rows {
		err := decode(f.encode(), place)
		if code, ok := wire.CodeOf(err); !ok || code != row.code && !bothEncodings(row.code, code) {
			t.Errorf("row %d: %v; want code %d", i+1, err, int(row.code))
		}
		mend[i]()
	}
	if err := decode(f.encode(), place); err != nil {
		t.Errorf("a message without faults: %v", err)
	}
}

// bothEncodings: what is no item and what is another encoding of one are found
// in one pass, and the first that is met counts.
func bothEncodings(a, b spec.Code) bool {
	encoding := func(c spec.Code) bool { return c == spec.EMalformed || c == spec.ECanon }
	return encoding(a) && encoding(b)
}

// TestReservedFlagsDecodeWithTheirEpoch: a claim or a one-way transfer is a
// message of this edition, with xe and not without; what it is refused with
// comes later.
func TestReservedFlagsDecodeWithTheirEpoch(t *testing.T) {
	o, err := wire.DecodeObject(examplesByMessage(t)["TRANSFER"], wire.TypeTransfer.MaxBytes())
	if err != nil {
		t.Fatal(err)
	}
	m, err := wire.DecodeTransfer(o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	g := grammar(t)
	for m.Flags = range uint64(9) {
		payload := m.Encode()
		_, err := wire.DecodeTransfer(payload)
		whole := wire.Object{Alg: o.Alg, Payload: payload, Signature: o.Signature}.Encode()
		if defined := m.Flags < 8; (err == nil) != defined || (g.Match("TRANSFER", whole) == nil) != defined {
			t.Errorf("flags %d: the reference says %v, the grammar %v", m.Flags, err, g.Match("TRANSFER", whole))
		}
	}
}
