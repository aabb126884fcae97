package simulator

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A book is a ledger, and which account each device was registered with.
type book struct {
	ledger   *ledger.Ledger
	accounts map[wire.DID]string
}

// newBook makes a ledger of the harness's test realm.
func newBook(o Options, c setting, v adapter.Create) (*book, error) {
	parts, err := ledgerParts(c, v)
	if err != nil {
		return nil, fmt.Errorf("the injected identity: %w", err)
	}
	if o.Ledger != nil {
		o.Ledger(&parts)
	}
	l, err := ledger.New(parts)
	return &book{l, map[wire.DID]string{}}, err
}

func ledgerParts(c setting, v adapter.Create) (p ledger.Parts, err error) {
	in := v.Injected
	if in == nil || len(in.Certificates) != 3 {
		return p, fmt.Errorf("a ledger of class RP needs its test identity, with the certificates of root, provider and service")
	}
	var chain [3]*cert.Certificate
	for i, b := range in.Certificates {
		if chain[i], err = cert.Parse(b); err != nil {
			return p, err
		}
	}
	root, provider, service := chain[0], chain[1], chain[2]
	scheme, ok := suite.Lookup(suite.Suite(in.ServiceSuite))
	if !ok {
		return p, fmt.Errorf("suite %d is unknown", in.ServiceSuite)
	}
	key, err := scheme.NewKey(in.ServiceSeed)
	if err != nil {
		return p, err
	}
	policy, _, err := cert.DecodePolicy(in.Policy, c.place)
	if err != nil {
		return p, err
	}
	p = ledger.Parts{
		Place: c.place, Random: c.random, Book: ledger.NewBook(), Env: wire.EnvTest,
		Roots:     []*cert.Certificate{root},
		Providers: []cert.Path{{Chain: []*cert.Certificate{provider}, Root: root}},
		Service:   cert.Identity{Key: key, Cert: service},
		Policy:    policy.Policy, Paths: cert.Verifier{Rules: cert.Rules(), Verify: verified.Verify}, Epoch: v.Epoch,
		Retention: 256,
		Rules:     ledger.DefaultRules(), Detectors: ledger.DefaultDetectors(), Audits: ledger.DefaultAudits(),
	}
	if c.profile.Retention != nil {
		p.Retention = uint64(*c.profile.Retention)
	}
	if len(in.Keyset) > 0 {
		if p.Keys, err = ecash.ReadKeyset(in.Keyset); err != nil {
			return p, err
		}
		// Its private keys are the published ones of test realms.
		p.Mint = ecash.TestMint(c.place.Realm)
	}
	if len(in.Revocations) > 0 {
		revoked, _, _, err := cert.DecodeRevset(in.Revocations, c.place)
		if err != nil {
			return p, err
		}
		p.Revocations = revoked.Version
	}
	return p, nil
}

// do carries out one verb of a ledger.
func (b *book) do(q request) (adapter.Answer, error) {
	result, err := b.carryOut(q)
	if err == nil {
		return done(result), nil
	}
	if no, ok := refusal(err); ok {
		return no, nil
	}
	return adapter.Answer{}, err
}

func (b *book) carryOut(q request) (r adapter.Result, err error) {
	l := b.ledger
	switch v := q.verb.(type) {
	case adapter.OpenAccount:
		if !l.OpenAccount(v.Account, money.Amount(v.Balance)) {
			return r, fmt.Errorf("there is an account %q already", v.Account)
		}
		return b.balance(v.Account)
	case adapter.Account:
		return b.balance(v.Account)
	case adapter.Register:
		return b.register(q.s, v)
	case adapter.IssueFunding:
		r.Message, err = l.IssueFunding(v.Message)
	case adapter.DefundOrder:
		nonce, err := l.DefundOrder(v.Account)
		return adapter.Result{Nonce: nonce[:]}, err
	case adapter.AcceptDefunding:
		r.Message, err = l.AcceptDefunding(v.Message)
	case adapter.SyncChallenge:
		did, err := didOf(v.Device)
		if err != nil {
			return r, err
		}
		r.Message, err = l.Challenge(did)
		return r, err
	case adapter.Reconcile:
		return b.reconcile(v)
	case adapter.Upload:
		return r, firstRefusal(l.Upload(unpack(v.Records)))
	case adapter.Block:
		did, err := didOf(v.Device)
		if err == nil {
			l.Block(did)
		}
		return r, err
	case adapter.Findings:
		return b.findings(), nil
	case adapter.Alerts:
		return b.alerts(), nil
	case adapter.AskSupply:
		return b.supply(), nil
	case adapter.SetEpoch:
		l.SetEpoch(v.Epoch)
	default:
		return r, unsupported(q.verb)
	}
	return r, err
}

