package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-cbdc/assay/reference/telecom"
)

// end is an end of a telecom link that has sent what the vector says.
func (c *call) end() *telecom.Link {
	l, err := telecom.NewLink(int(c.number("frame")), c.judge.Frame)
	if err != nil {
		c.fail("%v", err)
		return nil
	}
	return l
}

// frames are handed to one end in the order of their names: the outcome is that of
// the last.
func frames(c *call) (err error) {
	l := c.end()
	if l == nil {
		return nil
	}
	names := slices.Sorted(maps.Keys(c.vector.Input))
	for _, name := range names {
		if strings.HasPrefix(name, "sent") {
			if _, err := l.Frames(c.input(name)); err != nil {
				return err
			}
		}
	}
	var last telecom.Result
	refused := uint64(0)
	for _, name := range names {
		if !strings.HasPrefix(name, "frame") {
			continue
		}
		if err != nil {
			refused++
		}
		last, err = l.Read(c.input(name))
	}
	c.set("message", last.Message)
	c.set("again", slices.Concat(last.Again...))
	c.set("asks", slices.Concat(l.Ask()...))
	c.setNumber("refused", refused)
	return err
}

// cut makes the frames of a message in as many parts as context says.
func cut(c *call) error {
	l := c.end()
	if l == nil {
		return nil
	}
	list, err := l.Parts(c.input("message"), int(c.number("parts")))
	for i, f := range list {
		c.set(fmt.Sprintf("frame_%02d", i+1), f)
	}
	return err
}
