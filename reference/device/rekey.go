package device

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// rekeyRules are the checks before REKEY_REQ. Neither a block nor an expiry keeps
// a device from asking: whether it gets an answer is for its provider.
func rekeyRules() []Rule {
	return []Rule{
		{"provisioned", spec.PRV02, spec.EUnprovisioned, provisioned},
		{"suite", spec.CRY06, spec.ESuite, func(c *Context) bool {
			_, known := suite.Lookup(c.Suite)
			return known
		}},
		{"one at a time", spec.LCM04, spec.EState, func(c *Context) bool {
			return !c.State.Rekey.Open || c.State.Rekey.Suite == c.Suite
		}},
	}
}

// Rekey draws a key of the suite, in place of the one of that suite or beside
// the others, and returns the REKEY_REQ and the ENROL_REQ for it. Until the
// certificate is there the same two are returned again: a second key for one
// request would make an honest provider look like one that certifies twice. The
// error is a [*Refusal] or nvm's.
func (d *Device) Rekey(number suite.Suite) ([][]byte, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	c := d.context()
	c.Suite = number
	if r := d.judge(ProcRekey, c); r != nil {
		return nil, r
	}
	if !d.state.Rekey.Open {
		next, err := d.rekeying(number)
		if err != nil {
			return nil, err
		}
		if err := d.commit(StepR1, func(s *State) {
			next.Former = s.Rekey.Former
			s.Rekey = next
		}); err != nil {
			return nil, err
		}
	}
	d.parts.Trace(EmitRekeyReq)
	return [][]byte{d.state.Rekey.Request, d.state.Rekey.Enrol}, nil
}

// rekeying draws the key and makes its requests, which leave after R1.
func (d *Device) rekeying(number suite.Suite) (Rekeying, error) {
	signer := number
	if d.certs[signer] == nil { // the first key of its suite
		signer = d.highestSuite()
	}
	seed, err := d.drawSeed(number)
	if err != nil {
		return Rekeying{}, err
	}
	key, err := Key{Suite: number, Seed: seed}.private()
	if err != nil {
		return Rekeying{}, err
	}
	nonce, err := d.nonce()
	if err != nil {
		return Rekeying{}, err
	}
	own := d.certs[signer]
	request := d.linkRequest(signer, own.ID, nonce, key.Public())
	enrol := wire.EnrolReq{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: number, Nonce: nonce, Cert: own.ID,
		Rekey: request.ID(wire.TypeRekeyReq), Key: key.Public().COSE(), Tee: d.cfg.Tee,
	}
	return Rekeying{
		Open: true, Suite: number, Seed: key.Seed(), Signer: wire.KeyDigest(own.Body.Key), Request: request.Encode(),
		Enrol: cert.SignObject(key, wire.TypeEnrolReq, enrol.Encode()).Encode(),
	}, nil
}

// linkRequest is a REKEY_REQ: the word of one own key about another.
func (d *Device) linkRequest(signer suite.Suite, crt wire.ID, nonce wire.Nonce, key suite.PublicKey) wire.Object {
	m := wire.RekeyReq{
		Version: wire.V1, Realm: d.cfg.Place.Realm, Suite: signer, Nonce: nonce, Cert: crt,
		Counter: d.state.Counter, Key: key.COSE(), Head: d.state.LogHead,
	}
	return d.sign(signer, wire.TypeRekeyReq, m.Encode())
}

// Rekeyed takes the certificates that answer the REKEY_REQ, with what issuers
// came beside them: the new key is in use from here on, and balance, counters,
// log, slots and limits are what they were. What is installed already, handed
// over again, changes nothing. The error is a [*Refusal] or nvm's.
func (d *Device) Rekeyed(certs, issuers [][]byte) error {
	if err := d.ready(); err != nil {
		return err
	}
	if !d.state.Rekey.Open && d.holds(certs) {
		return nil
	}
	for _, id := range d.state.pendingIDs() { // the old key signs what it owes
		if err := d.release(id); err != nil {
			return err
		}
	}
	c := d.context()
	if err := c.readRenewed(certs, issuers); err != nil {
		return d.refusalOf(err)
	}
	if r := d.judge(ProcRekeyed, c); r != nil {
		return r
	}
	next := d.state.clone()
	d.switchKeys(next, c)
	if err := d.enterLifecycle(next, wire.LogRekey, d.rekeyID(), uint64(d.state.Rekey.Suite)); err != nil {
		return err
	}
	if err := d.install(StepR2, next); err != nil {
		return err
	}
	d.sessions = map[int]*session{} // their transcripts are signed with the key before
	return nil
}

