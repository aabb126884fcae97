package judge

import (
	"maps"
	"slices"
	"strconv"

	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/spec"
)

// texts are QR texts that one reader is handed in the order of their names: the
// outcome is that of the last.
func texts(c *call) (err error) {
	r := qr.NewReader(c.judge.Text)
	var object []byte
	refused := uint64(0)
	for _, name := range slices.Sorted(maps.Keys(c.vector.Input)) {
		if err != nil {
			refused++
		}
		object, err = r.Read(string(c.input(name)))
	}
	c.set("object", object)
	c.setNumber("refused", refused)
	return err
}

// split makes the frames of an object from 0 on, and those that context names.
func split(c *call) error {
	f, err := qr.Split(c.input("object"), int(c.number("block")))
	if err != nil {
		return &qr.Error{Code: spec.ESize, What: err.Error()}
	}
	c.setNumber("blocks", uint64(f.Blocks()))
	for seq := c.number("first"); seq < c.number("first")+c.number("count"); seq++ {
		c.set("text_"+strconv.FormatUint(seq, 10), []byte(f.Text(uint32(seq))))
	}
	return nil
}
