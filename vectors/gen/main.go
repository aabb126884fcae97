// Command gen writes the vector files, vectors/*.json, and vectors/packed with the
// same under gzip, which the command embeds. Run it in the root of the repository:
// go run ./vectors/gen. It draws everything from one constant seed, so running it
// again changes no byte.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"

	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/vectors"
)

func main() {
	for _, f := range all() {
		b := f.Encode()
		err := os.WriteFile(filepath.Join("vectors", f.Name+".json"), b, 0o644)
		if err == nil {
			err = pack(filepath.Join("vectors", "packed", f.Name+".json.gz"), b)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// pack writes a file under gzip, unless the one that is there holds the same: how
// well Go compresses differs from release to release, and is not to show.
func pack(path string, b []byte) error {
	if was, err := os.ReadFile(path); err == nil {
		if same, err := vectors.Unpack(was); err == nil && bytes.Equal(same, b) {
			return nil
		}
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
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
		qrVectors(), telecomVectors(), recordTransferVectors(), recordReceiptVectors(), recordPayReqVectors(),
		defundOrderVectors(), defundAckVectors(),
		helloVectors(), helloFinishVectors(), peerVectors(), syncChalVectors(), evidenceVectors(),
		ledgerMLDSA65Vectors(), ledgerHybridP256Vectors(), capsuleP256Vectors(), capsuleXWingVectors(),
		chainDoubleVectors(), certsVectors(), recordRekeyVectors(),
		ownCertificateVectors(), tokenEvidenceVectors(), partEvidenceVectors(),
		tokenTransferVectors(), tokenFundVectors(), tokenRenewalVectors(), tokenPayVectors(),
		reservedPayVectors(), reservedTransferVectors(), reservedFundVectors(),
		reservedLedgerVectors(), tokenLedgerVectors(),
		coinTransferVectors(), keysetVectors(), coinFundVectors(), coinFundReqVectors(), coinDepositVectors(), coinDepositAckVectors(), coinOnlineVectors(),
		coinLedgerVectors(),
		paymentIn("p256", "suite 2, P-256", suite.P256), paymentIn("mldsa44", "suite 3, ML-DSA-44", suite.MLDSA44),
		paymentIn("hybrid-ed25519", "suite 5, Ed25519 with ML-DSA-44", suite.Ed25519MLDSA44),
		ledgerIn("p256", "suite 2, P-256", suite.P256), ledgerIn("mldsa44", "suite 3, ML-DSA-44", suite.MLDSA44),
		ledgerIn("hybrid-ed25519", "suite 5, Ed25519 with ML-DSA-44", suite.Ed25519MLDSA44),
		messagesOf("p256", suite.P256), messagesOf("mldsa44", suite.MLDSA44), messagesOf("mldsa65", suite.MLDSA65),
		messagesOf("hybrid-ed25519", suite.Ed25519MLDSA44), messagesOf("hybrid-p256", suite.P256MLDSA44),
		furtherOf("p256", suite.P256), furtherOf("mldsa44", suite.MLDSA44), furtherOf("mldsa65", suite.MLDSA65),
		furtherOf("hybrid-ed25519", suite.Ed25519MLDSA44), furtherOf("hybrid-p256", suite.P256MLDSA44),
	}
	for _, f := range list {
		f.prune()
	}
	return list
}
