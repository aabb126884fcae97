package simulator

import (
	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// QR is what a unit reads the texts of QR codes with, and shows objects by.
type QR struct {
	Reader TextReader
	// Show returns the first n texts of an object.
	Show func(object []byte, n int) ([]string, error)
}

// A TextReader gathers texts until they give an object: [qr.Reader].
type TextReader interface {
	Read(text string) ([]byte, error)
}

// maxTexts is the contract's, of one show-texts.
const maxTexts = 1000

// texts maps the verbs of a reader of QR codes. What it has gathered is gone with
// the power.
func (u *unit) texts(verb adapter.Verb) (r adapter.Result, err error) {
	if u.qr == nil {
		u.qr = &QR{Reader: qr.NewReader(qr.StandardRules()), Show: ShowTexts}
		if u.options.QR != nil {
			u.options.QR(u.qr)
		}
	}
	switch v := verb.(type) {
	case adapter.ReadText:
		r.Message, err = u.qr.Reader.Read(v.Text)
	case adapter.ShowTexts:
		if v.Texts < 1 || v.Texts > maxTexts {
			return r, &device.Refusal{Requirement: spec.INT15, Code: spec.EField}
		}
		r.Texts, err = u.qr.Show(v.Message, v.Texts)
	default:
		return r, unsupported(verb)
	}
	if code, no := wire.CodeOf(err); err != nil && no {
		return r, &device.Refusal{Requirement: spec.INT10, Code: code}
	}
	return r, err
}

// ShowTexts shows an object as one text where that holds it, and as frames in
// blocks of the default size from the first on where not.
func ShowTexts(object []byte, n int) (texts []string, err error) {
	if single, err := qr.Text(object); err == nil {
		for range n {
			texts = append(texts, single)
		}
		return texts, nil
	}
	return ShowFrames(object, n, qr.DefaultBlock, 0)
}

// ShowFrames shows an object as frames in blocks of a size from a number on.
func ShowFrames(object []byte, n, size int, first uint32) (texts []string, err error) {
	f, err := qr.Split(object, size)
	if err != nil {
		return nil, &qr.Error{Code: spec.ESize, What: err.Error()}
	}
	for i := range uint32(n) {
		texts = append(texts, f.Text(first+i))
	}
	return texts, nil
}
