package nvm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
)

// DefaultUnit is the write unit of a memory in bytes when none is declared.
const DefaultUnit = 64

var (
	// ErrTorn says that power was cut: the memory answers nothing more until
	// [Memory.Power].
	ErrTorn = errors.New("nvm: power was cut during a write")
	// ErrFull says that what was to be written does not fit. Nothing was written.
	ErrFull = errors.New("nvm: memory is full")
	// ErrRange says that an access lies outside the memory.
	ErrRange = errors.New("nvm: access outside the memory")
)

// A Mode says what a torn write leaves in the rest of its unit.
type Mode uint8

// The three things that silicon is known to leave behind.
const (
	Old    Mode = iota // the bytes from before the write
	Erased             // 0xff
	Noise              // seeded noise
)

// String returns the mode's name in reports.
func (m Mode) String() string {
	switch m {
	case Old:
		return "old"
	case Erased:
		return "erased"
	case Noise:
		return "noise"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// A Cut is where power is cut: in write number Write counted from now, 1 being
// the next, after Byte bytes of its unit. Byte 0 leaves nothing new; a Byte of
// the unit or more leaves the whole write done and its caller without an answer.
type Cut struct {
	Write int
	Byte  int
	Mode  Mode
}

// Options describe a memory. Zero values stand for the defaults.
type Options struct {
	Size int    // bytes; default 512 KiB
	Unit int    // bytes; default [DefaultUnit]
	Seed uint64 // of the noise that tears leave
}

// A Memory is bytes with a write unit. Writes reach it in order, one unit at a
// time, and a cut tears exactly one. It is not safe for concurrent use.
type Memory struct {
	bytes  []byte
	unit   int
	seed   uint64
	writes int
	at     int // the write that is torn; 0 when nothing is armed
	cut    Cut
	fired  bool
	dead   bool
}

// NewMemory returns an erased memory.
func NewMemory(o Options) *Memory {
	if o.Size == 0 {
		o.Size = 512 << 10
	}
	if o.Unit == 0 {
		o.Unit = DefaultUnit
	}
	return &Memory{bytes: make([]byte, o.Size), unit: o.Unit, seed: o.Seed}
}

// Size returns the capacity in bytes.
func (m *Memory) Size() int { return len(m.bytes) }

// Unit returns the write unit in bytes.
func (m *Memory) Unit() int { return m.unit }

// Writes returns how many units were written, or torn, since the memory was made.
func (m *Memory) Writes() int { return m.writes }

// Fired reports whether the armed cut has happened.
func (m *Memory) Fired() bool { return m.fired }

// Dead reports whether power is off.
func (m *Memory) Dead() bool { return m.dead }

// Arm sets the cut that is to happen, in place of any other.
func (m *Memory) Arm(c Cut) {
	m.cut, m.at, m.fired = c, m.writes+c.Write, false
}

// Disarm removes the cut.
func (m *Memory) Disarm() { m.at = 0 }

// Off cuts power between two writes.
func (m *Memory) Off() { m.dead = true }

// Power restores power. What was torn stays torn; a cut that fired is gone.
func (m *Memory) Power() {
	m.dead = false
	if m.fired {
		m.at = 0
	}
}

// Read copies len(p) bytes at off into p. It returns ErrTorn without power and
// ErrRange outside the memory.
func (m *Memory) Read(off int, p []byte) error {
	if m.dead {
		return ErrTorn
	}
	if off < 0 || off+len(p) > len(m.bytes) {
		return ErrRange
	}
	copy(p, m.bytes[off:])
	return nil
}

// Write puts data at off, unit by unit in ascending order. It returns ErrTorn
// when power is off or goes, ErrRange outside the memory. data is not kept.
func (m *Memory) Write(off int, data []byte) error {
	if m.dead {
		return ErrTorn
	}
	if off < 0 || off+len(data) > len(m.bytes) {
		return ErrRange
	}
	for len(data) > 0 {
		n := min(len(data), m.unit-off%m.unit)
		m.writes++
		if m.writes == m.at {
			m.tear(off, data[:n])
			return ErrTorn
		}
		copy(m.bytes[off:], data[:n])
		off, data = off+n, data[n:]
	}
	return nil
}

// tear leaves the first bytes of the unit as the write would have, and the rest
// of the whole unit by mode: bytes beside data are lost too, which is why the
// journal never shares a unit between records.
func (m *Memory) tear(off int, data []byte) {
	m.fired, m.dead = true, true
	start := off - off%m.unit
	unit := m.bytes[start:min(start+m.unit, len(m.bytes))]
	whole := append([]byte(nil), unit...)
	copy(whole[off-start:], data)
	k := min(m.cut.Byte, len(unit))
	copy(unit, whole[:k])
	if m.cut.Mode == Old || k == len(unit) {
		return
	}
	for i := range unit[k:] {
		unit[k+i] = 0xff
	}
	if m.cut.Mode == Noise {
		m.noise(unit[k:])
	}
}

func (m *Memory) noise(p []byte) {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], m.seed)
	binary.BigEndian.PutUint64(seed[8:], uint64(m.writes))
	_, _ = rand.NewChaCha8(seed).Read(p) // ChaCha8.Read never fails
}

// A Snapshot is a memory's content at one moment.
type Snapshot struct{ bytes []byte }

// Snapshot copies the content.
func (m *Memory) Snapshot() Snapshot {
	return Snapshot{append([]byte(nil), m.bytes...)}
}

// Restore puts a snapshot of a memory of this size back: a rollback. Power is
// on afterwards and nothing is armed.
func (m *Memory) Restore(s Snapshot) {
	copy(m.bytes, s.bytes)
	m.dead, m.fired, m.at = false, false, 0
}
