// Command gen writes the vector files, vectors/*.json. Run it in the root of the
// repository: go run ./vectors/gen. It draws everything from one constant seed,
// so running it again changes no byte.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	for _, f := range all() {
		if err := os.WriteFile(filepath.Join("vectors", f.Name+".json"), f.Encode(), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// all builds every file.
func all() []*file {
	list := []*file{
		identifierVectors(), suiteVectors(), linkVectors(), certVectors(), policyVectors(), revsetVectors(),
		payReqVectors(), transferVectors(), transferSuiteVectors(), settlementVectors(), receiptVectors(),
		fundReqVectors(), fundVectors(), defundVectors(), syncVectors(), syncAckVectors(), resolveVectors(),
		provenanceVectors(),
		publishedVectors(), moreSuiteVectors(), linkP256Vectors(), linkXWingVectors(),
		mldsa65Vectors(), hybridP256Vectors(), certRootVectors(),
		rekeyVectors(), enrolVectors(), rekeyedVectors(), certGetVectors(),
		apduVectors(),
		staticReqVectors(), oneWayVectors(), claimVectors(), softwareVectors(),
		qrVectors(), recordTransferVectors(), recordReceiptVectors(), recordPayReqVectors(),
		defundOrderVectors(), defundAckVectors(),
		helloVectors(), helloFinishVectors(), peerVectors(), syncChalVectors(), evidenceVectors(),
		ledgerMLDSA65Vectors(), ledgerHybridP256Vectors(), capsuleP256Vectors(), capsuleXWingVectors(),
		chainDoubleVectors(), certsVectors(), recordRekeyVectors(),
	}
	for _, f := range list {
		f.prune()
	}
	return list
}
