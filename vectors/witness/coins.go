package witness

// A coin is a token of e-cash as it is spent.
type coin struct {
	key, holder, randomizer, signature, spend []byte
}
