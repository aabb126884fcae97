package cert

import (
	"bytes"
	"crypto/sha256"
	"sync"
)

// A Memory reads certificates and remembers them by their bytes. That one was read
// says nothing about its signature. It is safe for concurrent use, and several
// devices in one process may have one; what it returns nobody may change.
type Memory struct {
	most  int
	mutex sync.Mutex
	read  map[[sha256.Size]byte]*Certificate
}

// NewMemory returns an empty memory of at most so many certificates; when it is full
// it forgets them all.
func NewMemory(most int) *Memory {
	return &Memory{most: most, read: map[[sha256.Size]byte]*Certificate{}}
}

// Parse is [Parse].
func (m *Memory) Parse(b []byte) (*Certificate, error) {
	digest := sha256.Sum256(b)
	m.mutex.Lock()
	c := m.read[digest]
	m.mutex.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := Parse(bytes.Clone(b))
	if err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.read) >= m.most {
		clear(m.read)
	}
	m.read[digest] = c
	return c, nil
}
