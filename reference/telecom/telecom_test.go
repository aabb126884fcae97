package telecom

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-cbdc/assay/spec"
)

// drawn are n bytes that a seed names.
func drawn(n int, seed uint64) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7}).Read(b)
	return b
}

func end(t testing.TB, frame int) *Link {
	t.Helper()
	l, err := NewLink(frame, StandardRules())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func cut(t testing.TB, frame int, message []byte) [][]byte {
	t.Helper()
	frames, err := end(t, frame).Frames(message)
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func code(err error) spec.Code {
	var e *Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code
}

func TestBoundsOfALink(t *testing.T) {
	for frame, right := range map[int]bool{MinFrame - 1: false, MinFrame: true, SMS: true, MaxFrame: true, MaxFrame + 1: false} {
		if _, err := NewLink(frame, StandardRules()); (err == nil) != right {
			t.Errorf("a link of %d bytes: %v", frame, err)
		}
	}
	for _, c := range []struct {
		n, frame, count int // 0: refused
	}{
		{0, SMS, 0}, {1, SMS, 1}, {127, SMS, 1}, {128, SMS, 2}, {341, SMS, 3}, {MaxMessage, SMS, 194}, {MaxMessage + 1, SMS, 0},
		{MaxCount * 31, MinFrame, 255}, {MaxCount*31 + 1, MinFrame, 0}, {MaxMessage, MaxFrame, 25},
	} {
		frames, err := end(t, c.frame).Frames(make([]byte, c.n))
		if len(frames) != c.count || (err == nil) != (c.count > 0) {
			t.Errorf("%d bytes on a link of %d: %d frames, %v; want %d", c.n, c.frame, len(frames), err, c.count)
		}
	}
}

// TestEveryCut: whatever the length, frames hold to n, no part is empty, and
// together they are the message.
func TestEveryCut(t *testing.T) {
	for n := 1; n <= 1200; n++ {
		for _, frame := range []int{MinFrame, 57, SMS} {
			message := drawn(n, 1)
			frames, reader := cut(t, frame, message), end(t, frame)
			for i, f := range frames {
				if len(f) > frame || len(f) <= Overhead {
					t.Fatalf("%d bytes on a link of %d: frame %d has %d", n, frame, i, len(f))
				}
				got, err := reader.Read(f)
				last := i == len(frames)-1
				if err != nil || (got.Message != nil) != last || last && !bytes.Equal(got.Message, message) {
					t.Fatalf("%d bytes on a link of %d: frame %d: %x, %v", n, frame, i, got.Message, err)
				}
			}
		}
	}
}

// TestSlowNetwork loses, repeats, alters and reorders the frames of four
// messages, and asks for what is missing until all are there.
func TestSlowNetwork(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 23040))
		sender, reader := end(t, SMS), end(t, SMS)
		want, got := map[string]bool{}, map[string]bool{}
		var air [][]byte
		for i := range uint64(MaxMessages) {
			message := drawn(1+random.IntN(4000), seed*4+i)
			want[string(message)] = true
			frames, err := sender.Frames(message)
			if err != nil {
				t.Fatal(err)
			}
			air = append(air, frames[0]) // so that the reader knows of each
			air = append(air, frames...)
		}
		for round := 0; len(got) < len(want); round++ {
			if round > 100 {
				t.Fatalf("seed %d: %d of %d messages after 100 rounds", seed, len(got), len(want))
			}
			random.Shuffle(len(air), func(i, k int) { air[i], air[k] = air[k], air[i] })
			for _, f := range air {
				if round > 0 && random.IntN(4) == 0 {
					continue
				}
				if random.IntN(8) == 0 {
					altered := bytes.Clone(f)
					altered[random.IntN(len(f))] ^= 1 << random.IntN(8)
					if r, err := reader.Read(altered); code(err) == 0 || r.Message != nil {
						t.Fatalf("seed %d: an altered frame: %v", seed, err)
					}
				}
				r, err := reader.Read(f)
				if err != nil || r.Message != nil && !want[string(r.Message)] {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if r.Message != nil {
					got[string(r.Message)] = true
				}
			}
			air = nil
			for _, ask := range reader.Ask() {
				again, err := sender.Read(ask)
				if err != nil || len(again.Again) == 0 {
					t.Fatalf("seed %d: an ask gets %d frames, %v", seed, len(again.Again), err)
				}
				air = append(air, again.Again...)
			}
		}
	}
}

