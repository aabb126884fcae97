package wire

import (
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/spec"
)

// An Error says why bytes are not the message that they should be.
type Error struct {
	Code spec.Code // the refusal code
	Key  int64     // the map key at fault, or NoKey
	What string    // what is wrong there
}

// NoKey is the Key of an [Error] that concerns no member of a map.
const NoKey int64 = -1

func (e *Error) Error() string {
	if e.Key == NoKey {
		return fmt.Sprintf("wire: %d: %s", e.Code, e.What)
	}
	return fmt.Sprintf("wire: %d: key %d: %s", e.Code, e.Key, e.What)
}

func malformed(what string) *Error { return &Error{spec.EMalformed, NoKey, what} }

func notCanonical(what string) *Error { return &Error{spec.ECanon, NoKey, what} }

func notInGrammar(what string) *Error { return &Error{spec.EField, NoKey, what} }

// RefusalCode returns the refusal code.
func (e *Error) RefusalCode() spec.Code { return e.Code }

// CodeOf returns the refusal code of an error of this package, or of any other
// that has a method RefusalCode, and false if there is none.
func CodeOf(err error) (spec.Code, bool) {
	var coded interface{ RefusalCode() spec.Code }
	if !errors.As(err, &coded) {
		return 0, false
	}
	return coded.RefusalCode(), true
}
