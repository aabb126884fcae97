package wire

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/spec"
	"github.com/fxamacker/cbor/v2"
)

// A sample is a body in its encoding, and its decoder with the encoder applied
// to what it decodes.
type sample struct {
	typ     Type
	payload []byte
	again   func([]byte) ([]byte, error)
}

func sampleOf[T interface{ Encode() []byte }](t Type, m T, decode func([]byte) (T, error)) sample {
	return sample{t, m.Encode(), func(b []byte) ([]byte, error) {
		m, err := decode(b)
		if err != nil {
			return nil, err
		}
		return m.Encode(), nil
	}}
}

func samples() []sample {
	one := []suite.Suite{suite.Ed25519}
	key := append([]byte{0xa3, 1, 1, 0x20, 6, 0x21, 0x58, 0x20}, make([]byte, 32)...)
	lots := []Lot{{1, 100}, {2, 1150}}
	return []sample{
		sampleOf(TypeHello, Hello{Version: 1, Nonce: Nonce{1}, Versions: []uint64{1, 9}, Suites: one,
			KEMs: []KEM{KEMX25519}, KEM: KEMX25519, KEMKey: make([]byte, 32), MTU: 240,
			Extra: []Member{{130, []byte{0x81, 0xf5}}, {159, []byte{0x20}}}}, DecodeHello),
		sampleOf(TypeCaps, Caps{Version: 1, Suite: 1, Nonce: Nonce{1}, Versions: []uint64{1}, Suites: one,
			KEMs: []KEM{KEMX25519}, KEM: KEMX25519, MTU: 240}, DecodeCaps),
		sampleOf(TypePayReq, PayReq{Version: 1, Suite: 1, Currency: 978, Exponent: 2, Amount: 1250,
			Request: 1, Flags: PayReqSE, Family: 1, MaxHop: 3, Reference: []byte("r"), Label: "Café"}, DecodePayReq),
		sampleOf(TypeTransfer, Transfer{Version: 1, Suite: 1, Currency: 978, Exponent: 2, Amount: 1250,
			Request: 1, Counter: 2, Prev: ID{1}, Lots: lots, Flags: TransferClaim, Family: 1, Expiry: 7}, DecodeTransfer),
		sampleOf(TypeStaticReq, StaticReq{Version: 1, Suite: 1, Currency: 978, Exponent: 2, Amount: 1250, Request: 1,
			Flags: StaticReqSE, Family: 1, MaxHop: 3, KEM: KEMX25519, KEMKey: make([]byte, 32), Expiry: 9, Max: 64,
			Reference: []byte("r"), Label: "Café"}, DecodeStaticReq),
		sampleOf(TypeStaticReq, StaticReq{Version: 1, Suite: 1, Request: 1, Family: 1, KEM: KEMX25519,
			KEMKey: make([]byte, 32), Max: 1}, DecodeStaticReq),
		sampleOf(0, Capsule{[]byte{1}, []byte{2}}, DecodeCapsule),
		sampleOf(TypeTransfer, OneWay{Object: []byte{1}, Nonce: Nonce{2}, Certs: [][]byte{{2}}}, DecodeOneWay),
		sampleOf(TypeReceipt, Receipt{Version: 1, Suite: 1, Status: ReceiptRefused, Why: 165}, DecodeReceipt),
		sampleOf(TypePeer, Peer{Version: 1, Suite: 1}, DecodePeer),
		sampleOf(TypeFundReq, FundReq{Version: 1, Suite: 1, Amount: 1, Request: 1, Status: FundCancel}, DecodeFundReq),
		sampleOf(TypeFund, Fund{Version: 1, Suite: 1, Amount: maxCounter}, DecodeFund),
		sampleOf(TypeDefund, Defund{Version: 1, Suite: 1, Amount: 1, Counter: 1, Lots: []Lot{{0, 1}}, Family: 1}, DecodeDefund),
		sampleOf(TypeDefundAck, DefundAck{Version: 1, Suite: 1, Status: DefundCredited}, DecodeDefundAck),
		sampleOf(TypeSyncChal, SyncChal{Version: 1, Suite: 1}, DecodeSyncChal),
		sampleOf(TypeSync, Sync{Version: 1, Suite: 1, First: 1, Last: 1, Entries: [][]byte{LogEntry{Number: 1, Kind: 1}.Encode()},
			Totals: Totals{1, 2, 3, 4, 5}, Pending: []ID{{1}, {2}}, NextRequest: 1, Mode: SyncFull}, DecodeSync),
		sampleOf(TypeSyncAck, SyncAck{Version: 1, Suite: 1, LowWater: NoLimit, Grant: 1}, DecodeSyncAck),
		sampleOf(TypeResolve, Resolve{Version: 1, Suite: 1, Status: ResolveRefund, Payee: DID{1}}, DecodeResolve),
		sampleOf(TypeResolve, Resolve{Version: 1, Suite: 1, Status: ResolveRefund, Refused: ID{1}}, DecodeResolve),
		sampleOf(TypeCert, Cert{Version: 1, Suite: 1, Level: 2, Key: key, Usage: UsePay, Class: 1, Env: 1, NotAfter: 9,
			Suites: one, Limits: 1, Replaces: ID{1}, Tee: 1, Label: "shop"}, DecodeCert),
		sampleOf(TypeCert, Cert{Version: 1, Suite: 1, Level: 0, Key: key, Usage: UseSignCert, Env: 1, NotAfter: 9,
			Suites: one}, DecodeCert),
		sampleOf(TypeEnrolReq, EnrolReq{Version: 1, Suite: 1, Key: key, Tee: 1}, DecodeEnrolReq),
		sampleOf(TypeEnrolReq, EnrolReq{Version: 1, Suite: 1, Cert: ID{1}, Rekey: ID{2}, Key: key, Tee: 1}, DecodeEnrolReq),
		sampleOf(TypeRekeyReq, RekeyReq{Version: 1, Suite: 1, Cert: ID{1}, Counter: 3, Key: key}, DecodeRekeyReq),
		sampleOf(TypeRevset, Revset{Version: 1, Suite: 1, RevocationVersion: 1, Certs: []ShortID{{1}, {2}}}, DecodeRevset),
		sampleOf(TypePolicy, Policy{Version: 1, Suite: 1, PolicyVersion: 1, Limits: []Limits{
			{Class: 1, MaxTx: LimitOf(5), MaxReceiveCumulative: LimitOf(9)}, {Class: 2}}, Suites: one, KEMs: []KEM{KEMX25519},
			Provenance: Provenance{Mode: ProvenanceReissue}, SyncMode: SyncFull, Finality: 1, ReceiptMode: 1}, DecodePolicy),
		sampleOf(TypeEvidence, Evidence{Version: 1, Kind: 1, Objects: [][]byte{{1}}, Certs: [][]byte{}}, DecodeEvidence),
		sampleOf(TypeEvidence, Evidence{Version: 1, Kind: 1, Objects: [][]byte{{1}}, Certs: [][]byte{}, Links: [][]byte{{2}}}, DecodeEvidence),
		sampleOf(0, LogEntry{Number: 1, Kind: LogPay, Amount: 5, X: 2, Epoch: 3}, DecodeLogEntry),
		sampleOf(0, Opening{[]byte{1}, []byte{2}, []byte{3}}, DecodeOpening),
		sampleOf(0, Frame{7, []byte{3}}, DecodeFrame),
		sampleOf(TypePayReq, Item{Type: TypePayReq, Object: []byte{1}, Certs: [][]byte{{2}}}, DecodeItem),
		sampleOf(TypeTransfer, Item{Type: TypeTransfer, Object: []byte{1}}, DecodeItem),
		sampleOf(TypeReceipt, Item{Type: TypeReceipt, Object: []byte{1}}, DecodeItem),
		sampleOf(TypeAck, Item{Type: TypeAck, Transfer: ID{1}}, DecodeItem),
		sampleOf(TypeAbort, Item{Type: TypeAbort, Why: spec.ESig}, DecodeItem),
		sampleOf(TypePeer, Item{Type: TypePeer, Object: []byte{1}}, DecodeItem),
		sampleOf(TypeCertGet, Item{Type: TypeCertGet, IDs: []ID{{9}, {1}}}, DecodeItem),
		sampleOf(TypeCerts, Item{Type: TypeCerts, Certs: [][]byte{{2}, {1}}}, DecodeItem),
	}
}

