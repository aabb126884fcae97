package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// An overlay adds to a profile what it says itself: it may tighten a limit and
// set what is not set. It never loosens a limit and never changes another value;
// what it marks as inferred only stands in where nothing is declared.

// ownMembers are a profile's own words, which no overlay touches.
var ownMembers = []string{
	"id", "title", "version", "effective_date", "epoch", "status", "base", "adds", "overlays", "sources", "inferred",
}

// limitMembers are those of which a lower value allows less.
var limitMembers = []string{
	"max_hops", "max_tx", "max_holding", "max_cumulative_unsynced", "max_unsynced_count", "auth_free_amount",
	"auth_free_count", "max_offline_epochs", "revocation_max_age", "revocation_max_count", "grace",
}

// A ConflictError says that two files set one member in ways that do not go
// together. Both places are FILE:LINE.
type ConflictError struct {
	Member       string
	Value, Other string // as in the files
	Place, Base  string // of the value, of the other
	Why          string
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s: %s: %s %s the %s of %s", e.Place, e.Member, e.Value, e.Why, e.Other, e.Base)
}

// WithOverlays returns the profile with overlays over it, in order: names of
// embedded profiles that say what they add, or files. The error names both
// places of a conflict, a [*ConflictError].
func (p *Profile) WithOverlays(namesOrPaths ...string) (*Profile, error) {
	laid := map[string]bool{} // members that an overlay has set
	for _, name := range namesOrPaths {
		o, err := loadOwn(name)
		if err != nil {
			return nil, err
		}
		if o.Adds == "" {
			return nil, fmt.Errorf("%s is the profile of a whole system; an overlay says in \"adds\" what it adds to one", name)
		}
		if p, err = p.under(o, laid); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// under is p with one overlay over it.
func (p *Profile) under(o *Profile, laid map[string]bool) (*Profile, error) {
	if slices.Contains(p.Overlays, o.ID) || o.ID == p.ID {
		return nil, fmt.Errorf("%s lies over %s already", o.ID, p.ID)
	}
	base, add := members(p), members(o)
	next := &merge{base: p, over: o, values: base, sources: maps.Clone(p.Sources), inferred: slices.Clone(p.Inferred), places: maps.Clone(p.places), laid: laid}
	if next.sources == nil {
		next.sources = map[string]string{}
	}
	if next.places == nil {
		next.places = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(add)) {
		if slices.Contains(ownMembers, name) || name == "currency_code" || name == "exponent" {
			continue
		}
		if err := next.member(name, add[name]); err != nil {
			return nil, err
		}
	}
	return next.profile()
}

// A merge is a profile that one overlay is being laid over.
type merge struct {
	base, over *Profile
	values     map[string]json.RawMessage
	sources    map[string]string
	inferred   []string
	places     map[string]string
	laid       map[string]bool
}

// applying are those of an overlay's requirements that are of the base's family: a
// rule book over e-cash cannot ask for what e-cash promises otherwise.
func (m *merge) applying(required json.RawMessage) json.RawMessage {
	var ids []ID
	if json.Unmarshal(required, &ids) != nil {
		return required // the schema says so
	}
	ids = slices.DeleteFunc(ids, func(id ID) bool {
		r, known := Lookup(id)
		return known && !slices.Contains(r.Families, m.base.Family)
	})
	list, _ := json.Marshal(ids) // strings always marshal
	return list
}

// member lays one member of the overlay over the base's.
func (m *merge) member(name string, value json.RawMessage) error {
	old, set := m.values[name]
	inferred := slices.Contains(m.over.Inferred, name)
	if name == "currency" && m.over.Currency == testCurrency {
		return nil // it names no currency of its own
	}
	none := !set || name == "currency" && m.base.Currency == testCurrency
	switch {
	case name == "required":
		m.values[name] = union(old, m.applying(value))
		return nil
	case name == "required_capabilities":
		m.values[name] = union(old, value)
		return nil
	case none:
		m.put(name, value, inferred)
		return nil
	case inferred || bytes.Equal(old, value):
		return nil
	case m.laid[name]:
		return m.conflict(name, value, old, "is not")
	case slices.Contains(limitMembers, name):
		if number(value) > number(old) {
			return m.conflict(name, value, old, "loosens")
		}
	case !tightens(name, value, old):
		return m.conflict(name, value, old, "is not")
	}
	m.put(name, value, inferred)
	return nil
}

func (m *merge) put(name string, value json.RawMessage, inferred bool) {
	m.values[name] = value
	if name == "currency" {
		own := members(m.over)
		m.values["currency_code"], m.values["exponent"] = own["currency_code"], own["exponent"]
	}
	m.sources[name] = m.over.Sources[name]
	if m.sources[name] == "" {
		m.sources[name] = m.over.ID
	}
	m.places[name] = m.over.place(name)
	m.inferred = slices.DeleteFunc(m.inferred, func(i string) bool { return i == name })
	if inferred {
		m.inferred = append(m.inferred, name)
	}
	m.laid[name] = true
}

func (m *merge) conflict(name string, value, old json.RawMessage, why string) error {
	return &ConflictError{name, string(value), string(old), m.over.place(name), m.base.place(name), why}
}

// profile is what has come of it.
func (m *merge) profile() (*Profile, error) {
	doc, err := json.Marshal(m.values)
	if err != nil {
		return nil, err
	}
	p := &Profile{}
	if err := json.Unmarshal(doc, p); err != nil {
		return nil, err
	}
	p.Overlays = append(slices.Clone(m.base.Overlays), m.over.ID)
	p.Sources, p.places = m.sources, m.places
	p.Inferred = m.inferred
	if err := Validate("profile-v1", p.JSON()); err != nil {
		return nil, fmt.Errorf("%s over %s: %w", m.over.ID, m.base.ID, err)
	}
	if member, err := p.consistent(); err != nil {
		return nil, fmt.Errorf("%s over %s: %s: %w", m.over.ID, m.base.ID, member, err)
	}
	return p, nil
}

// tightens says whether a value that is no limit asks for more than another.
func tightens(name string, value, old json.RawMessage) bool {
	switch name {
	case "consent_required", "proximity_only":
		return string(value) == "true"
	case "replenish":
		rising := []string{`"OFFLINE_RECEIVE"`, `"ONLINE"`, `"ONLINE_AFA"`}
		return slices.Index(rising, string(value)) > slices.Index(rising, string(old))
	case "suites", "kems", "receiver_classes", "transports":
		return subset(value, old)
	}
	return false
}

func subset(value, of json.RawMessage) bool {
	return len(elements(union(of, value))) == len(elements(of))
}

// union has the elements of both arrays, each once, those of the first in front.
func union(a, b json.RawMessage) json.RawMessage {
	all := elements(a)
	for _, e := range elements(b) {
		if !slices.ContainsFunc(all, func(o json.RawMessage) bool { return bytes.Equal(o, e) }) {
			all = append(all, e)
		}
	}
	doc, err := json.Marshal(all)
	if err != nil {
		panic("spec: " + err.Error()) // each element is JSON already
	}
	return doc
}

func elements(array json.RawMessage) (all []json.RawMessage) {
	if len(array) == 0 {
		return nil
	}
	if err := json.Unmarshal(array, &all); err != nil {
		panic("spec: " + err.Error()) // a profile's lists are arrays
	}
	return all
}

func number(value json.RawMessage) uint64 {
	n, err := strconv.ParseUint(string(value), 10, 64)
	if err != nil {
		panic("spec: " + err.Error()) // limits are unsigned
	}
	return n
}

// members are those that a profile sets, each as JSON.
func members(p *Profile) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(p.JSON(), &all); err != nil {
		panic("spec: " + err.Error()) // JSON wrote it
	}
	maps.DeleteFunc(all, func(_ string, v json.RawMessage) bool { return string(v) == `""` })
	return all
}

// Members are the members that a profile sets, each as JSON.
func (p *Profile) Members() map[string]json.RawMessage { return members(p) }

// place is where a member was set: FILE:LINE, or the profile's name where no
// file says so.
func (p *Profile) place(member string) string {
	if at := p.places[member]; at != "" {
		return at
	}
	return p.ID
}

// placesOf are the lines of a file's members.
func placesOf(file string, tree *ast.File) map[string]string {
	places := map[string]string{}
	if len(tree.Docs) == 0 {
		return places
	}
	body, ok := tree.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return places
	}
	for _, v := range body.Values {
		at := v.Key.GetToken()
		places[at.Value] = file + ":" + strconv.Itoa(at.Position.Line)
	}
	return places
}

