// Package ics holds the two files that a vendor and a bench hand to a run
// (spec/ics.md): the ICS, what the product does, and the IXIT, what the bench
// has. They are read before anything runs, held against the product's hello and
// the profile, and bound what is asked of the product.
//
// An absent or empty answer means that a thing is not declared, never yes.
package ics

import (
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// The schemas of the two files.
const (
	ICSSchema  = "ics-v1"
	IXITSchema = "ixit-v1"
)

// An ICS is an implementation conformance statement (ISO/IEC 9646-7): what the
// product does.
type ICS struct {
	Schema       string                 `yaml:"schema" json:"schema"`
	Vendor       string                 `yaml:"vendor" json:"vendor"`
	Product      string                 `yaml:"product" json:"product"`
	Release      string                 `yaml:"release" json:"release"`
	Class        string                 `yaml:"class" json:"class"`
	Tier         string                 `yaml:"tier" json:"tier"`
	Family       string                 `yaml:"family,omitempty" json:"family,omitempty"`
	Shapes       []adapter.Shape        `yaml:"shapes" json:"shapes"`
	Roles        []adapter.Role         `yaml:"roles" json:"roles"`
	Capabilities []adapter.Capability   `yaml:"capabilities,omitempty" json:"capabilities,omitempty"`
	Kit          []adapter.Misbehaviour `yaml:"kit,omitempty" json:"kit,omitempty"`
	Suites       []int                  `yaml:"suites,omitempty" json:"suites,omitempty"`
	Provision    adapter.Provisioning   `yaml:"provision,omitempty" json:"provision,omitempty"`
	ReceiveOnly  *bool                  `yaml:"receive_only,omitempty" json:"receive_only,omitempty"`
	Seeded       *bool                  `yaml:"seeded,omitempty" json:"seeded,omitempty"`
	Amounts      Amounts                `yaml:"amounts,omitempty" json:"amounts,omitzero"`
	Limits       Limits                 `yaml:"limits,omitempty" json:"limits,omitzero"`
	// Refusals maps a refusal code of the vendor's to the codes of
	// spec/refusals.md that it can stand for; the empty one is a refusal without
	// a code.
	Refusals map[string][]Refusal `yaml:"refusals,omitempty" json:"refusals,omitempty"`
	// Autonomous is what units do without being asked.
	Autonomous []Autonomy `yaml:"autonomous,omitempty" json:"autonomous,omitempty"`
	DailyCaps  DailyCaps  `yaml:"daily_caps,omitempty" json:"daily_caps,omitzero"`
	// Telecom is the link of the capability telecom.
	Telecom Telecom `yaml:"telecom,omitempty" json:"telecom,omitzero"`
	// Environment is what keys and state lie in. It is recorded, never judged.
	Environment Environment `yaml:"environment,omitempty" json:"environment,omitzero"`
}

// Amounts are those that the product can pay, in minor units. Unset: any.
type Amounts struct {
	Min           *uint64  `yaml:"min,omitempty" json:"min,omitempty"`
	Step          *uint64  `yaml:"step,omitempty" json:"step,omitempty"`
	Max           *uint64  `yaml:"max,omitempty" json:"max,omitempty"`
	Denominations []uint64 `yaml:"denominations,omitempty" json:"denominations,omitempty"`
	// ExactChange says that the payer must hold the very pieces.
	ExactChange *bool `yaml:"exact_change,omitempty" json:"exact_change,omitempty"`
}

// Limits are the product's own, below the profile's: amounts in minor units and
// numbers of payments. Unset: the profile's.
type Limits struct {
	MaxTx                 *uint64 `yaml:"max_tx,omitempty" json:"max_tx,omitempty"`
	MaxHolding            *uint64 `yaml:"max_holding,omitempty" json:"max_holding,omitempty"`
	MaxCumulativeUnsynced *uint64 `yaml:"max_cumulative_unsynced,omitempty" json:"max_cumulative_unsynced,omitempty"`
	MaxUnsyncedCount      *uint64 `yaml:"max_unsynced_count,omitempty" json:"max_unsynced_count,omitempty"`
	AuthFreeAmount        *uint64 `yaml:"auth_free_amount,omitempty" json:"auth_free_amount,omitempty"`
	AuthFreeCount         *uint64 `yaml:"auth_free_count,omitempty" json:"auth_free_count,omitempty"`
}

// An Autonomy is something that a unit does without being asked.
type Autonomy string

// The autonomous actions.
const (
	AutoFinish      Autonomy = "finish"      // what is pending ends by itself
	AutoSynchronise Autonomy = "synchronise" // it meets its ledger by itself
	AutoDefund      Autonomy = "defund"      // value above a mark goes to its account
)

// A Telecom is a telecom link: the bytes of its longest frame, and the seconds
// of the slowest answer over it.
type Telecom struct {
	Frame  int `yaml:"frame" json:"frame"`
	Answer int `yaml:"answer" json:"answer"`
}

// An Environment names a descriptor of spec/environments, and what the vendor
// says to the evidence that it asks for, by name.
type Environment struct {
	ID       string            `yaml:"id,omitempty" json:"id,omitempty"`
	Evidence map[string]string `yaml:"evidence,omitempty" json:"evidence,omitempty"`
}

// DailyCaps are what a unit does in a day at most. Unset: no cap.
type DailyCaps struct {
	Payments *uint64 `yaml:"payments,omitempty" json:"payments,omitempty"`
	Fundings *uint64 `yaml:"fundings,omitempty" json:"fundings,omitempty"`
	Amount   *uint64 `yaml:"amount,omitempty" json:"amount,omitempty"` // paid, minor units
}

// An IXIT is implementation extra information for testing (ISO/IEC 9646-7):
// what the bench has.
type IXIT struct {
	Schema string `yaml:"schema" json:"schema"`
	// Arrangement is which roles the product fills.
	Arrangement string `yaml:"arrangement,omitempty" json:"arrangement,omitempty"`
	// Topology is what lies between payer and payee, Taps where frames are seen.
	Topology string   `yaml:"topology,omitempty" json:"topology,omitempty"`
	Taps     []string `yaml:"taps,omitempty" json:"taps,omitempty"`
	// Counterpart is who the other side of a payment is.
	Counterpart string               `yaml:"counterpart,omitempty" json:"counterpart,omitempty"`
	Lifecycle   adapter.Lifecycle    `yaml:"lifecycle,omitempty" json:"lifecycle,omitempty"`
	Units       int                  `yaml:"units,omitempty" json:"units,omitempty"`
	Spares      int                  `yaml:"spares,omitempty" json:"spares,omitempty"`
	Rigs        []adapter.Capability `yaml:"rigs,omitempty" json:"rigs,omitempty"`
	Secret      string               `yaml:"secret,omitempty" json:"secret,omitempty"`
	Attended    *bool                `yaml:"attended,omitempty" json:"attended,omitempty"`
	// Deadlines are seconds by verb, and by "default".
	Deadlines map[string]float64 `yaml:"deadlines,omitempty" json:"deadlines,omitempty"`
	// Speed is seconds for each payment, funding, defunding and synchronise.
	Speed map[string]float64 `yaml:"speed,omitempty" json:"speed,omitempty"`
	// Prompts is how often a verb asks the operator.
	Prompts map[string]int `yaml:"prompts,omitempty" json:"prompts,omitempty"`
}

// DefaultDeadline is a verb's where the IXIT has none.
const DefaultDeadline = 10 * time.Second

// Deadline is how long a verb may take.
func (x *IXIT) Deadline(verb string) time.Duration {
	if x != nil {
		for _, name := range []string{verb, "default"} {
			if s, ok := x.Deadlines[name]; ok {
				return time.Duration(s * float64(time.Second))
			}
		}
	}
	return DefaultDeadline
}

// Means are the codes that a refusal of the vendor's can stand for, and whether
// the ICS maps it.
func (i *ICS) Means(vendor string) ([]spec.Code, bool) {
	set, mapped := i.Refusals[vendor]
	codes := make([]spec.Code, len(set))
	for k, r := range set {
		codes[k] = spec.Code(r)
	}
	return codes, mapped
}

// A Refusal is a code of spec/refusals.md; in a file its number or its name.
type Refusal spec.Code
