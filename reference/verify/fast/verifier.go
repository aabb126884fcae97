package fast

import (
	"fmt"
	"io"
	"sync"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
)

// Options bound the memory of a [Verifier]. They change how long verdicts take,
// never what they are.
type Options struct {
	// Certificates is how many payers' certificates are remembered, with their
	// keys: 2 to 3 kB each with suites 1 and 2, 6 to 9 kB with the others.
	Certificates int
	// Keys is how many ML-DSA keys stand unpacked at a time: 16 kB each with
	// ML-DSA-44, 30 kB with ML-DSA-65.
	Keys int
	// Random gives the coefficients of the sums by which signatures are checked
	// together. It must be unpredictable to payers and safe for concurrent use.
	Random io.Reader
}

// A Verifier judges payments against one setting and one index. It is safe for
// concurrent use.
type Verifier struct {
	in      verify.Setting
	paths   cert.Verifier
	issuers map[wire.ID]*issuer
	known   map[wire.ID]*payer // nil for one that only the plain core can judge
	random  io.Reader
	secret  secret
	index   *Index

	payers   payers
	lattices lattices

	mu   sync.Mutex
	idle []*worker
}

// New returns a verifier with empty caches. The error says which provider, or
// which certificate known, does not lead to a root.
func New(in verify.Setting, index *Index, o Options) (*Verifier, error) {
	key, err := newSecret(o.Random)
	if err != nil {
		return nil, err
	}
	v := &Verifier{
		in: in, secret: key, index: index, random: o.Random,
		paths:    cert.Verifier{Rules: cert.Rules()},
		issuers:  map[wire.ID]*issuer{},
		known:    map[wire.ID]*payer{},
		payers:   newPayers(o.Certificates),
		lattices: lattices{capacity: o.Keys},
	}
	// The plain core checks the signatures of the setting.
	if _, err := verify.New(in, verify.MapIndex{}); err != nil {
		return nil, err
	}
	store := cert.NewStore(0, in.Roots...)
	for _, c := range in.Providers {
		path, err := store.Path(c.ID, []*cert.Certificate{c})
		if err != nil || len(path.Chain) != 1 {
			return nil, fmt.Errorf("fast: provider %x: not below a root: %w", c.ID[:4], err)
		}
		k := newKey(c.Body.Suite, c.Body.Key, v.secret.hashID(c.ID))
		if k == nil {
			return nil, fmt.Errorf("fast: provider %x: unknown suite", c.ID[:4])
		}
		k.unpack() // for good: the cache is for payers
		v.issuers[c.ID] = &issuer{c, path.Root, k}
	}
	for _, c := range in.Known {
		v.known[c.ID] = v.newPayer(c.Raw)
	}
	return v, nil
}

// Forget empties the caches, as if the verifier were new.
func (v *Verifier) Forget() {
	v.payers.forget()
	v.lattices.forget()
}

// MaxBatch is the number of payments that are judged at a time: more gain
// little, and wait longer for their verdicts.
const MaxBatch = 1024

// VerifyAll judges the payments in their order, as [verify.Verifier.Verify] does
// one by one, and sets a verdict for each. A payment may be of any size and
// content. The payments are not kept.
func (v *Verifier) VerifyAll(payments []verify.Payment, verdicts []verify.Verdict) {
	if len(payments) != len(verdicts) {
		panic("fast: as many verdicts as payments")
	}
	w := v.take()
	for len(payments) > 0 {
		n := min(len(payments), MaxBatch)
		w.verify(payments[:n], verdicts[:n])
		payments, verdicts = payments[n:], verdicts[n:]
	}
	v.put(w)
}

// Verify judges one payment.
func (v *Verifier) Verify(payment verify.Payment) verify.Verdict {
	w := v.take()
	w.one[0] = payment
	var verdict [1]verify.Verdict
	w.verify(w.one[:], verdict[:])
	w.one[0] = nil
	v.put(w)
	return verdict[0]
}

// take returns an idle worker, or a new one. There are as many as calls at a
// time.
func (v *Verifier) take() *worker {
	v.mu.Lock()
	defer v.mu.Unlock()
	if n := len(v.idle); n > 0 {
		w := v.idle[n-1]
		v.idle = v.idle[:n-1]
		return w
	}
	return newWorker(v)
}

func (v *Verifier) put(w *worker) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.idle = append(v.idle, w)
}
