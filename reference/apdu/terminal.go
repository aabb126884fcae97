package apdu

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// ErrUnknown says that a card gave no answer, or only part of one: what became
// of the command is unknown, and RESUME finds out. It is no refusal.
var ErrUnknown = errors.New("apdu: no whole answer: whether the command was carried out is unknown")

// A Refusal is a card's no.
type Refusal struct {
	Status  Status
	Code    spec.Code // 0 when the binding itself says no
	Message []byte    // what the counterparty is to be told, nil for nothing
}

func (r *Refusal) Error() string {
	if r.Code == 0 {
		return fmt.Sprintf("apdu: the card answers %s", r.Status.String())
	}
	return fmt.Sprintf("apdu: the card refuses with %d (%s)", int(r.Code), r.Status.String())
}

// A Terminal drives a card: it cuts what is long into blocks, collects answers,
// and tells a refusal from no answer. The zero Block is the card's longest.
type Terminal struct {
	Transmit func(command []byte) []byte // nil, or less than a status word, for no answer
	Block    int                         // bytes of payload in one APDU, at most
	Short    bool                        // never uses extended length
	card     Application
	count    Count
}

// A Count is what passed between a terminal and a card.
type Count struct {
	APDUs    int // commands, with or without an answer
	Sent     int // bytes of command APDUs
	Received int // bytes of response APDUs
}

// Count returns what has passed since the terminal was made.
func (t *Terminal) Count() Count { return t.count }

// Select selects the application and learns the card's lengths.
func (t *Terminal) Select() (Application, error) {
	t.card = Application{MTU: maxShortData}
	r, err := t.send(Command{CLA: ClassISO, INS: InsSelect, P1: 4, Data: AID, Le: maxShortLe})
	if err != nil {
		return Application{}, err
	}
	if r.Status != StatusOK {
		return Application{}, &Refusal{Status: r.Status}
	}
	a, err := ParseApplication(r.Data)
	if err != nil {
		return a, ErrUnknown // half an answer is no application
	}
	t.card = a
	return a, nil
}

// Do sends a command of the binding whole, in as many blocks as it takes, and
// returns the whole body of its answer: one CBOR item, or nothing. The error is
// [ErrUnknown] or a [*Refusal].
func (t *Terminal) Do(ins, p1, p2 byte, data []byte) ([]byte, error) {
	r, err := t.whole(Command{CLA: ClassBinding, INS: ins, P1: p1, P2: p2, Data: data, Extended: t.extended()})
	switch {
	case err != nil:
		return nil, err
	case r.Status != StatusOK:
		return nil, t.refusal(r)
	case len(r.Data) > 0 && wire.WellFormed(r.Data) != nil:
		return nil, ErrUnknown // a body that was cut can end like a status word
	}
	return r.Data, nil
}

// maxParts bounds the parts of an answer: a SYNC of 256 entries with its records,
// in the smallest blocks that anybody uses, has fewer by far.
const maxParts = 1 << 14

// whole sends a command and collects its answer. A card that says that more
// waits, and gives nothing, would keep its reader for ever.
func (t *Terminal) whole(c Command) (Response, error) {
	r, err := t.blocks(c)
	if err != nil {
		return r, err
	}
	body := r.Data
	for part := 0; r.Status&0xFF00 == StatusMore; part++ {
		r, err = t.send(Command{CLA: ClassISO, INS: InsMore, Le: t.expected(), Extended: t.extended()})
		if err != nil {
			return r, err
		}
		if len(r.Data) == 0 && r.Status&0xFF00 == StatusMore || part > maxParts {
			return r, ErrUnknown
		}
		body = append(body, r.Data...)
	}
	return Response{body, r.Status}, nil
}

// blocks sends a command, the last block with Le.
func (t *Terminal) blocks(c Command) (Response, error) {
	rest, size := c.Data, t.block()
	for len(rest) > size {
		block := c
		block.CLA, block.Data = ClassChained, rest[:size]
		r, err := t.send(block)
		if err != nil {
			return r, err
		}
		if r.Status != StatusOK {
			return r, &Refusal{Status: r.Status}
		}
		rest = rest[size:]
	}
	c.Data, c.Le = rest, t.expected()
	return t.send(c)
}

func (t *Terminal) extended() bool { return t.card.Extended() && !t.Short }

func (t *Terminal) block() int {
	size := min(t.card.MTU, maxShortData)
	if t.extended() {
		size = t.card.MTU
	}
	if t.Block > 0 {
		size = min(size, t.Block)
	}
	return max(size, 1)
}

// expected is Le: all there is, or what a block is held to.
func (t *Terminal) expected() int {
	switch {
	case t.Block > 0 || t.extended():
		return t.block()
	}
	return maxShortLe
}

func (t *Terminal) send(c Command) (Response, error) {
	b := c.Encode()
	t.count.APDUs++
	t.count.Sent += len(b)
	answer := t.Transmit(b)
	t.count.Received += len(answer)
	r, err := ParseResponse(answer)
	if err != nil || !r.plausible() {
		return Response{}, ErrUnknown
	}
	return r, nil
}

// plausible reports whether a card of the binding could have answered so. The
// half of a torn answer can end like a status word, but then has a body where
// none belongs.
func (r Response) plausible() bool {
	switch s := r.Status; {
	case s == StatusOK || s&0xFF00 == StatusMore:
		return true
	case s == StatusRefused && len(r.Data) > 0:
		_, ok := DecodeCode(r.Data)
		return ok
	}
	return len(r.Data) == 0
}

// refusal completes a no with its code. Only those of the protocol have one.
func (t *Terminal) refusal(r Response) error {
	no := &Refusal{Status: r.Status}
	if code, ok := DecodeCode(r.Data); ok && r.Status == StatusRefused {
		no.Code = code
		return no
	}
	if !mayHaveCode(r.Status) {
		return no
	}
	// A card that refuses this too is not asked why.
	last, err := t.whole(Command{CLA: ClassBinding, INS: InsQuery, P1: QueryRefusal, Extended: t.extended()})
	if errors.Is(err, ErrUnknown) {
		return err
	}
	if err == nil && last.Status == StatusOK {
		no.Code, _ = DecodeCode(last.Data)
	}
	return no
}

// mayHaveCode reports whether a status stands for a refusal of the protocol.
func mayHaveCode(s Status) bool {
	switch s {
	case StatusUser, StatusPINLocked, StatusConditions, StatusRefused, StatusData, StatusMemory:
		return true
	}
	return s&0xFFF0 == StatusTries
}
