package ics

import (
	"slices"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// Effective is what a run believes of a product: what its files declare, or
// what hello says where there is no file.
func Effective(h adapter.Implementation, i *ICS, x *IXIT) adapter.Implementation {
	h.Capabilities = slices.Clone(h.Capabilities)
	if i != nil {
		h.Vendor, h.Product, h.Release = i.Vendor, i.Product, i.Release
		h.Class, h.Tier, h.Family = i.Class, i.Tier, i.Family
		h.Shapes, h.Roles, h.Suites, h.Kit = i.Shapes, i.Roles, i.Suites, i.Kit
		if i.Provision != "" {
			h.Provision = i.Provision
		}
		h.ReceiveOnly, h.Seeded = yes(i.ReceiveOnly), yes(i.Seeded)
		h.Limits = lower(h.Limits, i.Limits, i.Amounts.Max)
		h.Telecom = nil
		if i.Telecom != (Telecom{}) {
			h.Telecom = &adapter.Telecom{Frame: i.Telecom.Frame, Answer: i.Telecom.Answer}
		}
		rigs := ofBench(h.Capabilities)
		h.Capabilities = append(slices.Clone(i.Capabilities), rigs...)
	}
	if x != nil {
		h.Capabilities = slices.DeleteFunc(h.Capabilities, adapter.Capability.Bench)
		h.Capabilities = append(h.Capabilities, x.Rigs...)
		if x.Lifecycle != "" {
			h.Lifecycle = x.Lifecycle
		}
		if x.Units > 0 {
			h.Units = x.Units
		}
	}
	return h
}

// ofBench are the rigs among capabilities.
func ofBench(all []adapter.Capability) []adapter.Capability {
	return slices.DeleteFunc(slices.Clone(all), func(c adapter.Capability) bool { return !c.Bench() })
}

func yes(b *bool) bool { return b != nil && *b }

// lower are the stricter of the limits that hello and the ICS tell. The largest
// amount that can be paid bounds a payment too.
func lower(hello *adapter.Limits, own Limits, most *uint64) *adapter.Limits {
	l := adapter.Limits{}
	if hello != nil {
		l = *hello
	}
	amount := func(to **adapter.Amount, from *uint64) {
		if from != nil && (*to == nil || *from < uint64(**to)) {
			a := adapter.Amount(*from)
			*to = &a
		}
	}
	number := func(to **uint64, from *uint64) {
		if from != nil && (*to == nil || *from < **to) {
			n := *from
			*to = &n
		}
	}
	amount(&l.MaxTx, own.MaxTx)
	amount(&l.MaxTx, most)
	amount(&l.MaxHolding, own.MaxHolding)
	amount(&l.MaxCumulativeUnsynced, own.MaxCumulativeUnsynced)
	number(&l.MaxUnsyncedCount, own.MaxUnsyncedCount)
	amount(&l.AuthFreeAmount, own.AuthFreeAmount)
	number(&l.AuthFreeCount, own.AuthFreeCount)
	if l == (adapter.Limits{}) {
		return nil
	}
	return &l
}

// FromHello are the files that say no more than hello does.
func FromHello(h adapter.Implementation) (*ICS, *IXIT) {
	i := &ICS{
		Schema: ICSSchema, Vendor: h.Vendor, Product: h.Product, Release: h.Release,
		Class: h.Class, Tier: h.Tier, Family: h.Family, Shapes: h.Shapes, Roles: h.Roles,
		Kit: h.Kit, Suites: h.Suites, Provision: h.Provision,
		Capabilities: slices.DeleteFunc(slices.Clone(h.Capabilities), adapter.Capability.Bench),
	}
	if h.ReceiveOnly {
		i.ReceiveOnly = &h.ReceiveOnly
	}
	if h.Seeded {
		i.Seeded = &h.Seeded
	}
	if l := h.Limits; l != nil {
		i.Limits = Limits{
			(*uint64)(l.MaxTx), (*uint64)(l.MaxHolding), (*uint64)(l.MaxCumulativeUnsynced),
			l.MaxUnsyncedCount, (*uint64)(l.AuthFreeAmount), l.AuthFreeCount,
		}
	}
	if h.Telecom != nil && slices.Contains(h.Capabilities, adapter.CapTelecom) {
		i.Telecom = Telecom{h.Telecom.Frame, h.Telecom.Answer}
	}
	x := &IXIT{Schema: IXITSchema, Lifecycle: h.Lifecycle, Units: h.Units, Rigs: ofBench(h.Capabilities)}
	return i, x
}
