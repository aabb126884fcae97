package witness

import (
	"crypto/sha256"
	"sync"

	"github.com/assay-cbdc/assay/vectors/primitive"
)

// Thousands of vectors are judged with the same certificates and policies. What one
// was read as is kept, and that it is signed rightly; what is wrong is looked at each
// time. Nobody may change what was kept.

// A keep remembers up to a thousand things, and forgets them all when it is full.
type keep[K comparable, V any] struct {
	mutex sync.Mutex
	has   map[K]V
}

func (k *keep[K, V]) find(name K) (V, bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	v, found := k.has[name]
	return v, found
}

func (k *keep[K, V]) add(name K, v V) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.has == nil || len(k.has) >= 1<<10 {
		k.has = map[K]V{}
	}
	k.has[name] = v
}

var (
	certificatesRead keep[string, certificate] // by their hexadecimal text
	listsRead        keep[string, body]        // by kind and text
	signedRightly    keep[[sha256.Size]byte, bool]
)

// certificateIn reads a certificate of the file.
func (c *call) certificateIn(name string) (certificate, int) {
	text := c.text(name)
	if one, found := certificatesRead.find(text); found {
		return one, 0
	}
	one, code := parseCertificate(unhex(text))
	if code == 0 {
		certificatesRead.add(text, one)
	}
	return one, code
}

// lenient reads the body of a stored list, whose signature was checked when it
// was installed.
func (c *call) lenient(kind, name string) body {
	if name == "" {
		return body{}
	}
	text := kind + " " + c.text(name)
	if b, found := listsRead.find(text); found {
		return b
	}
	m := messages(kind)
	o, code := parseObject(c.stored(name), m.most)
	if code != 0 {
		panic(fault(name + " is no object"))
	}
	v, code := decode(o.payload)
	if code == 0 {
		var b body
		if b, code, _ = read(v, m.typ, m.grammar); code == 0 {
			listsRead.add(text, b)
			return b
		}
	}
	panic(fault(name + " is no " + kind))
}

// signedBy reports whether the certificate is signed by the one above it.
func (c certificate) signedBy(above certificate) bool {
	const domain = "assay/1/cert"
	h := sha256.New()
	for _, part := range [][]byte{above.key(), c.object.toBeSigned(domain), c.object.signature} {
		h.Write(primitive.Encode(part)) // with its length
	}
	name := [sha256.Size]byte(h.Sum(nil))
	if right, _ := signedRightly.find(name); right {
		return true
	}
	right := above.verifies(c.object, domain)
	if right {
		signedRightly.add(name, true)
	}
	return right
}
