package check

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// parted reports whether the profile is of family T.
func (r *Realm) parted() bool { return r.Place.Spoken() == wire.FamilyToken }

// mint signs a TOKEN of the realm, with changes.
func (r *Realm) mint(name string, value money.Amount, change func(*wire.IssuerToken)) (wire.TID, []byte) {
	digest := sha256.Sum256([]byte("assay/check/token/" + name))
	m := wire.IssuerToken{
		Version: wire.V1, Realm: r.Place.Realm, Suite: r.Service.Key.Public().Suite(), Currency: r.Place.Currency,
		Exponent: r.Place.Exponent, Value: value, Cert: r.Service.Cert.ID, Epoch: r.epoch, TID: wire.TID(digest[:16]),
	}
	if change != nil {
		change(&m)
	}
	return m.TID, r.Service.Sign(wire.TypeToken, m.Encode())
}

// A wallet is the token that a kit pays with, and who it had it from.
type wallet struct {
	tid    wire.TID
	object []byte
	source wire.ID
	// places are where the parts start that it has paid with, or means to, and next
	// is where the next one does.
	places map[place]money.Amount
	next   money.Amount
}

// A place is that of one transfer: sent again, it has the same parts.
type place struct {
	counter uint64
	request wire.ID
}

// walletOf is the kit's own token, as large as a token can be.
func (k *Kit) walletOf() *wallet {
	if k.wallet == nil {
		name := fmt.Sprintf("%s %d %x", k.t.check.ID, k.t.env.Seed, k.DID())
		tid, object := k.t.env.realm.mint(name, 1<<53-1, nil)
		k.wallet = &wallet{tid: tid, object: object, source: sha256.Sum256([]byte("what brought " + name)), places: map[place]money.Amount{}}
	}
	return k.wallet
}

// fragments are the parts of the kit's token that a transfer pays the lots
// with: others for each counter and request, the same for each try.
func (k *Kit) fragments(counter uint64, request wire.ID, lots []wire.Lot) []wire.Fragment {
	p, at := k.walletOf(), place{counter, request}
	from, known := p.places[at]
	if !known {
		from = p.next
	}
	start := from
	var parts []wire.Fragment
	for _, l := range lots {
		if l.Amount > 1<<52-from { // what no token can pay is refused for its amount
			from = 0
		}
		parts = append(parts, wire.Fragment{TID: p.tid, From: from, To: min(from+l.Amount, 1<<53-1), Hop: l.Hop, Source: p.source})
		from += l.Amount
	}
	if !known && from < 1<<52 {
		p.places[at], p.next = start, max(p.next, from)
	}
	return parts
}

// inParts gives the payload of a TRANSFER the form of family T: beside the lots
// that checks write stand the parts of the kit's token that make them.
func (k *Kit) inParts(payload []byte) []byte {
	m, err := wire.DecodeTransfer(payload)
	if code, coded := wire.CodeOf(err); err != nil && (!coded || code != spec.EAmount) || m.Family != wire.FamilyToken ||
		len(m.Fragments) > 0 || len(m.Lots) > wire.MaxFragments {
		return payload
	}
	m.Fragments = k.fragments(m.Counter, m.RequestHash, m.Lots)
	return m.Encode()
}

// tokensBeside are the TOKENs of a transfer of the kit.
func (k *Kit) tokensBeside(object []byte) []wire.Link {
	o, err := wire.DecodeObject(object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return nil
	}
	m, _ := wire.DecodeTransfer(o.Payload)
	if !slices.ContainsFunc(m.Fragments, func(f wire.Fragment) bool { return f.TID == k.walletOf().tid }) {
		return nil
	}
	return []wire.Link{{Object: k.wallet.object}}
}

// name is an identifier as part of a token's name.
func name(id wire.ID) string { return fmt.Sprintf("%x", id[:8]) }

// decodeSync reads the payload of a SYNC of the realm.
func (r *Realm) decodeSync(payload []byte) (wire.Sync, error) {
	if r.parted() {
		return wire.DecodeTokenSync(payload)
	}
	return wire.DecodeSync(payload)
}

// decodeSyncAck reads the payload of a SYNC_ACK of the realm.
func (r *Realm) decodeSyncAck(payload []byte) (wire.SyncAck, error) {
	if r.parted() {
		return wire.DecodeTokenSyncAck(payload)
	}
	return wire.DecodeSyncAck(payload)
}
