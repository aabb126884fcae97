package command

import (
	"fmt"
	"image"
	_ "image/gif" // formats in which pictures of codes come
	_ "image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"github.com/assay-cbdc/assay/internal/qrimage"
	"github.com/assay-cbdc/assay/reference/qr"
)

type qrCommand struct {
	Encode qrEncodeCommand `cmd:"" help:"Draw the QR codes of a file."`
	Decode qrDecodeCommand `cmd:"" help:"Read a file back from pictures of its QR codes."`
}

type qrEncodeCommand struct {
	File  string `arg:"" help:"One encoded object, such as a transfer (.assay)."`
	Out   string `required:"" placeholder:"DIR" help:"The folder for the pictures; it is made if it is not there."`
	Block int    `default:"0" placeholder:"BYTES" help:"Make frames with blocks of this size, though one code would do; 400 if one does not."`
	Extra int    `default:"5" help:"How many frames to draw beyond those that suffice if none is lost."`
	Scale int    `default:"6" help:"Pixels to a side of a module, 1 to 64."`
}

// Help is the long help text.
func (qrEncodeCommand) Help() string {
	return `A file of up to 1,800 bytes is one code; a longer one is a row of frames, shown again and again, of which any few more than suffice give the file back. See spec/qr.md.

Example:

    $ printf '\202\026\030\315' >abort.assay
    $ assay qr encode abort.assay --out codes`
}

// Run draws.
func (c qrEncodeCommand) Run(e *environment) error {
	object, err := readAtMost(c.File, qr.MaxObject)
	if err != nil {
		return usage("%w", err)
	}
	texts, err := c.texts(object)
	if err != nil {
		return usage("%s: %w", visible(c.File), err)
	}
	if _, err := readAll(texts); err != nil {
		return usage("%s is not one encoded object: %w", visible(c.File), err)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return usage("--out: %w", err)
	}
	for i, text := range texts {
		name := filepath.Join(c.Out, fmt.Sprintf("code-%03d.png", i))
		if err := drawTo(name, text, c.Scale); err != nil {
			return usage("%w", err)
		}
	}
	e.text.line("wrote %s in %s", plural(len(texts), "code"), visible(c.Out))
	return nil
}

func (c qrEncodeCommand) texts(object []byte) ([]string, error) {
	if c.Block == 0 && len(object) <= qr.MaxText {
		text, err := qr.Text(object)
		return []string{text}, err
	}
	size := c.Block
	if size == 0 {
		size = qr.DefaultBlock
	}
	if c.Extra < 0 || c.Extra > 1000 {
		return nil, fmt.Errorf("--extra is 0 to 1000, not %d", c.Extra)
	}
	f, err := qr.Split(object, size)
	if err != nil {
		return nil, err
	}
	var texts []string
	for seq := range f.Blocks() + c.Extra {
		texts = append(texts, f.Text(uint32(seq)))
	}
	return texts, nil
}

// readAll hands texts to a reader until they give an object.
func readAll(texts []string) ([]byte, error) {
	r := qr.NewReader(qr.StandardRules())
	for _, text := range texts {
		if object, err := r.Read(text); object != nil || err != nil {
			return object, err
		}
	}
	return nil, nil
}

func drawTo(name, text string, scale int) error {
	img, err := qrimage.Draw(text, scale)
	if err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}

// readAtMost reads a file of at most most bytes.
func readAtMost(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s has %d bytes; QR codes carry at most %d", visible(name), info.Size(), most)
	}
	return os.ReadFile(name)
}

type qrDecodeCommand struct {
	Images []string `arg:"" help:"Pictures of codes, PNG, JPEG or GIF, in any order."`
	Out    string   `required:"" placeholder:"FILE" help:"Where to write the object."`
}

// Help is the long help text.
func (qrDecodeCommand) Help() string {
	return `A picture without a code, or with one that is refused, is named and passed over. Exit status: 0 if the pictures give an object, 2 if not.

Example:

    $ printf '\202\026\030\315' >abort.assay
    $ assay qr encode abort.assay --out codes
    $ assay qr decode codes/code-000.png --out again.assay`
}

// Run reads up to the first object.
func (c qrDecodeCommand) Run(e *environment) error {
	r := qr.NewReader(qr.StandardRules())
	for i, name := range c.Images {
		text, err := readImage(name)
		if err != nil {
			e.complain("%s: %v", visible(name), err)
			continue
		}
		object, err := r.Read(text)
		if err != nil {
			e.complain("%s: %v", visible(name), err)
			continue
		}
		if object == nil {
			continue
		}
		if err := os.WriteFile(c.Out, object, 0o644); err != nil {
			return usage("--out: %w", err)
		}
		e.text.line("wrote %s to %s, from the first %s", plural(len(object), "byte"), visible(c.Out), plural(i+1, "picture"))
		return nil
	}
	have, need := r.Progress()
	return usage("the pictures give no object: %d of %d frames that it takes; show more of them", have, need)
}

// mostPixels keeps a small file from unpacking to a large picture.
const mostPixels = 64 << 20

func readImage(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	size, _, err := image.DecodeConfig(f)
	if err != nil {
		return "", err
	}
	if size.Width*size.Height > mostPixels {
		return "", fmt.Errorf("%d by %d pixels are too many", size.Width, size.Height)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return "", err
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return "", err
	}
	return qrimage.Read(img)
}
