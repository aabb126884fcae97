package ledger

import (
	"bytes"
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// A Finding accuses one device, or for wire.EvidenceIssuer one issuer.
type Finding struct {
	Kind    uint64
	Accused wire.DID
	// Evidence is an EVIDENCE that [evidence.Verify] accepts.
	Evidence []byte
}

// A Detector looks for one kind of conflict among the objects that the ledger
// has seen.
type Detector struct {
	Name        string
	Requirement spec.ID
	Find        func(l *Ledger) []Finding
}

// DefaultDetectors returns the detectors of sync.md, section Evidence, by kind.
func DefaultDetectors() []Detector {
	return []Detector{
		{"two debits with one counter", spec.DET01, (*Ledger).sameCounter},
		{"debits that are not linked", spec.DET01, (*Ledger).brokenLink},
		{"two transfers for one request", spec.DET01, (*Ledger).sameRequest},
		{"accepted and refused", spec.DET03, (*Ledger).bothAnswers},
		{"two histories", spec.DET03, (*Ledger).twoHistories},
		{"a debit that its log denies", spec.DET01, (*Ledger).deniedDebit},
		{"two keys for one subject", spec.DET04, (*Ledger).twoKeys},
		{"two debits with one token", spec.DSP08, (*Ledger).sameToken},
		{"more drawn from a lot than it had", spec.DET06, (*Ledger).overdrawn},
		{"one part of a token drawn twice", spec.TOK11, (*Ledger).drawnTwice},
		{"a part drawn from what has not brought it", spec.TOK13, (*Ledger).drawnBeyond},
	}
}

// Findings returns what the objects seen so far prove, by kind and accused.
// For each conflict there is one finding, with the two objects of the lowest
// ids, whatever came first. A conflict that does not convict with public keys
// alone is none; it is an alarm of [Ledger.Supply].
func (l *Ledger) Findings() []Finding {
	proven, _ := l.conflicts()
	return proven
}

// conflicts runs the detectors and judges what they find.
func (l *Ledger) conflicts() (proven []Finding, unproven []Alarm) {
	for _, d := range l.parts.Detectors {
		for _, f := range d.Find(l) {
			got, err := evidence.Verify(f.Evidence, l.parts.Roots...)
			if err == nil && got.Accused == f.Accused && got.Kind == f.Kind && !got.Unlinked {
				proven = append(proven, f)
				continue
			}
			alarm := Alarm{"not proven: " + d.Name, d.Requirement, f.Accused}
			if !slices.Contains(unproven, alarm) {
				unproven = append(unproven, alarm)
			}
		}
	}
	return proven, unproven
}

func (l *Ledger) finding(kind uint64, accused wire.DID, objects [][]byte, signers ...[][]byte) Finding {
	links, certs := l.linksOf(accused)
	b := evidence.AppendLinked(nil, l.parts.Place.Realm, kind, objects, slices.Concat(slices.Concat(signers...), certs), links)
	return Finding{kind, accused, b}
}

// conflict is a finding about two debits.
func (l *Ledger) conflict(kind uint64, a, b *Debit, more ...[]byte) Finding {
	objects := append([][]byte{a.Object, b.Object}, more...)
	return l.finding(kind, a.Payer, objects, l.chainOf(a.Cert), l.chainOf(b.Cert))
}

// chainOf returns the path of a certificate that has been verified.
func (l *Ledger) chainOf(id wire.ID) [][]byte {
	path, err := l.store.Path(id, nil)
	if err != nil {
		return nil
	}
	return raw(path)
}

// sameCounter is kind 1. Debits come by payer, counter and id, so conflicts
// are neighbours, and the first two of a run stand for it.
func (l *Ledger) sameCounter() []Finding {
	var found []Finding
	debits := l.Debits()
	for i := 1; i < len(debits); i++ {
		a, b := debits[i-1], debits[i]
		first := i < 2 || !sameKey(debits[i-2], a)
		if sameKey(a, b) && first {
			found = append(found, l.conflict(wire.EvidenceCounter, a, b))
		}
	}
	return found
}

func sameKey(a, b *Debit) bool { return a.Payer == b.Payer && a.Counter == b.Counter }

// brokenLink is kind 2: two debits with one prev and different counters, or
// neighbours of which the second names another debit before it. Of several
// debits with one counter, which are kind 1, one that is linked is enough.
func (l *Ledger) brokenLink() []Finding {
	type link struct {
		payer wire.DID
		prev  wire.ID
	}
	first := map[link]*Debit{}
	at := map[counterOf][]*Debit{}
	var found []Finding
	for _, d := range l.Debits() {
		before := first[link{d.Payer, d.Prev}]
		if before == nil {
			first[link{d.Payer, d.Prev}] = d
		} else if before.Counter == d.Counter {
			before = nil
		}
		neighbours := at[counterOf{d.Payer, d.Counter - 1}]
		linked := slices.ContainsFunc(neighbours, func(n *Debit) bool { return n.ID == d.Prev })
		if before == nil && len(neighbours) > 0 && !linked {
			before = neighbours[0]
		}
		if before != nil {
			found = append(found, l.conflict(wire.EvidencePrev, before, d))
		}
		key := counterOf{d.Payer, d.Counter}
		at[key] = append(at[key], d)
	}
	return found
}

// counterOf names one counter of one payer.
type counterOf struct {
	payer   wire.DID
	counter uint64
}

// sameRequest is kind 3, for requests that the ledger has seen.
func (l *Ledger) sameRequest() []Finding {
	type key struct {
		payer   wire.DID
		request wire.ID
	}
	first := map[key]*Debit{}
	count := map[key]int{}
	var found []Finding
	for _, d := range l.Debits() {
		request, known := l.seen.requests[d.RequestHash]
		if !known {
			continue
		}
		k := key{d.Payer, d.RequestHash}
		if count[k]++; count[k] == 1 {
			first[k] = d
		} else if count[k] == 2 {
			found = append(found, l.conflict(wire.EvidenceRequest, first[k], d, request))
		}
	}
	return found
}

// bothAnswers is kind 4.
func (l *Ledger) bothAnswers() []Finding {
	type word struct {
		payee    wire.DID
		transfer wire.ID
	}
	first := map[word]*Answer{}
	found := map[word]Finding{}
	for _, a := range l.Answers() {
		w := word{a.Device, a.Body.TransferHash}
		b := first[w]
		if b == nil {
			first[w] = a
		} else if _, known := found[w]; !known && a.Body.Status != b.Body.Status {
			found[w] = l.finding(wire.EvidenceReceipt, a.Device, [][]byte{b.Bytes, a.Bytes}, b.chain(), a.chain())
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Finding) int { return bytes.Compare(a.Evidence, b.Evidence) })
}

// twoHistories is kind 5: of each device the first pair of reports that fork.
func (l *Ledger) twoHistories() []Finding {
	var found []Finding
	reports := l.Reports()
	accused := map[wire.DID]bool{}
	for i, b := range reports {
		for _, a := range reports[:i] {
			if a.Device == b.Device && !accused[a.Device] && evidence.Forked(a.Body, b.Body) {
				accused[a.Device] = true
				found = append(found, l.finding(wire.EvidenceFork, a.Device, [][]byte{a.Bytes, b.Bytes}, a.chain(), b.chain()))
			}
		}
	}
	return found
}

// deniedDebit is kind 6: for each debit the report of the lowest id.
func (l *Ledger) deniedDebit() []Finding {
	at := map[counterOf][]*Debit{}
	for _, d := range l.Debits() {
		key := counterOf{d.Payer, d.Counter}
		at[key] = append(at[key], d)
	}
	denied := map[wire.ID]bool{}
	var found []Finding
	for _, r := range l.Reports() {
		if r.Body.Mode != wire.SyncFull {
			continue
		}
		for _, e := range r.Entries {
			if !isDebit(e) {
				continue
			}
			for _, d := range at[counterOf{r.Device, e.X}] {
				if d.ID != e.Ref && !denied[d.ID] {
					denied[d.ID] = true
					found = append(found, l.finding(wire.EvidenceAbsent, d.Payer, [][]byte{d.Object, r.Bytes}, l.chainOf(d.Cert), r.chain()))
				}
			}
		}
	}
	return found
}

// twoKeys is kind 7.
func (l *Ledger) twoKeys() []Finding {
	certs := slices.SortedFunc(maps.Values(l.seen.certs), func(a, b *cert.Certificate) int {
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	var found []Finding
	for i, b := range certs {
		for _, a := range certs[:i] {
			if !evidence.Misissued(a, b) {
				continue
			}
			if issuer := l.store.Find(a.Body.Issuer); issuer != nil {
				found = append(found, l.finding(wire.EvidenceIssuer, issuer.Device(), [][]byte{a.Raw, b.Raw}, [][]byte{issuer.Raw}))
			}
		}
	}
	return found
}
