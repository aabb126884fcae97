package check

import "slices"

// All are the checks, in the order in which they run.
func All() []Check {
	return slices.Concat(
		paymentChecks(),
		limitChecks(),
		fundingChecks(),
		atomicityChecks(),
		programChecks(),
		cryptoChecks(),
		latticeChecks(),
		emissionChecks(),
		lifecycleChecks(),
		syncChecks(),
		ledgerChecks(),
		daysChecks(),
		receiptChecks(),
		serviceChecks(),
		cardChecks(),
		negotiationChecks(),
		betweenChecks(),
		uploadChecks(),
		recordChecks(),
		onlineChecks(),
		frameChecks(),
		drainChecks(),
		misbehavingChecks(),
		oneWayChecks(),
		oneWayCutChecks(),
		claimChecks(),
		pinChecks(),
		qrChecks(),
		sampleChecks(),
		interfaceChecks(),
		rekeyChecks(),
		certGetChecks(),
		certLifeChecks(),
		chainChecks(),
		reserveChecks(),
		tokenChecks(),
		ecashChecks(),
		cardCertGetChecks(),
		ownCertificateChecks(),
		ecashOnlineChecks(),
	)
}
