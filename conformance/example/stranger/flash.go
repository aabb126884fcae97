package main

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// pageSize is the least that the card's memory writes at once, in bytes.
const pageSize = 64

// errPower means that the power went in the middle of a command. What was
// written stays; what was in RAM is gone.
var errPower = errors.New("the power is gone")

// A flash is a card's memory: two banks of pages, each page written once and in
// order. A page whose checksum does not hold was torn, and ends its bank.
type flash struct {
	banks  [2][][]byte
	active int
	total  int // writes ever made
	writes int // since the cut was armed
	armed  int // the write at which power goes; 0: none
	keep   int // bytes of that page that become new
	mode   string
	fired  bool
}

// arm sets a power cut and tells what became of the one before.
func (f *flash) arm(write, keep int, mode string) (fired bool, writes int) {
	fired, writes = f.fired, f.writes
	f.armed, f.keep, f.mode, f.fired, f.writes = write, keep, mode, false, 0
	return fired, writes
}

// write appends one page to a bank.
func (f *flash) write(bank int, page []byte) error {
	f.total++
	f.writes++
	if f.armed == 0 || f.writes != f.armed {
		f.banks[bank] = append(f.banks[bank], page)
		return nil
	}
	torn := make([]byte, pageSize)
	switch f.mode {
	case "noise":
		_, _ = rand.Read(torn) // never fails, see crypto/rand
	default: // an old page is an erased one: banks are written once
		for i := range torn {
			torn[i] = 0xff
		}
	}
	copy(torn, page[:min(f.keep, pageSize)])
	f.banks[bank] = append(f.banks[bank], torn)
	f.armed, f.fired = 0, true
	return errPower
}

// An event is one change of a card's state, and one page of its memory. What A
// to D mean is the kind's.
type event struct {
	Kind       byte
	Flag       byte
	Peer       id
	A, B, C, D uint64
}

// page is the event as it is written: its fields, zeros, and a checksum.
func (e event) page() []byte {
	p := make([]byte, pageSize)
	p[0], p[1] = e.Kind, e.Flag
	copy(p[2:10], e.Peer[:])
	for i, n := range [...]uint64{e.A, e.B, e.C, e.D} {
		binary.BigEndian.PutUint64(p[10+8*i:], n)
	}
	binary.BigEndian.PutUint32(p[pageSize-4:], crc32.ChecksumIEEE(p[:pageSize-4]))
	return p
}

// parsePage reads an event back; false says that the page is torn.
func parsePage(p []byte) (event, bool) {
	if binary.BigEndian.Uint32(p[pageSize-4:]) != crc32.ChecksumIEEE(p[:pageSize-4]) || p[0] == 0 {
		return event{}, false
	}
	e := event{Kind: p[0], Flag: p[1], Peer: id(p[2:10])}
	for i, n := range [...]*uint64{&e.A, &e.B, &e.C, &e.D} {
		*n = binary.BigEndian.Uint64(p[10+8*i:])
	}
	return e, true
}

// events are those of a bank up to the first torn page, and the generation of
// the checkpoint that the bank begins with: 0 when it holds no whole one.
func (f *flash) events(bank int) (all []event, generation uint64) {
	for _, p := range f.banks[bank] {
		e, whole := parsePage(p)
		if !whole {
			break
		}
		if e.Kind == evSealed {
			generation = e.A
		}
		all = append(all, e)
	}
	return all, generation
}

// boot chooses the bank with the newest whole checkpoint and drops what was
// torn off its end.
func (f *flash) boot() []event {
	one, first := f.events(0)
	two, second := f.events(1)
	all := one
	f.active = 0
	if second > first {
		all, f.active = two, 1
	}
	f.banks[f.active] = f.banks[f.active][:len(all)]
	f.banks[1-f.active] = nil
	return all
}
