package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// The wanted values were computed by another program from the text of the
// chapter.
func TestDerivedIdentifiers(t *testing.T) {
	realm := RealmOf("assay test bank", "EUR", 2, EnvTest)
	device := DIDOf(realm, KeyDigest([]byte("key")))
	var kn [32]byte
	for i := range kn {
		kn[i] = byte(i)
	}
	nonce := RequestNonce(kn, 1000)
	tag := PayeeTag(device, nonce)
	th := TranscriptHash([]byte("HELLO"), []byte("CAPS"), []byte("enc"))
	entry := LogEntry{Number: 1, Kind: LogReceive, Salt: [16]byte(kn[:16]), Ref: sha256.Sum256([]byte("ref")),
		Amount: 1250, X: 1000, Epoch: 20010}
	digest := entry.Digest()
	head := LogNext(LogStart(device), 1, digest)
	for _, tt := range []struct {
		name string
		got  []byte
		want string
	}{
		{"realm", realm[:], "b0aa504a278f1328"},
		{"device id", device[:], "f42dc650b9d2065b38aeae40a006cbe8"},
		{"request nonce", nonce[:], "9d0d411d4d59d5eef5309e25ee740ca6"},
		{"payee tag", tag[:], "0fbf2303750fc4d45bfa7f9a0d60821ce1967d09e895d7326a79bafa94217463"},
		{"transcript hash", th[:], "ca609c1895b07a2b9bbed2e26af19d4401c4e30c069c755ada637638c45f68bd"},
		{"log entry", digest[:], "6deee914d81c0042b697d30754221fde326b86d17b14fabdb7ae27caf8c60ec2"},
		{"log head", head[:], "4fcd93d04cd1e407b6bce2a7124cacd81e251e3e29621be5b2ec6a91ac1fbea2"},
	} {
		if got := hex.EncodeToString(tt.got); got != tt.want {
			t.Errorf("%s %s; want %s", tt.name, got, tt.want)
		}
	}
}

func TestPlaceKeepsTheOrderOfChecks(t *testing.T) {
	place := Place{Realm: Realm{1}, Currency: 978, Exponent: 2}
	outside := &Error{Code: spec.EAmount, Key: 7}
	for _, tt := range []struct {
		realm    Realm
		currency uint64
		decoded  error
		want     spec.Code
	}{
		{Realm{1}, 978, nil, 0},
		{Realm{1}, 978, outside, spec.EAmount},
		{Realm{1}, 840, outside, spec.ECurrency},
		{Realm{2}, 840, outside, spec.ERealm},
		{Realm{2}, 978, nil, spec.ERealm},
		{Realm{2}, 978, &Error{Code: spec.EField}, spec.EField},
	} {
		err := place.Check(tt.realm, tt.currency, 2, tt.decoded)
		if got, _ := CodeOf(err); got != tt.want {
			t.Errorf("realm %x, currency %d, decoded %v: %v; want %d", tt.realm, tt.currency, tt.decoded, err, tt.want)
		}
	}
}
