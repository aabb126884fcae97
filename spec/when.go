package spec

import (
	"slices"
	"strings"
)

// The words that select a requirement: adapter.md, section Selection. A
// requirement without any applies always; one with several applies when all
// hold. Words that begin "cap:" are answered by the adapter, the others by the
// profile.
const (
	WhenStart         = "cap:start"
	WhenResend        = "cap:resend"
	WhenCancel        = "cap:cancel"
	WhenQuery         = "cap:query"
	WhenSplitFunding  = "cap:split-funding"
	WhenSynchronise   = "cap:synchronise"
	WhenSplitSync     = "cap:split-sync"
	WhenPolicy        = "cap:policy"
	WhenVerification  = "cap:user-verification"
	WhenConsent       = "cap:consent"
	WhenClock         = "cap:clock"
	WhenSecondSession = "cap:second-session"
	WhenLabel         = "cap:label"
	WhenPowerCycle    = "cap:power-cycle"
	WhenCutWrite      = "cap:cut-write"
	WhenSnapshot      = "cap:snapshot"
	WhenLedger        = "cap:ledger"
	WhenBlock         = "cap:block"
	WhenAlerts        = "cap:alerts"
	WhenDefund        = "cap:defund"
	WhenCutMessage    = "cap:cut-message"
	WhenCutTime       = "cap:cut-time"
	WhenRekey         = "cap:rekey"
	WhenAPDU          = "cap:apdu"
	WhenContactless   = "cap:contactless"
	WhenOneWay        = "cap:one-way"
	WhenClaims        = "cap:claims"
	WhenQR            = "cap:qr"
	WhenConnect       = "cap:connect"
	WhenTelecom       = "cap:telecom"

	WhenMaxTx         = "limit:max_tx"
	WhenMaxHolding    = "limit:max_holding"
	WhenCumulative    = "limit:max_cumulative_unsynced"
	WhenCount         = "limit:max_unsynced_count"
	WhenAuthFree      = "limit:auth_free"
	WhenOfflineEpochs = "limit:max_offline_epochs"
	WhenMaxHops       = "limit:max_hops"
	WhenLogCapacity   = "limit:log_capacity"

	WhenRespend    = "profile:respend"
	WhenStaged     = "profile:staged"
	WhenDeferred   = "profile:deferred"
	WhenCtrOrder   = "profile:counter_order"
	WhenBurnedIn   = "profile:burned_in"
	WhenChangeable = "profile:not_burned_in"
	WhenConsentReq = "profile:consent_required"
	WhenRevocation = "profile:revocation"
	WhenOnlineAFA  = "profile:online_afa"
	WhenAlertEach  = "profile:alerts"
	WhenUpdatable  = "profile:updatable_policy"
	WhenChain      = "profile:chain"
	WhenFullSync   = "profile:full_sync"
	WhenByTelecom  = "profile:telecom"

	WhenSuites = "suites>1"
	WhenHybrid = "suite:hybrid"
	WhenMLDSA  = "suite:mldsa"
	WhenECDSA  = "suite:ecdsa"
)

// Conditions returns the closed set of those words, sorted.
func Conditions() []string {
	words := []string{
		WhenStart, WhenRekey, WhenResend, WhenCancel, WhenQuery, WhenSplitFunding, WhenSynchronise,
		WhenSplitSync, WhenPolicy, WhenVerification, WhenConsent, WhenClock, WhenSecondSession,
		WhenLabel, WhenPowerCycle, WhenCutWrite, WhenSnapshot, WhenLedger, WhenBlock, WhenAlerts, WhenDefund, WhenCutMessage, WhenCutTime, WhenConnect, WhenAPDU, WhenContactless, WhenOneWay, WhenClaims, WhenQR,
		WhenTelecom, WhenByTelecom,
		WhenMaxTx, WhenMaxHolding, WhenCumulative, WhenCount, WhenAuthFree, WhenOfflineEpochs,
		WhenMaxHops, WhenLogCapacity,
		WhenRespend, WhenConsentReq, WhenRevocation, WhenOnlineAFA, WhenAlertEach, WhenUpdatable, WhenFullSync, WhenChain,
		WhenStaged, WhenDeferred, WhenCtrOrder, WhenBurnedIn, WhenChangeable,
		WhenSuites, WhenHybrid, WhenMLDSA, WhenECDSA,
	}
	slices.Sort(words)
	return words
}

// CapabilityOf returns the capability that a word asks of the adapter, and
// whether it asks for one: "cap:clock" asks for "clock".
func CapabilityOf(when string) (string, bool) { return strings.CutPrefix(when, "cap:") }

// Selects reports whether the profile lets the requirement apply: whether each
// of its conditions holds, those left aside that the adapter answers.
func (p *Profile) Selects(r Requirement) bool {
	for _, when := range r.When {
		if _, adapter := CapabilityOf(when); !adapter && !p.Holds(when) {
			return false
		}
	}
	return true
}

// Holds reports whether a condition of the profile's own holds.
func (p *Profile) Holds(when string) bool {
	switch when {
	case WhenMaxTx:
		return p.MaxTx != nil
	case WhenMaxHolding:
		return p.MaxHolding != nil
	case WhenCumulative:
		return p.MaxCumulativeUnsynced != nil
	case WhenCount:
		return p.MaxUnsyncedCount != nil
	case WhenAuthFree:
		return p.AuthFreeAmount != nil || p.AuthFreeCount != nil
	case WhenOfflineEpochs:
		return p.MaxOfflineEpochs != nil
	case WhenMaxHops:
		return p.MaxHops != nil
	case WhenLogCapacity:
		return p.LogCapacity != nil
	case WhenRespend:
		return p.Respend != nil && *p.Respend
	case WhenStaged:
		return p.Respend != nil && !*p.Respend
	case WhenDeferred:
		return p.Finality != DeviceFinal
	case WhenCtrOrder:
		return p.Family == "S" || p.Shortfall == ShortfallOrder
	case WhenBurnedIn:
		return p.PolicyUpdatable == PolicyBurnedIn
	case WhenChangeable:
		return p.PolicyUpdatable != PolicyBurnedIn
	case WhenConsentReq:
		return p.ConsentRequired != nil && *p.ConsentRequired
	case WhenRevocation:
		return p.Revocation == RevocationList
	case WhenOnlineAFA:
		return p.Replenish == ReplenishOnlineAFA
	case WhenAlertEach:
		return p.AlertPolicy == AlertEach && p.SyncMode != SyncTotals // totals have no details
	case WhenUpdatable:
		return p.PolicyUpdatable == PolicyOnlineSigned
	case WhenChain:
		return p.Provenance == ProvenanceChain
	case WhenFullSync:
		return p.SyncMode != SyncTotals
	case WhenByTelecom:
		return slices.Contains(p.Transports, "telecom")
	case WhenSuites:
		return len(p.Suites) > 1
	case WhenHybrid:
		return p.allows(5, 6)
	case WhenMLDSA:
		return p.allows(3, 4, 5, 6)
	case WhenECDSA:
		return p.allows(2, 6)
	}
	return false
}

// allows reports whether one of the suites is in the profile.
func (p *Profile) allows(suites ...int) bool {
	return slices.ContainsFunc(suites, func(s int) bool { return slices.Contains(p.Suites, s) })
}
