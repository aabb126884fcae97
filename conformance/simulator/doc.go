// Package simulator is the reference device and ledger behind the adapter
// contract (spec/adapter.md), in one process: what `assay run reference` drives
// and what mutants and oddities are made of.
//
// Everything in it follows from the requests: randomness is drawn from the seed
// of create, time moves by set-clock and set-epoch alone. A device's memory can
// be torn and rolled back; what a simulator shows about atomicity is a
// simulator's evidence and no more.
package simulator
