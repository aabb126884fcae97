package judge

import (
	"errors"

	"github.com/assay-cbdc/assay/reference/evidence"
	"github.com/assay-cbdc/assay/spec"
)

// convict is a bundle before whoever has the root alone.
func convict(c *call) error {
	root := c.certificate(c.vector.Uses["root"])
	if c.fault != nil {
		return c.fault
	}
	found, err := evidence.Verify(c.input("object"), root)
	if err != nil {
		return err
	}
	c.setNumber("kind", found.Kind)
	c.set("accused", found.Accused[:])
	c.setNumber("unlinked", map[bool]uint64{true: 1}[found.Unlinked])
	return nil
}

// notProven is the code of every bundle that proves nothing.
func notProven(err error) (spec.Code, bool) {
	return spec.ENotProven, errors.Is(err, evidence.ErrNotProven)
}
