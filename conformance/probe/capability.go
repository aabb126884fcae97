package probe

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// spoken reports whether the adapter itself said that there is no answer.
func spoken(err error) bool {
	fault, ok := errors.AsType[*adapter.Error](err)
	return ok && (fault.Fault == adapter.FaultUnsupported || fault.Fault == adapter.FaultReported || fault.Fault == adapter.FaultAbsent)
}

// capabilitySteps try each capability that hello claims once. Those that
// earlier steps rest on (query, start, split-funding) have been tried there.
func capabilitySteps() []step {
	verb := func(c adapter.Capability, tried string, run func(*trial) (string, error)) step {
		return step{name: "capability " + string(c), tried: tried, needs: c, run: run}
	}
	first := func(v adapter.Verb) func(*trial) (string, error) {
		return func(t *trial) (string, error) { return t.served(t.devices[0].handle, v) }
	}
	ledger := func(v adapter.Verb) func(*trial) (string, error) {
		return func(t *trial) (string, error) { return t.served(t.ledger, v) }
	}
	garbage := adapter.Bytes("no message of any protocol")
	return []step{
		verb(adapter.CapResend, "armed the payee to finish and asked the payer to send again", (*trial).resend),
		verb(adapter.CapDefund, "defunded 10 minor units from the first device", func(t *trial) (string, error) {
			return t.served(t.devices[0].handle, adapter.Defund{Amount: 10, Ledger: t.ledger})
		}),
		verb(adapter.CapCancel, "opened a request and cancelled it", (*trial).cancel),
		verb(adapter.CapSynchronise, "synchronised the first device", func(t *trial) (string, error) {
			return t.served(t.devices[0].handle, adapter.Synchronise{Ledger: t.ledger})
		}),
		verb(adapter.CapSplitSync, "took a report to the ledger and its answer back", (*trial).synchronise),
		verb(adapter.CapPolicy, "offered a policy that is none", func(t *trial) (string, error) {
			if saw, err := t.refused(t.devices[0].handle, adapter.ApplyRevocations{Message: garbage}); err != nil {
				return saw, err
			}
			return t.refused(t.devices[0].handle, adapter.ApplyPolicy{Message: garbage})
		}),
		verb(adapter.CapUserVerification, `presented the secret "1234"`, first(adapter.VerifyUser{Secret: secret})),
		verb(adapter.CapConsent, "gave consent again", first(adapter.Consent{Given: true})),
		verb(adapter.CapClock, "set the host's clock", first(adapter.SetClock{Unix: 1_800_000_000})),
		verb(adapter.CapLabel, "asked for a payment with a label", (*trial).label),
		verb(adapter.CapSecondSession, "opened two requests of one device", (*trial).secondSession),
		verb(adapter.CapPowerCycle, "took the power away between two verbs", first(adapter.PowerCycle{})),
		verb(adapter.CapCutWrite, "armed a power cut and disarmed it", (*trial).cutWrite),
		verb(adapter.CapCutMessage, "armed a power cut and disarmed it", armed(adapter.CutMessage{Message: 1 << 20}, adapter.CutMessage{})),
		verb(adapter.CapCutTime, "armed a power cut and disarmed it", armed(adapter.CutTime{Microseconds: 3_600_000_000}, adapter.CutTime{})),
		verb(adapter.CapSnapshot, "took a snapshot and put it back", (*trial).snapshot),
		verb(adapter.CapLedger, "asked the ledger for its findings", ledger(adapter.Findings{})),
		verb(adapter.CapLedger, "asked the ledger for its supply", ledger(adapter.AskSupply{})),
		verb(adapter.CapAlerts, "asked the ledger for its alerts", ledger(adapter.Alerts{})),
		verb(adapter.CapBlock, "blocked the second device", func(t *trial) (string, error) {
			u := t.devices[1]
			if u.id == nil {
				u.id = []byte(u.handle) // class BH names a unit by its handle
			}
			return t.served(t.ledger, adapter.Block{Device: u.id})
		}),
		verb(adapter.CapRekey, "asked the first device for the requests of a new key", func(t *trial) (string, error) {
			if len(t.hello.Suites) == 0 {
				return "", fmt.Errorf("hello names no suites, and a re-key is of class RP")
			}
			return t.served(t.devices[0].handle, adapter.Provision{Rekey: t.hello.Suites[0]})
		}),
		verb(adapter.CapAPDU, "selected the application of the binding", selects(adapter.SideUser)),
		verb(adapter.CapContactless, "selected it at the contactless side", selects(adapter.SideContactless)),
		verb(adapter.CapOneWay, "made a static request, paid it and handed the payment over", (*trial).oneWay),
		verb(adapter.CapQR, "read the text of an object, and asked for its texts", (*trial).texts),
		verb(adapter.CapConnect, "was told that it has a connection, and that it has none", (*trial).connect),
		verb(adapter.CapTelecom, "cut a message into frames at one device, and read them at the other", (*trial).telecom),
		{name: "kit", tried: "created a unit for each thing that the kit does wrong", claimed: func(t *trial) bool { return len(t.hello.Kit) > 0 }, run: (*trial).kits},
	}
}

