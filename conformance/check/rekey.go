package check

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provider"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Renewal is a re-key of a unit, with what the harness's provider answers.
type Renewal struct {
	unit     *Unit
	Requests [][]byte // REKEY_REQ, ENROL_REQ
	request  *provider.Request
	suites   []suite.Suite
	DID      wire.DID
	Replaces wire.ID
}

// provider judges requests as rekey.md has it; it has certified nothing yet.
func (t *T) provider() *provider.Provider {
	r := t.env.realm
	return provider.New(provider.Setting{
		Place: r.Place, Env: r.Env, Suites: r.LeafSuite, Roots: []*cert.Certificate{r.Root.Cert},
		Issuers: []*cert.Certificate{r.Provider.Cert}, Epoch: r.epoch, Rules: provider.DefaultRules(),
		Paths: cert.Verifier{Rules: cert.Rules()},
	})
}

// Renew asks a unit for the requests of a new key and judges them; requests that
// a provider would turn down fail id.
func (u *Unit) Renew(id spec.ID, number int) *Renewal {
	t := u.t
	asked := u.do(adapter.Provision{Rekey: number})
	if asked.Torn != nil { // a device may write when it is asked again
		asked = u.do(adapter.Provision{Rekey: number})
	}
	t.For(id, "a provisioned device does not ask for another key").Expect(asked).To(BeDone())
	messages := asked.Done.Messages
	if len(messages) != 2 {
		t.For(id, "a re-key is not asked for by a REKEY_REQ and an ENROL_REQ").Expect(messages).To(haveTwo())
	}
	n := &Renewal{unit: u, Requests: [][]byte{messages[0], messages[1]}}
	request, err := t.provider().Rekey(messages[0], messages[1], u.Certificates)
	t.For(id, "the requests for another key are not those of the chapter").Expect(err).To(succeed())
	n.request = request
	n.DID, n.Replaces = request.Certificate()
	t.For(id, "another device's key asks for the new one").Expect(n.DID[:]).To(equalBytes(u.ID))
	for _, b := range u.Certificates {
		if c, err := cert.Parse(b); err == nil && c.Body.Suite != request.Key().Suite() {
			n.suites = append(n.suites, c.Body.Suite)
		}
	}
	n.suites = sortedSuites(append(n.suites, request.Key().Suite()))
	return n
}

// Certify is the answer: a certificate for the new key, and those of the other
// keys anew, with changes.
func (n *Renewal) Certify(change func(o *cert.DeviceOptions, key *suite.PublicKey)) adapter.Provision {
	realm := n.unit.t.env.realm
	var answer adapter.Provision
	issue := func(key suite.PublicKey, replaces wire.ID) {
		o := cert.DeviceOptions{Subject: n.DID, Suites: n.suites, Edit: func(b *wire.Cert) { b.Replaces = replaces }}
		if change != nil {
			change(&o, &key)
		}
		answer.Certificates = append(answer.Certificates, realm.IssueDevice(key, o).Raw)
	}
	issue(n.request.Key(), n.Replaces)
	change = nil
	for _, b := range n.unit.Certificates {
		if c, err := cert.Parse(b); err == nil && c.Body.Suite != n.request.Key().Suite() {
			issue(c.Key, c.Body.Replaces)
		}
	}
	return answer
}

// Install hands the unit an answer.
func (n *Renewal) Install(answer adapter.Provision) adapter.Answer { return n.unit.do(answer) }

// Done notes the certificates that the unit has from now on, with the ledger too,
// which also gets the device's word for the new key.
func (n *Renewal) Done(answer adapter.Provision) {
	u := n.unit
	before := u.Certificates
	u.Certificates = nil
	for _, c := range answer.Certificates {
		u.Certificates = append(u.Certificates, c)
	}
	if l := u.t.ledger; l != nil {
		register := adapter.Register{Account: u.Account, Device: u.Handle, Certificates: answer.Certificates}
		u.t.Control(l.do(register), "register the certificates of a new key")
		record := settlement.Append(nil, settlement.Record{Object: n.Requests[0], Certificates: before})
		u.t.Control(l.do(adapter.Upload{Records: []adapter.Bytes{record}}), "upload a REKEY_REQ")
	}
}

// Rekey gives a unit another key of a suite.
func (u *Unit) Rekey(id spec.ID, number int) {
	n := u.Renew(id, number)
	answer := n.Certify(nil)
	u.t.For(id, "the certificate of a new key was refused").Expect(n.Install(answer)).To(BeDone())
	n.Done(answer)
}

// Meeting is a kit that is armed to finish, and what the payer sends it again.
func (k *Kit) Meeting(payer *Unit) (*KitPayee, []wire.Object) {
	started := k.t.Control(payer.do(adapter.Start{}), "start")
	s := &KitPayee{Kit: k, Payer: payer, Session: started.Session, M1: started.Message}
	var err error
	if s.Hello, err = wire.DecodeHello(s.M1); err != nil {
		k.t.Inconclusive("positive control: the payer's M1 can be read", err.Error())
	}
	a := k.t.Control(payer.do(adapter.Resend{Session: s.Session, Message: s.peer(nil, nil)}), "send again")
	var all []wire.Object
	for _, m3 := range a.Messages {
		s.read3(m3)
		all = append(all, s.Paid)
	}
	s.Request.Realm = s.Transfer.Realm
	return s, all
}

// rekeyed is the kit with another key of its own, and its word for that key, right
// or changed and spoilt.
func (k *Kit) rekeyed(change func(*wire.RekeyReq), spoil func(*wire.Object)) (*Kit, []byte) {
	seed := seedOf(k.t.env.Seed, k.t.check.ID, "the next key of a kit")
	next := *k
	next.Key = cert.DeriveKey(k.Key.Public().Suite(), seed[:], "kit")
	next.Cert = k.t.env.realm.IssueDevice(next.Key.Public(), cert.DeviceOptions{Subject: k.DID(), Edit: func(b *wire.Cert) {
		b.Replaces = wire.KeyDigest(k.Cert.Body.Key)
	}})
	next.Carried = [][]byte{next.Cert.Raw}
	m := wire.RekeyReq{
		Version: wire.V1, Realm: k.Cert.Body.Realm, Suite: k.Cert.Body.Suite, Nonce: k.nonce(), Cert: k.Cert.ID,
		Key: next.Key.Public().COSE(), Head: wire.LogStart(k.DID()),
	}
	if change != nil {
		change(&m)
	}
	word := k.Sign(wire.TypeRekeyReq, m.Encode())
	if spoil != nil {
		spoil(&word)
	}
	return &next, settlement.Append(nil, settlement.Record{Object: word.Encode(), Certificates: k.Carried})
}
