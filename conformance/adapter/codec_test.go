package adapter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/spec"
)

// fill sets every field of a struct to something that is not its zero value, so
// that a field which is lost on the wire is missed.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		switch v.Interface().(type) {
		case json.RawMessage:
			v.SetBytes([]byte(`{"free":[null,1.5]}`))
		case adapter.Bytes:
			v.SetBytes([]byte{byte(*n), 0xff})
		default:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0), n)
		}
	case reflect.String:
		v.SetString(word(v.Type(), *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint64:
		v.SetUint(uint64(1)<<63 + uint64(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	default:
		panic("a kind that the contract has not had: " + v.Type().String())
	}
}

// word is a value of a closed set, or any text.
func word(t reflect.Type, n int) string {
	switch t {
	case reflect.TypeFor[adapter.Shape]():
		return string(adapter.Hooked)
	case reflect.TypeFor[adapter.Role]():
		return string(adapter.RoleKit)
	case reflect.TypeFor[adapter.Capability]():
		return string(adapter.CapCutWrite)
	case reflect.TypeFor[adapter.Misbehaviour]():
		return string(adapter.KitClone)
	case reflect.TypeFor[adapter.Side]():
		return string(adapter.Payee)
	case reflect.TypeFor[adapter.Provisioning]():
		return string(adapter.ProvisionRequest)
	case reflect.TypeFor[adapter.Lifecycle]():
		return string(adapter.LifecycleFresh)
	case reflect.TypeFor[adapter.ReportKind]():
		return string(adapter.ReportUnsupported)
	}
	return strings.Repeat("ü", n%3+1)
}

// enumerated sets the strings whose closed set has no type of its own.
func enumerated(v any) {
	switch v := v.(type) {
	case *adapter.CutWrite:
		v.Mode = "erased"
	case *adapter.APDU:
		v.Side = adapter.SideContactless
	case *adapter.Result:
		v.Hello.Class, v.Hello.Tier, v.Hello.Family, v.Hello.Families = "BH", "emulator", "B", []string{"T"}
		v.Value.ObservedBy = "ledger"
		v.Hello.Telecom.Frame = 140
	case *adapter.Show:
		v.Stage, v.Mode = "offer", "offline"
	case *adapter.Reply:
		v.Action = "deliver"
	}
}

func full[T any](v *T) *T {
	n := 0
	fill(reflect.ValueOf(v).Elem(), &n)
	enumerated(v)
	return v
}

// crosses writes a line, holds it against its schema and reads it back.
func crosses(t *testing.T, l adapter.Line, schema string, parse func([]byte) (adapter.Line, error)) {
	t.Helper()
	text, err := l.Append(nil)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	if bytes.Count(text, []byte("\n")) != 1 || text[len(text)-1] != '\n' {
		t.Errorf("%q is not one line", text)
	}
	if err := spec.Validate(schema, text); err != nil {
		t.Errorf("%s\nbreaks its schema: %v", text, err)
	}
	got, err := parse(text[:len(text)-1])
	if err != nil {
		t.Fatalf("%s\nis refused: %v", text, err)
	}
	if !reflect.DeepEqual(got, l) {
		t.Errorf("%s\ncomes back as %+v; want %+v", text, got, l)
	}
}

func TestEveryVerbCrossesTheWire(t *testing.T) {
	for _, zero := range adapter.Verbs() {
		t.Run(zero.Name(), func(t *testing.T) {
			v := reflect.New(reflect.TypeOf(zero))
			n := 0
			fill(v.Elem(), &n)
			enumerated(v.Interface())
			request := &adapter.Request{Handle: "d1", Verb: v.Elem().Interface().(adapter.Verb)}
			crosses(t, adapter.Line{ID: 7, Request: request}, "adapter-request-v1", adapter.ParseRequest)
		})
	}
}

// The zero value of a verb is a request too: no field of it may travel as null.
func TestZeroVerbsHoldNoNull(t *testing.T) {
	for _, zero := range adapter.Verbs() {
		text, err := adapter.Line{ID: 1, Request: &adapter.Request{Verb: zero}}.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := adapter.ParseRequest(bytes.TrimSpace(text)); err != nil {
			t.Errorf("%s\nis refused: %v", text, err)
		}
	}
}

func TestVerbNamesAreDistinctAndNotReserved(t *testing.T) {
	text, err := spec.Schema("adapter-request-v1")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Reserved struct{ Enum []string } `json:"reserved_verb"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil || len(schema.Defs.Reserved.Enum) == 0 {
		t.Fatalf("the schema reserves %v, %v; want some verbs", schema.Defs.Reserved.Enum, err)
	}
	seen := map[string]bool{}
	for _, reserved := range schema.Defs.Reserved.Enum {
		seen[reserved] = true
	}
	for _, v := range adapter.Verbs() {
		if seen[v.Name()] {
			t.Errorf("verb %q is reserved or occurs twice", v.Name())
		}
		seen[v.Name()] = true
	}
}

func TestEveryAnswerCrossesTheWire(t *testing.T) {
	x := json.RawMessage(`{"free":[null,1.5]}`)
	for name, l := range map[string]adapter.Line{
		"done":    {ID: 1, Answer: &adapter.Answer{Done: full(&adapter.Result{}), X: x}},
		"nothing": {ID: 1<<64 - 1, Answer: &adapter.Answer{Done: &adapter.Result{}}},
		"refused": {ID: 2, Answer: &adapter.Answer{Refused: full(&adapter.Refusal{}), X: x}},
		"torn":    {ID: 3, Answer: &adapter.Answer{Torn: full(&adapter.Torn{})}},
		"error":   {ID: 4, Error: full(&adapter.Report{})},
	} {
		t.Run(name, func(t *testing.T) { crosses(t, l, "adapter-answer-v1", adapter.ParseAnswer) })
	}
	for name, e := range map[string]adapter.Event{
		"progress": {Progress: full(&adapter.Progress{})},
		"prompt":   {Prompt: full(&adapter.Prompt{})},
		"show":     {Show: full(&adapter.Show{})},
		"frame":    {Frame: full(&adapter.Frame{})},
	} {
		t.Run(name, func(t *testing.T) {
			crosses(t, adapter.Line{ID: 5, Event: &e}, "adapter-event-v1", adapter.ParseAnswer)
		})
	}
	crosses(t, adapter.Line{ID: 6, Reply: full(&adapter.Reply{})}, "adapter-request-v1", adapter.ParseRequest)
}

func TestStrictDecoderRefuses(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{`{"id":1,"done":{}}x`, "after top-level value"},
		{`{"id":1,"done":{}}{}`, "after top-level value"},
		{`{"id":1,"done":{},}`, "a string is due"},
		{`{"id":1,,"done":{}}`, "a string is due"},
		{`{,"id":1,"done":{}}`, "invalid character"},
		{`{"id":1 "done":{}}`, "invalid character"},
		{`{"id" 1,"done":{}}`, "a colon is due"},
		{`{"id":1,"done":{"messages":["00",]}}`, "not a JSON value"},
		{`{"id":1,"done":{"handle":"a`, "does not end"},
		{`{"id":1,"done":{"handle":}}`, "not a JSON value"},
		{`{"id":01,"done":{}}`, "invalid character"},
		{`{"id":1,"id":1,"done":{}}`, `"id" occurs twice`},
		{`{"id":1,"\u0069d":1,"done":{}}`, `"id" occurs twice`},
		{`{"ID":1,"done":{}}`, `unknown field "ID"`},
		{`{"id":1,"done":{"Message":"00"}}`, `unknown field "done.Message"`},
		{`{"id":1,"done":{"balance":"1"}}`, `unknown field "done.balance"`},
		{`{"id":1,"done":null}`, `"done" is null`},
		{`{"id":1,"done":{"value":{"spendable":null}}}`, `"done.value.spendable" is null`},
		{`{"id":1,"done":{"messages":[null]}}`, `"done.messages" is null`},
		{`{"id":1,"done":{"message":"0A"}}`, "lower-case hex"},
		{`{"id":1,"done":{"message":"0"}}`, "lower-case hex"},
		{`{"id":1,"done":{"message":[1]}}`, `"done.message" is an array`},
		{`{"id":1,"done":{"account":12}}`, "cannot unmarshal number"},
		{`{"id":1,"done":{"account":"012"}}`, "canonical decimal"},
		{`{"id":1,"done":{"account":"-1"}}`, "canonical decimal"},
		{`{"id":1,"done":{"account":"18446744073709551616"}}`, "canonical decimal"},
		{`{"id":1,"done":{"session":1.5}}`, "cannot unmarshal"},
		{`{"id":1,"done":[]}`, `"done" is an array`},
		{`{"id":1,"done":7}`, `"done" is not an object`},
		{`{"id":"1","done":{}}`, "cannot unmarshal"},
		{`{"id":0,"done":{}}`, `no "id"`},
		{`{"done":{}}`, `no "id"`},
		{`{"id":1}`, "0 of done"},
		{`{"id":1,"done":{},"torn":{}}`, "2 of done"},
		{`{"id":1,"done":{},"x":3}`, `"x" is an object`},
		{`{"id":1,"done":{},"x":{"a":1,"a":2}}`, `"x.a" occurs twice`},
		{`{"id":1,"error":{"kind":"bad","message":""}}`, `kind "bad"`},
		{`{"id":1,"event":{}}`, "0 of progress"},
		{"{\"id\":1,\"done\":{\"handle\":\"\xff\"}}", "UTF-8"},
		{`{"id":1,"done":{"handle":"\ud800"}}`, "surrogate"},
		{`{"id":1,"done":{"handle":"\udc00\ud800"}}`, "surrogate"},
		{`{"id":1,"done":{"handle":"\ud800\ud800"}}`, "surrogate"},
		{`{"id":1,"done":{},"x":` + strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 71), "deeper than 64"},
		{`[]`, "the line is an array"},
		{`null`, "the line is null"},
		{``, "not a JSON value"},
	} {
		if _, err := adapter.ParseAnswer([]byte(tt.line)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.100s: error %v; want one with %q", tt.line, err, tt.want)
		}
	}
	// The positive twin of the surrogates: a pair, and an escaped backslash.
	l, err := adapter.ParseAnswer([]byte(`{"id":1,"done":{"handle":"\ud83d\ude00\\ud800"}}`))
	if err != nil || l.Answer.Done.Handle != "😀\\ud800" {
		t.Errorf("a surrogate pair: %+v, %v", l, err)
	}
}

func TestRequestsThatCannotBeCarriedOutKeepTheirNumber(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{`{"id":9,"verb":"fly","args":{}}`, `no verb "fly"`},
		{`{"id":9,"verb":"pay"}`, `neither "verb" with "args"`},
		{`{"id":9,"verb":"pay","args":{"sum":"1"}}`, `arguments of pay: unknown field "sum"`},
		{`{"id":9,"verb":"pay","reply":{}}`, "a reply with a verb"},
	} {
		l, err := adapter.ParseRequest([]byte(tt.line))
		if err == nil || l.ID != 9 || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: id %d, %v; want id 9 and %q", tt.line, l.ID, err, tt.want)
		}
	}
	_, err := adapter.ParseRequest([]byte(`{"id":9,"verb":"fly","args":{}}`))
	if known, ok := errors.AsType[*adapter.Error](err); !ok || known.Fault != adapter.FaultUnsupported {
		t.Errorf("an unknown verb gives %v; want the fault unsupported", err)
	}
}

