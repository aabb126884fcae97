package spec

import "encoding/json"

// A Profile is the dated parameters of one system. A field that is not set is
// not declared, which selects the requirements that depend on it away.
// Amounts are in minor units of the currency; epochs count days from
// 2020-01-01.
//
// A profile is shared by all who loaded it and read-only.
type Profile struct {
	ID            string   `json:"id" yaml:"id"`
	Title         string   `json:"title" yaml:"title"`
	Version       string   `json:"version" yaml:"version"`
	EffectiveDate string   `json:"effective_date" yaml:"effective_date"` // RFC 3339 full-date
	Epoch         uint64   `json:"epoch" yaml:"epoch"`                   // of the effective date
	Status        Status   `json:"status" yaml:"status"`
	Base          string   `json:"base,omitempty" yaml:"base"`         // the profile that this one starts from
	Adds          string   `json:"adds,omitempty" yaml:"adds"`         // what it adds to another; only such a profile is an overlay
	Overlays      []string `json:"overlays,omitempty" yaml:"overlays"` // the overlays that lie over it, in order
	Currency      string   `json:"currency" yaml:"currency"`           // ISO 4217 alphabetic
	CurrencyCode  int      `json:"currency_code" yaml:"currency_code"`
	Exponent      int      `json:"exponent" yaml:"exponent"`
	Family        string   `json:"family" yaml:"family"`
	Finality      Finality `json:"finality" yaml:"finality"`

	Respend    *bool      `json:"respend,omitempty" yaml:"respend"`   // received value is spendable offline
	MaxHops    *int       `json:"max_hops,omitempty" yaml:"max_hops"` // offline transfers since funding, 0..15
	Provenance Provenance `json:"provenance,omitempty" yaml:"provenance"`

	Trunc     *int `json:"trunc,omitempty" yaml:"trunc"`           // CHAIN: transfers below a new one that it shows, 255 all
	MaxInputs *int `json:"max_inputs,omitempty" yaml:"max_inputs"` // CHAIN: lots in one transfer
	MaxLinks  *int `json:"max_links,omitempty" yaml:"max_links"`   // CHAIN: links beside one transfer

	MaxTx                 *uint64 `json:"max_tx,omitempty" yaml:"max_tx"`
	MaxHolding            *uint64 `json:"max_holding,omitempty" yaml:"max_holding"`
	MaxCumulativeUnsynced *uint64 `json:"max_cumulative_unsynced,omitempty" yaml:"max_cumulative_unsynced"`
	MaxUnsyncedCount      *uint64 `json:"max_unsynced_count,omitempty" yaml:"max_unsynced_count"`
	AuthFreeAmount        *uint64 `json:"auth_free_amount,omitempty" yaml:"auth_free_amount"`
	AuthFreeCount         *uint64 `json:"auth_free_count,omitempty" yaml:"auth_free_count"`
	MaxOfflineEpochs      *uint64 `json:"max_offline_epochs,omitempty" yaml:"max_offline_epochs"`

	TimeSource      TimeSource   `json:"time_source,omitempty" yaml:"time_source"`
	ConsentRequired *bool        `json:"consent_required,omitempty" yaml:"consent_required"`
	SyncMode        SyncMode     `json:"sync_mode,omitempty" yaml:"sync_mode"`
	Replenish       Replenish    `json:"replenish,omitempty" yaml:"replenish"`
	LogCapacity     *int         `json:"log_capacity,omitempty" yaml:"log_capacity"` // entries
	Retention       *int         `json:"retention,omitempty" yaml:"retention"`       // requests that stay answerable: R
	Suites          []int        `json:"suites,omitempty" yaml:"suites"`             // suite numbers of wire.md, ascending
	KEMs            []int        `json:"kems,omitempty" yaml:"kems"`                 // HPKE numbers of wire.md, ascending
	PolicyUpdatable PolicyUpdate `json:"policy_updatable,omitempty" yaml:"policy_updatable"`

	Revocation         Revocation `json:"revocation,omitempty" yaml:"revocation"`
	RevocationMaxAge   *uint64    `json:"revocation_max_age,omitempty" yaml:"revocation_max_age"`     // epochs
	RevocationMaxCount *uint64    `json:"revocation_max_count,omitempty" yaml:"revocation_max_count"` // payments
	Grace              *uint64    `json:"grace,omitempty" yaml:"grace"`                               // epochs after a certificate's end
	Shortfall          Shortfall  `json:"shortfall,omitempty" yaml:"shortfall"`                       // families I and S: what a ledger does where a reserve lacks a payment
	Receipt            Receipt    `json:"receipt,omitempty" yaml:"receipt"`

	AlertPolicy   AlertPolicy `json:"alert_policy,omitempty" yaml:"alert_policy"`
	ProximityOnly *bool       `json:"proximity_only,omitempty" yaml:"proximity_only"` // face to face; nothing judges it (M-15)
	Environment   string      `json:"environment,omitempty" yaml:"environment"`       // a descriptor of spec/environments; recorded, never judged
	Taxonomy      Taxonomy    `json:"taxonomy,omitzero" yaml:"taxonomy"`              // recorded, never judged

	ReceiverClasses []string `json:"receiver_classes,omitempty" yaml:"receiver_classes"` // SE, NOSE
	Transports      []string `json:"transports,omitempty" yaml:"transports"`

	Required             []ID     `json:"required,omitempty" yaml:"required"` // without which nothing is conformant
	RequiredCapabilities []string `json:"required_capabilities,omitempty" yaml:"required_capabilities"`

	Sources  map[string]string `json:"sources,omitempty" yaml:"sources"`   // field to where its value is from
	Inferred []string          `json:"inferred,omitempty" yaml:"inferred"` // fields whose value is inferred, not endorsed

	// places says where each member was set, FILE:LINE.
	places map[string]string
}

// JSON returns the profile as the one document that create hands to a device:
// members in the order of the type, unset ones absent, no white space.
func (p *Profile) JSON() []byte {
	doc, err := json.Marshal(p)
	if err != nil {
		panic("spec: " + err.Error()) // the type has nothing that fails to marshal
	}
	return doc
}

// A Taxonomy places a system in the three that are in use. Two of them use one
// word with opposite meanings, so that each value carries its author's name.
type Taxonomy struct {
	// Lipis and Crunchfish: the online rail, whether the offline protocol is the
	// rail's own, and what is trusted.
	LipisRail        string `json:"lipis_rail,omitempty" yaml:"lipis_rail"`
	LipisProtocol    string `json:"lipis_protocol,omitempty" yaml:"lipis_protocol"`
	LipisEnvironment string `json:"lipis_environment,omitempty" yaml:"lipis_environment"`
	// Polaris is the BIS handbook's mode, BankOfCanada that of the staff note.
	Polaris      string `json:"polaris,omitempty" yaml:"polaris"`
	BankOfCanada string `json:"bank_of_canada,omitempty" yaml:"bank_of_canada"`
}