// selects hands the first device a SELECT of apdu.md, and wants some answer.
func selects(side string) func(*trial) (string, error) {
	return func(t *trial) (string, error) {
		done, err := t.must(t.devices[0].handle, adapter.APDU{Side: side, Message: adapter.Bytes{
			0x00, 0xA4, 0x04, 0x00, 0x07, 0xF0, 'A', 'S', 'S', 'A', 'Y', 0x01, 0x00,
		}})
		if err != nil {
			return "", err
		}
		if n := len(done.Message); n < 2 {
			return "", &complaint{
				fmt.Sprintf("the response has %d bytes", n),
				"Answer done with the whole response APDU, its status word last.",
			}
		}
		return fmt.Sprintf("a response of %d bytes", len(done.Message)), nil
	}
}

// served carries out a verb that has to be done.
func (t *trial) served(handle string, v adapter.Verb) (string, error) {
	if _, err := t.must(handle, v); err != nil {
		return "", err
	}
	return v.Name() + " was done", nil
}

// refused carries out a verb to which the product has to say no.
func (t *trial) refused(handle string, v adapter.Verb) (string, error) {
	answer, err := t.do(handle, v)
	if err != nil {
		return "", err
	}
	if answer.Refused == nil {
		return "", &complaint{
			v.Name() + " with garbage was " + describe(answer),
			"Hand the message to the product and answer refused when it says no.",
		}
	}
	return v.Name() + " with garbage was " + describe(answer), nil
}

// open arms the payee and returns its session.
func (t *trial) open(r adapter.RequestPayment) (m1, m2 *adapter.Result, err error) {
	m1 = &adapter.Result{}
	if t.has(adapter.CapStart) {
		if m1, err = t.must(t.devices[0].handle, adapter.Start{}); err != nil {
			return nil, nil, err
		}
	}
	r.Message = m1.Message
	m2, err = t.must(t.devices[1].handle, r)
	return m1, m2, err
}

func (t *trial) resend() (string, error) {
	if t.shape() != adapter.Split {
		return t.served(t.devices[0].handle, adapter.Transfer{Payee: t.devices[1].handle, Finish: true})
	}
	m1, m2, err := t.open(adapter.RequestPayment{Finish: true})
	if err != nil {
		return "", err
	}
	done, err := t.must(t.devices[0].handle, adapter.Resend{Session: m1.Session, Message: m2.Message})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d transfers were pending", len(done.Messages)), nil
}

func (t *trial) oneWay() (string, error) {
	request, err := t.must(t.devices[1].handle, adapter.StaticRequest{Uses: 2, Epochs: 5})
	if err != nil {
		return "", err
	}
	paid, err := t.must(t.devices[0].handle, adapter.PayOneWay{Message: request.Message, Amount: 10, Secret: t.secret()})
	if err != nil {
		return "", err
	}
	pending, err := t.must(t.devices[0].handle, adapter.ResendOneWay{})
	if err != nil {
		return "", err
	}
	receipt, err := t.must(t.devices[1].handle, adapter.AcceptOneWay{Message: paid.Message})
	if err != nil {
		return "", err
	}
	if _, err := t.must(t.devices[0].handle, adapter.AcknowledgeOneWay{Message: receipt.Message}); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d payments were pending, one was acknowledged", len(pending.Messages)), nil
}

// abort is the one text of an ABORT, the example of qr.md.
const abort = "ASSAY1:2KG463"

func (t *trial) texts() (string, error) {
	read, err := t.must(t.devices[0].handle, adapter.ReadText{Text: abort})
	if err != nil {
		return "", err
	}
	if n := len(read.Message); n != 4 {
		return "", &complaint{
			fmt.Sprintf("%s, the example of spec/qr.md, gave %d bytes in place of 4", abort, n),
			"Answer done with the object as message when a text gives or completes one.",
		}
	}
	shown, err := t.must(t.devices[0].handle, adapter.ShowTexts{Message: read.Message, Texts: 3})
	if err != nil {
		return "", err
	}
	if len(shown.Texts) != 3 {
		return "", &complaint{
			fmt.Sprintf("%d texts came where 3 were asked for", len(shown.Texts)),
			"Answer as many texts as were asked for, from the beginning again where the row ends.",
		}
	}
	return fmt.Sprintf("an object of %d bytes, and %d texts of it", len(read.Message), len(shown.Texts)), nil
}

