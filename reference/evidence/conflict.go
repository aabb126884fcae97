package evidence

import (
	"bytes"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
)

// pair returns two different debits of one payer.
func (j *judge) pair(objects [][]byte) (a, b debit, err error) {
	if a, err = j.debit(objects[0]); err != nil {
		return a, b, err
	}
	if b, err = j.debit(objects[1]); err != nil {
		return a, b, err
	}
	if a.payer != b.payer {
		return a, b, notProven("debits of two devices")
	}
	if a.id == b.id {
		return a, b, notProven("one debit twice")
	}
	return a, b, nil
}

// counter is kind 1: two debits with one counter.
func (j *judge) counter(objects [][]byte) (wire.DID, error) {
	a, b, err := j.pair(objects)
	if err != nil {
		return wire.DID{}, err
	}
	if a.counter != b.counter {
		return wire.DID{}, notProven("two counters")
	}
	return a.payer, nil
}

// prev is kind 2: two debits after one debit, or neighbours that are not
// linked. The first debit of any device has a prev of zeros; two of those have
// one counter, which is kind 1.
func (j *judge) prev(objects [][]byte) (wire.DID, error) {
	a, b, err := j.pair(objects)
	if err != nil {
		return wire.DID{}, err
	}
	if a.counter > b.counter {
		a, b = b, a
	}
	if a.prev == b.prev || a.counter+1 == b.counter && b.prev != a.id {
		return a.payer, nil
	}
	return wire.DID{}, notProven("the debits are linked, or not neighbours")
}

// token is kind 8: two debits that name one token. An honest device deletes a token
// before it signs, and exchanges what comes back.
func (j *judge) token(objects [][]byte) (wire.DID, error) {
	a, b, err := j.pair(objects)
	if err != nil {
		return wire.DID{}, err
	}
	for _, hash := range a.tokens {
		if slices.Contains(b.tokens, hash) {
			return a.payer, nil
		}
	}
	return wire.DID{}, notProven("the debits have no token in common")
}

// request is kind 3: two transfers for one PAY_REQ. The identifier contains the
// domain of its type, so a STATIC_REQ, which may be paid often, has another
// one; who signed the request does not matter, since an honest payer answers a
// given request once.
func (j *judge) request(objects [][]byte) (wire.DID, error) {
	a, b, err := j.pair(objects[:2])
	if err != nil {
		return wire.DID{}, err
	}
	o, err := wire.DecodeObject(objects[2], wire.TypePayReq.MaxBytes())
	if err != nil {
		return wire.DID{}, notProven("PAY_REQ: %v", err)
	}
	if _, err := wire.DecodePayReq(o.Payload); err != nil {
		return wire.DID{}, notProven("PAY_REQ: %v", err)
	}
	if id := o.ID(wire.TypePayReq); a.request != id || b.request != id {
		return wire.DID{}, notProven("another request")
	}
	return a.payer, nil
}

// receipt is kind 4: ACCEPTED and REFUSED for one transfer by one payee.
func (j *judge) receipt(objects [][]byte) (wire.DID, error) {
	a, payee, err := j.answer(objects[0])
	if err != nil {
		return wire.DID{}, err
	}
	b, other, err := j.answer(objects[1])
	if err != nil {
		return wire.DID{}, err
	}
	if payee != other || a.TransferHash != b.TransferHash || a.Status == b.Status {
		return wire.DID{}, notProven("the receipts do not contradict each other")
	}
	return payee, nil
}

// fork is kind 5: two reports with different heads at one entry.
func (j *judge) fork(objects [][]byte) (wire.DID, error) {
	a, did, err := j.report(objects[0])
	if err != nil {
		return wire.DID{}, err
	}
	b, other, err := j.report(objects[1])
	if err != nil {
		return wire.DID{}, err
	}
	if did != other {
		return wire.DID{}, notProven("reports of two devices")
	}
	if !Forked(a, b) {
		return wire.DID{}, notProven("the heads do not contradict each other")
	}
	return did, nil
}

// Forked reports whether two reports of one device state different heads after
// one entry.
func Forked(a, b wire.Sync) bool {
	return headsDiffer(a.First-1, a.HeadBefore, b) || headsDiffer(a.Last, a.Head, b)
}

func headsDiffer(n uint64, head wire.ID, other wire.Sync) bool {
	return n == other.First-1 && head != other.HeadBefore || n == other.Last && head != other.Head
}

// absent is kind 6: a debit, and a FULL report in which another debit has its
// counter.
func (j *judge) absent(objects [][]byte) (wire.DID, error) {
	d, err := j.debit(objects[0])
	if err != nil {
		return wire.DID{}, err
	}
	m, did, err := j.report(objects[1])
	if err != nil {
		return wire.DID{}, err
	}
	if did != d.payer || !Contradicts(m, d.counter, d.id) {
		return wire.DID{}, notProven("the report does not contradict the debit")
	}
	return did, nil
}

// Contradicts reports whether a FULL report holds a debit with the counter that
// is not the one with the id.
func Contradicts(m wire.Sync, counter uint64, id wire.ID) bool {
	if m.Mode != wire.SyncFull {
		return false
	}
	for _, b := range m.Entries {
		e, err := wire.DecodeLogEntry(b)
		if err == nil && (e.Kind == wire.LogPay || e.Kind == wire.LogDefund) && e.X == counter && e.Ref != id {
			return true
		}
	}
	return false
}

// issuer is kind 7: two certificates by one issuer for one subject and suite,
// with different keys that replace the same key or none.
func (j *judge) issuer(objects [][]byte) (wire.DID, error) {
	var c [2]*cert.Certificate
	for i, b := range objects {
		var err error
		if c[i], err = cert.Parse(b); err != nil {
			return wire.DID{}, notProven("certificate %d: %v", i, err)
		}
	}
	if !Misissued(c[0], c[1]) {
		return wire.DID{}, notProven("the certificates do not contradict each other")
	}
	path, err := j.path(c[0].Body.Issuer, wire.LevelService)
	if err != nil {
		return wire.DID{}, err
	}
	by := path.Leaf()
	for _, one := range c {
		if one.Body.Realm != j.realm || by.Verify(one.Object, wire.TypeCert) != nil {
			return wire.DID{}, notProven("certificate: realm or signature")
		}
	}
	return by.Device(), nil
}

// Misissued reports whether no issuer may have made both certificates.
func Misissued(a, b *cert.Certificate) bool {
	return a.Body.Issuer == b.Body.Issuer && a.Body.Subject == b.Body.Subject &&
		a.Body.Suite == b.Body.Suite && a.Body.Replaces == b.Body.Replaces &&
		!bytes.Equal(a.Body.Key, b.Body.Key)
}
