package qr

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// item is an object of n bytes, 3 to 65,538: a byte string with its head.
func item(n int, seed uint64) []byte {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 1})
	for content := n - 1; content >= 0; content-- {
		b := make([]byte, content)
		_, _ = random.Read(b)
		if out := wire.AppendBytes(nil, b); len(out) == n {
			return out
		}
	}
	panic("qr: no byte string has this length") // 25 and 258 bytes
}

func TestBase45OfRFC9285(t *testing.T) {
	for plain, text := range map[string]string{
		"AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0", "": "",
	} {
		if got := Encode45([]byte(plain)); got != text {
			t.Errorf("%q is %q; RFC 9285, section 4 has %q", plain, got, text)
		}
		if got, ok := Decode45(text); !ok || string(got) != plain {
			t.Errorf("%q reads %q, %v", text, got, ok)
		}
	}
}

func TestBytesHaveOneText(t *testing.T) {
	for _, text := range []string{"GGW", "::", "U6", "A", "BB8A", "bb8", "BB8\n", "BB8=", "Ä1"} {
		if b, ok := Decode45(text); ok {
			t.Errorf("%q reads %x", text, b)
		}
	}
	for n := range 1 << 16 { // every group of three, and every one of two
		b := []byte{byte(n >> 8), byte(n)}
		if got, ok := Decode45(Encode45(b)); !ok || !bytes.Equal(got, b) {
			t.Fatalf("%x reads %x, %v", b, got, ok)
		}
	}
	taken := 0
	for i := range base * base {
		text := string([]byte{alphabet[i%base], alphabet[i/base]})
		if b, ok := Decode45(text); ok {
			taken++
			if Encode45(b) != text {
				t.Errorf("%q reads %x, which is %q", text, b, Encode45(b))
			}
		}
	}
	if taken != 256 {
		t.Errorf("%d texts of two characters are taken; there are 256 bytes", taken)
	}
}

func TestOneText(t *testing.T) {
	for _, n := range []int{1, 2, 24, 400, 1800} {
		object := []byte{0}
		if n > 1 {
			object = item(n, 1)
		}
		text, err := Text(object)
		if err != nil {
			t.Fatal(err)
		}
		got, err := NewReader(StandardRules()).Read(text)
		if err != nil || !bytes.Equal(got, object) {
			t.Errorf("%d bytes: %x, %v", n, got, err)
		}
	}
	for _, n := range []int{0, 1801} {
		if _, err := Text(make([]byte, n)); err == nil {
			t.Errorf("a text of %d bytes", n)
		}
	}
}

func TestSplitBounds(t *testing.T) {
	for _, c := range []struct {
		length, size int
		ok           bool
	}{
		{0, 400, false}, {1, 1, true}, {64, 1, true}, {65, 1, false}, {24_576, 400, true}, {24_577, 400, false},
		{24_576, 384, true}, {24_576, 383, false}, {100, 0, false}, {100, 1783, true}, {100, 1784, false}, {100, -1, false},
	} {
		if _, err := Split(make([]byte, c.length), c.size); (err == nil) != c.ok {
			t.Errorf("%d bytes in blocks of %d: %v", c.length, c.size, err)
		}
	}
}

func TestFramesInOrderNeedNoMore(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {39, 16}, {400, 400}, {401, 400}, {3895, 400}, {7863, 400}, {24_576, 384}, {64, 1}} {
		object := []byte{0}
		if c[0] > 1 {
			object = item(c[0], 2)
		}
		f, err := Split(object, c[1])
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(StandardRules())
		for seq := range f.Blocks() {
			got, err := r.Read(f.Text(uint32(seq)))
			last := seq == f.Blocks()-1
			if err != nil || (got != nil) != last || last && !bytes.Equal(got, object) {
				t.Fatalf("%d bytes in blocks of %d: frame %d gives %d bytes, %v", c[0], c[1], seq, len(got), err)
			}
		}
	}
}

// TestFramesInAnyOrder loses, repeats, mixes and reorders frames of two objects;
// each object comes out exactly when its frames have full rank.
func TestFramesInAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 45))
		var of [2]Frames
		var want [2][]byte
		for i := range of {
			want[i] = item(300+random.IntN(4000), seed*2+uint64(i))
			of[i], _ = Split(want[i], 64+random.IntN(300))
		}
		r := NewReader(StandardRules())
		seen, done := [2][]uint64{}, [2]bool{}
		for !done[0] || !done[1] {
			i := random.IntN(2)
			seq := uint32(random.IntN(4 * of[i].Blocks()))
			if done[i] {
				continue
			}
			seen[i] = append(seen[i], of[i].mask(seq))
			got, err := r.Read(of[i].Text(seq))
			done[i] = rank(seen[i]) == of[i].Blocks()
			if err != nil || (got != nil) != done[i] || done[i] && !bytes.Equal(got, want[i]) {
				t.Fatalf("seed %d: frame %d of object %d, rank %d of %d: %d bytes, %v",
					seed, seq, i, rank(seen[i]), of[i].Blocks(), len(got), err)
			}
		}
	}
}

// rank is that of a matrix over GF(2), column by column.
func rank(rows []uint64) (n int) {
	rows = append([]uint64(nil), rows...)
	for bit := range 64 {
		for i := n; i < len(rows); i++ {
			if rows[i]>>bit&1 == 0 {
				continue
			}
			rows[n], rows[i] = rows[i], rows[n]
			for k := range rows {
				if k != n && rows[k]>>bit&1 == 1 {
					rows[k] ^= rows[n]
				}
			}
			n++
			break
		}
	}
	return n
}

