package wire

import "github.com/assay-cbdc/assay/reference/suite"

// The flags of HELLO and CAPS.
const (
	HelloProximity = 1 << 1 // proximity wanted
	HelloByValue   = 1 << 2 // certificates by value, please
)

// A KEM is an HPKE identifier of a key encapsulation mechanism.
type KEM uint32

// The KEMs of the encoding chapter.
const (
	KEMP256   KEM = 0x0010 // DHKEM(P-256, HKDF-SHA256)
	KEMX25519 KEM = 0x0020 // DHKEM(X25519, HKDF-SHA256)
	KEMXWing  KEM = 0x647a // X-Wing: X25519 and ML-KEM-768
)

// A Member is an unknown member of a HELLO or CAPS, key 128 to 159. It is
// ignored, and hashed into the transcript with the rest.
type Member struct {
	Key   uint64
	Value []byte // its encoding
}

// A Hello is the payer's first message, in clear.
type Hello struct {
	Version  uint64 // the highest of Versions
	Realm    Realm
	Nonce    Nonce
	Flags    uint64
	Versions []uint64 // ascending, like Suites and KEMs
	Suites   []suite.Suite
	KEMs     []KEM
	KEM      KEM
	KEMKey   []byte // the ephemeral public key
	MTU      uint64 // bytes
	Extra    []Member
}

func (m *Hello) fields(c *codec) {
	number(c, 1, &m.Version, 0, maxNumber)
	c.typeOf(TypeHello)
	c.fixed(3, m.Realm[:])
	c.fixed(9, m.Nonce[:])
	c.flags(22, &m.Flags, HelloProximity|HelloByValue)
	numbers(c, 40, &m.Versions, 1)
	numbers(c, 41, &m.Suites, 1)
	numbers(c, 42, &m.KEMs, 1)
	number(c, 43, &m.KEM, 0, maxNumber)
	c.bytes(44, &m.KEMKey, 1, 1600)
	number(c, 45, &m.MTU, 0, maxNumber)
	c.extra(&m.Extra)
}

// A Caps is the payee's choice, in clear.
type Caps struct {
	Version  uint64 // the one chosen
	Realm    Realm
	Suite    suite.Suite
	Nonce    Nonce
	Flags    uint64
	Versions []uint64
	Suites   []suite.Suite
	KEMs     []KEM
	KEM      KEM
	MTU      uint64
	Extra    []Member
}

func (m *Caps) fields(c *codec) {
	number(c, 1, &m.Version, 0, maxNumber)
	c.typeOf(TypeCaps)
	c.fixed(3, m.Realm[:])
	number(c, 4, &m.Suite, 0, maxNumber)
	c.fixed(9, m.Nonce[:])
	c.flags(22, &m.Flags, HelloProximity|HelloByValue)
	numbers(c, 40, &m.Versions, 1)
	numbers(c, 41, &m.Suites, 1)
	numbers(c, 42, &m.KEMs, 1)
	number(c, 43, &m.KEM, 0, maxNumber)
	number(c, 45, &m.MTU, 0, maxNumber)
	c.extra(&m.Extra)
}

// extra is any number of members with ascending keys of 128 to 159.
func (c *codec) extra(p *[]Member) {
	if c.writing {
		for _, m := range *p {
			c.members++
			c.out = append(AppendUint(c.out, m.Key), m.Value...)
		}
		return
	}
	*p = nil
	for last := uint64(127); c.members > 0 && c.ok(); c.members-- {
		m := Member{Key: c.in.Uint()}
		m.Value = c.in.Raw()
		if m.Key <= last || m.Key > 159 {
			c.fault(int64(m.Key), "unknown member")
			return
		}
		last = m.Key
		*p = append(*p, m)
	}
}
