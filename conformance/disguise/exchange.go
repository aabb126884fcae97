package disguise

import (
	"bytes"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// An exchange is one transfer between two units of the shape split. Every frame
// is put on the link, which asks what becomes of it; what arrives is handed to
// the other end, whose answer is the next frame. Nothing is sent twice unless
// the link repeats it.
type exchange struct {
	do              func(handle string, v adapter.Verb) (adapter.Answer, error)
	ask             func(adapter.Frame) adapter.Reply // nil: everything is delivered
	transfer        adapter.Transfer
	starts, cancels bool // what the product serves
	payer, payee    *end
	queue           []parcel // on the link, in order
	late            []parcel // delayed by the link
	frames          int
	cut             bool
	ended           int // M4s that the payer took
	pending         int // M3s that the payer sent
	refusal         *adapter.Refusal
	refunded        bool
	torn            *adapter.Torn
}

// An end is one of the two units.
type end struct {
	side     adapter.Side
	handle   string
	session  int
	opened   bool            // the payee has requested, the payer has started
	answered bool            // the payer has paid or sent again
	opening  adapter.Bytes   // the message that it answered first
	answers  []adapter.Bytes // what it answered that with
	messages int             // sent and received
	cut      *powerCut
	dark     bool // without power until the message at hand is over
}

// A parcel is a message on its way.
type parcel struct {
	from    adapter.Side
	message adapter.Bytes
	refusal *adapter.Refusal // that the message tells of
}

// maxFrames ends an exchange that a link keeps alive.
const maxFrames = 256

// run drives the exchange to its end, and answers what the payer is told.
func (x *exchange) run() (adapter.Answer, error) {
	err := x.open()
	for err == nil && !x.cut && x.frames < maxFrames {
		switch {
		case len(x.queue) > 0:
			p := x.queue[0]
			x.queue = x.queue[1:]
			err = x.carry(p)
			continue
		case len(x.late) > 0:
			p := x.late[0]
			x.late = x.late[1:]
			err = x.receive(p)
			continue
		}
		break
	}
	if err == nil {
		err = x.close()
	}
	if err != nil {
		return adapter.Answer{}, err
	}
	return x.verdict(), nil
}

// verdict is what the product tells its payer. Without a last word of the payee
// it gives up.
func (x *exchange) verdict() adapter.Answer {
	paid := x.payer.answered && x.ended >= x.pending
	switch {
	case x.torn != nil:
		return adapter.Answer{Torn: x.torn}
	case paid && (x.transfer.Finish || !x.refunded):
		return done(adapter.Result{})
	case x.refusal != nil:
		return adapter.Answer{Refused: x.refusal}
	}
	return no("LINK")
}

// open makes the first frame.
func (x *exchange) open() error {
	if !x.starts {
		return x.request(nil)
	}
	a, err := x.step(x.payer, adapter.Start{})
	if a.Done == nil {
		return err
	}
	x.payer.opened, x.payer.session = true, a.Done.Session
	return x.send(x.payer, a.Done.Message, nil)
}

// close leaves nothing open that nobody will use: a request that no transfer was
// made for, and both sessions.
func (x *exchange) close() error {
	if x.cancels && x.payee.opened && !x.payer.answered {
		if _, err := x.do(x.payee.handle, adapter.Cancel{Session: x.payee.session}); err != nil {
			return err
		}
	}
	for _, e := range []*end{x.payer, x.payee} {
		if e.session == 0 {
			continue
		}
		if _, err := x.do(e.handle, adapter.CloseSession{Session: e.session}); err != nil {
			return err
		}
	}
	return nil
}

// carry puts one frame on the link.
func (x *exchange) carry(p parcel) error {
	x.frames++
	reply := adapter.Reply{Action: adapter.Deliver}
	if x.ask != nil {
		reply = x.ask(adapter.Frame{From: p.from, Number: x.frames, Message: bytes.Clone(p.message)})
	}
	due := x.due(p.from) // what was delayed follows this frame
	var err error
	switch reply.Action {
	case adapter.Deliver, "": // a harness that does not care
		err = x.receive(p)
	case adapter.Drop:
	case adapter.Repeat:
		if err = x.receive(p); err == nil {
			err = x.receive(p)
		}
	case adapter.Replace:
		p.message = bytes.Clone(reply.Message)
		err = x.receive(p)
	case adapter.Delay:
		x.late = append(x.late, p)
	case adapter.Cut:
		x.cut = true
		return nil
	default:
		return broken("transfer", "a frame was answered with action %q; it is deliver, drop, repeat, replace, delay or cut", reply.Action)
	}
	for _, delayed := range due {
		if err == nil {
			err = x.receive(delayed)
		}
	}
	return err
}

// due takes the delayed frames of a side off the list.
func (x *exchange) due(from adapter.Side) (mine []parcel) {
	var rest []parcel
	for _, p := range x.late {
		if p.from == from {
			mine = append(mine, p)
		} else {
			rest = append(rest, p)
		}
	}
	x.late = rest
	return mine
}

// send is a message that leaves an end. An empty one is no frame: its end is
// only told to go on.
func (x *exchange) send(from *end, message adapter.Bytes, refusal *adapter.Refusal) error {
	if from.dark {
		return nil
	}
	p := parcel{from.side, message, refusal}
	if len(message) == 0 {
		return x.receive(p)
	}
	x.queue = append(x.queue, p)
	return x.counted(from, func() error { return nil })
}

// receive is a message that arrives at an end. Power that is cut after a
// received message is gone before its answer leaves.
func (x *exchange) receive(p parcel) error {
	to, handle := x.payee, x.atPayee
	if p.from == adapter.Payee {
		to, handle = x.payer, x.atPayer
	}
	if len(p.message) == 0 {
		return handle(p)
	}
	return x.counted(to, func() error { return handle(p) })
}

// counted counts a message of an end, and cuts its power after that one.
func (x *exchange) counted(e *end, act func() error) error {
	e.messages++
	last := e.cut != nil && !e.cut.fired && e.messages == e.cut.message
	e.dark = last
	err := act()
	e.dark = false
	if err != nil || !last {
		return err
	}
	e.cut.fired = true
	x.torn = &adapter.Torn{}
	_, err = x.do(e.handle, adapter.PowerCycle{})
	return err
}

// step has an end carry out a verb, and notes what kept it from it.
func (x *exchange) step(e *end, v adapter.Verb) (adapter.Answer, error) {
	a, err := x.do(e.handle, v)
	if err != nil {
		return adapter.Answer{}, err
	}
	switch {
	case a.Torn != nil:
		x.torn = a.Torn
	case a.Refused != nil && x.refusal == nil:
		told := *a.Refused
		told.Message = nil // it went to the other unit
		x.refusal = &told
	}
	return a, nil
}
