package adapter

import "fmt"

// verbs is the closed set of version 1, in the order of spec/adapter.md.
var verbs = []struct {
	zero   Verb
	decode func([]byte) (Verb, error)
}{
	{Hello{}, decodeVerb[Hello]}, {Create{}, decodeVerb[Create]}, {Bye{}, decodeVerb[Bye]},

	{Provision{}, decodeVerb[Provision]}, {Query{}, decodeVerb[Query]},
	{VerifyUser{}, decodeVerb[VerifyUser]}, {Consent{}, decodeVerb[Consent]},
	{SetClock{}, decodeVerb[SetClock]}, {ApplyPolicy{}, decodeVerb[ApplyPolicy]},
	{ApplyRevocations{}, decodeVerb[ApplyRevocations]},

	{Fund{}, decodeVerb[Fund]}, {Defund{}, decodeVerb[Defund]},
	{FundRequest{}, decodeVerb[FundRequest]}, {FundAccept{}, decodeVerb[FundAccept]},
	{FundCancel{}, decodeVerb[FundCancel]}, {DefundRequest{}, decodeVerb[DefundRequest]},
	{DefundAcknowledge{}, decodeVerb[DefundAcknowledge]},
	{Synchronise{}, decodeVerb[Synchronise]}, {SyncReport{}, decodeVerb[SyncReport]},
	{SyncApply{}, decodeVerb[SyncApply]}, {Resolve{}, decodeVerb[Resolve]},

	{Start{}, decodeVerb[Start]}, {RequestPayment{}, decodeVerb[RequestPayment]},
	{Pay{}, decodeVerb[Pay]}, {Accept{}, decodeVerb[Accept]},
	{Acknowledge{}, decodeVerb[Acknowledge]}, {Resend{}, decodeVerb[Resend]},
	{Cancel{}, decodeVerb[Cancel]}, {CloseSession{}, decodeVerb[CloseSession]},
	{Transfer{}, decodeVerb[Transfer]},

	{APDU{}, decodeVerb[APDU]},
	{StaticRequest{}, decodeVerb[StaticRequest]}, {PayOneWay{}, decodeVerb[PayOneWay]},
	{AcceptOneWay{}, decodeVerb[AcceptOneWay]}, {AcknowledgeOneWay{}, decodeVerb[AcknowledgeOneWay]},
	{ResendOneWay{}, decodeVerb[ResendOneWay]},
	{Connect{}, decodeVerb[Connect]},
	{ReadText{}, decodeVerb[ReadText]}, {ShowTexts{}, decodeVerb[ShowTexts]},
	{ShowFrames{}, decodeVerb[ShowFrames]}, {ReadFrame{}, decodeVerb[ReadFrame]}, {AskFrames{}, decodeVerb[AskFrames]},

	{OpenAccount{}, decodeVerb[OpenAccount]}, {Account{}, decodeVerb[Account]},
	{Register{}, decodeVerb[Register]}, {IssueFunding{}, decodeVerb[IssueFunding]},
	{DefundOrder{}, decodeVerb[DefundOrder]}, {AcceptDefunding{}, decodeVerb[AcceptDefunding]},
	{SyncChallenge{}, decodeVerb[SyncChallenge]}, {Reconcile{}, decodeVerb[Reconcile]},
	{Upload{}, decodeVerb[Upload]}, {Block{}, decodeVerb[Block]},
	{Findings{}, decodeVerb[Findings]}, {Alerts{}, decodeVerb[Alerts]}, {AskSupply{}, decodeVerb[AskSupply]},
	{SetEpoch{}, decodeVerb[SetEpoch]},

	{CutWrite{}, decodeVerb[CutWrite]}, {CutMessage{}, decodeVerb[CutMessage]},
	{CutTime{}, decodeVerb[CutTime]}, {PowerCycle{}, decodeVerb[PowerCycle]},
	{TakeSnapshot{}, decodeVerb[TakeSnapshot]}, {Restore{}, decodeVerb[Restore]},
}

// Verbs returns the zero value of every verb of version 1.
func Verbs() []Verb {
	all := make([]Verb, len(verbs))
	for i, v := range verbs {
		all[i] = v.zero
	}
	return all
}

func decodeVerb[V Verb](args []byte) (Verb, error) {
	var v V
	if err := decodeStrict(args, &v); err != nil {
		return nil, err
	}
	return v, nil
}

// parseVerb decodes args by the verb's name. The error of a name outside the
// set is an [*Error] with FaultUnsupported: the line is well formed, and a later
// version may know the verb.
func parseVerb(name string, args []byte) (Verb, error) {
	for _, v := range verbs {
		if v.zero.Name() == name {
			return v.decode(args)
		}
	}
	return nil, &Error{
		Fault: FaultUnsupported, Verb: name,
		Detail: fmt.Sprintf("version %d has no verb %q", Version, name),
	}
}
