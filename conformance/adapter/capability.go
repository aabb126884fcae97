package adapter

// CapabilityOf is the capability that serves a verb, empty for the verbs that
// every adapter serves and for those of a shape.
func CapabilityOf(v Verb) Capability {
	switch v := v.(type) {
	case Provision:
		if v.Rekey != 0 {
			return CapRekey
		}
	case Start:
		return CapStart
	case Resend:
		return CapResend
	case RequestPayment:
		if v.Finish {
			return CapResend
		}
	case Transfer:
		if v.Finish {
			return CapResend
		}
	case Cancel:
		return CapCancel
	case StaticRequest, PayOneWay, AcceptOneWay, AcknowledgeOneWay, ResendOneWay:
		return CapOneWay
	case ReadText, ShowTexts:
		return CapQR
	case ShowFrames, ReadFrame, AskFrames:
		return CapTelecom
	case Connect:
		return CapConnect
	case Query:
		return CapQuery
	case Defund:
		return CapDefund
	case FundRequest, FundAccept, FundCancel, DefundRequest, DefundAcknowledge, IssueFunding, DefundOrder, AcceptDefunding:
		return CapSplitFunding
	case Synchronise:
		return CapSynchronise
	case SyncReport, SyncApply, Resolve, SyncChallenge, Reconcile, Upload:
		return CapSplitSync
	case ApplyPolicy, ApplyRevocations:
		return CapPolicy
	case VerifyUser:
		return CapUserVerification
	case Consent:
		return CapConsent
	case SetClock:
		return CapClock
	case PowerCycle:
		return CapPowerCycle
	case CutWrite:
		return CapCutWrite
	case CutMessage:
		return CapCutMessage
	case CutTime:
		return CapCutTime
	case TakeSnapshot, Restore:
		return CapSnapshot
	case OpenAccount, Account, Register, Findings, AskSupply, SetEpoch:
		return CapLedger
	case Block:
		return CapBlock
	case Alerts:
		return CapAlerts
	case APDU:
		if v.Side == SideContactless {
			return CapContactless
		}
		return CapAPDU
	}
	return ""
}
