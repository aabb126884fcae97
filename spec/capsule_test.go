package spec_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
)

// TestCapsuleOpens opens the example as a payee who knows the published input
// of the poster's key.
func TestCapsuleOpens(t *testing.T) {
	examples := examplesByMessage(t)
	ikm := sha256.Sum256([]byte("assay example poster key of ben"))
	key, err := link.NewEphemeral(bytes.NewReader(ikm[:]))
	if err != nil {
		t.Fatal(err)
	}
	o, err := wire.DecodeObject(examples["STATIC_REQ"], 8192)
	if err != nil {
		t.Fatal(err)
	}
	request, err := wire.DecodeStaticReq(o.Payload)
	if err != nil || !bytes.Equal(request.KEMKey, key.Public()) {
		t.Fatalf("kpk %x, %v; want %x", request.KEMKey, err, key.Public())
	}
	capsule, err := wire.DecodeCapsule(examples["CAPSULE"])
	if err != nil {
		t.Fatal(err)
	}
	id := o.ID(wire.TypeStaticReq)
	item, opened, err := key.OpenCapsule(id, capsule)
	if err != nil || !opened {
		t.Fatalf("the capsule opens: %t, %v", opened, err)
	}
	if err := grammar(t).Match("item-one-way", item.Encode()); err != nil {
		t.Error(err)
	}
	inner, err := wire.DecodeObject(item.Object, 8192)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wire.DecodeTransfer(inner.Payload)
	if err != nil || m.RequestHash != id || m.Flags != wire.TransferOneWay {
		t.Errorf("it holds %+v, %v", m, err)
	}
}
