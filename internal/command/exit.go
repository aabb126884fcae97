package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
)

// The exit codes. Of several that apply, the first in the order 2, 5, 1, 3, 4
// counts.
const (
	exitOK            = 0 // conformant, or done
	exitNonConformant = 1 // a report that names a failed requirement has been written
	exitUsage         = 2 // wrong usage, or assay's own fault
	exitAdapter       = 3
	exitIncomplete    = 4
	exitReview        = 5 // what the product says of itself contradicts the profile
)

// A failure ends a command with an exit code. Without an error the command has
// already said why.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string {
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// usage is an error of the user's: what, where, and what to do.
func usage(format string, a ...any) error {
	return &failure{exitUsage, fmt.Errorf(format, a...)}
}

// ended is the end of a command that has said what there is to say.
func ended(code int) error {
	if code == exitOK {
		return nil
	}
	return &failure{code: code}
}

// codeOf is the exit code that an error calls for.
func codeOf(err error) int {
	var f *failure
	var review *check.ReviewError
	var fault *adapter.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &f):
		return f.code
	case errors.As(err, &review):
		return exitReview
	case errors.Is(err, context.Canceled):
		return exitIncomplete
	case errors.As(err, &fault) && fault.Fault != adapter.FaultHarness:
		return exitAdapter
	}
	return exitUsage
}

// first returns the code of several that counts.
func first(codes ...int) int {
	for _, c := range []int{exitUsage, exitReview, exitNonConformant, exitAdapter, exitIncomplete} {
		for _, given := range codes {
			if given == c {
				return c
			}
		}
	}
	return exitOK
}
