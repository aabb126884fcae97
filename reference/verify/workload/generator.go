package workload

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/verify"
	"github.com/assay-cbdc/assay/reference/wire"
)

// A payer signs transfers, one counter after the other.
type payer struct {
	kind    Kind // poolOf
	key     suite.PrivateKey
	cert    *cert.Certificate
	extra   [][]byte // the issuer's certificate, if it must come along
	counter uint64
	prev    wire.ID
}

// A pool has the payers of one kind, who pay in turn.
type pool struct {
	payers []*payer
	next   int
}

type generator struct {
	config    Config
	authority *cert.Authority
	stranger  *cert.Authority // of the same realm, under another root
	random    stream
	pools     map[Kind]*pool
	good      []made
}

// made is a good payment, to be repeated or spent twice.
type made struct {
	by       *payer
	body     wire.Transfer
	encoding verify.Payment
}

func newGenerator(c Config, kinds []Kind) *generator {
	g := &generator{config: c, random: newStream(c.Seed, "payments"), pools: map[Kind]*pool{}}
	p := cert.DefaultParameters()
	p.TopSuite, p.LeafSuite = c.Suite, []suite.Suite{c.Suite}
	g.authority = cert.NewAuthority(append([]byte("home"), c.Seed...), p)
	g.stranger = cert.NewAuthority(append([]byte("stranger"), c.Seed...), p)
	counts := map[Kind]int{}
	for _, k := range kinds {
		counts[poolOf(k)]++
	}
	// In order of kind, so that the keys do not depend on a map's order.
	for _, k := range Kinds() {
		if counts[k] == 0 {
			continue
		}
		g.pools[k] = &pool{}
		for i := range (counts[k] + c.PerDevice - 1) / c.PerDevice {
			g.pools[k].payers = append(g.pools[k].payers, g.newPayer(k, i))
		}
	}
	return g
}

// poolOf returns the kind whose payers make a payment: kinds whose fault is in
// the payment are made by right devices.
func poolOf(k Kind) Kind {
	switch k {
	case ExpiredCertificate, RevokedDevice, WrongUsage, UnknownIssuer:
		return k
	default:
		return Good
	}
}

func (g *generator) newPayer(k Kind, n int) *payer {
	p := &payer{kind: k, key: cert.DeriveKey(g.config.Suite, g.config.Seed, fmt.Sprintf("%s/%d", k, n))}
	authority := g.authority
	var o cert.DeviceOptions
	switch k {
	case ExpiredCertificate:
		o.Edit = func(c *wire.Cert) { c.NotAfter = epoch - grace - 1 }
	case WrongUsage:
		o.Edit = func(c *wire.Cert) { c.Usage = wire.UseReceive }
	case UnknownIssuer:
		authority = g.stranger
		p.extra = [][]byte{g.stranger.Provider.Cert.Raw}
	}
	p.cert = authority.IssueDevice(p.key.Public(), o)
	return p
}

// revoked returns the devices of the revocation set, ascending.
func (g *generator) revoked() []wire.ShortID {
	var ids []wire.ShortID
	if pool := g.pools[RevokedDevice]; pool != nil {
		for _, p := range pool.payers {
			ids = append(ids, wire.ShortID(p.cert.Device()))
		}
	}
	slices.SortFunc(ids, func(a, b wire.ShortID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

// payment makes the next payment of a kind.
func (g *generator) payment(k Kind) verify.Payment {
	switch k {
	case Repeat:
		return g.good[g.random.below(len(g.good))].encoding
	case DoubleSpend:
		first := g.good[g.random.below(len(g.good))]
		body, opening := g.body(first.by)
		body.Counter, body.Prev = first.body.Counter, first.body.Prev
		return g.encode(first.by, cert.SignObject(first.by.key, wire.TypeTransfer, body.Encode()), opening)
	}
	pool := g.pools[poolOf(k)]
	by := pool.payers[pool.next%len(pool.payers)]
	pool.next++
	body, opening := g.body(by)
	by.counter++
	body.Counter, body.Prev = by.counter, by.prev
	if k == TamperedLots {
		body.Lots[0].Amount++
	}
	payload := body.Encode()
	if k == NonCanonical {
		payload = longForm(payload)
	}
	object := cert.SignObject(by.key, wire.TypeTransfer, payload)
	by.prev = object.ID(wire.TypeTransfer)
	switch k {
	case BadSignature:
		object.Signature[g.random.below(len(object.Signature))] ^= 1 << g.random.below(8)
	case TamperedAmount:
		body.Amount++
		body.Lots[0].Amount++
		object.Payload = body.Encode()
	case WrongPayee:
		opening.Payee[0] ^= 1
	}
	encoding := g.encode(by, object, opening)
	switch k {
	case Good:
		g.good = append(g.good, made{by, body, encoding})
	case Truncated:
		encoding = encoding[:g.random.below(len(encoding))]
	}
	return encoding
}

// body returns a transfer of one lot to a payee of its own, without counter.
func (g *generator) body(by *payer) (wire.Transfer, settlement.Opening) {
	var opening settlement.Opening
	g.random.fill(opening.Payee[:])
	g.random.fill(opening.Nonce[:])
	amount := money.Amount(1 + g.random.below(100000))
	t := wire.Transfer{
		Version: wire.V1, Realm: g.authority.Place.Realm, Suite: g.config.Suite,
		Currency: g.authority.Place.Currency, Exponent: g.authority.Place.Exponent,
		Amount: amount, Cert: by.cert.ID, Request: 1 + uint64(g.random.below(1000)),
		PayeeTag:      wire.PayeeTag(opening.Payee, opening.Nonce),
		Lots:          []wire.Lot{{Hop: 1 + uint64(g.random.below(maxHops)), Amount: amount}},
		PolicyVersion: 1, Epoch: epoch, Family: wire.FamilyBalance,
	}
	g.random.fill(t.RequestHash[:])
	return t, opening
}

func (g *generator) encode(by *payer, o wire.Object, opening settlement.Opening) verify.Payment {
	rec := settlement.Record{Object: o.Encode(), Opening: &opening}
	if by.kind != Good || !g.config.ByReference {
		rec.Certificates = append([][]byte{by.cert.Raw}, by.extra...)
	}
	return settlement.Append(nil, rec)
}

// longForm rewrites the version, the first member, as an integer of two bytes.
// The head of the map is one byte, since a TRANSFER has fewer than 24 members.
func longForm(payload []byte) []byte {
	return slices.Concat(payload[:2], []byte{0x18, wire.V1}, payload[3:])
}
