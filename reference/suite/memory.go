package suite

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// A Memory checks signatures and remembers those that were right. Where a fleet of
// devices stands in one process, each of them reads the same provider's certificate
// and the same policy; only the first has to do the arithmetic. What was wrong is
// checked again each time. It is safe for concurrent use.
//
// Nothing that measures the cost of a verification may have one.
type Memory struct {
	most  int
	mutex sync.Mutex
	right map[[sha256.Size]byte]struct{}
}

// NewMemory returns an empty memory of at most so many signatures; when it is full
// it forgets them all.
func NewMemory(most int) *Memory {
	return &Memory{most: most, right: map[[sha256.Size]byte]struct{}{}}
}

// Verify is key.Verify(message, sig).
func (m *Memory) Verify(key PublicKey, message, sig []byte) error {
	name := signatureName(key.COSE(), message, sig)
	m.mutex.Lock()
	_, known := m.right[name]
	m.mutex.Unlock()
	if known {
		return nil
	}
	if err := key.Verify(message, sig); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.right) >= m.most {
		clear(m.right)
	}
	m.right[name] = struct{}{}
	return nil
}

// signatureName is a digest of three strings with their lengths, so that no other
// three have the same bytes.
func signatureName(parts ...[]byte) (name [sha256.Size]byte) {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write(p)
	}
	h.Sum(name[:0])
	return name
}
