package judge

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// certs is what a device makes of the answer to its CERT_GET.
func certs(c *call) error {
	item, err := wire.DecodeItem(c.input("item"))
	if err != nil {
		return err
	}
	if item.Type != wire.TypeCerts {
		return &wire.Error{Code: spec.EType, Key: wire.NoKey, What: "type"}
	}
	var asked []wire.ID
	for rest := c.input("asked"); len(rest) > 0; {
		if len(rest) < len(wire.ID{}) {
			c.fail("input.asked is not of identifiers")
			return c.fault
		}
		asked = append(asked, wire.ID(rest[:len(wire.ID{})]))
		rest = rest[len(wire.ID{}):]
	}
	got, err := cert.Answers(asked, item.Certs)
	c.setNumber("certificates", uint64(len(got)))
	return err
}
