package template

import "strings"

const readmeText = `# A wallet behind assay's adapter contract, in LANGUAGE

A complete adapter in under 100 lines of the standard library. Its wallet is a
toy: units in memory, nothing durable, no protocol. Use it as the form into which
you put calls to your product: the places are marked.

BUILD    $ assay adapter check 'TARGET'
    $ assay run --level smoke --profile closed-wallet 'TARGET'
    exit status 4
    $ assay plan --profile closed-wallet 'TARGET'
    $ assay run --profile closed-wallet 'TARGET'
    exit status 4

The first command judges the adapter alone, step by step, and says what to do
next. The second gives a first verdict in seconds and certifies nothing. The third
says what a whole run will ask of your bench. The last one is that run: it says
what was not tested, and ends with what to implement next. Exit status 4 is an
incomplete run: nothing failed, and not enough was tested.

## What to serve next

hello claims what is served; what is not claimed costs tests, never a verdict.
spec/adapter.md has every verb, and spec/schema/ a schema for each line.

| claim | serve | so that these can be tested |
|---|---|---|
| resend | transfer with finish: true | what a lost frame leaves pending, and that it ends once |
| the shape hooked | transfer with the event frame for every frame | every frame lost, repeated, delayed, garbled and cut |
| power-cycle | power-cycle | what survives without power |
| cut-message | cut-message | power that is lost in the middle of a payment |
| synchronise, ledger | synchronise, and a unit of the role ledger | limits that are used up, and what the ledger finds |
| user-verification | verify-user, and secret in transfer | limits without a PIN, and a PIN that is locked |
| the role kit | create with a fault | that your units refuse a clone, a wrong root, another amount |

A product with used units and no reset says lifecycle "none" and how many units
there are: the n-th create of a device gives the n-th of them.

## What the product and the bench are

    $ assay ics new 'TARGET'

writes ics.yaml, what your product does (amounts, limits, what its refusal codes
mean), and ixit.yaml, what your bench has (units, deadlines, the PIN, rigs). Fill
them in, and run with them:

    $ assay ics check --profile closed-wallet --ics ics.yaml --ixit ixit.yaml 'TARGET'
    $ assay selftest --as ics.yaml --ixit ixit.yaml
    $ assay run --profile closed-wallet --ics ics.yaml --ixit ixit.yaml 'TARGET'
    exit status 4

The second command tries every known fault as a product like yours, and tells
which of them such a run finds.
`

// readme is the template's README: how to build, to run and to go on.
func (l Language) readme() string {
	name := map[string]string{"go": "Go", "python": "Python", "typescript": "TypeScript", "c": "C"}[l.Name]
	build := ""
	for _, b := range l.Build {
		build += "    $ " + b + "\n"
	}
	return strings.NewReplacer("LANGUAGE", name, "TARGET", l.Run, "BUILD", build).Replace(readmeText)
}
