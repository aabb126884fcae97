package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Context is what the rules of one procedure see. Which members are filled
// depends on the procedure and on the rules before.
type Context struct {
	State  *State // durable; not to be changed
	Policy *cert.Policy
	Limits wire.Limits
	Config *Config

	Amount   money.Amount
	Hello    wire.Hello
	Caps     wire.Caps
	PayReq   wire.PayReq // or what a STATIC_REQ asks for in its place
	Static   wire.StaticReq
	OneWay   wire.OneWay // as the capsule held it
	Peer     wire.Peer
	Transfer wire.Transfer
	Receipt  wire.Receipt
	Fund     wire.Fund
	Issue    wire.IssuerToken // under judgement
	Ack      wire.SyncAck
	Chal     wire.SyncChal
	Resolve  wire.Resolve
	Defunded wire.DefundAck
	Revset   wire.Revset
	Next     *cert.Policy        // the POLICY to install
	Renewed  []*cert.Certificate // own, that answer a REKEY_REQ
	Issuers  []*cert.Certificate // that came beside them
	Asked    []wire.ID           // by a CERT_GET
	// Deposited and Keyset are of family E.
	Deposited wire.DepositAck
	Keyset    wire.Keyset

	Object wire.Object // the signed object under judgement
	Type   wire.Type
	ID     wire.ID // of Object
	Suite  suite.Suite
	Cert   wire.ID // of its signer
	Epoch  uint64  // that its signer claims
	Path   cert.Path

	Open     *Request // the request that the TRANSFER answers, nil if not open
	Slot     *Slot    // the pending debit, nil if there is none
	Standing *Static  // the static request that the capsule was sealed for, nil if there is none
	Verified bool     // the user

	d       *Device
	session *session
	message []byte // as it arrived
	carried []*cert.Certificate
	links   []wire.Link                   // of CHAIN provenance, as they came; in family T the TOKENs
	shown   []wire.Link                   // in family T the links of CHAIN provenance
	chain   *provenance.Case              // the same under judgement
	drawn   []wire.Input                  // what a payment under CHAIN draws, as it is held
	parts   []wire.Fragment               // what a payment of family T draws, as it is held
	issued  map[wire.TID]wire.IssuerToken // that came and are right
	kept    map[wire.TID][]byte           // the same, encoded
	coins   []Coin                        // what a payment of family E draws
	deposit *deposit                      // that a DEPOSIT_ACK answers, nil if none waits
	usage   uint64
	failed  *Refusal
}

func (d *Device) context() *Context {
	return &Context{State: d.state, Policy: d.policy, Limits: d.limits, Config: &d.cfg, d: d}
}

// Fail makes the rule that runs refuse with another code than its own; it
// returns false.
func (c *Context) Fail(requirement spec.ID, code spec.Code) bool {
	c.failed = &Refusal{Requirement: requirement, Code: code}
	return false
}

// Signer returns the certificate of the object's signer; nil before the rule
// "certificate".
func (c *Context) Signer() *cert.Certificate {
	if len(c.Path.Chain) == 0 {
		return nil
	}
	return c.Path.Leaf()
}

// Carried returns the certificates that came beside the object, parsed and not
// verified.
func (c *Context) Carried() []*cert.Certificate { return c.carried }

// OwnInForce reports whether the own certificate is in force, grace included.
func (c *Context) OwnInForce() bool {
	own := c.d.ownCertificate()
	return own != nil && c.State.Epoch <= own.Body.NotAfter+c.Policy.Fresh.Grace
}

// holds turns an error of wire, cert or link into the outcome of a rule.
func (c *Context) holds(err error) bool {
	if err == nil {
		return true
	}
	if r, ok := c.d.refusalOf(err).(*Refusal); ok {
		return c.Fail(r.Requirement, r.Code)
	}
	return false
}

func (c *Context) situation() cert.Situation {
	return cert.Situation{
		Realm: c.Config.Place.Realm, Env: c.Config.Env, Epoch: c.State.Epoch, Grace: c.Policy.Fresh.Grace,
		Revoked: c.d.revoked, Suites: c.Policy.Suites, Usage: c.usage,
	}
}

// anyPolicy is the situation of what was signed under a policy that may have
// changed since: the suites that today's policy allows do not count.
func (c *Context) anyPolicy() cert.Situation {
	in := c.situation()
	in.Suites = nil
	return in
}

// certificateFound finds the path of the signer.
func certificateFound(c *Context) bool {
	path, err := c.d.store.Path(c.Cert, c.carried)
	c.Path = path
	return c.holds(err)
}

// pathRight applies the certificate chapter's checks but the signatures.
func pathRight(c *Context) bool {
	return c.holds(c.d.paths().Check(c.Path, c.situation()))
}

// pathSigned checks the path's signatures. What was verified before is not
// verified again.
func pathSigned(c *Context) bool {
	if err := c.d.paths().Signatures(c.Path); err != nil {
		return c.holds(err)
	}
	c.d.store.Remember(c.Path)
	return true
}

// signatureRight checks the object's own signature.
func signatureRight(c *Context) bool {
	key := c.Signer().Key
	return key != nil && c.d.parts.Verify(key, c.Object.ToBeSigned(c.Type), c.Object.Signature) == nil
}

func suiteOfSigner(c *Context) bool { return c.Signer().SuiteMatches(c.Object, c.Suite) }

// lasting leaves out the rules that end with time or revocation: a promise that
// was signed stays one.
func lasting(rules []cert.Rule, codes ...spec.Code) []cert.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r cert.Rule) bool {
		return slices.Contains(codes, r.Code)
	})
}

// serviceRules are the checks of whatever a service of the ledger signs.
// Validity does not count: recovery has no age.
func serviceRules(use uint64) []Rule {
	return []Rule{
		{"certificate", spec.CRY01, spec.ECertNeeded, certificateFound},
		{"suite", spec.CRY06, spec.ESuite, suiteOfSigner},
		{"path", spec.CRY01, spec.EPath, func(c *Context) bool {
			c.usage = use
			rules := lasting(c.d.parts.Path, spec.EExpired)
			return c.holds(cert.Verifier{Rules: rules}.Check(c.Path, c.situation()))
		}},
		{"path signature", spec.CRY01, spec.ESig, pathSigned},
		{"signature", spec.CRY05, spec.ESig, signatureRight},
	}
}
