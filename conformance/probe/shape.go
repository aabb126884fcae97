package probe

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// shape is the first of split, hooked and sealed that is served: the one that
// the steps which only need a payment use.
func (t *trial) shape() adapter.Shape {
	for _, s := range []adapter.Shape{adapter.Split, adapter.Hooked, adapter.Sealed} {
		if slices.Contains(t.hello.Shapes, s) {
			return s
		}
	}
	return ""
}

// shapeSteps try a payment in each shape that is claimed.
func shapeSteps() []step {
	in := func(s adapter.Shape) func(*trial) bool {
		return func(t *trial) bool { return slices.Contains(t.hello.Shapes, s) && t.hello.Units != 1 }
	}
	return []step{
		{name: "pay split", tried: "paid 250 minor units from the first device to the second, message by message", claimed: in(adapter.Split), run: payIn(adapter.Split), paying: true},
		{name: "pay hooked", tried: "paid 250 minor units and delivered every frame that was shown", claimed: in(adapter.Hooked), run: payIn(adapter.Hooked), paying: true},
		{name: "pay sealed", tried: "paid 250 minor units in one verb", claimed: in(adapter.Sealed), run: payIn(adapter.Sealed), paying: true},
		{name: "lose a frame", tried: "paid 250 minor units and lost the first frame of each side", claimed: in(adapter.Hooked), run: (*trial).loseFrames, paying: true},
		{name: "refuse", tried: "tried a payment that cannot be made: more than the payer holds, then zero", claimed: func(t *trial) bool { return t.hello.Units != 1 }, run: (*trial).refuse},
	}
}

// moveIn makes one payment in a shape and returns the first answer that is not
// done, with the verb that it answered.
func (t *trial) moveIn(s adapter.Shape, amount adapter.Amount, link func(adapter.Frame) adapter.Reply) (adapter.Answer, string, error) {
	if s == adapter.Split {
		return t.transfer(amount)
	}
	v := adapter.Transfer{Payee: t.devices[1].handle, Amount: amount, Secret: t.secret()}
	a, err := t.adapter.Do(t.ctx, adapter.Request{Handle: t.devices[0].handle, Verb: v}, func(e adapter.Event) adapter.Reply {
		switch {
		case e.Frame != nil:
			return link(*e.Frame)
		case e.Prompt != nil:
			return adapter.Reply{Action: adapter.PromptDone}
		}
		return adapter.Reply{}
	})
	return a, v.Name(), err
}

func payIn(s adapter.Shape) func(*trial) (string, error) {
	return func(t *trial) (string, error) {
		frames := 0
		saw, err := t.pay(s, func(adapter.Frame) adapter.Reply {
			frames++
			return adapter.Reply{Action: adapter.Deliver}
		})
		if err == nil && s == adapter.Hooked && frames == 0 {
			return "", &complaint{"the payment was done and no frame was shown", `Send {"event": {"frame": {...}}} for each frame before it is delivered, or claim the shape sealed.`}
		}
		if s == adapter.Hooked {
			saw = fmt.Sprintf("%d frames; %s", frames, saw)
		}
		if s == adapter.Sealed && frames > 0 {
			return "", &complaint{"frames were shown in the shape sealed", "Claim the shape hooked, or show none."}
		}
		return saw, err
	}
}

// loseFrames only asks that the adapter comes back with an answer: what the
// product makes of a lost frame is its own.
func (t *trial) loseFrames() (string, error) {
	lost := map[adapter.Side]bool{}
	a, _, err := t.moveIn(adapter.Hooked, 250, func(f adapter.Frame) adapter.Reply {
		if lost[f.From] {
			return adapter.Reply{Action: adapter.Deliver}
		}
		lost[f.From] = true
		return adapter.Reply{Action: adapter.Drop}
	})
	if err != nil {
		return "", err
	}
	if t.has(adapter.CapResend) {
		if _, err := t.do(t.devices[0].handle, adapter.Transfer{Payee: t.devices[1].handle, Finish: true}); err != nil {
			return "", err
		}
	}
	return "the transfer was " + describe(a), nil
}

// kits creates a unit for each thing that the vendor's kit can do wrong.
func (t *trial) kits() (string, error) {
	for i, fault := range t.hello.Kit {
		done, err := t.must("", adapter.Create{
			Role: adapter.RoleKit, Fault: fault, Profile: t.profile.JSON(), Epoch: t.profile.Epoch, Seed: fmt.Appendf(nil, "assay kit %d", i),
		})
		if err != nil {
			return "", err
		}
		if _, err := t.must(done.Handle, adapter.Provision{}); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d kits were created and provisioned", len(t.hello.Kit)), nil
}

// armed arms a cut that is never reached, and disarms it.
func armed(arm, disarm adapter.Verb) func(*trial) (string, error) {
	return func(t *trial) (string, error) {
		if _, err := t.must(t.devices[0].handle, arm); err != nil {
			return "", err
		}
		done, err := t.must(t.devices[0].handle, disarm)
		if err != nil {
			return "", err
		}
		if done.CutFired == nil || *done.CutFired {
			return "", &complaint{"disarming did not say that the cut has not fired", `Answer {"done": {"cut_fired": false}}.`}
		}
		return "not fired", nil
	}
}
