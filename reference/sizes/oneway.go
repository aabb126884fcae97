package sizes

import (
	"bytes"

	"github.com/assay-cbdc/assay/reference/link"
	"github.com/assay-cbdc/assay/reference/wire"
)

// oneWay counts a static request and the capsule that pays it, with a key of
// each KEM.
func (b *bench) oneWay() error {
	key, err := link.NewEphemeralFor(b.kem, bytes.NewReader(seed("poster key of ben", 256)))
	if err != nil {
		return err
	}
	_, rqh := b.object(b.ben, "STATIC_REQ", wire.TypeStaticReq, wire.StaticReq{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Currency: currency, Exponent: exponent,
		Nonce: nonce("poster"), Cert: b.ben.crt, Request: 3, PolicyVersion: version, RevocationVersion: revocation,
		Epoch: epoch, Flags: wire.StaticReqSE, Family: wire.FamilyBalance, MaxHop: 3,
		KEM: key.KEM(), KEMKey: key.Public(), Expiry: epoch + 90, Max: 64,
	}.Encode())
	drawn := nonce("payer's")
	t := b.transfer(&meeting{rqh: rqh, nonce: drawn}, 1)
	t.Flags, t.Expiry = wire.TransferOneWay, epoch+30
	object, _ := b.sign(b.ana, wire.TypeTransfer, t.Encode())
	for _, certs := range [][][]byte{nil, {b.ana.cert}} {
		where := Cached
		if certs != nil {
			where = Value
		}
		item := wire.OneWay{Object: object, Nonce: drawn, Certs: certs}
		capsule, err := link.SealCapsule(bytes.NewReader(seed("capsule", 256)), key.KEM(), key.Public(), rqh, item)
		if err != nil {
			return err
		}
		b.addWith("capsule", where, capsule)
	}
	return nil
}
