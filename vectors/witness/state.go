package witness

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/primitive"
)

// state is what a procedure works out on its way.
type state struct {
	own     []certificate
	open    *vectors.Request
	slot    *vectors.Pending
	balance uint64
	repeat  bool // the object was taken before: same answer, no effect
	session session
	poster  *vectors.Static // the static request that is answered
	claim   claim
	fund    funding
}

// atDevice loads the state of the device that the vector names.
func (c *call) atDevice() {
	c.device = c.file.Device(c.vector.Device)
	if c.device == nil {
		panic(fault("no device " + c.vector.Device))
	}
	d := c.device
	c.policy = c.lenient("policy", d.Policy)
	c.revset = c.lenient("revset", d.Revset)
	c.at = situation{
		realm: unhex(d.Realm), currency: d.Currency, exponent: d.Exponent, env: d.Env, epoch: d.Epoch,
		grace: c.policy.list(75)[2], suites: c.policy.list(72),
	}
	for _, own := range d.Own {
		c.own = append(c.own, c.certificateOf(own.Certificate))
	}
	for _, l := range d.Balance {
		c.balance += number(l.Amount)
	}
}

// limit returns a limit of the device's class, and whether there is one.
func (c *call) limit(n uint64) (uint64, bool) {
	classes, _ := c.policy[71].(map[any]any)
	bounds, ok := classes[c.own[0].body.number(38)].(map[any]any)
	if !ok {
		return 0, n <= 2 // a class that is left out may do nothing
	}
	bound, ok := bounds[n].(uint64)
	return bound, ok
}

// within reports whether n is within a limit.
func (c *call) within(limit, n uint64) bool {
	bound, set := c.limit(limit)
	return !set || n <= bound
}

// suites returns the device's suites that its policy allows.
func (c *call) suites() (out []uint64) {
	for _, own := range c.own {
		if s := own.body.number(4); slices.Contains(c.at.suites, s) {
			out = append(out, s)
		}
	}
	return out
}

// best returns the suite of the highest rank that every list has, 0 for none.
func best(first []uint64, others ...[]uint64) (best uint64) {
	for _, s := range first {
		everywhere := true
		for _, list := range others {
			everywhere = everywhere && slices.Contains(list, s)
		}
		if everywhere && primitive.Rank(s) > primitive.Rank(best) {
			best = s
		}
	}
	return best
}

// fresh: the revocation set is young enough, in epochs and in payments.
func (c *call) fresh() bool {
	since, bounds := c.own[0].body.number(21), c.policy.list(75)
	if c.device.Revset != "" {
		since = c.revset.number(21)
	}
	return c.device.Epoch <= since+bounds[0] && c.device.RevsetCount < bounds[1]
}

func (c *call) epochKnown() bool { return c.body.number(21) >= c.policy.number(70) }

// nonceOf is the nonce of the device's request with a number.
func (c *call) nonceOf(request uint64) []byte {
	mac := hmac.New(sha256.New, unhex(c.device.RequestKey))
	mac.Write(binary.BigEndian.AppendUint64([]byte("assay/1/req-nonce"), request))
	return mac.Sum(nil)[:16]
}

func payeeTag(did, nonce []byte) []byte {
	digest := sha256.Sum256(primitive.Encode([]any{"assay/1/payee", did, nonce}))
	return digest[:]
}

// holding is what is here, what may come and what may come back.
func (c *call) holding() uint64 {
	sum := c.balance
	for _, r := range c.device.Requests {
		sum += number(r.Amount)
	}
	for _, p := range c.device.Pending {
		sum += number(p.Amount)
	}
	if f := c.device.Funding; f != nil && !f.Cancelled {
		sum += number(f.Amount)
	}
	return sum
}

// logUsed counts entries and the places held for open requests and funding.
func (c *call) logUsed() uint64 {
	used := c.device.LogUnacked + uint64(len(c.device.Requests))
	if f := c.device.Funding; f != nil && !f.Cancelled {
		used++
	}
	return used
}

func (c *call) pending(id []byte) *vectors.Pending {
	for i, p := range c.device.Pending {
		if bytes.Equal(unhex(p.ID), id) {
			return &c.device.Pending[i]
		}
	}
	return nil
}

// Checks that several procedures share.

// signer are the checks of an object's signer up to the signatures, for a peer
// with a usage; but are the codes of path checks that do not count.
func signer(use uint64, but ...int) []check {
	return []check{
		{"certificate", 126, func(c *call) bool { return c.foundSigner() }},
		{"suite", 120, func(c *call) bool { return c.path[0].speaks(c.object, c.body.number(4)) }},
		{"path", 123, func(c *call) bool {
			c.at.usage = use
			code := c.climb(but...)
			return code == 0 || c.fail(code)
		}},
	}
}

func (c *call) foundSigner() bool {
	code := c.find(c.body.bytes(10), c.device.Roots, c.device.Issuers)
	return code == 0 || c.fail(code)
}

func signatures() []check {
	return []check{{"path signature", 130, (*call).pathSigned}, {"signature", 130, (*call).signed}}
}

func (c *call) signed() bool { return c.path[0].verifies(c.object, messages(c.vector.Kind).domain) }

// service are the checks of what a service has signed: its certificate is
// stored, and its age does not count.
func service(use uint64) []check {
	return append(signer(use, 122), check{"signature", 130, (*call).signed})
}
