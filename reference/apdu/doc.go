// Package apdu is the binding to smart cards (spec/apdu.md): the command and
// response APDUs of ISO/IEC 7816-4, command chaining and GET RESPONSE, the
// instructions that carry the messages of a payment, the software card that
// answers them over a device, and the terminal that drives a card.
//
// A card is bytes in and bytes out: it reads no clock, does no I/O and knows no
// reader. What connects it to one is the business of whoever calls it.
package apdu
