package qrimage

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/wire"
)

// object is a byte string of n bytes with its head of three.
func object(n int, seed uint64) []byte {
	random := rand.New(rand.NewPCG(seed, 18004))
	b := make([]byte, n-3)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return wire.AppendBytes(nil, b)
}

// drawn draws a text, and has it travel as a PNG.
func drawn(t *testing.T, text string, scale int) image.Image {
	t.Helper()
	img, err := Draw(text, scale)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	if img, err = png.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return img
}

func single(t *testing.T, n int) (string, []byte) {
	t.Helper()
	o := object(n, uint64(n))
	text, err := qr.Text(o)
	if err != nil {
		t.Fatal(err)
	}
	return text, o
}

func TestOneCode(t *testing.T) {
	for _, n := range []int{260, 630, 1200, 1800} { // 630: the capsule of Ed25519 and X25519
		text, want := single(t, n)
		got, err := Read(drawn(t, text, 4))
		if err != nil || got != text {
			t.Errorf("%d bytes: %v", n, err)
			continue
		}
		if object, err := qr.NewReader(qr.StandardRules()).Read(got); err != nil || !bytes.Equal(object, want) {
			t.Errorf("%d bytes: %x, %v", n, object, err)
		}
	}
}

// TestRowOfCodes: 3,895 bytes, the capsule of the hybrid suite and X-Wing. Codes
// are lost, repeated and out of order, and some are of another object.
func TestRowOfCodes(t *testing.T) {
	want := object(3895, 1)
	f, err := qr.Split(want, qr.DefaultBlock)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := qr.Split(object(900, 2), qr.DefaultBlock)
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []int{10, 30, 50} {
		random := rand.New(rand.NewPCG(uint64(lost), 1))
		r := qr.NewReader(qr.StandardRules())
		var got []byte
		seen := 0
		for seq := uint32(0); got == nil; seq++ {
			shown := f.Text(seq)
			switch n := random.IntN(100); {
			case n < lost:
				continue
			case n > 95:
				shown = foreign.Text(1)
			case n > 85:
				shown = f.Text(seq / 2)
			}
			read, err := Read(drawn(t, shown, 3))
			if err != nil {
				t.Fatalf("frame %d: %v", seq, err)
			}
			seen++
			if got, err = r.Read(read); err != nil {
				t.Fatalf("frame %d: %v", seq, err)
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d %% lost: another object", lost)
		}
		t.Logf("%d %% lost: %d codes seen for k = %d", lost, seen, f.Blocks())
	}
}

// noisy moves each pixel by up to 90 of 255 shades, flips a share of them, and
// lays a blot over a corner of the data.
func noisy(img image.Image, share float64, blot int, seed uint64) image.Image {
	random := rand.New(rand.NewPCG(seed, 2))
	b := img.Bounds()
	out := image.NewGray(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			grey := color.GrayModel.Convert(img.At(x, y)).(color.Gray)
			grey.Y = byte(max(0, min(255, int(grey.Y)+random.IntN(181)-90)))
			if random.Float64() < share {
				grey.Y ^= 0xff
			}
			out.SetGray(x, y, grey)
		}
	}
	corner := b.Max.Sub(image.Pt(b.Dx()/4, b.Dy()/4))
	for y := range blot {
		for x := range blot {
			out.SetGray(corner.X+x, corner.Y+y, color.Gray{0})
		}
	}
	return out
}

// turned turns an image about its middle, by nearest neighbours, on white.
func turned(img image.Image, degrees float64) image.Image {
	b := img.Bounds()
	side := int(float64(b.Dx()) * 1.5)
	out := image.NewGray(image.Rect(0, 0, side, side))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	middle, half := float64(side)/2, float64(b.Dx())/2
	for y := range side {
		for x := range side {
			dx, dy := float64(x)+.5-middle, float64(y)+.5-middle
			from := image.Pt(int(math.Floor(cos*dx+sin*dy+half)), int(math.Floor(cos*dy-sin*dx+half)))
			out.SetGray(x, y, color.Gray{0xff})
			if from.In(b) {
				out.Set(x, y, img.At(from.X, from.Y))
			}
		}
	}
	return out
}

func TestDamagedCodes(t *testing.T) {
	f, err := qr.Split(object(3895, 1), qr.DefaultBlock)
	if err != nil {
		t.Fatal(err)
	}
	text := f.Text(11)
	whole := drawn(t, text, 6)
	for what, img := range map[string]image.Image{
		"noise":           noisy(whole, 0.002, 0, 1),
		"a blot":          noisy(whole, 0, 60, 2),
		"both":            noisy(whole, 0.001, 40, 3),
		"turned by 7":     turned(whole, 7),
		"turned by 90":    turned(whole, 90),
		"turned by 193":   turned(whole, 193),
		"turned and dull": noisy(turned(whole, 31), 0, 0, 4),
	} {
		if got, err := Read(img); err != nil || got != text {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestUnreadableCodes: damage beyond the correction is no text, and never
// another one that is taken.
func TestUnreadableCodes(t *testing.T) {
	text, _ := single(t, 630)
	whole := drawn(t, text, 4)
	for i, img := range []image.Image{noisy(whole, 0.45, 0, 5), noisy(whole, 0.5, 200, 6), image.NewGray(image.Rect(0, 0, 100, 100))} {
		got, err := Read(img)
		if err == nil && got != text {
			_, err = qr.NewReader(qr.StandardRules()).Read(got)
		}
		if err == nil {
			t.Errorf("image %d reads as a text", i)
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	for _, c := range []struct {
		text  string
		scale int
	}{{"a", 4}, {fmt.Sprintf("%04300d", 1), 4}, {"A", 0}, {"A", 65}} {
		if _, err := Draw(c.text, c.scale); err == nil {
			t.Errorf("%d characters at scale %d are drawn", len(c.text), c.scale)
		}
	}
}
