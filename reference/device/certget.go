package device

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// maxQuestions is how many CERT_GETs one object can lead to: one for the
// certificate that it names and one for that one's issuer.
const maxQuestions = wire.LevelDevice

// linkFlags are the flags of an own HELLO or CAPS.
func (d *Device) linkFlags() uint64 {
	if d.cfg.ByReference {
		return 0
	}
	return wire.HelloByValue
}

// beside are the certificates that travel with an own object: the one it is
// signed under when the peer has asked for that, or when it is of a classical
// suite and costs less than an exchange; otherwise none.
func (d *Device) beside(s *session, own *cert.Certificate) [][]byte {
	s.shown = own
	small := own.Body.Suite == suite.Ed25519 || own.Body.Suite == suite.P256
	if small || s.peerFlags&wire.HelloByValue != 0 {
		return [][]byte{own.Raw}
	}
	return nil
}

// Asks reports whether the last frame of a session is a CERT_GET: what the peer
// answers is for the same command that returned it.
func (d *Device) Asks(number int) bool {
	s := d.sessions[number]
	return s != nil && s.asked != nil
}

// ask returns a CERT_GET for what the object names and is not at hand; nil when
// the device has asked for certificates by value, or has asked often enough.
func (d *Device) ask(s *session, r *Refusal, missing wire.ID) []byte {
	if r.Code != spec.ECertNeeded || !d.cfg.ByReference || s == nil || s.link == nil || missing == (wire.ID{}) ||
		s.questions >= maxQuestions {
		return nil
	}
	s.questions++
	s.asked = []wire.ID{missing}
	d.parts.Trace(EmitCertGet)
	return s.link.Send(wire.Item{Type: wire.TypeCertGet, IDs: s.asked})
}

// answered takes the peer's answer to a CERT_GET, a CERTS with exactly what was
// asked for. What it brings is used for this object and remembered only when its
// path has verified. The error is a [*Refusal].
func (d *Device) answered(s *session, item wire.Item) error {
	asked := s.asked
	s.asked = nil
	if item.Type != wire.TypeCerts {
		return d.abort(d.refuse(spec.ENC06, spec.EType), s.link)
	}
	if _, err := cert.Answers(asked, item.Certs); err != nil {
		if r, ok := d.refusalOf(err).(*Refusal); ok {
			return d.abort(r, s.link)
		}
		return err
	}
	s.got = append(s.got, item.Certs...)
	return nil
}

// resumed is the M2 that a payer goes on with: the message itself, or the one
// that it has asked about when the message is the answer. With a frame the answer
// was seen before, and the frame is to be sent again.
func (d *Device) resumed(s *session, message []byte) (m2, again []byte, err error) {
	if s == nil || s.asked == nil || !s.payer {
		return message, nil, nil
	}
	if string(message) == string(s.opening) {
		return nil, s.link.Last(), nil
	}
	item, last, err := d.received(s, message)
	if err != nil || last != nil {
		return nil, last, err
	}
	if err := d.answered(s, item); err != nil {
		return nil, nil, err
	}
	return s.opening, nil, nil
}

// missing is what the path of the object's signer lacks.
func (c *Context) missing() wire.ID {
	if c.Cert == (wire.ID{}) {
		return wire.ID{}
	}
	id, _ := c.d.store.Missing(c.Cert, c.carried)
	return id
}

// certGetRules are the checks on a CERT_GET. A device has more certificates than
// it may tell of: its cache says whom it has met.
func certGetRules() []Rule {
	return []Rule{
		{"own path", spec.PVY06, spec.ECertNeeded, func(c *Context) bool {
			own := c.d.shownPath(c.session)
			return !slices.ContainsFunc(c.Asked, func(id wire.ID) bool {
				return !slices.ContainsFunc(own, func(one *cert.Certificate) bool { return one.ID == id })
			})
		}},
	}
}

// shownPath is the path of the certificate that the last own object of the
// session was signed under.
func (d *Device) shownPath(s *session) []*cert.Certificate {
	if s.shown == nil {
		return nil
	}
	path, err := d.store.Path(s.shown.ID, []*cert.Certificate{s.shown})
	if err != nil {
		return []*cert.Certificate{s.shown}
	}
	return path.Chain
}

// certsFor answers a CERT_GET with CERTS.
func (d *Device) certsFor(s *session, ids []wire.ID) ([]byte, error) {
	c := d.context()
	c.session, c.Asked = s, ids
	if r := d.judge(ProcCertGet, c); r != nil {
		return nil, d.abort(r, s.link)
	}
	own := d.shownPath(s)
	var out [][]byte
	for _, id := range ids {
		found := d.store.Find(id)
		for _, one := range own {
			if one.ID == id {
				found = one
			}
		}
		if found == nil {
			return nil, d.abort(d.refuse(spec.PVY06, spec.ECertNeeded), s.link)
		}
		out = append(out, found.Raw)
	}
	d.parts.Trace(EmitCerts)
	return s.link.Send(wire.Item{Type: wire.TypeCerts, Certs: out}), nil
}

// question is the CERT_GET in place of a payer's refusal, nil when there is none.
func (d *Device) question(c *Context, err error) []byte {
	r, ok := err.(*Refusal)
	if !ok {
		return nil
	}
	return d.ask(c.session, r, c.missing())
}
