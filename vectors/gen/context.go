package main

import "github.com/cloudflare/circl/sign/mldsa/mldsa44"

// signContext signs with ML-DSA-44 and a context, which no suite of one
// component does.
func signContext(seed, message []byte, context string) []byte {
	_, key := mldsa44.NewKeyFromSeed((*[32]byte)(seed))
	sig := make([]byte, mldsa44.SignatureSize)
	if err := mldsa44.SignTo(key, message, []byte(context), false, sig); err != nil {
		panic("gen: " + err.Error())
	}
	return sig
}