// holds reports whether all are own certificates in use.
func (d *Device) holds(certs [][]byte) bool {
	for _, b := range certs {
		if !slices.ContainsFunc(d.state.Keys, func(k Key) bool { return bytes.Equal(k.Cert, b) }) {
			return false
		}
	}
	return len(certs) > 0
}

func (c *Context) readRenewed(certs, issuers [][]byte) error {
	for _, list := range []struct {
		from [][]byte
		to   *[]*cert.Certificate
	}{{certs, &c.Renewed}, {issuers, &c.Issuers}} {
		for _, b := range list.from {
			parsed, err := c.d.parse(b)
			if err != nil {
				return err
			}
			*list.to = append(*list.to, parsed)
		}
	}
	return nil
}

// rekeyID is the id of the REKEY_REQ.
func (d *Device) rekeyID() wire.ID {
	o, err := wire.DecodeObject(d.state.Rekey.Request, wire.TypeRekeyReq.MaxBytes())
	if err != nil {
		return wire.ID{} // R1 stored what this device had encoded
	}
	return o.ID(wire.TypeRekeyReq)
}

// switchKeys is the change of R2 but its log entry.
func (d *Device) switchKeys(next *State, c *Context) {
	d.keepFunding(next)
	waiting := next.Rekey
	next.Rekey = Rekeying{}
	for _, renewed := range c.Renewed {
		number := renewed.Body.Suite
		i := slices.IndexFunc(next.Keys, func(k Key) bool { return k.Suite == number })
		if i < 0 {
			next.Keys = append(next.Keys, Key{Suite: number})
			i = len(next.Keys) - 1
		}
		if old := next.Keys[i].Cert; old != nil {
			waiting.Former = append(slices.Clip(waiting.Former), old)
		}
		next.Keys[i].Cert = bytes.Clone(renewed.Raw)
		if number == waiting.Suite {
			next.Keys[i].Seed = waiting.Seed
		}
	}
	for _, b := range waiting.Former {
		if old, err := cert.Parse(b); err == nil && next.names(old.ID) {
			next.Rekey.Former = append(next.Rekey.Former, b)
		}
	}
	for _, issuer := range c.Issuers {
		if !slices.ContainsFunc(next.Issuers, func(b []byte) bool { return bytes.Equal(b, issuer.Raw) }) {
			next.Issuers = append(next.Issuers, bytes.Clone(issuer.Raw))
		}
	}
}

// names reports whether a pending debit was signed under the certificate.
func (s *State) names(id wire.ID) bool {
	return slices.ContainsFunc(slices.Concat(s.Slots, s.Exceptions), func(slot Slot) bool {
		return slot.State != SlotFree && slot.Cert == id
	})
}

// keepFunding keeps what the old key says about an open or cancelled funding:
// the ledger's answer names the FUND_REQ by its id.
func (d *Device) keepFunding(next *State) {
	f := next.Funding
	if f.State == FundingFree || f.Signed[0] != nil {
		return
	}
	for i, status := range []uint64{wire.FundRequest, wire.FundCancel} {
		next.Funding.Signed[i] = d.sign(f.Suite, wire.TypeFundReq, d.fundReqBody(f, status)).Encode()
	}
}

// deriveFormer parses the certificates of keys that were replaced.
func (d *Device) deriveFormer() error {
	d.former = map[wire.ID]*cert.Certificate{}
	for _, b := range d.state.Rekey.Former {
		c, err := d.parse(b)
		if err != nil {
			return err
		}
		d.former[c.ID] = c
	}
	return nil
}

// certOf is the certificate that a debit was signed under.
func (d *Device) certOf(slot *Slot) *cert.Certificate {
	if c := d.former[slot.Cert]; c != nil {
		return c
	}
	return d.certs[slot.Suite]
}
