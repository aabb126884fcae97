package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/conformance/check"
	"github.com/assay-cbdc/assay/conformance/stdio"
)

// TestFirstCodeCounts orders the exit codes as architecture has them.
func TestFirstCodeCounts(t *testing.T) {
	for _, tt := range []struct {
		codes []int
		want  int
	}{
		{nil, 0}, {[]int{0, 0}, 0}, {[]int{4, 3}, 3}, {[]int{3, 1}, 1}, {[]int{1, 5}, 5}, {[]int{5, 2}, 2}, {[]int{0, 4}, 4},
	} {
		if got := first(tt.codes...); got != tt.want {
			t.Errorf("first(%v) = %d; want %d", tt.codes, got, tt.want)
		}
	}
}

// TestErrorsHaveCodes maps whose fault an error is to the exit code.
func TestErrorsHaveCodes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{usage("no"), exitUsage},
		{io.ErrShortWrite, exitUsage},
		{&check.ReviewError{Reason: "no"}, exitReview},
		{&adapter.Error{Fault: adapter.FaultDied}, exitAdapter},
		{fmt.Errorf("run: %w", &adapter.Error{Fault: adapter.FaultStart}), exitAdapter},
		{&adapter.Error{Fault: adapter.FaultHarness}, exitUsage},
		{errors.Join(nil, ended(exitNonConformant)), exitNonConformant},
	} {
		if got := codeOf(tt.err); got != tt.want {
			t.Errorf("codeOf(%v) = %d; want %d", tt.err, got, tt.want)
		}
	}
}

// TestQuoteIsUndoneBySplit holds the shell words of replay commands against the
// reader of exec: targets.
func TestQuoteIsUndoneBySplit(t *testing.T) {
	for _, s := range []string{"reference", "exec:a b", "it's", "", "$HOME", "a\"b\\", "PAY-02.overspend"} {
		got, err := stdio.Split("x " + quote(s))
		if err != nil || !slices.Equal(got, []string{"x", s}) {
			t.Errorf("quote(%q) = %s, which is read as %q, %v", s, quote(s), got, err)
		}
	}
}

// TestDeviceCannotWriteEscapes keeps what a device says off the terminal's
// controls.
func TestDeviceCannotWriteEscapes(t *testing.T) {
	if got := visible("a\x1b[31m\x07b\u202ec\xff"); got != "a?[31m?b?c?" {
		t.Errorf("visible lets through %q", got)
	}
	for _, l := range wrap(strings.Repeat("word ", 50), 20) {
		if len(l) > 20 {
			t.Errorf("a line of %d characters: %q", len(l), l)
		}
	}
}
