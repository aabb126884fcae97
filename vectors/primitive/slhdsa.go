package primitive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// Verification of SLH-DSA-SHA2-128s, written out from FIPS 205: only its
// parameters, sections 5 to 10 for the verifier, and the SHA-2 functions of
// section 11.2.1. Numbers of algorithms are the standard's.

const (
	slhPart      = 16                 // n
	slhLayers    = 7                  // d
	slhHeight    = 9                  // h', of one layer
	slhTreeBits  = 54                 // h - h/d
	slhForsTrees = 14                 // k
	slhForsBits  = 12                 // a
	slhDigits    = 32                 // len_1, of the message
	slhChains    = 35                 // len, with the checksum
	slhKey       = 2 * slhPart        // PK.seed and PK.root
	slhSignature = 7856               // R, FORS, and a signature for each layer
	slhDigest    = 21 + 7 + 2         // m: of md, of the tree, of the leaf
	slhForsPart  = slhPart * (1 + 12) // one secret value and its path
	slhLayerPart = slhPart * (35 + 9) // one WOTS+ signature and its path
	slhForsEnd   = slhPart + 14*slhForsPart
)

// The types of an address, section 4.2.
const (
	slhWOTSHash = iota
	slhWOTSKey
	slhTree
	slhForsTree
	slhForsRoots
)

// A slhAddress is ADRS in its compressed form, section 11.2: layer, tree, type,
// and three words that the type gives their meaning.
type slhAddress struct {
	layer byte
	tree  uint64
	typ   byte
	words [3]uint32 // key pair; chain or height; hash or index
}

// hash is F, H and T_l, which differ in how much they take.
func (a slhAddress) hash(seed []byte, parts ...[]byte) []byte {
	h := sha256.New()
	h.Write(seed)
	h.Write(make([]byte, 64-slhPart))
	head := binary.BigEndian.AppendUint64([]byte{a.layer}, a.tree)
	head = append(head, a.typ)
	for _, w := range a.words {
		head = binary.BigEndian.AppendUint32(head, w)
	}
	h.Write(head)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)[:slhPart]
}

// verifySLHDSA is slh_verify, algorithm 24, with slh_verify_internal, 20.
func verifySLHDSA(key, message, sig []byte, context string) bool {
	packed := slhdsaKey(key)
	if packed == nil || len(sig) != slhSignature || len(context) > 255 {
		return false
	}
	seed, root := packed[:slhPart], packed[slhPart:]
	bound := append([]byte{0, byte(len(context))}, context...)
	digest := slhMessage(sig[:slhPart], seed, root, append(bound, message...))
	tree := binary.BigEndian.Uint64(append([]byte{0}, digest[21:28]...)) & (1<<slhTreeBits - 1)
	leaf := uint32(binary.BigEndian.Uint16(digest[28:])) & (1<<slhHeight - 1)
	node := slhFors(sig[slhPart:slhForsEnd], digest[:21], seed, slhAddress{tree: tree, typ: slhForsTree, words: [3]uint32{leaf}})
	for layer := range slhLayers {
		part := sig[slhForsEnd+layer*slhLayerPart:][:slhLayerPart]
		node = slhLayer(part, node, seed, slhAddress{layer: byte(layer), tree: tree}, leaf)
		leaf, tree = uint32(tree&(1<<slhHeight-1)), tree>>slhHeight
	}
	return bytes.Equal(node, root)
}

// slhMessage is H_msg: MGF1 of 30 bytes, which one hash gives.
func slhMessage(r, seed, root, message []byte) []byte {
	h := sha256.New()
	for _, p := range [][]byte{r, seed, root, message} {
		h.Write(p)
	}
	inner := h.Sum(nil)
	mask := sha256.New()
	for _, p := range [][]byte{r, seed, inner, make([]byte, 4)} {
		mask.Write(p)
	}
	return mask.Sum(nil)[:slhDigest]
}

// slhFors is fors_pkFromSig, algorithm 17.
func slhFors(sig, md, seed []byte, at slhAddress) []byte {
	var roots [][]byte
	for i := range slhForsTrees {
		part := sig[i*slhForsPart:][:slhForsPart]
		index := slhDigit(md, i, slhForsBits)
		at.words[1], at.words[2] = 0, uint32(i)<<slhForsBits|index
		node := at.hash(seed, part[:slhPart])
		roots = append(roots, slhClimb(node, part[slhPart:], seed, at))
	}
	return slhAddress{tree: at.tree, typ: slhForsRoots, words: [3]uint32{at.words[0]}}.hash(seed, roots...)
}

// slhLayer is xmss_pkFromSig, algorithm 11, with wots_pkFromSig, 8.
func slhLayer(sig, message, seed []byte, at slhAddress, leaf uint32) []byte {
	digits, sum := make([]uint32, slhChains), uint32(0)
	for i := range slhDigits {
		digits[i] = slhDigit(message, i, 4)
		sum += 15 - digits[i]
	}
	check := binary.BigEndian.AppendUint16(nil, uint16(sum<<4)) // three digits, to the left
	for i := range slhChains - slhDigits {
		digits[slhDigits+i] = slhDigit(check, i, 4)
	}
	at.typ, at.words = slhWOTSHash, [3]uint32{leaf}
	var ends [][]byte
	for i, digit := range digits {
		value := sig[i*slhPart:][:slhPart]
		for at.words[1] = uint32(i); digit < 15; digit++ {
			at.words[2] = digit
			value = at.hash(seed, value)
		}
		ends = append(ends, value)
	}
	at.typ, at.words = slhWOTSKey, [3]uint32{leaf}
	node := at.hash(seed, ends...)
	at.typ, at.words = slhTree, [3]uint32{0, 0, leaf}
	return slhClimb(node, sig[slhChains*slhPart:], seed, at)
}

// slhClimb goes up a path from the node at the address's index.
func slhClimb(node, path, seed []byte, at slhAddress) []byte {
	for ; len(path) > 0; path = path[slhPart:] {
		right := at.words[2]&1 == 1
		at.words[1]++
		at.words[2] >>= 1
		if right {
			node = at.hash(seed, path[:slhPart], node)
		} else {
			node = at.hash(seed, node, path[:slhPart])
		}
	}
	return node
}

// slhDigit is the i-th digit of base_2b, algorithm 4: so many bits, from the left.
func slhDigit(b []byte, i, size int) uint32 {
	var digit uint32
	for bit := i * size; bit < (i+1)*size; bit++ {
		digit = digit<<1 | uint32(b[bit/8]>>(7-bit%8)&1)
	}
	return digit
}

// slhdsaKey returns PK.seed and PK.root, nil for what is no key.
func slhdsaKey(key []byte) []byte {
	packed := member(key, akp(-65603), -1)
	if len(packed) != slhKey || bytes.Count(packed, []byte{0}) == len(packed) {
		return nil
	}
	return packed
}
