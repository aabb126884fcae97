package sizes

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Typical values.
const (
	currency, exponent = 978, 2
	amount             = money.Amount(12345)
	count              = 1000 // of counters and request numbers
	version            = 12   // of the policy
	revocation         = 100  // version of the revocation set
	epoch              = 2526
)

// A party holds a key and its certificate.
type party struct {
	key  suite.PrivateKey
	did  wire.DID
	cert []byte
	crt  wire.ID
}

// A bench makes the messages of one suite and counts their bytes.
type bench struct {
	scheme                            suite.Scheme
	realm                             wire.Realm
	root, provider, service, ana, ben *party
	kem                               wire.KEM
	kemName                           string // "" while no KEM has a part
	out                               []Message
}

// digest stands for whatever is random, or a digest.
func digest(name string) wire.ID { return sha256.Sum256([]byte("assay sizes " + name)) }

func nonce(name string) wire.Nonce {
	d := digest(name)
	return wire.Nonce(d[:16])
}

// seed returns n bytes that belong to a name.
func seed(name string, n int) []byte {
	var out []byte
	for i := 0; len(out) < n; i++ {
		d := digest(fmt.Sprint("seed ", name, i))
		out = append(out, d[:]...)
	}
	return out[:n]
}

func newBench(scheme suite.Scheme) (*bench, error) {
	b := &bench{scheme: scheme, realm: wire.RealmOf("Example Central Bank", "EUR", exponent, wire.EnvTest)}
	for name, p := range map[string]**party{
		"root": &b.root, "provider": &b.provider, "service": &b.service, "ana": &b.ana, "ben": &b.ben,
	} {
		key, err := scheme.NewKey(seed(name, scheme.SeedSize()))
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", name, err)
		}
		*p = &party{key: key, did: wire.DIDOf(b.realm, wire.KeyDigest(key.Public().COSE()))}
	}
	b.certify(b.root, b.root, wire.LevelRoot, wire.UseSignCert)
	b.certify(b.provider, b.root, wire.LevelService, wire.UseSignCert)
	b.certify(b.service, b.root, wire.LevelService, wire.UseSignFund|wire.UseSignPolicy|wire.UseSignRevset|wire.UseSignAck)
	for _, device := range []*party{b.ana, b.ben} {
		b.certify(device, b.provider, wire.LevelDevice, wire.UsePay|wire.UseReceive|wire.UseRespend|wire.UseFund)
	}
	return b, nil
}

// certify gives p a certificate by the issuer.
func (b *bench) certify(p, by *party, level, usage uint64) {
	c := wire.Cert{
		Version: wire.V1, Realm: b.realm, Suite: b.scheme.Suite(), Issuer: by.crt, Epoch: epoch,
		Level: level, Subject: p.did, Key: p.key.Public().COSE(), Usage: usage, Env: wire.EnvTest,
		NotBefore: epoch, NotAfter: epoch + 730, Suites: []suite.Suite{b.scheme.Suite()},
	}
	if level == wire.LevelDevice {
		c.Class, c.Limits, c.Tee = wire.ClassSE, 1, 1
	}
	p.cert, p.crt = b.sign(by, wire.TypeCert, c.Encode())
}

// sign returns a signed object and its identifier.
func (b *bench) sign(by *party, t wire.Type, payload []byte) ([]byte, wire.ID) {
	o := wire.Object{Alg: b.scheme.Alg(), Payload: payload}
	o.Signature = by.key.Sign(o.ToBeSigned(t))
	return o.Encode(), o.ID(t)
}

// add counts a message that holds no certificate, one hop from funding.
func (b *bench) add(name string, message []byte) { b.addWith(name, Cached, message) }

// addWith counts one that holds certificates or goes without them, carried by
// as many APDUs, or frames of a telecom link, as its frames need.
func (b *bench) addWith(name, certificates string, frames ...[]byte) {
	b.addHops(name, certificates, 1, frames...)
}

// addHops counts one that moves value of so many hops.
func (b *bench) addHops(name, certificates string, hops int, frames ...[]byte) {
	m := Message{Message: name, Suite: names[b.scheme.Suite()], Hops: hops, Certificates: certificates, KEM: b.kemName}
	for _, f := range frames {
		m.Bytes += len(f)
		m.Short += apdu.ShortAPDUs(len(f))
		m.Extended += apdu.ExtendedAPDUs(len(f))
		m.SMS += telecom.Count(len(f), telecom.SMS)
	}
	if slices.ContainsFunc(frames, func(f []byte) bool { return len(f) > telecom.MaxMessage }) {
		m.SMS = 0
	}
	b.out = append(b.out, m)
}

// object signs and counts.
func (b *bench) object(by *party, name string, t wire.Type, payload []byte) ([]byte, wire.ID) {
	o, id := b.sign(by, t, payload)
	b.add(name, o)
	return o, id
}
