package ledger

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/wire"
)

// maxAnswers bounds the answers that wait for one device: more than it can have
// DEPOSITs in one report. The oldest go first, and each can be had again.
const maxAnswers = 1024

// An answer is a DEPOSIT_ACK over the DEPOSIT with the id.
type answer struct {
	id  wire.ID
	ack []byte
}

// depositAnswers are the DEPOSIT_ACKs that wait for one device, each DEPOSIT's once,
// and what it is asked about those that it brought home first. A second spender who
// comes again and again makes no more of them.
type depositAnswers struct{ answers, asked []answer }

// add holds the answer to a DEPOSIT, in place of the one before.
func (a *depositAnswers) add(id wire.ID, ack []byte) {
	a.answers = without(a.answers, id)
	if len(a.answers) == maxAnswers {
		a.answers = a.answers[1:]
	}
	a.answers = append(a.answers, answer{id, ack})
}

// ask holds one question about a DEPOSIT: who paid it is the same for each of its
// tokens. There are as many as the device has brought tokens home.
func (a *depositAnswers) ask(id wire.ID, ack []byte) {
	a.asked = append(without(a.asked, id), answer{id, ack})
}

func without(list []answer, id wire.ID) []answer {
	return slices.DeleteFunc(list, func(o answer) bool { return o.id == id })
}

// list has the answers first: what they credit is there when it is asked about.
func (a *depositAnswers) list() (out [][]byte) {
	for _, o := range slices.Concat(a.answers, a.asked) {
		out = append(out, o.ack)
	}
	return out
}
