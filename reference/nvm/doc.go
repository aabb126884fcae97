// Package nvm is the tearable memory that a device keeps its state in, and the
// journal that makes a commit atomic on it, as the recovery chapter describes.
//
// A [Memory] has a write unit and ordered writes and no transactions: a power
// cut leaves one unit torn. A [Journal] makes atomic commits of it. It holds
// bytes under keys and knows nothing of money; it does not resist tampering,
// and it keeps no count that a restored snapshot could not turn back.
package nvm
