package apdu

// maxChained is the longest command that blocks make together: as long as one
// command in extended length can be.
const maxChained = maxExtendedData

// A chain is a command of which blocks have come, and not the last.
type chain struct {
	open  bool
	first Command
	data  []byte
}

// continues reports whether a block belongs to the chain that another began:
// the same command, and nothing came in between, for whatever does ends the chain.
func continues(first, next Command) bool {
	return first.INS == next.INS && first.P1 == next.P1 && first.P2 == next.P2
}

// add takes the next command. It is whole, or a block of one that is not, or too
// long; what does not continue the chain ends it and stands for itself.
func (c *chain) add(next Command, r Rules) (whole Command, status Status) {
	if c.open && !r.Continues(c.first, next) {
		c.drop()
	}
	more := !r.Complete(next)
	if more && len(next.Data) == 0 || len(c.data)+len(next.Data) > maxChained {
		c.drop()
		return Command{}, StatusLength
	}
	if more && !c.open {
		c.open, c.first = true, next
	}
	if c.open {
		c.data = append(c.data, next.Data...)
	}
	if more {
		return Command{}, StatusOK
	}
	if c.open {
		next.Data = c.data
		c.drop()
	}
	return next, 0
}

func (c *chain) drop() { *c = chain{} }

// A Taken is what becomes of one command before any device sees it: it is whole,
// and Command is to be carried out, or Status is its answer.
type Taken struct {
	Command Command
	Status  Status // 0 for a whole command
}

// Take runs commands through the framing of a card that has selected the
// application and carries nothing out: the chains that they make, and the
// answers of those that make none.
func Take(mtu int, commands ...[]byte) []Taken {
	p := &Port{card: &Card{config: Config{MTU: mtu, Rules: Rules{}.complete()}}, selected: true}
	out := make([]Taken, len(commands))
	for i, raw := range commands {
		c, response := p.take(raw)
		out[i].Command = c
		if response != nil {
			out[i] = Taken{Status: response.Status}
		}
	}
	return out
}
