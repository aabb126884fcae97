package device

import (
	"bytes"
	"crypto/subtle"

	"github.com/assay-cbdc/assay/spec"
)

// VerifyPIN compares the PIN. The try is counted, durably, before the
// comparison, so that a power cut gives none back. Right, it holds for the next
// payment of this power cycle. The error is a [*Refusal] with 172 when no try is
// left and 207 when the PIN is wrong, or nvm's.
func (d *Device) VerifyPIN(pin []byte) error {
	if d.broken != nil {
		return d.broken
	}
	if d.state.PIN == nil {
		return d.refuse(spec.LIM05, spec.EUv)
	}
	if d.state.Tries == 0 {
		return d.refuse(spec.LCM06, spec.EPinLocked)
	}
	if err := d.commit(StepTry, func(s *State) { s.Tries-- }); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(pin, d.state.PIN) != 1 {
		if d.state.Tries == 0 {
			return d.refuse(spec.LCM06, spec.EPinLocked)
		}
		return d.refuse(spec.LIM05, spec.EUv)
	}
	if err := d.commit(StepVerified, func(s *State) { s.Tries = pinTries }); err != nil {
		return err
	}
	d.verified = true
	return nil
}

// ChangePIN sets another PIN for one who knows the one before, with the tries and
// refusals of [Device.VerifyPIN]. It does not verify the user for a payment.
func (d *Device) ChangePIN(before, after []byte) error {
	verified := d.verified
	if err := d.VerifyPIN(before); err != nil {
		return err
	}
	d.verified = verified
	return d.commit(StepChanged, func(s *State) { s.PIN = bytes.Clone(after) })
}

// ForgetUser ends a verification of the user that no payment has used.
func (d *Device) ForgetUser() { d.verified = false }

// Consent records that the user agreed to pay offline, or does no more.
func (d *Device) Consent(given bool) error {
	if d.broken != nil {
		return d.broken
	}
	return d.commit(StepConsent, func(s *State) { s.Consent = given })
}

// SetHostClock records what the host says the time is, in seconds since 1970.
// Nothing depends on it (TIM-01).
func (d *Device) SetHostClock(unix uint64) error {
	if d.broken != nil {
		return d.broken
	}
	return d.commit(StepClock, func(s *State) { s.HostClock = unix })
}
