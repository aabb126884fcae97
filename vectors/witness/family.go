package witness

// The families of value, member 23.
const (
	familyBalance = 1
	familyToken   = 2
	familyIOU     = 3
	familyShadow  = 4
	familyEcash   = 5
)

// family is what the device or the ledger in question speaks.
func (c *call) family() uint64 {
	said := uint64(0)
	switch {
	case c.device != nil:
		said = c.device.Family
	case c.ledger != nil:
		said = c.ledger.Family
	}
	return max(said, familyBalance)
}

// rightFamily: a TRANSFER or PAY_REQ of the own family; and a TRANSFER of family I
// names a reservation.
func (c *call) rightFamily() bool {
	_, names := c.body[93]
	return c.body.number(23) == c.family() && (c.body.number(2) != typeTransfer || names == (c.family() == familyIOU))
}

// kind is the name of the grammar by which the message is read: some have members
// in one family alone.
func (c *call) kind() string {
	name := c.vector.Kind
	switch c.family() {
	case familyToken:
		if own, ok := map[string]string{"fund": "token-fund", "sync": "token-sync", "sync-ack": "token-sync-ack"}[name]; ok {
			return own
		}
	case familyIOU:
		if name == "fund" {
			return "iou-fund"
		}
	}
	return name
}

// misplaced: blinded messages and blind signatures are of family E, which has no
// FUND without.
func (c *call) misplaced() bool {
	_, blinded := c.body[94]
	_, signed := c.body[95]
	switch c.vector.Kind {
	case "fund-req":
		return blinded && c.family() != familyEcash
	case "fund":
		return signed != (c.family() == familyEcash)
	}
	return false
}

// most is how many bytes the message may have: what carries tokens is larger.
func (c *call) most() int {
	switch c.kind() {
	case "token-fund", "token-sync-ack":
		return 8192
	case "fund-req", "fund", "defund":
		if c.family() == familyEcash {
			return 32768
		}
	}
	return messages(c.vector.Kind).most
}

// inFamily lets checks hold wherever another family is spoken.
func inFamily(family uint64, checks ...check) []check {
	for i := range checks {
		holds := checks[i].holds
		checks[i].holds = func(c *call) bool { return c.family() != family || holds(c) }
	}
	return checks
}