// What the decoder accepts it also writes, and reads back as the same.
func FuzzParseAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"done":{"value":{"spendable":"12"},"message":"00ff"},"x":{"a":[null]}}`,
		`{"id":1,"refused":{"code":205}}`, `{"id":1,"torn":{"writes":3}}`,
		`{"id":1,"error":{"kind":"adapter","message":"m"}}`, `{"id":1,"event":{"show":{"stage":"offer"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) { rewrites(t, line, adapter.ParseAnswer) })
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"id":1,"handle":"d1","verb":"pay","args":{"message":"00","amount":"5"}}`))
	f.Add([]byte(`{"id":1,"verb":"create","args":{"role":"device","profile":{"a":[{"b":null}]}}}`))
	f.Add([]byte(`{"id":1,"reply":{"action":"drop"}}`))
	f.Fuzz(func(t *testing.T, line []byte) { rewrites(t, line, adapter.ParseRequest) })
}

func rewrites(t *testing.T, line []byte, parse func([]byte) (adapter.Line, error)) {
	l, err := parse(line)
	if err != nil {
		return
	}
	once, err := l.Append(nil)
	if err != nil {
		t.Fatalf("%q is accepted and cannot be written: %v", line, err)
	}
	again, err := parse(bytes.TrimSuffix(once, []byte("\n")))
	if err != nil {
		t.Fatalf("%q is written as %q, which is refused: %v", line, once, err)
	}
	twice, err := again.Append(nil)
	if err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("%q is written as %q, then as %q, %v", line, once, twice, err)
	}
}
