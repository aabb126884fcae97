package witness

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// An incoming command, read by the lengths alone: which of the cases of ISO/IEC
// 7816-4 adds up. Exactly one does, or the bytes are no command.
type incoming struct {
	kind   string
	header []byte
	data   []byte
	le     int
}

// cases are the places of the fields in each case, by what stands after the
// header. lc is the length of the length field, le of Le.
var cases = []struct {
	kind   string
	lc, le int
	far    bool
}{
	{"1", 0, 0, false}, {"2S", 0, 1, false}, {"3S", 1, 0, false}, {"4S", 1, 1, false},
	{"2E", 0, 3, true}, {"3E", 3, 0, true}, {"4E", 3, 2, true},
}

func bigEndian(b []byte) (n int) {
	for _, x := range b {
		n = n<<8 | int(x)
	}
	return n
}

func readCommand(b []byte) (incoming, bool) {
	if len(b) < 4 {
		return incoming{}, false
	}
	rest := b[4:]
	for _, k := range cases {
		in, ok := incoming{kind: k.kind, header: b[:4]}, false
		switch {
		case k.lc == 0:
			ok = len(rest) == k.le && (k.le != 3 || rest[0] == 0)
		case len(rest) > k.lc && (rest[0] == 0) == k.far:
			n := bigEndian(rest[:k.lc])
			ok = n > 0 && len(rest) == k.lc+n+k.le
			if ok {
				in.data = rest[k.lc : k.lc+n]
			}
		}
		if !ok {
			continue
		}
		if k.le > 0 {
			if in.le = bigEndian(rest[len(rest)-k.le:]); in.le == 0 {
				in.le = 256
				if k.far {
					in.le = 65536
				}
			}
		}
		return in, true
	}
	return incoming{}, false
}

func cardCommand(c *call) {
	in, ok := readCommand(c.input("command"))
	if !ok {
		c.refuse(102)
		return
	}
	c.values["case"] = in.kind
	c.set("header", in.header)
	c.set("data", in.data)
	c.setNumber("le", uint64(in.le))
}

// cardChain is a card that has selected the application and has no answer
// waiting: INS, P1 and P2 of the chain that is open, and what came of it.
func cardChain(c *call) {
	var open, sofar []byte
	forget := func(status string) string {
		open, sofar = nil, nil
		return status
	}
	mtu := int(c.context("mtu"))
	for i := range c.context("commands") {
		in, ok := readCommand(c.input(fmt.Sprintf("command_%d", i+1)))
		var answer string
		switch {
		case !ok || len(in.data) > mtu || mtu <= 255 && strings.HasSuffix(in.kind, "E"):
			answer = forget("6700")
		case in.header[0] == 0x00 && in.header[1] == 0xC0:
			answer = forget("6985")
		case in.header[0] == 0x00 && in.header[1] == 0xA4:
			answer = forget(hex.EncodeToString(append(bytes.Clone(in.header), in.data...)))
		case in.header[0] != 0x80 && in.header[0] != 0x90:
			answer = forget("6e00")
		default:
			if open != nil && !bytes.Equal(open, in.header[1:]) {
				forget("")
			}
			sofar = append(sofar, in.data...)
			switch {
			case in.header[0] == 0x80:
				answer = forget(hex.EncodeToString(append(bytes.Clone(in.header), sofar...)))
			case len(in.data) == 0:
				answer = forget("6700")
			default:
				open, answer = in.header[1:], "9000"
			}
		}
		c.values[fmt.Sprintf("answer_%d", i+1)] = answer
	}
}

// dataObject is a BER-TLV data object with a length of one byte.
func dataObject(tag string, value []byte) []byte {
	return append(append(unhex(tag), byte(len(value))), value...)
}

func cardSelect(c *call) {
	mtu := c.context("mtu")
	ours := append(dataObject("9f01", c.input("versions")), dataObject("9f02", []byte{byte(mtu >> 8), byte(mtu)})...)
	ours = append(ours, dataObject("9f03", c.input("families"))...)
	name := dataObject("84", unhex("f0415353415901"))
	c.set("fci", dataObject("6f", append(name, dataObject("a5", dataObject("bf0c", ours))...)))
}

// cardStatus is the table of apdu.md, written down again.
func cardStatus(c *call) {
	status := "69f0"
	for word, codes := range map[string]string{
		"6982": "207", "6983": "172", "6985": "141 142 170 171 173 174",
		"6a80": "101 102 103 104 105 106 107", "6a84": "220 221",
	} {
		for _, code := range strings.Fields(codes) {
			if code == c.vector.Context["code"] {
				status = word
			}
		}
	}
	c.values["status"] = status
}

// cardAnswer is what a reader makes of an answer: a body is one whole item where
// one is due, a refusal has none but 69F0.
func cardAnswer(c *call) {
	b := c.input("response")
	c.values["unknown"] = "1"
	if len(b) < 2 {
		return
	}
	body, status := b[:len(b)-2], hex.EncodeToString(b[len(b)-2:])
	item, fault := decode(body)
	code := uint64(0)
	switch {
	case status == "9000":
		if len(body) == 0 && c.context("due") == 1 || len(body) > 0 && fault != 0 {
			return
		}
		c.set("body", body)
	case status[0] != '6' && status[0] != '9' || status[:2] == "60":
		return
	case status == "69f0":
		list, _ := item.([]any)
		if fault != 0 || len(list) != 1 {
			return
		}
		code, _ = list[0].(uint64)
		c.setNumber("code", code)
	case len(body) > 0:
		return
	default:
		c.setNumber("code", 0)
	}
	c.values["unknown"], c.values["status"] = "0", status
}
