package simulator

import (
	"errors"

	"github.com/assay-cbdc/assay/conformance/adapter"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/ledger"
	"github.com/assay-cbdc/assay/spec"
)

func done(r adapter.Result) adapter.Answer { return adapter.Answer{Done: &r} }

func refused(code spec.Code) adapter.Answer {
	return adapter.Answer{Refused: &adapter.Refusal{Code: int(code)}}
}

// refusal turns the refusals of device and ledger into the contract's, and
// reports whether err is one.
func refusal(err error) (adapter.Answer, bool) {
	if r, ok := errors.AsType[*device.Refusal](err); ok {
		return adapter.Answer{Refused: &adapter.Refusal{Code: int(r.Code), Message: r.Message}}, true
	}
	if r, ok := errors.AsType[*ledger.Refusal](err); ok {
		return refused(r.Code), true
	}
	return adapter.Answer{}, false
}

// pack makes the messages of a list the contract's.
func pack(list [][]byte) []adapter.Bytes {
	out := make([]adapter.Bytes, len(list))
	for i, m := range list {
		out[i] = m
	}
	return out
}

func unpack(list []adapter.Bytes) [][]byte {
	out := make([][]byte, len(list))
	for i, m := range list {
		out[i] = m
	}
	return out
}

func ptr[T any](v T) *T { return &v }
