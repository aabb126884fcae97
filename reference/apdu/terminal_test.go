package apdu_test

import (
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
)

// A card can answer anything, for ever; its reader ends all the same, and takes
// none of it for success.
func TestTerminalEndsWithAnyCard(t *testing.T) {
	for name, answer := range map[string][]byte{
		"more and nothing": {0x61, 0x00}, "more and more": {0x01, 0x61, 0x10}, "never now": {0x69, 0x85},
		"always a refusal": {0x81, 0x18, 0xCD, 0x69, 0xF0}, "mute": nil, "one byte": {0x90}, "no status": {1, 2, 3, 4},
		"half an item": {0x82, 0x01, 0x90, 0x00}, "a PIN locked": {0x69, 0x83}, "tries": {0x63, 0xC2},
	} {
		asked := 0
		reader := &apdu.Terminal{Transmit: func([]byte) []byte {
			asked++
			return answer
		}}
		if _, err := reader.Select(); err == nil {
			t.Errorf("%s: SELECT succeeds", name)
		}
		body, err := reader.Do(apdu.InsQuery, apdu.QueryVersions, 0, nil)
		no, refused := errors.AsType[*apdu.Refusal](err)
		if err == nil || !refused && !errors.Is(err, apdu.ErrUnknown) {
			t.Errorf("%s: %x, %v; want a refusal or unknown", name, body, err)
		}
		if refused && no.Code != 0 && name != "always a refusal" {
			t.Errorf("%s: code %d out of nothing", name, no.Code)
		}
		if asked > 1<<16 {
			t.Errorf("%s: asked %d times", name, asked)
		}
	}
}

// What a chain's first blocks are answered with is taken for what it is.
func TestTerminalStopsAtARefusedBlock(t *testing.T) {
	sent := 0
	reader := &apdu.Terminal{Block: 16, Transmit: func(command []byte) []byte {
		if command[0] == apdu.ClassISO {
			return append(apdu.Application{Versions: []byte{1}, MTU: 255, Families: []byte{1}}.Encode(), 0x90, 0x00)
		}
		if sent++; sent == 3 {
			return []byte{0x67, 0x00}
		}
		return []byte{0x90, 0x00}
	}}
	if _, err := reader.Select(); err != nil {
		t.Fatal(err)
	}
	_, err := reader.Do(apdu.InsFund, 0, 0, make([]byte, 100))
	no, ok := errors.AsType[*apdu.Refusal](err)
	if !ok || no.Status != apdu.StatusLength || sent != 3 {
		t.Errorf("%v after %d blocks; want 6700 after 3", err, sent)
	}
}
