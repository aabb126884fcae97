package judge

import (
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/provider"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
)

// provider is the one that the vector describes.
func (c *call) provider() *provider.Provider {
	in := provider.Setting{
		Env: c.number("env"), Epoch: c.number("epoch"), Rules: c.judge.Provider, Paths: c.judge.paths(),
	}
	c.array(in.Place.Realm[:], c.vector.Context["realm"])
	for _, digit := range c.vector.Context["suites"] {
		in.Suites = append(in.Suites, suite.Suite(digit-'0'))
	}
	if name, ok := c.vector.Uses["root"]; ok {
		in.Roots = []*cert.Certificate{c.certificate(name)}
	}
	if name, ok := c.vector.Uses["revset"]; ok {
		in.Revoked = c.revocations(name)
	}
	p := provider.New(in)
	if name, ok := c.vector.Uses["other"]; ok {
		if other := c.certificate(name); other != nil {
			p.Certified(other)
		}
	}
	return p
}

// asks is one key that asks to be certified.
func asks(c *call) error {
	p := c.provider()
	if c.fault != nil {
		return c.fault
	}
	r, err := c.asked(p)
	if err != nil {
		return err
	}
	t := wire.TypeEnrolReq
	if c.vector.Kind == "rekey-req" {
		t = wire.TypeRekeyReq
	}
	c.signed(t, c.input("object"))
	subject, replaces := r.Certificate()
	c.set("subject", subject[:])
	if replaces != (wire.ID{}) {
		c.set("pkd", replaces[:])
	}
	return nil
}

func (c *call) asked(p *provider.Provider) (*provider.Request, error) {
	if c.vector.Kind == "rekey-req" {
		return p.Rekey(c.input("object"), c.input("enrol"), c.carried())
	}
	var enrolments, links [][]byte
	for _, name := range []string{"first", "object"} {
		if _, there := c.vector.Input[name]; there {
			enrolments = append(enrolments, c.input(name))
		}
	}
	if _, there := c.vector.Input["link"]; there {
		links = append(links, c.input("link"))
	}
	all, err := p.Enrol(enrolments, links)
	if err != nil {
		return nil, err
	}
	return all[len(all)-1], nil
}
