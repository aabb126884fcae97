// Package qrimage draws texts as QR codes and recognises them in images. What
// draws and what recognises are two libraries that share no code.
package qrimage

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/boombuler/barcode/qr"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// quiet is the margin that ISO/IEC 18004 asks for, in modules.
const quiet = 4

// Draw returns the QR code of a text in the characters of alphanumeric mode, at
// error correction level M, which restores about 15 % of the code words. A
// module has scale pixels on each side.
func Draw(text string, scale int) (image.Image, error) {
	if scale < 1 || scale > 64 {
		return nil, fmt.Errorf("a module has 1 to 64 pixels, not %d", scale)
	}
	code, err := qr.Encode(text, qr.M, qr.AlphaNumeric)
	if err != nil {
		return nil, fmt.Errorf("drawing a text of %d characters: %w", len(text), err)
	}
	modules := code.Bounds().Dx()
	side := (modules + 2*quiet) * scale
	out := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	for y := range modules {
		for x := range modules {
			if color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128 {
				at := image.Pt((x+quiet)*scale, (y+quiet)*scale)
				draw.Draw(out, image.Rectangle{at, at.Add(image.Pt(scale, scale))}, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	return out, nil
}

// Read returns the text of the QR code in an image. A code on a screen stands
// alone and straight; one before a camera does not. Both are tried.
func Read(img image.Image) (string, error) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", fmt.Errorf("reading the image: %w", err)
	}
	var result *gozxing.Result
	for _, pure := range []bool{true, false} {
		hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
		if pure {
			hints = map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
		}
		if result, err = qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
			return result.GetText(), nil
		}
	}
	return "", fmt.Errorf("no QR code can be read in the image: %w", err)
}
