package wire

import "github.com/assay-cbdc/assay/reference/suite"

// The bits of a certificate's usage, key 33.
const (
	UsePay        = 1 << 0
	UseReceive    = 1 << 1
	UseRespend    = 1 << 2
	UseVerifyOnly = 1 << 3 // excludes UsePay, UseReceive, UseRespend and UseFund
	UseFund       = 1 << 4
	UseSignCert   = 1 << 8
	UseSignFund   = 1 << 9
	UseSignPolicy = 1 << 10
	UseSignRevset = 1 << 11
	UseSignAck    = 1 << 12

	UseDevice  = UsePay | UseReceive | UseRespend | UseVerifyOnly | UseFund
	UseService = UseSignCert | UseSignFund | UseSignPolicy | UseSignRevset | UseSignAck
)

// The levels of a certificate, key 30.
const (
	LevelRoot    = 0
	LevelService = 1 // a provider or a service of the ledger
	LevelDevice  = 2
)

// The classes of a receiver, key 34.
const (
	ClassSE   = 1 // a trusted device
	ClassNOSE = 2 // software: may only deposit
)

// The environments, key 35.
const (
	EnvTest       = 1
	EnvProduction = 2
)

// A Cert binds a key to a subject. Class, Limits and Tee are on the wire for a
// device only.
type Cert struct {
	Version   uint64
	Realm     Realm
	Suite     suite.Suite // of the subject's key
	Issuer    ID          // id of the issuer's certificate, zero in a root
	Epoch     uint64      // of issue
	Level     uint64
	Subject   DID
	Key       []byte // COSE_Key, or an array of two
	Usage     uint64
	Class     uint64
	Env       uint64
	NotBefore uint64 // epochs, both inclusive
	NotAfter  uint64
	Suites    []suite.Suite // a device's: those it has certificates of; else those it may issue
	Limits    uint64        // class of limits
	Replaces  ID            // digest of the key that signed its REKEY_REQ, zero when absent
	Tee       uint64
	Label     string // certified, "" when absent
}

func (m *Cert) fields(c *codec) {
	c.signedHead(&m.Version, TypeCert, &m.Realm, &m.Suite)
	c.fixed(10, m.Issuer[:])
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.choice(30, &m.Level, func(n uint64) bool { return n <= LevelDevice })
	c.fixed(31, m.Subject[:])
	c.raw(32, &m.Key)
	device := m.Level == LevelDevice
	if device {
		c.flags(33, &m.Usage, UseDevice)
		c.choice(34, &m.Class, upTo(ClassNOSE))
	}
	if !device {
		c.flags(33, &m.Usage, UseService)
	}
	c.choice(35, &m.Env, upTo(EnvProduction))
	c.tuple(36, &m.NotBefore, &m.NotAfter)
	if !c.writing && (m.NotBefore > maxEpoch || m.NotAfter > maxEpoch) {
		c.bound(36, "epoch out of range")
	}
	numbers(c, 37, &m.Suites, 1)
	if device {
		number(c, 38, &m.Limits, 0, maxNumber)
	}
	if c.optional(62, m.Replaces != ID{}) {
		c.fixed(62, m.Replaces[:])
	}
	if device {
		c.choice(63, &m.Tee, upTo(6))
	}
	if c.optional(85, m.Label != "") {
		c.text(85, &m.Label, 40)
	}
}

// An EnrolReq asks for a certificate of the key that signs it.
type EnrolReq struct {
	Version uint64
	Realm   Realm
	Suite   suite.Suite
	Nonce   Nonce
	Cert    ID // of the key that signed the REKEY_REQ; zero: there is none yet
	Rekey   ID // id of the REKEY_REQ, on the wire where Cert is not zero
	Key     []byte
	Tee     uint64
}

func (m *EnrolReq) fields(c *codec) {
	c.signedHead(&m.Version, TypeEnrolReq, &m.Realm, &m.Suite)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	if m.Cert != (ID{}) {
		c.fixed(18, m.Rekey[:])
	}
	c.raw(32, &m.Key)
	c.choice(63, &m.Tee, upTo(6))
}

// A RekeyReq is a device's word, by a key that is certified, that another key is
// its own too.
type RekeyReq struct {
	Version uint64
	Realm   Realm
	Suite   suite.Suite // of the key that signs
	Nonce   Nonce       // that of the new key's ENROL_REQ
	Cert    ID          // of the key that signs, zero at the first enrolment
	Counter uint64      // of the last debit
	Key     []byte      // the new one
	Head    ID          // of the log
}

func (m *RekeyReq) fields(c *codec) {
	c.signedHead(&m.Version, TypeRekeyReq, &m.Realm, &m.Suite)
	c.fixed(9, m.Nonce[:])
	c.fixed(10, m.Cert[:])
	number(c, 13, &m.Counter, 0, maxCounter)
	c.raw(32, &m.Key)
	c.fixed(53, m.Head[:])
}

// A ShortID is the first 16 bytes of a certificate id, or a whole device id.
type ShortID [16]byte

// A Revset is the full list of what is blocked.
type Revset struct {
	Version           uint64
	Realm             Realm
	Suite             suite.Suite
	Cert              ID
	RevocationVersion uint64
	Epoch             uint64
	Certs             []ShortID // ascending
	Devices           []ShortID // ascending
}

func (m *Revset) fields(c *codec) {
	c.signedHead(&m.Version, TypeRevset, &m.Realm, &m.Suite)
	c.fixed(10, m.Cert[:])
	number(c, 20, &m.RevocationVersion, 1, maxCounter)
	number(c, 21, &m.Epoch, 0, maxEpoch)
	c.shortIDs(82, &m.Certs)
	c.shortIDs(83, &m.Devices)
}
