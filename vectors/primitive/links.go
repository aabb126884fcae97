package primitive

import (
	"errors"

	"github.com/fxamacker/cbor/v2"
)

// ErrLinks says that bytes are not a list of links.
var ErrLinks = errors.New("primitive: not a list of links")

// LinkIDs returns the identifiers of the objects of a list of links, each by the
// domain of its type.
func LinkIDs(b []byte) (ids [][32]byte, err error) {
	var links [][]cbor.RawMessage
	if cbor.Unmarshal(b, &links) != nil {
		return nil, ErrLinks
	}
	for _, l := range links {
		var encoded []byte
		if len(l) != 2 || cbor.Unmarshal(l[0], &encoded) != nil {
			return nil, ErrLinks
		}
		o, err := ParseObject(encoded)
		if err != nil {
			return nil, err
		}
		var body struct {
			Type uint64 `cbor:"2,keyasint"`
		}
		if cbor.Unmarshal(o.Payload, &body) != nil {
			return nil, ErrLinks
		}
		ids = append(ids, o.ID(LinkDomain(body.Type)))
	}
	return ids, nil
}

// LinkDomain returns the domain string of the types that may be links, "" of
// others.
func LinkDomain(typ uint64) string {
	return map[uint64]string{
		0x13: "assay/1/transfer", 0x14: "assay/1/receipt", 0x21: "assay/1/fund", 0x22: "assay/1/defund",
		0x23: "assay/1/defund-ack", 0x2b: "assay/1/resolve",
	}[typ]
}