func TestAskNamesWhatIsMissing(t *testing.T) {
	message := drawn(2000, 5)
	sender, reader := end(t, SMS), end(t, SMS)
	frames, _ := sender.Frames(message)
	if reader.Ask() != nil {
		t.Error("a link that has heard nothing asks")
	}
	var lost [][]byte
	for i, f := range frames {
		if i == 0 || i == 7 || i == 9 || i == len(frames)-1 {
			lost = append(lost, f)
		} else if _, err := reader.Read(f); err != nil {
			t.Fatal(err)
		}
	}
	asks := reader.Ask()
	again, err := sender.Read(asks[0])
	if len(asks) != 1 || err != nil || !slices.EqualFunc(again.Again, lost, bytes.Equal) {
		t.Fatalf("%d asks get %d frames of %d, %v", len(asks), len(again.Again), len(lost), err)
	}
	for _, f := range lost {
		_, _ = reader.Read(f)
	}
	if _, _ = reader.Read(frames[3]); len(reader.Ask()) != 0 {
		t.Error("a frame that comes once more makes the link ask for a message that it has given")
	}
}

func TestAskForWhatIsNotKept(t *testing.T) {
	sender, reader := end(t, SMS), end(t, SMS)
	var asks [][]byte
	for i := range uint64(MaxMessages + 1) {
		frames, _ := sender.Frames(drawn(300, i))
		one := end(t, SMS)
		_, _ = one.Read(frames[0])
		asks = append(asks, one.Ask()...)
	}
	for i, ask := range asks {
		_, err := sender.Read(ask)
		if want := (i == 0); (code(err) == spec.EState) != want {
			t.Errorf("message %d of five: %v", i, err)
		}
	}
	if _, err := reader.Read(asks[0]); code(err) != spec.EState {
		t.Errorf("who has sent nothing is asked: %v", err)
	}
	if len(sender.sent) != MaxMessages {
		t.Errorf("%d messages are kept", len(sender.sent))
	}
}

// TestMemoryIsBounded: a thousand first frames leave four messages, and the
// latest can be completed.
func TestMemoryIsBounded(t *testing.T) {
	reader := end(t, SMS)
	var last [][]byte
	for i := range uint64(1000) {
		last = cut(t, SMS, drawn(300, i))
		if _, err := reader.Read(last[0]); err != nil {
			t.Fatal(err)
		}
	}
	if len(reader.sets) != MaxMessages {
		t.Errorf("%d messages are kept", len(reader.sets))
	}
	_, _ = reader.Read(last[1])
	if r, err := reader.Read(last[2]); err != nil || r.Message == nil {
		t.Errorf("the latest: %v", err)
	}
}

// TestForgedPart: a part under a right check that is not the message's spoils
// it, once.
func TestForgedPart(t *testing.T) {
	message := drawn(300, 3)
	frames, reader := cut(t, SMS, message), end(t, SMS)
	forged := bytes.Clone(frames[1][:len(frames[1])-checkSize])
	forged[20] ^= 1
	for _, f := range [][]byte{frames[0], Checked(forged), frames[1]} {
		if _, err := reader.Read(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := reader.Read(frames[2]); code(err) != spec.EParts {
		t.Errorf("the last of a spoiled message: %v", err)
	}
	for i, f := range frames {
		r, err := reader.Read(f)
		if err != nil || (r.Message != nil) != (i == 2) {
			t.Errorf("right frame %d afterwards: %v", i, err)
		}
	}
}

// FuzzRead: any bytes are refused with a code or read; nothing more than the
// bound is kept, and what was there before still becomes its message.
func FuzzRead(f *testing.F) {
	message := drawn(300, 9)
	sender, reader := end(f, SMS), end(f, SMS)
	frames, _ := sender.Frames(message)
	_, _ = reader.Read(frames[1])
	for _, b := range append(frames, reader.Ask()...) {
		f.Add(b, false)
		f.Add(b[:len(b)-checkSize], true)
	}
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed {
			b = Checked(bytes.Clone(b))
		}
		l := end(t, SMS)
		_, _ = l.Frames(message)
		_, _ = l.Read(frames[0])
		r, err := l.Read(b)
		if err != nil && code(err) == 0 {
			t.Errorf("%x: %v has no code", b, err)
		}
		if r.Message != nil && tagOf(r.Message) != tag(b[1:5]) {
			t.Errorf("%x gives another message than it names", b)
		}
		if len(l.sets) > MaxMessages || len(l.Ask()) > MaxMessages {
			t.Errorf("%d messages are kept", len(l.sets))
		}
		got := r.Message
		for _, f := range append(slices.Clone(frames), frames...) { // twice: b may be a forged part
			if r, _ := l.Read(f); r.Message != nil {
				got = r.Message
			}
		}
		if got == nil {
			t.Errorf("%x keeps a message from its reader", b)
		}
	})
}
