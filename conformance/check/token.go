package check

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/provenance"
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
		k.wallet = k.newWallet(1)
	}
	return k.wallet
}

// walletAt is what the kit draws from at the hop with which a part arrives: under
// CHAIN another token for each, which has come through as many devices.
func (k *Kit) walletAt(hop uint64) *wallet {
	hop = min(max(hop, 1), wire.MaxHop)
	if hop == 1 || !k.t.env.realm.chained() {
		return k.walletOf()
	}
	if k.deeper == nil {
		k.deeper = map[uint64]*wallet{}
	}
	if k.deeper[hop] == nil {
		k.deeper[hop] = k.newWallet(hop)
	}
	return k.deeper[hop]
}

// newWallet makes one.
func (k *Kit) newWallet(hop uint64) *wallet {
	w := &wallet{places: map[place]money.Amount{}}
	if k.t.env.realm.chained() {
		var before []*holder
		for range hop - 1 {
			before = append(before, k.t.holder())
		}
		w.source = k.t.maker().Line(1<<53-1, k.DID(), before...).Source
		w.tid = k.t.maker().Brought(w.source)[0].TID
		w.object = k.t.maker().Tokens[w.tid]
		return w
	}
	name := fmt.Sprintf("%s %d %x", k.t.check.ID, k.t.env.Seed, k.DID())
	w.tid, w.object = k.t.env.realm.mint(name, 1<<53-1, nil)
	w.source = sha256.Sum256([]byte("what brought " + name))
	return w
}

// fragments are the parts of the kit's token that a transfer pays the lots
// with: others for each counter and request, the same for each try.
func (k *Kit) fragments(counter uint64, request wire.ID, lots []wire.Lot) []wire.Fragment {
	at := place{counter, request}
	begun, next := map[*wallet]money.Amount{}, map[*wallet]money.Amount{}
	var parts []wire.Fragment
	for _, l := range lots {
		w := k.walletAt(l.Hop)
		if _, used := begun[w]; !used {
			from, known := w.places[at]
			if !known {
				from = w.next
			}
			begun[w], next[w] = from, from
		}
		from := next[w]
		if l.Amount > 1<<52-from { // what no token can pay is refused for its amount
			from = 0
		}
		parts = append(parts, wire.Fragment{TID: w.tid, From: from, To: min(from+l.Amount, 1<<53-1), Hop: l.Hop, Source: w.source})
		next[w] = from + l.Amount
	}
	for w, start := range begun {
		if _, known := w.places[at]; !known && next[w] < 1<<52 {
			w.places[at], w.next = start, max(w.next, next[w])
		}
	}
	slices.SortStableFunc(parts, func(a, b wire.Fragment) int { return bytes.Compare(a.TID[:], b.TID[:]) })
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

// partsBeside are the TOKENs of a transfer of the kit, and under CHAIN the links.
func (k *Kit) partsBeside(object []byte) (beside []wire.Link, certs [][]byte) {
	o, err := wire.DecodeObject(object, wire.TypeTransfer.MaxBytes())
	if err != nil {
		return nil, nil
	}
	m, _ := wire.DecodeTransfer(o.Payload)
	shown := map[wire.TID]bool{}
	for _, f := range m.Fragments {
		w := k.walletAt(f.Hop)
		if f.TID == w.tid && !shown[f.TID] {
			shown[f.TID] = true
			beside = append(beside, wire.Link{Object: w.object})
		}
	}
	links, certs := k.t.linksOf(m.Fragments)
	return append(beside, links...), certs
}

// linksOf are the links of fragments, as far as there are any, and the certificates
// of their signers; none under REISSUE.
func (t *T) linksOf(parts []wire.Fragment) (links []wire.Link, certs [][]byte) {
	if !t.env.realm.chained() {
		return nil, nil
	}
	list, _ := provenance.Collect(t.env.realm.bounds(), parts, t.maker().Find)
	for _, l := range list {
		links = append(links, l.Encoded())
		if c := t.maker().Certs[l.ID]; c != nil {
			certs = append(certs, c)
		}
	}
	return links, certs
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
