package cddl

import "slices"

// Unresolved returns the names that the grammar uses and does not define,
// sorted, those that RFC 8610 defines left aside.
func (g *Grammar) Unresolved() []string {
	var missing []string
	use := func(n string) {
		known := g.types[n] != nil || g.groups[n] != nil || slices.Contains(prelude(), n)
		if !known && !slices.Contains(missing, n) {
			missing = append(missing, n)
		}
	}
	for _, t := range g.types {
		names(t, use)
	}
	for _, entries := range g.groups {
		namesOf(entries, use)
	}
	slices.Sort(missing)
	return missing
}

// prelude returns the names of RFC 8610, appendix D, that are known here.
func prelude() []string { return []string{"any", "uint", "bstr", "tstr", "bool", "false"} }

// names calls use with each name in t.
func names(t typeNode, use func(string)) {
	switch t := t.(type) {
	case choice:
		for _, alternative := range t {
			names(alternative, use)
		}
	case name:
		use(string(t))
	case sized:
		names(t.base, use)
	case embedded:
		names(t.inner, use)
	case array:
		namesOf(t.entries, use)
	case mapping:
		namesOf(t.entries, use)
	}
}

func namesOf(entries []entry, use func(string)) {
	for _, e := range entries {
		if e.key != nil {
			names(e.key, use)
		}
		names(e.value, use)
	}
}
