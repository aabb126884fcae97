package device

import (
	"errors"
	"fmt"
	"io"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/ecash"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Config is what a device is made with; limits come with the POLICY.
type Config struct {
	Place       wire.Place
	Env         uint64
	Suites      []suite.Suite // own keys; the first one gives the device id
	PIN         []byte        // nil: no PIN, only a platform verifier
	Tee         uint64
	MTU         uint64
	LogCapacity int  // entries, beside the reserve for recovery
	Slots       int  // pending debits
	Requests    int  // open requests
	Statics     int  // static requests
	Retention   int  // R: the last R requests always remain answerable
	Ring        int  // credited transfers remembered; at least LogCapacity + Retention
	BurnedIn    bool // the first policy is the only one
	Fragments   int  // parts of tokens that it can hold, in family T
	// RenewAbove is how many it holds before it gives them up at a SYNC.
	RenewAbove int
	// ByReference says that the device asks its peers for no certificates by value:
	// it fetches those that it does not know.
	ByReference bool
}

// DefaultConfig returns the configuration of the reference device in a place.
func DefaultConfig(place wire.Place, env uint64) Config {
	return Config{
		Place: place, Env: env, Suites: []suite.Suite{suite.Ed25519}, PIN: []byte("1234"), Tee: 1,
		MTU: 2048, LogCapacity: 256, Slots: 4, Requests: 4, Statics: 4, Retention: 256, Ring: 512,
		Fragments: 320, RenewAbove: 16,
	}
}

// pinTries is how often a PIN may be wrong.
const pinTries = 3

// Parts are what a device is made of. Every one of them may be replaced by a
// wrong one. A part that is nil is the right one, but for Store and Rand.
type Parts struct {
	Store nvm.Store
	Rand  io.Reader // outside the store: a restored snapshot does not rewind it
	Host  Host      // keeps what the core need not
	Rules Rules
	// Path are the checks of certificate paths, and PathVerify checks their signatures.
	Path       []cert.Rule
	PathVerify func(key suite.PublicKey, message, sig []byte) error
	// Certificates reads certificates; nil: one of the device's own.
	Certificates *cert.Memory
	// PolicyRules are the checks of a POLICY before its signature.
	PolicyRules []cert.PolicyRule
	// Verify checks a message's signature.
	Verify func(key suite.PublicKey, message, sig []byte) error
	// DecodeTransfer reads the payload of a TRANSFER that the payee got.
	DecodeTransfer func(payload []byte) (wire.Transfer, error)
	Draw           DrawFunc
	// Pick chooses the fragments that are paid with in family T.
	Pick PickFunc
	// Join says which fragments are one.
	Join JoinFunc
	// Links are the checks of the links of CHAIN provenance.
	Links []provenance.Rule
	// Tokens are the checks of the tokens beside a transfer of family E, and Split
	// makes denominations of an amount to withdraw.
	Tokens []TokenRule
	Split  SplitFunc
	Choose ChooseFunc
	// Spent reads from a DEPOSIT_ACK whether a token was spent before.
	Spent func(wire.DepositAck) bool
	// Collect finds the links of a transfer.
	Collect CollectFunc
	// Members are the optional ones, 128 to 159, of a HELLO or CAPS; the right
	// device has none. The amount is what the user means to pay, as far as the
	// device was told, or asks for.
	Members func(t wire.Type, s *State, amount money.Amount) []wire.Member
	// Trace is told of each commit after it is durable and of each message as it
	// leaves.
	Trace func(Step)
}

func (p Parts) complete() Parts {
	if p.Host == nil {
		p.Host = NewHost()
	}
	if p.Rules == nil {
		p.Rules = StandardRules()
	}
	if p.Path == nil {
		p.Path = cert.Rules()
	}
	if p.Certificates == nil {
		p.Certificates = cert.NewMemory(maxParsed)
	}
	if p.PathVerify == nil {
		p.PathVerify = suite.PublicKey.Verify
	}
	if p.PolicyRules == nil {
		p.PolicyRules = cert.PolicyRules()
	}
	if p.Verify == nil {
		p.Verify = suite.PublicKey.Verify
	}
	if p.DecodeTransfer == nil {
		p.DecodeTransfer = wire.DecodeTransfer
	}
	if p.Draw == nil {
		p.Draw = Draw
	}
	if p.Pick == nil {
		p.Pick = Pick
	}
	if p.Join == nil {
		p.Join = Join
	}
	if p.Collect == nil {
		p.Collect = provenance.Collect
	}
	if p.Links == nil {
		p.Links = provenance.Rules()
	}
	if p.Tokens == nil {
		p.Tokens = TokenRules()
	}
	if p.Split == nil {
		p.Split = ecash.Split
	}
	if p.Spent == nil {
		p.Spent = func(m wire.DepositAck) bool { return m.Status == wire.DepositSpent }
	}
	if p.Choose == nil {
		p.Choose = ecash.Choose
	}
	if p.Members == nil {
		p.Members = func(wire.Type, *State, money.Amount) []wire.Member { return nil }
	}
	if p.Trace == nil {
		p.Trace = func(Step) {}
	}
	return p
}

// A Device is one device. It is not safe for concurrent use. After a commit
// fails every method returns that error, nvm.ErrTorn most often; [Boot] makes
// the device anew from what is durable.
type Device struct {
	parts    Parts
	cfg      Config
	state    *State
	images   map[nvm.Key][]byte
	broken   error
	sessions map[int]*session
	verified bool // the user, for the next payment
	last     spec.Code
	known    map[string]wire.IssuerToken // TOKENs whose signatures have held
	derived
}

// derived follows from the state.
type derived struct {
	policy  *cert.Policy
	limits  wire.Limits
	revoked *cert.Revocations
	store   *cert.Store
	keys    map[suite.Suite]suite.PrivateKey
	certs   map[suite.Suite]*cert.Certificate
	former  map[wire.ID]*cert.Certificate // of replaced keys that something pending names
	keyset  *ecash.Keys                   // of family E
	// formerset are the keys that the KEYSET lacks and something waits for.
	formerset *ecash.Keys
	blinded   map[withdrawalName][]*ecash.Pending
	online    bool // the host says so
}

// New creates a device in an empty store: it draws its keys and secrets.
func New(p Parts, cfg Config) (*Device, error) {
	if cfg.Ring < cfg.LogCapacity+cfg.Retention || cfg.Slots < 1 || cfg.Requests < 1 || len(cfg.Suites) == 0 {
		return nil, errors.New("device: configuration cannot work: ring, slots, requests or suites")
	}
	d := &Device{parts: p.complete(), cfg: cfg, images: map[nvm.Key][]byte{}, sessions: map[int]*session{}}
	s, err := d.born()
	if err != nil {
		return nil, fmt.Errorf("device: create: %w", err)
	}
	d.state, d.policy = &State{}, &cert.Policy{}
	if err := d.install(StepCreate, s); err != nil {
		return nil, err
	}
	return d, nil
}

// born makes the first state.
func (d *Device) born() (*State, error) {
	s := &State{Slots: make([]Slot, d.cfg.Slots), Requests: make([]Request, d.cfg.Requests)}
	for _, number := range d.cfg.Suites {
		seed, err := d.drawSeed(number)
		if err != nil {
			return nil, err
		}
		s.Keys = append(s.Keys, Key{Suite: number, Seed: seed})
	}
	if len(s.Keys) > 0 {
		first, err := s.Keys[0].private()
		if err != nil {
			return nil, err
		}
		s.DID = wire.DIDOf(d.cfg.Place.Realm, wire.KeyDigest(first.Public().COSE()))
	}
	for _, p := range [][]byte{s.RequestKey[:], s.StubKey[:]} {
		if _, err := io.ReadFull(d.parts.Rand, p); err != nil {
			return nil, err
		}
	}
	s.PIN = d.cfg.PIN
	s.Tries = pinTries
	s.NextRequest, s.NextFunding, s.Statics.Next = 1, 1, 1
	s.LogHead = wire.LogStart(s.DID)
	s.AckedHead = s.LogHead
	return s, nil
}

// private derives the key.
func (k Key) private() (suite.PrivateKey, error) {
	scheme, ok := suite.Lookup(k.Suite)
	if !ok {
		return nil, fmt.Errorf("no scheme for suite %d", k.Suite)
	}
	return scheme.NewKey(k.Seed)
}

// drawSeed draws the seed of an own key. The key itself is derived when it is first
// used.
func (d *Device) drawSeed(number suite.Suite) ([]byte, error) {
	scheme, ok := suite.Lookup(number)
	if !ok {
		return nil, fmt.Errorf("no scheme for suite %d", number)
	}
	for {
		seed := make([]byte, scheme.SeedSize())
		if _, err := io.ReadFull(d.parts.Rand, seed); err != nil {
			return nil, err
		}
		if suite.IsSeed(number, seed) {
			return seed, nil
		}
	}
}

// Boot makes a device from what its store holds: sessions are gone.
func Boot(p Parts, cfg Config) (*Device, error) {
	d := &Device{parts: p.complete(), cfg: cfg, sessions: map[int]*session{}}
	var err error
	if d.state, d.images, err = load(d.parts.Store.Load(), cfg); err != nil {
		return nil, err
	}
	if err := d.derive(nil); err != nil {
		return nil, err
	}
	return d, nil
}

// commit changes a copy of the state and makes it durable in one step.
func (d *Device) commit(step Step, change func(*State)) error {
	next := d.state.clone()
	change(next)
	return d.install(step, next)
}

func (d *Device) install(step Step, next *State) error {
	if d.broken != nil {
		return d.broken
	}
	if err := d.write(step, next); err != nil {
		return err
	}
	before := d.state
	d.state = next
	d.parts.Trace(step)
	return d.derive(before)
}

// write commits what differs between the state and the next one.
func (d *Device) write(step Step, next *State) error {
	entries := next.changes(d.state, d.images)
	if len(entries) == 0 {
		return nil
	}
	err := d.parts.Store.Commit(entries)
	if errors.Is(err, nvm.ErrFull) { // nothing was written
		return d.refuse(spec.LIM08, spec.ELogFull)
	}
	if err != nil {
		d.broken = fmt.Errorf("device: %s: %w", step, err)
		return d.broken
	}
	for _, e := range entries {
		if section := int(e.Key >> 56); !listed(section) {
			d.images[e.Key] = e.Value
		}
	}
	return nil
}

// listed reports whether a section is compared entry by entry.
func listed(section int) bool {
	return section == sectionRing || section == sectionLog || section == sectionChain ||
		section == sectionToken || section == sectionPurse || section == sectionTaken
}

// ready reports whether commands can be taken. A debit that a cut has left
// without its signature is signed before anything else is.
func (d *Device) ready() error {
	if d.broken != nil {
		return d.broken
	}
	for _, s := range d.state.Slots {
		if s.State == SlotDebited {
			if err := d.release(s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Edit commits a changed state in one write, whatever the rules say. It is how a
// wrapper plants a fault.
func (d *Device) Edit(change func(*State)) error { return d.commit(StepEdit, change) }

// State returns a copy of the durable state.
func (d *Device) State() State { return *d.state.clone() }

// draw fills p from the random reader.
func (d *Device) draw(p []byte) error {
	if _, err := io.ReadFull(d.parts.Rand, p); err != nil {
		return fmt.Errorf("device: random: %w", err)
	}
	return nil
}

// nonce draws a nonce, never all zero.
func (d *Device) nonce() (n wire.Nonce, err error) {
	for n == (wire.Nonce{}) && err == nil {
		err = d.draw(n[:])
	}
	return n, err
}
