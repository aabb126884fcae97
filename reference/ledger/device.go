package ledger

import (
	"maps"
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// device is what the ledger knows of one device.
type device struct {
	account   string
	blocked   bool
	challenge wire.Nonce // the open one, zero for none
	funding   map[uint64]*funding
	defunded  map[uint64]defunded // by counter
	point     checkpoint
	// heads are the log heads known from acknowledged ranges, by entry number.
	heads map[uint64]wire.ID
	// received has the transfers that acknowledged entries credit.
	received map[wire.ID]bool
	// retired has the own transfers whose debit the device has ended unrefunded.
	retired map[wire.ID]bool
	// answered is the id of the last SYNC accepted, and its SYNC_ACK.
	answered wire.ID
	ack      []byte
}

// A checkpoint is the state of a device at its last acknowledged entry.
type checkpoint struct {
	last        uint64
	head        wire.ID
	counter     uint64
	prev        wire.ID
	totals      wire.Totals
	nextRequest uint64
	epoch       uint64 // known to the device
	pending     []wire.ID
	final       bool
	// full says that every entry from the first on is known.
	full bool
}

// device returns the state of did, which it creates.
func (l *Ledger) device(did wire.DID) *device {
	d := l.devices[did]
	if d == nil {
		start := wire.LogStart(did)
		d = &device{
			funding:  map[uint64]*funding{},
			defunded: map[uint64]defunded{},
			heads:    map[uint64]wire.ID{0: start},
			received: map[wire.ID]bool{},
			retired:  map[wire.ID]bool{},
			point:    checkpoint{head: start, nextRequest: 1, full: true},
		}
		l.devices[did] = d
	}
	return d
}

func (l *Ledger) accountOf(did wire.DID) string {
	if d := l.devices[did]; d != nil {
		return d.account
	}
	return ""
}

// Register binds a device to an account and keeps its certificates, so that
// its messages may name them by id. Registering again with the same account
// adds certificates. The error is a [*Refusal].
func (l *Ledger) Register(account string, certificates ...[]byte) (wire.DID, error) {
	if _, ok := l.Balance(account); !ok {
		return wire.DID{}, &Refusal{"there is such an account", spec.FND01, spec.EFundBinding}
	}
	var did wire.DID
	for _, encoded := range certificates {
		subject, err := l.certify(encoded)
		if err != nil {
			return wire.DID{}, err
		}
		if did != (wire.DID{}) && did != subject {
			return wire.DID{}, &Refusal{"all certificates are of one device", spec.CRY01, spec.EPath}
		}
		did = subject
	}
	if did == (wire.DID{}) {
		return did, &Refusal{"there is a certificate", spec.CRY01, spec.ECertNeeded}
	}
	d := l.device(did)
	if d.account != "" && d.account != account {
		return did, &Refusal{"the device has no other account", spec.FND01, spec.EFundBinding}
	}
	d.account = account
	return did, nil
}

// certify checks a device certificate at its own epoch, remembers it, and
// returns its device.
func (l *Ledger) certify(encoded []byte) (wire.DID, error) {
	c, err := cert.Parse(encoded)
	if err != nil {
		return wire.DID{}, refusal(err)
	}
	path, err := l.store.Path(c.ID, []*cert.Certificate{c})
	if err != nil {
		return wire.DID{}, refusal(err)
	}
	err = l.parts.Paths.Check(path, cert.Situation{
		Realm: l.parts.Place.Realm, Env: l.parts.Env, Epoch: c.Body.Epoch, Suites: l.parts.Policy.Suites,
	})
	if err == nil {
		err = l.parts.Paths.Signatures(path)
	}
	if err != nil {
		return wire.DID{}, refusal(err)
	}
	if c.Body.Level != wire.LevelDevice {
		return wire.DID{}, &Refusal{"the certificate is a device's", spec.CRY01, spec.EPath}
	}
	l.store.Remember(path)
	l.certified(path)
	return c.Device(), nil
}

// deviceIDs returns every device that the ledger has met, ascending.
func (l *Ledger) deviceIDs() []wire.DID {
	return slices.SortedFunc(maps.Keys(l.devices), compareDIDs)
}
