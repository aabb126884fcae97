package sizes

import (
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
)

// ecash counts what family E has of its own: a KEYSET of 18 denominations in one
// key epoch, and a DEPOSIT of three tokens for three others with its answer. The
// keys and signatures are as long as right ones.
func (b *bench) ecash() {
	s := b.scheme.Suite()
	keys := wire.Keyset{Version: wire.V1, Realm: b.realm, Suite: s, Cert: b.service.crt, KeysetVersion: 1, Epoch: epoch}
	for unit := uint64(1); unit <= 100_000; unit *= 10 {
		for _, n := range []uint64{1, 2, 5} {
			k := wire.KeysetEntry{Denomination: money.Amount(n * unit), KeyEpoch: 1, Last: epoch + 100, Modulus: make([]byte, wire.TokenSize), Exponent: 65537}
			keys.Keys = append(keys.Keys, k)
		}
	}
	b.object(b.service, "KEYSET", wire.TypeKeyset, keys.Encode())
	m := wire.Deposit{
		Version: wire.V1, Realm: b.realm, Suite: s, Currency: currency, Exponent: exponent, Amount: amount,
		Nonce: nonce("deposit"), Cert: b.ben.crt, RequestHash: digest("request"), Epoch: epoch,
	}
	ack := wire.DepositAck{Version: wire.V1, Realm: b.realm, Suite: s, Cert: b.service.crt, Epoch: epoch,
		Status: wire.DepositTaken, Device: b.ben.did}
	for range 3 {
		m.Tokens = append(m.Tokens, wire.Token{Signature: make([]byte, wire.TokenSize)})
		m.Blinded = append(m.Blinded, wire.Blinded{Message: make([]byte, wire.TokenSize)})
		ack.Signatures = append(ack.Signatures, make([]byte, wire.TokenSize))
	}
	_, ack.DepositHash = b.object(b.ben, "DEPOSIT", wire.TypeDeposit, m.Encode())
	b.object(b.service, "DEPOSIT_ACK", wire.TypeDepositAck, ack.Encode())
}
