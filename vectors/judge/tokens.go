package judge

import (
	"errors"

	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/wire"
)

// tokens is TOKENS at a payee that has sent a request, inside a session whose other
// end is here. What is right is an errand for the payee's host, and no answer yet.
func tokens(c *call) error {
	item, err := wire.DecodeItem(c.input("item"))
	if err != nil {
		return err
	}
	d, s := c.device(&draw{})
	if c.fault != nil {
		return c.fault
	}
	c.lifecycle(d, s)
	l, err := c.session(d)
	if err != nil {
		c.fail("a session: %w", err)
		return c.fault
	}
	d.SetOnline(s.Online)
	before := len(d.State().Taken)
	_, err = d.Accept(0, l.Send(item))
	if _, ok := errors.AsType[*device.Errand](err); !ok {
		return err
	}
	taken := d.State().Taken
	if len(taken) != before+1 {
		c.fail("an errand for nothing")
		return c.fault
	}
	c.set("payment", taken[before].Transfer[:])
	return nil
}
