package simulator

import (
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/nvm"
)

// transmit hands the unit's card a command. It is the same device that the other
// verbs drive; what the card keeps in RAM lives for one power session.
func (u *unit) transmit(v adapter.APDU) (r adapter.Result, err error) {
	if u.card == nil {
		config := apdu.Config{
			Boot: func() (*device.Device, error) { return u.device, nil }, Host: u.host, MTU: int(u.config.MTU),
		}
		if u.options.Card != nil {
			u.options.Card(&config)
		}
		u.card = apdu.NewCard(config)
	}
	switch v.Side {
	case "", adapter.SideUser:
		r.Message = u.card.Transmit(v.Message)
	case adapter.SideContactless:
		r.Message = u.card.Contactless.Transmit(v.Message)
	default:
		return r, fmt.Errorf("a card has no side %q", v.Side)
	}
	if r.Message == nil && u.memory.Dead() {
		return r, nvm.ErrTorn
	}
	return r, nil
}
