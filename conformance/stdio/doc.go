// Package stdio carries the adapter contract over a child process: JSON lines
// on its standard input and output (spec/adapter.md, section Wire).
//
// [Client] is the harness's side, [Serve] the adapter's. The package knows what
// a line is and whose fault a missing one is; it judges no answer.
package stdio
