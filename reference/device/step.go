package device

// A Step is one persistent write, or one message that leaves the device.
// [Parts.Trace] is told of each in the order in which they happen.
type Step string

// The persistent writes, as the state chapter names them.
const (
	StepCreate   Step = "C1"  // keys and secrets
	StepInstall  Step = "I1"  // certificates at provisioning, a policy, a revocation set
	StepQ1       Step = "Q1"  // request OPEN, head-room and log place reserved
	StepP1       Step = "P1"  // debit
	StepP2       Step = "P2"  // signature stored, RELEASED
	StepQ2       Step = "Q2"  // credit
	StepP3       Step = "P3"  // slot free
	StepP3Refund Step = "P3'" // refund
	StepQ4       Step = "Q4"  // request closed
	StepQ5       Step = "Q5"  // static request made
	StepQ6       Step = "Q6"  // one-way transfer refused, for good
	StepF1       Step = "F1"  // funding slot OPEN
	StepF2       Step = "F2"  // voucher credited
	StepF3       Step = "F3"  // funding cancelled
	StepS1       Step = "S1"  // SYNC marked, old requests closed
	StepA1       Step = "A1"  // SYNC_ACK applied
	StepD1       Step = "D1"  // decommissioned
	StepX1       Step = "X1"  // debit exported
	StepTry      Step = "V1"  // PIN try counted
	StepVerified Step = "V2"  // PIN right
	StepChanged  Step = "V3"  // another PIN
	StepConsent  Step = "U1"
	StepClock    Step = "T1"
	StepR1       Step = "R1" // new key, its requests
	StepR2       Step = "R2" // certificates of the new key, which is in use from here on
	StepE1       Step = "E1" // tokens exchanged for fresh ones
	StepE2       Step = "E2" // tokens that are taken home before the receipt
	StepEdit     Step = "edit"
)

// The messages.
const (
	EmitM1       Step = "M1"
	EmitM2       Step = "M2"
	EmitM3       Step = "M3"
	EmitStatic   Step = "STATIC_REQ"
	EmitCapsule  Step = "CAPSULE"
	EmitReceipt  Step = "RECEIPT"
	EmitRefused  Step = "REFUSED"
	EmitAck      Step = "ACK"
	EmitAbort    Step = "ABORT"
	EmitFundReq  Step = "FUND_REQ"
	EmitDefund   Step = "DEFUND"
	EmitSync     Step = "SYNC"
	EmitEnrolReq Step = "ENROL_REQ"
	EmitRekeyReq Step = "REKEY_REQ"
	EmitCertGet  Step = "CERT_GET"
	EmitCerts    Step = "CERTS"
)