// canonical is the differential oracle. fxamacker/cbor takes non-minimal
// integers and unsorted maps, so it must decode, encode and give the same bytes.
func canonical(b []byte) bool {
	dec, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden,
		TagsMd: cbor.TagsForbidden, MaxNestedLevels: 6, IntDec: cbor.IntDecConvertNone}.DecMode()
	if err != nil {
		panic(err)
	}
	var v any
	if dec.Unmarshal(b, &v) != nil {
		return false
	}
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	again, err := enc.Marshal(v)
	return err == nil && bytes.Equal(again, b)
}

func TestBodiesEncodeToWhatTheyWereDecodedFrom(t *testing.T) {
	for _, s := range samples() {
		again, err := s.again(s.payload)
		if err != nil || !bytes.Equal(again, s.payload) {
			t.Errorf("%v %x\n decodes and encodes to %x, %v", s.typ, s.payload, again, err)
		}
		if !canonical(s.payload) {
			t.Errorf("%v %x is not deterministic CBOR", s.typ, s.payload)
		}
	}
}

func TestEveryTruncationAndTrailingByteIsMalformed(t *testing.T) {
	for _, s := range samples() {
		for n := range s.payload {
			_, err := s.again(s.payload[:n])
			if code, _ := CodeOf(err); code != spec.EMalformed {
				t.Fatalf("%v cut to %d bytes: %v; want 102", s.typ, n, err)
			}
		}
		_, err := s.again(append(bytes.Clone(s.payload), 0))
		if code, _ := CodeOf(err); code != spec.EMalformed {
			t.Errorf("%v with a byte behind: %v; want 102", s.typ, err)
		}
	}
}

