package apdu

// The payload budgets that sizes are stated with. A short APDU could carry 255
// bytes; 240 leaves room for what a proximity reader's frame adds. An extended
// one could carry 65,535; 2,048 is what a card is sure to buffer.
const (
	ShortPayload    = 240
	ExtendedPayload = 2048
)

// ShortAPDUs is how many short APDUs a message of n bytes takes. No message
// takes none.
func ShortAPDUs(n int) int { return blocks(n, ShortPayload) }

// ExtendedAPDUs is how many extended APDUs a message of n bytes takes.
func ExtendedAPDUs(n int) int { return blocks(n, ExtendedPayload) }

func blocks(n, size int) int {
	if n <= 0 {
		return 0
	}
	return (n + size - 1) / size
}
