package adapter

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxDepth is the deepest nesting of a line. A profile, the deepest document
// that travels, needs about eight levels.
const MaxDepth = 64

// decodeStrict decodes the one JSON value that data is into v, which points to
// a struct. It refuses what encoding/json lets pass: a key in another case,
// twice, or of no field; null; nesting beyond MaxDepth; bytes and escapes that
// are no Unicode. Inside a [json.RawMessage] keys are free and members may be null.
func decodeStrict(data []byte, v any) error {
	if !utf8.Valid(data) {
		return fmt.Errorf("not valid UTF-8")
	}
	if at := loneSurrogate(data); at >= 0 {
		return fmt.Errorf("half a surrogate pair at byte %d", at)
	}
	w := walker{data: data}
	if err := w.value(reflect.TypeOf(v).Elem(), 0); err != nil {
		return err
	}
	// Unmarshal sees the whole of data, and so finds trailing bytes and all that
	// the walker, which looks at names and shapes, is lenient about.
	return json.Unmarshal(data, v)
}

var (
	rawType  = reflect.TypeFor[json.RawMessage]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// A fault is what a document breaks, and where: the names of the members from
// the root.
type fault struct {
	path []string // innermost first
	what string   // with %s for the place
}

func (f *fault) Error() string {
	place := "the line"
	if len(f.path) > 0 {
		slices.Reverse(f.path)
		place = strconv.Quote(strings.Join(f.path, "."))
		slices.Reverse(f.path)
	}
	return fmt.Sprintf(f.what, place)
}

// A walker compares a document with the type that it is meant for.
type walker struct {
	data []byte
	at   int
}

// value walks over the next value, which is meant for t; a nil t allows
// anything.
func (w *walker) value(t reflect.Type, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("nested deeper than %d levels", MaxDepth)
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	free := t == nil || t == rawType
	kind := reflect.Invalid // of what t accepts: a struct, a slice, or a scalar
	if !free && !reflect.PointerTo(t).Implements(textType) {
		kind = t.Kind()
	}
	switch w.next() {
	case 0:
		return errors.New("not a JSON value: it ends early")
	case '{':
		if !free && kind != reflect.Struct {
			return &fault{what: "%s is an object"}
		}
		return w.object(t, depth)
	case '[':
		if !free && kind != reflect.Slice {
			return &fault{what: "%s is an array"}
		}
		return w.array(t, depth)
	case 'n':
		if t != nil {
			return &fault{what: "%s is null"}
		}
	}
	if kind == reflect.Struct {
		return &fault{what: "%s is not an object"}
	}
	return w.scalar()
}

// next skips white space and returns the byte after it, 0 at the end.
func (w *walker) next() byte {
	for ; w.at < len(w.data); w.at++ {
		if c := w.data[w.at]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// scalar skips a string, number, true, false or null.
func (w *walker) scalar() error {
	if w.next() == '"' {
		_, err := w.text()
		return err
	}
	start := w.at
	for w.at < len(w.data) && !bytes.ContainsRune([]byte(" \t\r\n,]}:\"[{"), rune(w.data[w.at])) {
		w.at++
	}
	if w.at == start {
		return fmt.Errorf("not a JSON value: %q at byte %d", w.data[start], start)
	}
	return nil
}

// text returns the next string as it is quoted.
func (w *walker) text() ([]byte, error) {
	if w.next() != '"' {
		return nil, fmt.Errorf("a string is due at byte %d", w.at)
	}
	start := w.at
	for w.at++; w.at < len(w.data); w.at++ {
		switch w.data[w.at] {
		case '\\':
			w.at++
		case '"':
			w.at++
			return w.data[start:w.at], nil
		}
	}
	return nil, errors.New("a string does not end")
}

func (w *walker) object(t reflect.Type, depth int) error {
	seen := map[string]bool{}
	for w.at++; ; {
		switch w.next() {
		case '}':
			w.at++
			return nil
		case ',':
			w.at++
		}
		quoted, err := w.text()
		if err != nil {
			return err
		}
		var key string
		if err := json.Unmarshal(quoted, &key); err != nil {
			return err
		}
		if seen[key] {
			return &fault{[]string{key}, "field %s occurs twice"}
		}
		seen[key] = true
		var field reflect.Type
		if t != nil && t != rawType {
			if field = fieldType(t, key); field == nil {
				return &fault{[]string{key}, "unknown field %s"}
			}
		}
		if w.next() != ':' {
			return fmt.Errorf("a colon is due at byte %d", w.at)
		}
		w.at++
		if err := w.value(field, depth+1); err != nil {
			if f, ok := errors.AsType[*fault](err); ok {
				f.path = append(f.path, key)
			}
			return err
		}
	}
}

func (w *walker) array(t reflect.Type, depth int) error {
	var element reflect.Type
	if t != nil && t != rawType {
		element = t.Elem()
	}
	for w.at++; ; {
		switch w.next() {
		case ']':
			w.at++
			return nil
		case ',':
			w.at++
		}
		if err := w.value(element, depth+1); err != nil {
			return err
		}
	}
}

// fieldType returns the type of t's field with exactly this JSON name, or nil.
func fieldType(t reflect.Type, key string) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == key && f.IsExported() {
			return f.Type
		}
	}
	return nil
}

// loneSurrogate returns where data holds an escape that is half a surrogate
// pair, which encoding/json would replace silently, or -1. In valid JSON every
// backslash stands in a string and begins an escape.
func loneSurrogate(data []byte) int {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		unit := escaped(data[i:])
		switch {
		case unit >= 0xdc00 && unit <= 0xdfff:
			return i
		case unit >= 0xd800 && unit <= 0xdbff:
			if low := escaped(data[i+6:]); low < 0xdc00 || low > 0xdfff {
				return i
			}
			i += 10 // the pair is 12 bytes; the loop adds one below
		}
		i++
	}
	return -1
}

// escaped returns the code unit of the \uXXXX that b begins with, or -1.
func escaped(b []byte) int {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	unit := 0
	for _, c := range b[2:6] {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 {
			return -1
		}
		unit = unit<<4 | digit
	}
	return unit
}
