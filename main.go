// Command assay tests offline digital money: a device against the requirements
// of spec, the suite against itself, and the verification core's speed.
package main

import (
	"os"

	"github.com/assay-cbdc/assay/internal/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], command.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