func (b *book) balance(account string) (r adapter.Result, err error) {
	balance, ok := b.ledger.Balance(account)
	if !ok {
		return r, fmt.Errorf("there is no account %q", account)
	}
	r.Account = ptr(adapter.Amount(balance))
	return r, nil
}

// register takes the certificates, or those of a device that is named by its
// handle.
func (b *book) register(s *simulator, v adapter.Register) (r adapter.Result, err error) {
	certificates := unpack(v.Certificates)
	if u := s.devices[v.Device]; u != nil && len(certificates) == 0 {
		for _, k := range u.device.State().Keys {
			if k.Cert != nil {
				certificates = append(certificates, k.Cert)
			}
		}
	}
	did, err := b.ledger.Register(v.Account, certificates...)
	if err != nil {
		return r, err
	}
	b.accounts[did] = v.Account
	r.Device = did[:]
	return r, nil
}

func (b *book) reconcile(v adapter.Reconcile) (r adapter.Result, err error) {
	factor := ledger.NoFactor
	if v.Authorised {
		factor = ledger.SecondFactor
	}
	out, err := b.ledger.Reconcile(v.Message, unpack(v.Records), factor)
	if err != nil {
		return r, err
	}
	return adapter.Result{Message: out.Ack, Messages: waiting(out)}, nil
}

// firstRefusal is why a record was turned down; those after it were taken all
// the same.
func firstRefusal(outcomes []ledger.Outcome) error {
	for _, o := range outcomes {
		if o.Err != nil {
			return o.Err
		}
	}
	return nil
}

func (b *book) findings() (r adapter.Result) {
	for _, f := range b.ledger.Findings() {
		r.Findings = append(r.Findings, adapter.Finding{
			Kind: int(f.Kind), Device: f.Accused[:], Evidence: f.Evidence,
		})
	}
	return r
}

func (b *book) alerts() (r adapter.Result) {
	for _, a := range b.ledger.Alerts() {
		r.Alerts = append(r.Alerts, adapter.Alert{Account: b.accounts[a.Payer], Amount: adapter.Amount(a.Amount)})
	}
	return r
}

func (b *book) supply() adapter.Result {
	s := b.ledger.Supply()
	out := &adapter.Supply{
		Funded: adapter.Amount(s.Funded), Defunded: adapter.Amount(s.Defunded), Outstanding: adapter.Amount(s.Outstanding),
	}
	for _, a := range s.Alarms {
		out.Alarms = append(out.Alarms, fmt.Sprintf("%s (%s), device %x", a.Audit, a.Requirement, a.Device))
	}
	out.Covered = adapter.Amount(b.ledger.Covered())
	for _, u := range b.ledger.Unsettled() {
		out.Unsettled = append(out.Unsettled, adapter.Unsettled{
			Account: b.accounts[u.Device], Device: u.Device[:], Counter: u.Counter, Amount: adapter.Amount(u.Amount), Code: int(u.Code),
		})
	}
	return adapter.Result{Supply: out}
}

// didOf reads a device identifier; one of another length is no device's.
func didOf(b []byte) (wire.DID, error) {
	if len(b) != len(wire.DID{}) {
		return wire.DID{}, &ledger.Refusal{Rule: "a device id has 16 bytes", Requirement: spec.ENC03, Code: spec.EField}
	}
	return wire.DID(b), nil
}
