package disguise

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// A veil encrypts what leaves a unit, anew each time.
type veil struct {
	inner
	sent uint64
}

// ReEncrypted shows a product whose messages never come twice with the same
// bytes: one that is sent again, or asked for again, is encrypted anew. What is
// behind the veil authenticates its own messages, so that a message which was
// altered under way is a broken message there too.
func ReEncrypted(next adapter.Adapter) adapter.Adapter { return &veil{inner: inner{next}} }

// Do carries out a request on what the messages hold.
func (w *veil) Do(ctx context.Context, q adapter.Request, on events) (adapter.Answer, error) {
	switch v := q.Verb.(type) {
	case adapter.Hello:
		return w.hello(ctx, q, on, func(h *adapter.Implementation) { h.Seeded = false })
	case adapter.Start:
	case adapter.RequestPayment:
		v.Message = opened(v.Message)
		q.Verb = v
	case adapter.Pay:
		v.Message = opened(v.Message)
		q.Verb = v
	case adapter.Accept:
		v.Message = opened(v.Message)
		q.Verb = v
	case adapter.Acknowledge:
		v.Message = opened(v.Message)
		q.Verb = v
	case adapter.Resend:
		v.Message = opened(v.Message)
		q.Verb = v
	default:
		return w.next.Do(ctx, q, on)
	}
	a, err := w.next.Do(ctx, q, on)
	if err != nil {
		return a, err
	}
	if a.Done != nil {
		r := *a.Done
		r.Message = w.sealed(r.Message)
		r.Messages = nil
		for _, m := range a.Done.Messages {
			r.Messages = append(r.Messages, w.sealed(m))
		}
		a.Done = &r
	}
	if a.Refused != nil {
		r := *a.Refused
		r.Message = w.sealed(r.Message)
		a.Refused = &r
	}
	return a, nil
}

// nonceSize is the length of what stands before a sealed message.
const nonceSize = 16

// sealed is a message under a nonce that was never used; nothing stays nothing.
func (w *veil) sealed(m adapter.Bytes) adapter.Bytes {
	if len(m) == 0 {
		return m
	}
	w.sent++
	nonce := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("veil nonce"), w.sent))
	return append(nonce[:nonceSize:nonceSize], crypt(nonce[:nonceSize], m)...)
}

// opened is what a sealed message holds. What is too short to hold anything is
// handed on as it is: the unit refuses it.
func opened(m adapter.Bytes) adapter.Bytes {
	if len(m) < nonceSize {
		return m
	}
	return crypt(m[:nonceSize], m[nonceSize:])
}

// crypt adds the key stream of a nonce; twice is nothing.
func crypt(nonce, m []byte) []byte {
	out := make([]byte, len(m))
	var block [sha256.Size]byte
	for i := range m {
		if i%len(block) == 0 {
			block = sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte("veil key"), nonce...), uint64(i)))
		}
		out[i] = m[i] ^ block[i%len(block)]
	}
	return out
}
