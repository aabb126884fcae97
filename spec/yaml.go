package spec

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// UnmarshalYAML decodes YAML as goccy/go-yaml does, except that a document
// the library panics on (v1.19.2 does for a tagged null where a list is
// expected, "shapes: !x") is an error like any other malformed one.
func UnmarshalYAML(text []byte, v any, opts ...yaml.DecodeOption) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a value is not of the kind that its member asks for: the YAML cannot be decoded (%v)", p)
		}
	}()
	return yaml.UnmarshalWithOptions(text, v, opts...)
}