// looser refuses limits above those of the profile that a file starts from, in
// the same currency.
func (p *Profile) looser(base *Profile) error {
	if p.Currency != base.Currency {
		return nil // amounts of two currencies do not compare
	}
	old, own := members(base), members(p)
	for _, name := range limitMembers {
		if old[name] != nil && own[name] != nil && number(own[name]) > number(old[name]) {
			return &ConflictError{name, string(own[name]), string(old[name]), p.place(name), base.place(name), "loosens"}
		}
	}
	return nil
}

// Contradiction says what in a profile cannot hold at once, so that no product
// could ever be conformant; empty when nothing does. Static review asks.
func (p *Profile) Contradiction() string {
	wants := map[string][]Finality{
		"B": {DeviceFinal, GuaranteedDeferred}, "T": {DeviceFinal, GuaranteedDeferred},
		"I": {GuaranteedDeferred}, "S": {RecordedDeferred}, "E": {GuaranteedDeferred},
	}[p.Family]
	if !slices.Contains(wants, p.Finality) {
		return fmt.Sprintf("profile %s is of family %s, whose finality is %s, and declares %s (%s)", p.ID, p.Family, strings.Trim(fmt.Sprint(wants), "[]"), p.Finality, p.place("finality"))
	}
	if p.Family == "E" && p.Respend != nil && *p.Respend {
		return fmt.Sprintf("profile %s is of family E, whose value is checked online before it is spent on, and declares respend (%s)", p.ID, p.place("respend"))
	}
	if text := p.reservedContradiction(); text != "" {
		return text
	}
	if p.Family == "E" && p.Provenance == ProvenanceChain {
		return fmt.Sprintf("profile %s is of family %s, whose value has no links, and declares CHAIN provenance (%s)", p.ID, p.Family, p.place("provenance"))
	}
	for _, id := range p.Required {
		r, ok := Lookup(id)
		if !ok {
			continue
		}
		if !slices.Contains(r.Families, p.Family) {
			return fmt.Sprintf("profile %s requires %s, which is not one of family %s (%s)", p.ID, id, p.Family, p.place("required"))
		}
		if !p.Selects(r) {
			return fmt.Sprintf("profile %s requires %s and does not declare what selects it: %s (%s)", p.ID, id, strings.Join(r.When, ", "), p.place("required"))
		}
	}
	return ""
}

// reservedContradiction is about reserves: a ledger moves nothing on sums, and
// only a reserve can fall short.
func (p *Profile) reservedContradiction() string {
	reserved := p.Family == "I" || p.Family == "S"
	switch {
	case reserved && p.SyncMode == SyncTotals:
		return fmt.Sprintf("profile %s is of family %s, whose ledger moves what is reported, and has devices report sums (%s)", p.ID, p.Family, p.place("sync_mode"))
	case !reserved && p.Shortfall != "":
		return fmt.Sprintf("profile %s is of family %s, which has no reserves, and declares a rule of their shortfall (%s)", p.ID, p.Family, p.place("shortfall"))
	case p.Family == "S" && p.Shortfall == ShortfallProvider:
		return fmt.Sprintf("profile %s is of family S, where money moves in the order of the counters, and declares shortfall %s (%s)", p.ID, p.Shortfall, p.place("shortfall"))
	}
	return ""
}
