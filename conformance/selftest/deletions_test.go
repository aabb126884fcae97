package selftest

import (
	"fmt"
	"slices"

	"github.com/assay-cbdc/assay/conformance/simulator"
	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/reference/provenance"
	"github.com/assay-cbdc/assay/reference/qr"
	"github.com/assay-cbdc/assay/reference/telecom"
	"github.com/assay-cbdc/assay/spec"
)

// A deletion is the reference with one rule of one procedure judged and
// ignored: the commonest fault there is, and one for each line of the chapters.
type deletion struct {
	// Name is "procedure: rule"; rules of certificates and policies, which have
	// no names, are numbered from 1.
	Name        string
	Requirement spec.ID
	options     simulator.Options
	// chain says that it can be noticed under CHAIN provenance alone.
	chain bool
	// under is the profile under which it can be noticed, empty for the reference.
	under string
}

// deletions are all of them, in the chapters' order.
func deletions() []deletion {
	return slices.Concat(deviceDeletions(), pathDeletions(), policyDeletions(), ledgerDeletions(), linkDeletions(), textDeletions(), frameDeletions(), reserveDeletions())
}

// textDeletions leave out one rule of a text of qr.md each.
func textDeletions() []deletion {
	var all []deletion
	for i, r := range qr.StandardRules() {
		all = append(all, deletion{
			Name: "text: " + r.Name, Requirement: r.Requirement,
			options: simulator.Options{QR: func(q *simulator.QR) {
				rules := qr.StandardRules()
				rules[i].Holds = func(c *qr.Reading) error {
					_ = r.Holds(c) // it fills in what later rules read
					return nil
				}
				q.Reader = qr.NewReader(rules)
			}},
		})
	}
	return all
}

// frameDeletions leave out one rule of a frame of telecom.md each.
func frameDeletions() []deletion {
	var all []deletion
	for i, r := range telecom.StandardRules() {
		all = append(all, deletion{
			Name: "frame: " + r.Name, Requirement: r.Requirement, under: "cf-dc-2.2",
			options: simulator.Options{Telecom: func() simulator.TelecomEnd {
				rules := telecom.StandardRules()
				rules[i].Holds = func(c *telecom.Reading) string {
					_ = r.Holds(c) // it fills in what later rules read
					return ""
				}
				return simulator.NewTelecomEnd(rules)
			}},
		})
	}
	return all
}

// linkDeletions leave out one rule of the links of CHAIN provenance each.
func linkDeletions() []deletion {
	var all []deletion
	for _, r := range provenance.Rules() {
		all = append(all, deletion{
			Name: "links: " + r.Name, Requirement: r.Requirement, chain: true,
			options: simulator.Options{Device: func(p *device.Parts) {
				p.Links = provenance.Rules()
				i := slices.IndexFunc(p.Links, func(o provenance.Rule) bool { return o.Name == r.Name })
				p.Links[i].Holds = func(c *provenance.Case) bool {
					_ = r.Holds(c) // it fills in what later rules read
					return true
				}
			}},
		})
	}
	return all
}

func deviceDeletions() []deletion {
	var all []deletion
	for _, p := range []device.Procedure{
		device.ProcProvision, device.ProcStart, device.ProcRequest, device.ProcFinish, device.ProcPay, device.ProcResend,
		device.ProcTransfer, device.ProcReceipt, device.ProcFund, device.ProcFundAccept, device.ProcDefund,
		device.ProcDefundAck, device.ProcSync, device.ProcSyncAck, device.ProcResolve, device.ProcPolicy, device.ProcRevset,
		device.ProcCertGet, device.ProcRekey, device.ProcRekeyed,
	} {
		for _, r := range device.StandardRules()[p] {
			all = append(all, deletion{
				Name: string(p) + ": " + r.Name, Requirement: r.Requirement, chain: r.Name == "links",
				under: map[string]string{"not burned in": "ekrona-p4"}[r.Name],
				options: simulator.Options{Device: func(parts *device.Parts) {
					parts.Rules = parts.Rules.Replace(p, r.Name, func(c *device.Context) bool {
						_ = r.Holds(c) // it fills in what later rules read
						return true
					})
				}},
			})
		}
	}
	return all
}

func pathDeletions() []deletion {
	var all []deletion
	for i, r := range cert.Rules() {
		left := slices.Delete(cert.Rules(), i, i+1)
		all = append(all, deletion{
			Name: fmt.Sprintf("path: %d", i+1), Requirement: r.Requirement,
			options: simulator.Options{Device: func(p *device.Parts) { p.Path = left }},
		})
	}
	return all
}

func policyDeletions() []deletion {
	var all []deletion
	for i, r := range cert.PolicyRules() {
		left := slices.Delete(cert.PolicyRules(), i, i+1)
		all = append(all, deletion{
			Name: fmt.Sprintf("policy content: %d", i+1), Requirement: r.Requirement,
			options: simulator.Options{Device: func(p *device.Parts) { p.PolicyRules = left }},
		})
	}
	return all
}

func ledgerDeletions() []deletion {
	return slices.Concat(
		ledgerList("funding", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.Funding }),
		ledgerList("cancel", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.Cancel }),
		ledgerList("defunding", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.Defunding }),
		ledgerList("defunding once", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.Once }),
		ledgerList("defunding order", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.Order }),
		ledgerList("sync report", func(r *ledger.Rules) *[]ledger.Rule[ledger.Report] { return &r.Sync }),
		ledgerList("settle", func(r *ledger.Rules) *[]ledger.Rule[ledger.Settlement] { return &r.Settle }),
		ledgerList("settle once", func(r *ledger.Rules) *[]ledger.Rule[ledger.Settlement] { return &r.SettleOnce }),
		ledgerList("settle receipt", func(r *ledger.Rules) *[]ledger.Rule[ledger.Answer] { return &r.Receipt }),
		ledgerList("settle request", func(r *ledger.Rules) *[]ledger.Rule[ledger.Request] { return &r.Request }),
		ledgerList("settle link", func(r *ledger.Rules) *[]ledger.Rule[ledger.Link] { return &r.Link }),
	)
}

// reserveDeletions leave out one rule of the reserves each.
func reserveDeletions() []deletion {
	all := slices.Concat(
		ledgerList("reserve", func(r *ledger.Rules) *[]ledger.Rule[ledger.Debit] { return &r.Reserve }),
		ledgerList("reserve defunding", func(r *ledger.Rules) *[]ledger.Rule[ledger.Defunding] { return &r.ReserveDefunding }),
	)
	for i := range all {
		all[i].under = "ekrona-p4"
	}
	named := ledgerList("reserve cancel", func(r *ledger.Rules) *[]ledger.Rule[ledger.FundingRequest] { return &r.ReserveCancel })
	for i := range named {
		named[i].under = "cf-dc-2.2"
	}
	return append(all, named...)
}

func ledgerList[T any](procedure string, of func(*ledger.Rules) *[]ledger.Rule[T]) []deletion {
	var all []deletion
	standard := ledger.DefaultRules()
	for _, r := range *of(&standard) {
		all = append(all, deletion{
			Name: procedure + ": " + r.Name, Requirement: r.Requirement,
			options: simulator.Options{Ledger: func(p *ledger.Parts) {
				rules := ledger.DefaultRules()
				list := of(&rules)
				*list = ledger.Without(*list, r.Name)
				p.Rules = rules
			}},
		})
	}
	return all
}
