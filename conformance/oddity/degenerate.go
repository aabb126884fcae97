package oddity

import (
	"context"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/spec"
)

// Degenerate are devices that do nothing right: they must pass nothing.
func Degenerate() []Oddity {
	return []Oddity{
		odd("accepts-everything", spec.PAY02, "says done to every verb and keeps no books", func() adapter.Adapter { return &mirror{accept: true} }),
		odd("refuses-everything", spec.PAY01, "refuses every verb after it was made", func() adapter.Adapter { return &mirror{} }),
		odd("refuses-early", spec.PAY02, "refuses every payment for a reason that has nothing to do with it", func() adapter.Adapter {
			return around{next: reference(simulator.Options{}), answer: func(q adapter.Request, a *adapter.Answer) {
				switch q.Verb.Name() {
				case "hello", "create", "provision", "consent", "open-account", "register", "query":
				default:
					*a = adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EDuration)}}
				}
			}}
		}),
		odd("claims-what-it-lacks", spec.ATO02, "claims every capability and serves no verb", func() adapter.Adapter {
			return around{next: &mirror{accept: true}, answer: func(q adapter.Request, a *adapter.Answer) {
				if q.Verb.Name() != "hello" && q.Verb.Name() != "create" {
					*a = adapter.Answer{Refused: &adapter.Refusal{Vendor: "not implemented"}}
				}
			}}
		}),
		odd("hangs", spec.ATO06, "never answers", func() adapter.Adapter { return silent{adapter.FaultDeadline} }),
		odd("dies", spec.ATO06, "dies at every verb", func() adapter.Adapter { return silent{adapter.FaultDied} }),
		odd("answers-garbage", spec.ENC03, "answers with bytes that mean nothing", func() adapter.Adapter { return silent{adapter.FaultMalformed} }),
		odd("wrong-id", spec.ENC03, "answers other requests than it was asked", func() adapter.Adapter { return silent{adapter.FaultWrongID} }),
		odd("floods", spec.ENC03, "answers with lines that do not end", func() adapter.Adapter { return silent{adapter.FaultFlood} }),
	}
}

// hello is what the degenerate devices claim: everything.
func hello(ctx context.Context) (adapter.Answer, error) {
	return reference(simulator.Options{}).Do(ctx, adapter.Request{Verb: adapter.Hello{Versions: []int{adapter.Version}}}, nil)
}

// A mirror says the same to everything.
type mirror struct{ accept bool }

func (m *mirror) Do(ctx context.Context, q adapter.Request, _ func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if q.Verb.Name() == "hello" {
		return hello(ctx)
	}
	if !m.accept && q.Verb.Name() != "create" {
		return adapter.Answer{Refused: &adapter.Refusal{Code: int(spec.EFunds)}}, nil
	}
	amount := adapter.Amount(1000)
	return adapter.Answer{Done: &adapter.Result{
		Handle: "unit", Message: []byte{0}, Messages: []adapter.Bytes{{0}}, Nonce: make([]byte, 16), Session: 1,
		Value: &adapter.Value{Spendable: &amount, Outgoing: &amount}, State: &adapter.State{}, Account: &amount,
		Supply: &adapter.Supply{}, Snapshot: "s",
	}}, nil
}

// silent greets and then has one fault.
type silent struct{ fault adapter.Fault }

func (s silent) Do(ctx context.Context, q adapter.Request, _ func(adapter.Event) adapter.Reply) (adapter.Answer, error) {
	if q.Verb.Name() == "hello" {
		return hello(ctx)
	}
	return adapter.Answer{}, &adapter.Error{Fault: s.fault, Verb: q.Verb.Name(), Detail: "a degenerate device"}
}
