package apdu

import (
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/money"
	"github.com/assay-cbdc/assay/reference/settlement"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// An instruction is one row of the table of instructions.
type instruction struct {
	userSide bool                   // not for a stranger's reader
	p1       func(p1, p2 byte) bool // which P1 and P2 there are
	run      func(p *Port, c Command) ([]byte, error)
}

func zero(p1, p2 byte) bool { return p1 == 0 && p2 == 0 }

func upTo(last byte) func(p1, p2 byte) bool {
	return func(p1, p2 byte) bool { return p1 <= last && p2 == 0 }
}

func role(p1, p2 byte) bool { return (p1 == RolePayer || p1 == RolePayee) && p2 == 0 }

func instructions() map[byte]instruction {
	return map[byte]instruction{
		InsExchange:  {false, exchanges, (*Port).exchange},
		InsResume:    {false, role, (*Port).resume},
		InsAbort:     {false, role, (*Port).abort},
		InsVerify:    {false, pinPlace, (*Port).verify},
		InsChangePIN: {false, pinPlace, (*Port).changePIN},
		InsArm:       {true, upTo(ArmWithdraw), (*Port).arm},
		InsFundReq:   {true, upTo(1), (*Port).fundRequest},
		InsFund:      {true, zero, taking(func(d *device.Device, b []byte) error { return d.FundAccept(b) })},
		InsDefund:    {true, zero, (*Port).defund},
		InsDefundAck: {true, zero, taking(func(d *device.Device, b []byte) error {
			_, err := d.DefundAcknowledge(b)
			return err
		})},
		InsSync:    {true, zero, (*Port).sync},
		InsSyncAck: {true, zero, taking(func(d *device.Device, b []byte) error { return d.SyncApply(b) })},
		InsPolicy:  {true, zero, taking(func(d *device.Device, b []byte) error { return d.ApplyPolicy(b) })},
		InsRevset:  {true, zero, taking(func(d *device.Device, b []byte) error { return d.ApplyRevocations(b) })},
		InsResolve: {true, upTo(2), (*Port).resolve},
		InsEnrol:   {true, func(_, p2 byte) bool { return p2 == 0 }, (*Port).enrol},
		InsPutCert: {true, zero, (*Port).putCert},
		InsQuery:   {false, func(p1, p2 byte) bool { return p1 >= QueryBalance && p1 <= QueryRefusal && p2 == 0 }, (*Port).query},
		InsExport:  {true, zero, (*Port).export},
	}
}

// dispatch judges a command in the order in which ISO/IEC 7816-4 lists its
// errors: the instruction, its parameters, then whether it may be used here.
func (p *Port) dispatch(c Command) ([]byte, error) {
	i, known := instructions()[c.INS]
	switch {
	case !known:
		return nil, StatusINS
	case !i.p1(c.P1, c.P2):
		return nil, StatusP1P2
	case i.userSide && !p.user:
		return nil, notNow()
	}
	return i.run(p, c)
}

// taking is an instruction that brings one message and gets none.
func taking(take func(*device.Device, []byte) error) func(*Port, Command) ([]byte, error) {
	return func(p *Port, c Command) ([]byte, error) {
		if len(c.Data) == 0 {
			return nil, StatusLength
		}
		return nil, take(p.card.device, c.Data)
	}
}

// refuse makes a refusal that the device did not see.
func refuse(requirement spec.ID, code spec.Code) error {
	return &device.Refusal{Requirement: requirement, Code: code}
}

func malformed() error { return refuse(spec.ENC03, spec.EMalformed) }

func notNow() error { return refuse(spec.ENC03, spec.EState) }

// fundRequest takes [amount], or with P1 1 cancels.
func (p *Port) fundRequest(c Command) ([]byte, error) {
	if c.P1 == 1 {
		return p.card.device.FundCancel()
	}
	r := wire.NewReader(c.Data)
	n, amount := r.Array(), r.Uint()
	if r.End(); r.Err() != nil || n != 1 {
		return nil, malformed()
	}
	return p.card.device.FundRequest(money.Amount(amount))
}

// defund takes [amount, nonce of the order].
func (p *Port) defund(c Command) ([]byte, error) {
	r := wire.NewReader(c.Data)
	n, amount, nonce := r.Array(), r.Uint(), r.Bytes()
	if r.End(); r.Err() != nil || n != 2 || len(nonce) != len(wire.Nonce{}) {
		return nil, malformed()
	}
	return p.card.device.DefundRequest(money.Amount(amount), wire.Nonce(nonce))
}

// sync takes SYNC_CHAL and answers [SYNC, [records]].
func (p *Port) sync(c Command) ([]byte, error) {
	report, err := p.card.device.SyncReport(c.Data)
	if err != nil {
		return nil, err
	}
	b := wire.AppendBytes(wire.AppendArray(nil, 2), report.Sync)
	return appendList(b, report.Records), nil
}

// resolve takes a RESOLVE (P1 0), [RESOLVE, REFUSED, [certificates]] (P1 1), or
// the record of a TRANSFER from the ledger's mailbox (P1 2), whose answer is the
// RECEIPT, accepted or refused.
func (p *Port) resolve(c Command) ([]byte, error) {
	switch c.P1 {
	case 0:
		_, err := p.card.device.Resolve(c.Data, nil, nil)
		return nil, err
	case 1:
		r := wire.NewReader(c.Data)
		n, resolve, refused := r.Array(), r.Bytes(), r.Bytes()
		certificates := list(&r)
		if r.End(); r.Err() != nil || n != 3 {
			return nil, malformed()
		}
		_, err := p.card.device.Resolve(resolve, refused, certificates)
		return nil, err
	}
	record, err := settlement.Parse(c.Data)
	if err != nil || record.Opening == nil {
		return nil, malformed()
	}
	receipt, err := p.card.device.Deliver(record.Object, record.Certificates)
	if no, ok := err.(*device.Refusal); ok && len(no.Message) > 0 {
		return no.Message, nil
	}
	return receipt, err
}

// enrol answers the ENROL_REQ of the key number P1.
func (p *Port) enrol(c Command) ([]byte, error) {
	requests, err := p.card.device.Enrol()
	switch {
	case err != nil:
		return nil, err
	case int(c.P1) >= len(requests):
		return nil, StatusNotFound
	}
	return requests[c.P1], nil
}

// putCert takes [[own certificates], [issuers], [roots], POLICY, REVSET or empty].
func (p *Port) putCert(c Command) ([]byte, error) {
	r := wire.NewReader(c.Data)
	n := r.Array()
	v := device.Provisioning{Certs: list(&r), Issuers: list(&r), Roots: list(&r), Policy: r.Bytes()}
	if revset := r.Bytes(); len(revset) > 0 {
		v.Revset = revset
	}
	if r.End(); r.Err() != nil || n != 5 {
		return nil, malformed()
	}
	return nil, p.card.device.Provision(v)
}

// export answers the oldest released TRANSFER, the bytes that first left.
func (p *Port) export(Command) ([]byte, error) {
	if p.card.config.Host == nil {
		return nil, StatusINS
	}
	released := false
	for _, s := range p.card.device.State().Slots {
		released = released || s.State == device.SlotReleased && s.Type == wire.TypeTransfer
	}
	if !released {
		return nil, StatusNotFound
	}
	id, err := p.card.device.Export()
	if err != nil {
		return nil, err
	}
	record, err := settlement.Parse(p.card.config.Host.Record(id))
	return record.Object, err
}

// maxList is the longest list of byte strings in a command.
const maxList = 16

func list(r *wire.Reader) [][]byte {
	n := r.Array()
	if n > maxList {
		return nil // the item that follows is then not what is expected
	}
	var out [][]byte
	for range n {
		out = append(out, r.Bytes())
	}
	return out
}

func appendList(b []byte, list [][]byte) []byte {
	b = wire.AppendArray(b, len(list))
	for _, item := range list {
		b = wire.AppendBytes(b, item)
	}
	return b
}