// telecom carries 300 bytes from one device to another: three frames or so.
func (t *trial) telecom() (string, error) {
	link := t.hello.Telecom
	if link == nil {
		return "", &complaint{"hello claims telecom and says neither frame nor answer", `Say telecom in hello, such as {"frame": 140, "answer": 60}.`}
	}
	message := adapter.Bytes(strings.Repeat("abc", 100))
	shown, err := t.must(t.devices[0].handle, adapter.ShowFrames{Message: message})
	if err != nil {
		return "", err
	}
	var got adapter.Bytes
	for _, frame := range shown.Messages {
		if len(frame) > link.Frame {
			return "", &complaint{fmt.Sprintf("a frame has %d bytes", len(frame)), "Cut messages into frames of no more bytes than hello says."}
		}
		read, err := t.must(t.devices[1].handle, adapter.ReadFrame{Message: frame})
		if err != nil {
			return "", err
		}
		if len(read.Message) > 0 {
			got = read.Message
		}
	}
	if !bytes.Equal(got, message) {
		return "", &complaint{
			fmt.Sprintf("%d frames gave %d bytes in place of the 300 that they were made of", len(shown.Messages), len(got)),
			"Answer read-frame with the message as show-frames was handed it, once its frames are there.",
		}
	}
	if _, err := t.must(t.devices[1].handle, adapter.AskFrames{}); err != nil {
		return "", err
	}
	return fmt.Sprintf("a message in %d frames", len(shown.Messages)), nil
}

func (t *trial) connect() (string, error) {
	for _, online := range []bool{true, false} {
		if _, err := t.must(t.devices[0].handle, adapter.Connect{Online: online}); err != nil {
			return "", err
		}
	}
	return "told both", nil
}

func (t *trial) cancel() (string, error) {
	_, m2, err := t.open(adapter.RequestPayment{Amount: 10})
	if err != nil {
		return "", err
	}
	return t.served(t.devices[1].handle, adapter.Cancel{Session: m2.Session})
}

func (t *trial) label() (string, error) {
	if t.shape() != adapter.Split {
		return t.served(t.devices[0].handle, adapter.Transfer{Payee: t.devices[1].handle, Amount: 10, Label: "Café", Secret: t.secret()})
	}
	if _, _, err := t.open(adapter.RequestPayment{Amount: 10, Label: "Café"}); err != nil {
		return "", err
	}
	return "request was done", nil
}

func (t *trial) secondSession() (string, error) {
	_, one, err := t.open(adapter.RequestPayment{Amount: 10})
	if err != nil {
		return "", err
	}
	_, two, err := t.open(adapter.RequestPayment{Amount: 20})
	if err != nil {
		return "", err
	}
	if one.Session == two.Session {
		return "", &complaint{
			fmt.Sprintf("both requests are session %d", one.Session),
			"Number the sessions of a unit, so that the verbs which follow can say which one they mean.",
		}
	}
	return fmt.Sprintf("sessions %d and %d", one.Session, two.Session), nil
}

func (t *trial) synchronise() (string, error) {
	u := t.devices[0]
	challenge, err := t.must(t.ledger, adapter.SyncChallenge{Device: u.id})
	if err != nil {
		return "", err
	}
	report, err := t.must(u.handle, adapter.SyncReport{Message: challenge.Message})
	if err != nil {
		return "", err
	}
	ack, err := t.must(t.ledger, adapter.Reconcile{Message: report.Message, Records: report.Messages})
	if err != nil {
		return "", err
	}
	if _, err := t.must(u.handle, adapter.SyncApply{Message: ack.Message}); err != nil {
		return "", err
	}
	return fmt.Sprintf("a report of %d bytes with %d records was acknowledged", len(report.Message), len(report.Messages)), nil
}

func (t *trial) cutWrite() (string, error) {
	handle := t.devices[0].handle
	if _, err := t.must(handle, adapter.CutWrite{Write: 1 << 20, Mode: "old"}); err != nil {
		return "", err
	}
	done, err := t.must(handle, adapter.CutWrite{})
	if err != nil {
		return "", err
	}
	if done.CutFired == nil || *done.CutFired {
		return "", &complaint{
			"disarming did not say that the cut has not fired",
			`Answer {"done": {"cut_fired": false, "writes": n}}.`,
		}
	}
	return fmt.Sprintf("not fired, %d writes since it was armed", done.Writes), nil
}

func (t *trial) snapshot() (string, error) {
	handle := t.devices[0].handle
	done, err := t.must(handle, adapter.TakeSnapshot{})
	if err != nil {
		return "", err
	}
	if _, err := t.must(handle, adapter.Restore{Snapshot: done.Snapshot}); err != nil {
		return "", err
	}
	return fmt.Sprintf("snapshot %q was restored", done.Snapshot), nil
}
