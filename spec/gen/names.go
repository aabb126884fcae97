package main

// topNames gives the key registry of wire.md.
func topNames(key int64) string {
	return map[int64]string{
		1: "ver", 2: "typ", 3: "rlm", 4: "suite", 5: "cur", 6: "exp", 7: "amt", 8: "th", 9: "nonce",
		10: "crt", 11: "rn", 12: "pe", 13: "ctr", 14: "prev", 15: "lots", 16: "in", 17: "rqh", 18: "txh",
		19: "pv", 20: "rv", 21: "ep", 22: "flg", 23: "fam", 24: "st", 25: "why", 30: "lvl",
		31: "sub", 32: "key", 33: "use", 34: "rcl", 35: "env", 36: "val", 37: "sus", 38: "lc",
		39: "mh", 40: "versions", 41: "suites", 42: "kems", 43: "kem", 44: "kpk", 45: "mtu",
		46: "xe", 47: "max", 48: "ref", 50: "a", 51: "head before a", 52: "b", 53: "head at b", 54: "entries",
		55: "totals", 56: "pending", 57: "used", 58: "rn_next", 59: "lwm", 60: "grant", 61: "clr",
		62: "pkd", 63: "tee", 64: "refused", 65: "payee", 70: "mep", 71: "limits", 72: "suites",
		73: "kems", 74: "prov", 75: "fresh", 76: "uv", 77: "consent", 78: "sync", 79: "fin",
		80: "providers", 81: "receipt", 82: "certificates", 83: "devices", 84: "rules",
		85: "lbl", 90: "tid", 91: "frags", 92: "hashes", 94: "blinded", 95: "blind signatures", 97: "tokens", 98: "keys", 99: "issued", 100: "objects", 101: "certificates", 102: "links",
	}[key]
}

func keyNames(key int64) string {
	return map[int64]string{1: "kty", 3: "alg", -1: "crv", -2: "x", -3: "y"}[key]
}

func classNames(int64) string { return "class" }

func limitNames(key int64) string {
	return map[int64]string{
		1: "max_tx", 2: "max_holding", 3: "max_cumulative_unsynced", 4: "max_unsynced_count",
		5: "auth_free_amount", 6: "auth_free_count", 7: "max_offline_epochs",
		8: "max_receive_tx", 9: "max_receive_cumulative",
	}[key]
}

// inner returns the names inside the value of a member.
func inner(key int64, label string) func(int64) string {
	switch label {
	case "key":
		return keyNames
	case "limits":
		return classNames
	case "class":
		return limitNames
	}
	return topNames
}