func frames(t *testing.T, n, size int) ([]byte, Frames) {
	t.Helper()
	object := item(n, uint64(n))
	f, err := Split(object, size)
	if err != nil {
		t.Fatal(err)
	}
	return object, f
}

func wantCode(t *testing.T, what string, err error, want spec.Code) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("%s: %v; want %d", what, err, want)
	}
}

// TestHostileFrame spoils a set; the frames after it make the object.
func TestHostileFrame(t *testing.T) {
	object, f := frames(t, 100, 20)
	lie := f
	lie.padded = bytes.Clone(f.padded)
	lie.padded[0] ^= 1
	r := NewReader(StandardRules())
	for seq := range uint32(4) {
		if got, err := r.Read(lie.Text(seq)); got != nil || err != nil {
			t.Fatal(got, err)
		}
	}
	got, err := r.Read(f.Text(4))
	if wantCode(t, "the fifth block after a wrong first", err, spec.EParts); got != nil {
		t.Errorf("it gives %x", got)
	}
	for seq := uint32(5); ; seq++ {
		if got, err := r.Read(f.Text(seq)); err != nil || got != nil {
			if err != nil || !bytes.Equal(got, object) {
				t.Errorf("after it: %x, %v", got, err)
			}
			return
		}
	}
}

// TestNonsenseUnderRightTag: frames that carry what is no item are right frames.
func TestNonsenseUnderRightTag(t *testing.T) {
	for what, c := range map[string]struct {
		object []byte
		code   spec.Code
	}{
		"no item":          {bytes.Repeat([]byte{0xff}, 40), spec.EMalformed},
		"a byte behind":    {append(item(40, 1), 0), spec.EMalformed},
		"another encoding": {[]byte{0x18, 0x01}, spec.ECanon},
	} {
		f, _ := Split(c.object, 30)
		r := NewReader(StandardRules())
		var err error
		for seq := range f.Blocks() {
			_, err = r.Read(f.Text(uint32(seq)))
		}
		wantCode(t, what+" in frames", err, c.code)
		text, _ := Text(c.object)
		_, err = r.Read(text)
		wantCode(t, what, err, c.code)
	}
}

// TestMemoryIsBounded: a thousand headers leave four, and the last of them.
func TestMemoryIsBounded(t *testing.T) {
	r := NewReader(StandardRules())
	for n := range 1000 {
		_, f := frames(t, 300+n, 100)
		if _, err := r.Read(f.Text(uint32(n))); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.sets) != MaxObjects {
		t.Errorf("%d sets are kept", len(r.sets))
	}
	object, f := frames(t, 290, 100)
	_, _ = r.Read(f.Text(0))
	for n := range 3 { // three others, then the last of it still stands
		_, other := frames(t, 500+n, 100)
		_, _ = r.Read(other.Text(0))
		_, _ = r.Read(other.Text(1))
	}
	_, _ = r.Read(f.Text(1))
	if got, err := r.Read(f.Text(2)); err != nil || !bytes.Equal(got, object) {
		t.Errorf("among three others: %x, %v", got, err)
	}
}

func TestProgress(t *testing.T) {
	_, f := frames(t, 100, 20)
	r := NewReader(StandardRules())
	if have, need := r.Progress(); have != 0 || need != 0 {
		t.Errorf("a new reader has %d of %d", have, need)
	}
	for _, seq := range []uint32{3, 3, 1} {
		_, _ = r.Read(f.Text(seq))
	}
	if have, need := r.Progress(); have != 2 || need != 5 {
		t.Errorf("two frames are %d of %d", have, need)
	}
}

func TestTextsAreAlphanumeric(t *testing.T) {
	_, f := frames(t, 3895, DefaultBlock)
	single, err := Text(item(1800, 3))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{single, f.Text(0), f.Text(1 << 31)} {
		if i := strings.IndexFunc(text, func(c rune) bool { return !strings.ContainsRune(alphabet, c) }); i >= 0 {
			t.Errorf("%q is not of the 45 characters", text[i])
		}
	}
	if len(single) != 2707 || len(f.Text(0)) != 634 {
		t.Errorf("lengths are %d and %d", len(single), len(f.Text(0)))
	}
}

// FuzzRead: what is taken has one text, and a reader never keeps more than its
// bound.
func FuzzRead(f *testing.F) {
	made, err := Split(item(100, 9), 40)
	if err != nil {
		f.Fatal(err)
	}
	single, _ := Text(item(30, 1))
	f.Add(single)
	for seq := range uint32(6) {
		f.Add(made.Text(seq))
	}
	f.Add("ASSAY1M:V50000+SC3H0145 0W.GM0000C000000000000000000000000000000000000000000000000000000000000") // of made's header, and wrong
	f.Add("ASSAY1:")
	f.Add("ASSAY1M:")
	f.Fuzz(func(t *testing.T, text string) {
		r := NewReader(StandardRules())
		got, err := r.Read(text)
		if e, ok := err.(*Error); err != nil && (!ok || e.Code == 0) {
			t.Errorf("%q: %v has no code", text, err)
		}
		if got != nil && strings.HasPrefix(text, SinglePrefix) {
			if again, _ := Text(got); again != text {
				t.Errorf("%q gives %x, whose text is %q", text, got, again)
			}
		}
		// Whatever came first costs at most the frames with it: shown twice, three
		// right ones give their object.
		for seq := range uint32(6) {
			if got, _ = r.Read(made.Text(seq % 3)); got != nil {
				break
			}
		}
		if got == nil {
			t.Errorf("after %q right frames give nothing", text)
		}
		if len(r.sets) > MaxObjects {
			t.Errorf("%d sets", len(r.sets))
		}
	})
}
