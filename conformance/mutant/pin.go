package mutant

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// pinMutants are cards that are wrong about their user.
func pinMutants() []Mutant {
	return []Mutant{
		{Name: "card-6985-for-user", Breaks: spec.INT16, Fault: "answers 6985 to a payment that needs its user verified", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			if paying(o) && r.Status == apdu.StatusUser {
				r.Status = apdu.StatusConditions
			}
		})},
		{Name: "card-remembers-user", Breaks: spec.INT16, Fault: "takes its user for verified once and for all", wrap: commanded(func(w *wrapper, c call, o apdu.Command) {
			if paying(o) {
				w.verifyAgain(c)
			}
		}, keepsPIN)},
		{Name: "card-select-keeps-user", Breaks: spec.INT16, Fault: "leaves its user verified for the next reader that selects it", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			keepsPIN(w, c, o, r)
			switch {
			case paying(o):
				delete(w.bytes, c.handle)
			case o.CLA == apdu.ClassISO && o.INS == apdu.InsSelect:
				w.verifyAgain(c)
			}
		})},
		{Name: "card-pin-for-all", Breaks: spec.INT17, Fault: "changes its PIN for anybody", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			if pins, ok := newPIN(o); ok && r.Status&0xFFF0 == apdu.StatusTries {
				w.edit(c.handle, func(s *device.State) { s.PIN, s.Tries = pins, c.before.Tries })
				r.Status = apdu.StatusOK
			}
		})},
		{Name: "card-keeps-pin", Breaks: spec.INT17, Fault: "says that its PIN was changed, and changes nothing", wrap: answering(func(o apdu.Command) (apdu.Status, bool) {
			pin, ok := newPIN(o)
			return apdu.StatusOK, ok && len(pin) >= 4 && len(pin) <= 16
		})},
		{Name: "card-free-guesses", Breaks: spec.INT17, Fault: "takes no try for a wrong PIN in CHANGE PIN", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			if _, ok := newPIN(o); ok && r.Status&0xFFF0 == apdu.StatusTries {
				w.edit(c.handle, func(s *device.State) { s.Tries = c.before.Tries })
			}
		})},
		{Name: "card-change-verifies", Breaks: spec.INT17, Fault: "takes its user for verified by CHANGE PIN", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			if pin, ok := newPIN(o); ok && r.Status == apdu.StatusOK {
				w.bytes[c.handle] = pin
				w.verifyAgain(c)
			}
		})},
		{Name: "card-short-pins", Breaks: spec.INT17, Fault: "takes a PIN of any length", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			if pin, ok := newPIN(o); ok && r.Status == apdu.StatusData {
				w.edit(c.handle, func(s *device.State) { s.PIN = pin })
				r.Status = apdu.StatusOK
			}
		})},
	}
}

// askedCardMutants are cards that are wrong about who asks for their certificate.
func askedCardMutants() []Mutant {
	return []Mutant{
		{Name: "card-mute-about-itself", Breaks: spec.INT18, Fault: "takes a CERT_GET for the end of a payment, and answers nothing", wrap: commanded(nil, func(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
			switch {
			case o.CLA == apdu.ClassBinding && o.INS == apdu.InsResume:
				w.counts[c.handle] = 1 // what it answers to M4 now is what is pending
			case o.CLA == apdu.ClassBinding && o.INS == apdu.InsExchange && o.P1 == apdu.RolePayer && o.P2 == 1:
				w.counts[c.handle] = 0
			case o.CLA == apdu.ClassBinding && o.INS == apdu.InsExchange && o.P1 == apdu.RolePayer && o.P2 == 4 && w.counts[c.handle] == 0:
				if r.Status == apdu.StatusOK || r.Status&0xFF00 == apdu.StatusMore {
					*r = apdu.Response{Status: apdu.StatusOK}
				}
			}
		})},
	}
}

// commanded makes a mutant's wrap from what happens around each command; after
// may change its response.
func commanded(before func(*wrapper, call, apdu.Command), after func(*wrapper, call, apdu.Command, *apdu.Response)) func(adapter.Adapter) adapter.Adapter {
	return func(sim adapter.Adapter) adapter.Adapter {
		return newWrapper(sim, func(w *wrapper, c call) {
			if o, ok := commandOf(c); ok && before != nil {
				before(w, c, o)
			}
		}, func(w *wrapper, c call) {
			o, ok := commandOf(c)
			if !ok || c.answer.Done == nil {
				return
			}
			if r, err := apdu.ParseResponse(c.answer.Done.Message); err == nil {
				after(w, c, o, &r)
				c.answer.Done.Message = r.Encode()
			}
		})
	}
}

func commandOf(c call) (apdu.Command, bool) {
	v, ok := c.request.Verb.(adapter.APDU)
	if !ok {
		return apdu.Command{}, false
	}
	o, err := apdu.ParseCommand(v.Message)
	return o, err == nil
}

// paying says whether a command is the last block of an M2.
func paying(o apdu.Command) bool {
	return o.CLA == apdu.ClassBinding && o.INS == apdu.InsExchange && o.P1 == apdu.RolePayer && o.P2 == 2
}

// newPIN is the other PIN of a CHANGE PIN of two.
func newPIN(o apdu.Command) ([]byte, bool) {
	if o.CLA != apdu.ClassBinding || o.INS != apdu.InsChangePIN {
		return nil, false
	}
	in := wire.NewReader(o.Data)
	n, _, pin := in.Array(), in.Bytes(), in.Bytes()
	in.End()
	return pin, in.Err() == nil && n == 2
}

// keepsPIN notes the PIN that was verified last.
func keepsPIN(w *wrapper, c call, o apdu.Command, r *apdu.Response) {
	if o.CLA == apdu.ClassBinding && o.INS == apdu.InsVerify && r.Status == apdu.StatusOK {
		w.bytes[c.handle] = o.Data
	}
}

// verifyAgain presents the PIN that was noted.
func (w *wrapper) verifyAgain(c call) {
	if pin := w.bytes[c.handle]; pin != nil {
		command := apdu.Command{CLA: apdu.ClassBinding, INS: apdu.InsVerify, P2: 0x80, Data: pin, Le: 256}
		_, _ = w.sim.Do(context.Background(), adapter.Request{Handle: c.handle, Verb: adapter.APDU{Message: command.Encode()}}, nil)
	}
}
