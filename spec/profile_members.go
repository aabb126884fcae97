package spec

// An OptionalMember is one that a profile need not declare, with an answer of
// the right form as YAML.
type OptionalMember struct{ Name, Like string }

// OptionalMembers are those that select requirements or are recorded, in the
// order of [Profile].
func OptionalMembers() []OptionalMember {
	return []OptionalMember{
		{"respend", "true"},
		{"max_hops", "3"},
		{"provenance", "CHAIN"},
		{"trunc", "2"},
		{"max_inputs", "4"},
		{"max_links", "16"},
		{"max_tx", "10000"},
		{"max_holding", "50000"},
		{"max_cumulative_unsynced", "30000"},
		{"max_unsynced_count", "20"},
		{"auth_free_amount", "5000"},
		{"auth_free_count", "8"},
		{"max_offline_epochs", "30"},
		{"time_source", "NONE"},
		{"consent_required", "true"},
		{"sync_mode", "FULL"},
		{"replenish", "ONLINE_AFA"},
		{"log_capacity", "64"},
		{"retention", "16"},
		{"suites", "[1]"},
		{"kems", "[32]"},
		{"policy_updatable", "ONLINE_SIGNED"},
		{"revocation", "LIST"},
		{"revocation_max_age", "30"},
		{"revocation_max_count", "1000"},
		{"grace", "7"},
		{"shortfall", "CTR_ORDER"},
		{"receipt", "SIGNED"},
		{"alert_policy", "EACH"},
		{"proximity_only", "true"},
		{"environment", "hardware-se"},
		{"taxonomy", "{lipis_environment: HARDWARE}"},
		{"receiver_classes", "[SE]"},
		{"transports", "[nfc]"},
		{"required", "[PAY-01]"},
		{"required_capabilities", "[query]"},
	}
}
