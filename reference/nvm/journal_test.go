package nvm

import (
	"encoding/binary"
	"fmt"
	"testing"
)

func modes() []Mode { return []Mode{Old, Erased, Noise} }

// script is commits that set, overwrite, remove and, in a memory this small,
// checkpoint several times.
func script() [][]Entry {
	var out [][]Entry
	for i := range 9 {
		v := make([]byte, 10+7*i)
		binary.BigEndian.PutUint64(v, uint64(i)+1)
		out = append(out, []Entry{
			{Key: 1, Value: v[:8]},
			{Key: Key(2 + i%3), Value: v},
			{Key: Key(2 + (i+1)%3)},
		})
	}
	return out
}

func small() *Memory { return NewMemory(Options{Size: 640, Unit: 32, Seed: 7}) }

// states are the contents after 0, 1, ... commits of the script.
func states(t *testing.T) [][]Entry {
	t.Helper()
	values := map[Key][]byte{}
	out := [][]Entry{sorted(values)}
	for _, c := range script() {
		apply(values, c)
		out = append(out, sorted(values))
	}
	return out
}

// run formats m and commits the script until done or torn, and returns how many
// commits were answered.
func run(m *Memory) int {
	j, err := Open(m)
	if err != nil {
		if j, err = Format(m); err != nil {
			return -1
		}
	}
	for i, c := range script() {
		if err := j.Commit(c); err != nil {
			return i
		}
	}
	return len(script())
}

func TestCommitSurvivesEveryTear(t *testing.T) {
	want := states(t)
	dry := small()
	if n := run(dry); n != len(script()) {
		t.Fatalf("dry run made %d commits", n)
	}
	for write := 1; write <= dry.Writes(); write++ {
		for k := 0; k <= dry.Unit(); k++ {
			for _, mode := range modes() {
				cut := Cut{write, k, mode}
				m := small()
				m.Arm(cut)
				n := run(m)
				if !m.Fired() {
					t.Fatalf("%v did not fire", cut)
				}
				checkRecovered(t, m, cut, want, n)
			}
		}
	}
}

// checkRecovered opens the torn memory, expects the state before or after the
// commit that was cut, and tears the next commit at each of its writes too.
func checkRecovered(t *testing.T, m *Memory, cut Cut, want [][]Entry, answered int) {
	t.Helper()
	m.Power()
	j, err := Open(m)
	if answered < 0 {
		if err == nil && len(j.Load()) != 0 {
			t.Fatalf("%v in Format: %v", cut, j.Load())
		}
		return
	}
	if err != nil {
		t.Fatalf("%v after %d commits: %v", cut, answered, err)
	}
	at := answered
	if answered < len(script()) && Equal(j.Load(), want[answered+1]) {
		at++
	}
	if !Equal(j.Load(), want[at]) {
		t.Fatalf("%v after %d commits recovers %v; want %v", cut, answered, j.Load(), want[at])
	}
	if at == len(script()) {
		return
	}
	image := m.Snapshot()
	for write := 1; ; write++ {
		m.Restore(image)
		again, err := Open(m)
		if err != nil {
			t.Fatal(err)
		}
		second := Cut{write, (write * 7) % m.Unit(), modes()[write%3]}
		m.Arm(second)
		done := again.Commit(script()[at]) == nil
		m.Power()
		third, err := Open(m)
		if err != nil {
			t.Fatalf("%v then %v: %v", cut, second, err)
		}
		got := third.Load()
		if !Equal(got, want[at+1]) && (done || !Equal(got, want[at])) {
			t.Fatalf("%v then %v recovers %v", cut, second, got)
		}
		if done {
			return
		}
	}
}