// members are the pairs of an encoded map.
func members(t *testing.T, payload []byte) (list []Member) {
	t.Helper()
	r := NewReader(payload)
	for n := r.Map(); n > 0; n-- {
		list = append(list, Member{r.Uint(), r.Raw()})
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return list
}

func mapOf(list []Member) []byte {
	b := AppendMap(nil, len(list))
	for _, m := range list {
		b = append(AppendUint(b, m.Key), m.Value...)
	}
	return b
}

func TestEachMemberIsNeededOnceAndInItsPlace(t *testing.T) {
	for _, s := range samples() {
		if s.payload[0]&majorMask != majorMap {
			continue
		}
		list := members(t, s.payload)
		for i, m := range list {
			without := append(bytes.Clone(nil), mapOf(append(append([]Member(nil), list[:i]...), list[i+1:]...))...)
			optional := map[uint64]bool{48: true, 85: true, 62: true, 102: true, 130: true, 159: true}[m.Key] ||
				s.typ == TypeStaticReq && m.Key == 7
			if _, err := s.again(without); (err == nil) != optional {
				t.Errorf("%v without key %d: %v", s.typ, m.Key, err)
			}
			twice := append(append(append([]Member(nil), list[:i]...), m), list[i:]...)
			expectCode(t, s, mapOf(twice), spec.EMalformed, fmt.Sprintf("key %d twice", m.Key))
			if i > 0 {
				swapped := append([]Member(nil), list...)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				expectCode(t, s, mapOf(swapped), spec.ECanon, fmt.Sprintf("key %d out of order", m.Key))
			}
			retyped := append([]Member(nil), list...)
			retyped[i].Value = []byte{trueByte}
			if m.Key != 130 && m.Key != 159 && m.Key != 32 {
				expectCode(t, s, mapOf(retyped), spec.EField, fmt.Sprintf("key %d a boolean", m.Key))
			}
		}
		foreign := append(append([]Member(nil), list...), Member{200, []byte{0}})
		expectCode(t, s, mapOf(foreign), spec.EField, "unknown key 200")
		if s.typ != TypeHello && s.typ != TypeCaps {
			grease := append(append([]Member(nil), list...), Member{128, []byte{0}})
			expectCode(t, s, mapOf(grease), spec.EField, "key 128")
		}
	}
}

func expectCode(t *testing.T, s sample, payload []byte, want spec.Code, what string) {
	t.Helper()
	_, err := s.again(payload)
	if code, _ := CodeOf(err); code != want {
		t.Errorf("%v, %s: %v; want %d", s.typ, what, err, want)
	}
}

func FuzzBodies(f *testing.F) {
	all := samples()
	for _, s := range all {
		f.Add(s.payload)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := WellFormed(b) == nil, canonical(b); got && !want {
			t.Errorf("%x is well formed here, and not by the oracle", b)
		}
		for _, s := range all {
			again, err := s.again(b)
			if err == nil && !bytes.Equal(again, b) {
				t.Errorf("%v: %x encodes to %x", s.typ, b, again)
			}
			if err == nil && WellFormed(b) != nil {
				t.Errorf("%v: %x is taken and not well formed", s.typ, b)
			}
			if code, coded := CodeOf(err); err != nil && (!coded || code > 118) {
				t.Errorf("%v: %x: error %v without a code of decoding", s.typ, b, err)
			}
		}
	})
}
