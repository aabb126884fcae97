package reports

import (
	"cmp"
	"slices"
)

type areaName struct{ code, title string }

// areaNames lists the areas of requirements in the order of a report: what
// must hold at all times first, then the course of a payment.
func areaNames() []areaName {
	return []areaName{
		{"INV", "Invariants"}, {"ATO", "Atomicity and recovery"}, {"DSP", "Double spending"}, {"PAY", "Payment"},
		{"FND", "Funding and defunding"}, {"LIM", "Limits"}, {"CON", "Consecutive payments"}, {"CLM", "Claims"}, {"TOK", "Tokens"}, {"ECH", "E-cash"}, {"SET", "Settlement"},
		{"DET", "Detection of fraud"}, {"TIM", "Time"}, {"LCM", "Life cycle"}, {"PRV", "Provisioning"},
		{"ENC", "Encoding"}, {"CRY", "Cryptography"}, {"PQC", "Post-quantum"}, {"INT", "Interoperability"},
		{"PVY", "Privacy"}, {"UXC", "User confirmation"}, {"PER", "Performance"},
	}
}

func areaTitle(code string) string {
	for _, a := range areaNames() {
		if a.code == code {
			return a.title
		}
	}
	return code
}

// byArea orders areas as areaNames does, unknown ones last.
func byArea(a, b string) int {
	rank := func(code string) int {
		names := areaNames()
		if i := slices.IndexFunc(names, func(n areaName) bool { return n.code == code }); i >= 0 {
			return i
		}
		return len(names)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}