func TestFullMemoryWritesNothing(t *testing.T) {
	m := small()
	j, err := Format(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Commit([]Entry{{1, []byte("kept")}}); err != nil {
		t.Fatal(err)
	}
	before := m.Writes()
	if err := j.Commit([]Entry{{2, make([]byte, 400)}}); err != ErrFull {
		t.Fatalf("got %v; want ErrFull", err)
	}
	if m.Writes() != before {
		t.Errorf("%d writes after ErrFull; want %d", m.Writes(), before)
	}
	j, err = Open(m)
	if err != nil || !Equal(j.Load(), []Entry{{1, []byte("kept")}}) {
		t.Errorf("after ErrFull: %v, %v", j, err)
	}
}

func TestRestoreRollsBack(t *testing.T) {
	m := small()
	j, err := Format(m)
	if err != nil {
		t.Fatal(err)
	}
	s := m.Snapshot()
	if err := j.Commit([]Entry{{1, []byte("a")}}); err != nil {
		t.Fatal(err)
	}
	m.Restore(s)
	if j, err = Open(m); err != nil || len(j.Load()) != 0 {
		t.Errorf("after Restore: %v, %v", j, err)
	}
}

func TestFormatForgets(t *testing.T) {
	m := small()
	for range 5 {
		if _, err := Format(m); err != nil {
			t.Fatal(err)
		}
		j, err := Open(m)
		if err != nil || len(j.Load()) != 0 {
			t.Fatalf("after Format: %v, %v", j, err)
		}
		for _, c := range script() {
			if err := j.Commit(c); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTornMemoryIsDead(t *testing.T) {
	m := small()
	m.Arm(Cut{Write: 2, Byte: 3, Mode: Erased})
	if err := m.Write(0, make([]byte, 100)); err != ErrTorn {
		t.Fatalf("got %v; want ErrTorn", err)
	}
	if err := m.Write(0, []byte{1}); err != ErrTorn {
		t.Errorf("write without power: %v", err)
	}
	if err := m.Read(0, make([]byte, 1)); err != ErrTorn {
		t.Errorf("read without power: %v", err)
	}
	m.Power()
	got := make([]byte, 64)
	if err := m.Read(0, got); err != nil {
		t.Fatal(err)
	}
	if got[34] != 0 || got[35] != 0xff || got[63] != 0xff {
		t.Errorf("unit after the tear: %x", got[32:])
	}
	if m.Writes() != 2 || !m.Fired() {
		t.Errorf("%d writes, fired %v", m.Writes(), m.Fired())
	}
}

func FuzzOpenNeverInvents(f *testing.F) {
	f.Add(uint16(5), byte(1), uint16(300), byte(0xff))
	f.Fuzz(func(t *testing.T, at uint16, x byte, at2 uint16, x2 byte) {
		m := small()
		run(m)
		m.bytes[int(at)%len(m.bytes)] ^= x
		m.bytes[int(at2)%len(m.bytes)] ^= x2
		j, err := Open(m)
		if err != nil {
			return
		}
		for _, s := range states(t) {
			if Equal(j.Load(), s) {
				return
			}
		}
		t.Errorf("recovered %v, which was never committed", j.Load())
	})
}

func FuzzOpenTakesAnyBytes(f *testing.F) {
	m := small()
	run(m)
	f.Add(m.bytes)
	f.Fuzz(func(t *testing.T, b []byte) {
		m := small()
		copy(m.bytes, b)
		if j, err := Open(m); err == nil {
			if err := j.Commit([]Entry{{1, []byte("next")}}); err != nil && err != ErrFull {
				t.Fatal(err)
			}
		}
	})
}

func ExampleJournal() {
	m := NewMemory(Options{})
	j, _ := Format(m)
	_ = j.Commit([]Entry{{Key: 1, Value: []byte("before")}})
	m.Arm(Cut{Write: 1, Byte: 5, Mode: Noise})
	fmt.Println(j.Commit([]Entry{{Key: 1, Value: []byte("after")}}))
	m.Power()
	j, _ = Open(m)
	fmt.Printf("%s\n", j.Load()[0].Value)
	// Output:
	// nvm: power was cut during a write
	// before
}
