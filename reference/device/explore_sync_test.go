package device

import "testing"

// synchronising is SYNC, A1 and D1. The ledger's low-water mark is any number:
// a ledger restored from a backup names an old one.
func (e *explorer) synchronising(w world, i int) {
	u := &w.unit[i]
	if u.syncs < e.syncs {
		e.sync(w, i)
	}
	if u.syncOpen {
		for mark := uint8(0); mark < u.next; mark++ {
			e.acknowledge(w, i, mark)
		}
	}
	if e.decommission && !u.gone {
		next := w
		next.unit[i].gone = true
		if !e.has(creditAfterD1) {
			for _, n := range openRequests(&next.unit[i]) {
				next.unit[i].request[n] = closedOrCredited
			}
		}
		e.reach(next, StepD1, i, "")
	}
	if e.has(ringEntryDroppedEarly) {
		for n := uint8(1); n < u.next; n++ {
			if u.ring[n] != 0 && u.acked[n] {
				next := w
				next.unit[i].ring[n] = 0
				e.reach(next, "drop", i, n)
			}
		}
	}
}

// sync closes the requests that would hold the mark back, and uploads every
// credit.
func (e *explorer) sync(w world, i int) {
	u := &w.unit[i]
	u.syncs++
	u.syncOpen = true
	for _, n := range openRequests(u) {
		if int(n) <= int(u.next)-retention-1 {
			u.request[n] = closedOrCredited
		}
	}
	for n := uint8(1); n < u.next; n++ {
		u.covered[n] = u.ring[n] != 0
		if u.ring[n] != 0 {
			w.debit[u.ring[n]-1].known = true
		}
	}
	u.reported = u.next
	u.final = u.final || u.gone || e.decommission && e.has(finalSyncBeforeD1)
	e.reach(w, StepS1, i, "")
}

func (e *explorer) acknowledge(w world, i int, mark uint8) {
	u := &w.unit[i]
	u.syncOpen = false
	for n := range u.covered {
		u.acked[n] = u.acked[n] || u.covered[n]
		u.covered[n] = false
	}
	to := min(mark, u.ownBound())
	if !e.has(lowWaterFalls) {
		to = max(to, u.lowWater)
	}
	for n := u.lowWater + 1; n <= to; n++ {
		u.stub[n] = stubClosed
		if u.ring[n] != 0 {
			u.stub[n], u.ring[n] = u.ring[n], 0
		}
	}
	u.lowWater = to
	e.reach(w, StepA1, i, mark)
}

func explorations() map[string]bounds {
	return map[string]bounds{
		"one way, three debits, SYNC": {units: 2, funded: [3]int8{3}, requests: [3]uint8{0, 3}, debits: 3,
			syncs: 1, slots: 2},
		"one way, two debits, SYNC": {units: 2, funded: [3]int8{2}, requests: [3]uint8{0, 3}, debits: 2,
			syncs: 2, slots: 1},
		"both ways": {units: 2, funded: [3]int8{1, 1}, requests: [3]uint8{2, 2}, debits: 2,
			syncs: 1, slots: 1},
		"three devices": {units: 3, funded: [3]int8{1}, requests: [3]uint8{0, 2, 2}, debits: 1,
			syncs: 1, slots: 1},
		"three devices, handed on": {units: 3, funded: [3]int8{1}, requests: [3]uint8{1, 2, 2},
			debits: 3, slots: 2},
		"decommissioning": {units: 2, funded: [3]int8{1}, requests: [3]uint8{0, 2}, debits: 1,
			syncs: 2, slots: 2, decommission: true},
		"re-key": {units: 2, funded: [3]int8{2}, requests: [3]uint8{0, 2}, debits: 2,
			syncs: 1, slots: 1, rekeys: 1},
		"re-key, DEFUND": {units: 2, funded: [3]int8{2}, requests: [3]uint8{0, 1}, debits: 2,
			syncs: 1, slots: 1, rekeys: 2, defund: true},
		"DEFUND": {units: 2, funded: [3]int8{2}, requests: [3]uint8{0, 2}, debits: 2,
			syncs: 1, slots: 1, defund: true},
	}
}

func TestEveryOrderConservesValue(t *testing.T) {
	for name, b := range explorations() {
		t.Run(name, func(t *testing.T) {
			e := explorer{bounds: b}
			if wrong := e.run(); wrong != "" {
				t.Error(wrong)
			}
			t.Logf("%d states", len(e.states))
		})
	}
}

func TestEachFaultIsFound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault fault
		in    string
	}{
		{"request number unsigned", requestNumberUnsigned, "one way, two debits, SYNC"},
		{"REFUSED before Q4 is durable", refusedBeforeQ4, "one way, two debits, SYNC"},
		{"REFUSED below the mark", refusedBelowMark, "one way, two debits, SYNC"},
		{"ring entry dropped early", ringEntryDroppedEarly, "one way, two debits, SYNC"},
		{"reclaim by time-out", reclaimByTimeOut, "one way, two debits, SYNC"},
		{"signature before its debit", signatureBeforeDebit, "one way, two debits, SYNC"},
		{"ACCEPTED before Q2", acceptedBeforeQ2, "one way, two debits, SYNC"},
		{"low-water mark falls", lowWaterFalls, "one way, two debits, SYNC"},
		{"payee tag unchecked when closed", payeeTagUncheckedWhenClosed, "three devices"},
		{"final SYNC before D1", finalSyncBeforeD1, "decommissioning"},
		{"credit after D1", creditAfterD1, "decommissioning"},
		{"refund on any SYNC", refundOnAnySync, "decommissioning"},
		{"re-key before P2", reKeyBeforeP2, "re-key"},
		{"re-key before P2 of a DEFUND", reKeyBeforeP2, "re-key, DEFUND"},
		{"receipt by certificate", receiptByCertificate, "re-key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := explorer{bounds: explorations()[tt.in]}
			e.faults = tt.fault
			wrong := e.run()
			if wrong == "" {
				t.Fatalf("not found in %d states", len(e.states))
			}
			t.Log(wrong)
		})
	}
}
