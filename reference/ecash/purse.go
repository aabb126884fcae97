package ecash

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/money"
)

// Split returns the denominations to withdraw an amount in, ascending: every
// amount up to the whole can be paid exactly with them. Where those are more than
// most it returns the fewest that make the amount, so that what is at hand can come
// home; nil where these are too many as well. available ascends.
func Split(amount money.Amount, available []money.Amount, most int) []money.Amount {
	if out := made(amount, available, most, true); out != nil {
		return out
	}
	return made(amount, available, most, false)
}

// made puts the largest denomination beside the others until they make the amount;
// without gaps it is at most one more than what can be paid with those before it.
func made(amount money.Amount, available []money.Amount, most int, complete bool) []money.Amount {
	var out []money.Amount
	var sum money.Amount
	for sum < amount {
		next := money.Amount(0)
		for _, d := range available {
			if d <= amount-sum && (!complete || d <= sum+1) {
				next = d
			}
		}
		if next == 0 || len(out) == most {
			return nil
		}
		out = append(out, next)
		sum += next
	}
	slices.Sort(out)
	return out
}

// Complete reports whether every amount up to their sum can be paid with coins:
// ascending, no coin leaves a gap.
func Complete(coins []money.Amount) bool {
	sorted := slices.Sorted(slices.Values(coins))
	var sum money.Amount
	for _, c := range sorted {
		if c > sum+1 {
			return false
		}
		sum += c
	}
	return true
}

// maxTries bounds how many ways of paying an amount a wallet looks at.
const maxTries = 512

// Choose returns the indices of coins that make an amount exactly, at most most of
// them, and reports whether there are such. Of the first ways it takes one that
// leaves coins with which every amount can be paid.
func Choose(coins []money.Amount, amount money.Amount, most int) ([]int, bool) {
	order := make([]int, len(coins))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(coins[b]) - int(coins[a]) })
	below := make([]money.Amount, len(order)+1) // the sum of what comes later
	for i := len(order) - 1; i >= 0; i-- {
		below[i] = below[i+1] + coins[order[i]]
	}
	var first []int
	tries, steps := 0, 0
	var search func(from int, rest money.Amount, taken []int) []int
	search = func(from int, rest money.Amount, taken []int) []int {
		if rest == 0 {
			tries++
			if first == nil {
				first = slices.Clone(taken)
			}
			if Complete(left(coins, taken)) {
				return slices.Clone(taken)
			}
			return nil
		}
		for i := from; i < len(order) && below[i] >= rest && len(taken) < most && tries < maxTries && steps < 64*maxTries; i++ {
			steps++
			c := coins[order[i]]
			if c > rest || i > from && c == coins[order[i-1]] { // a coin of that kind was tried here
				continue
			}
			if found := search(i+1, rest-c, append(taken, order[i])); found != nil {
				return found
			}
		}
		return nil
	}
	if found := search(0, amount, nil); found != nil {
		return found, true
	}
	return first, first != nil
}

func left(coins []money.Amount, taken []int) []money.Amount {
	var rest []money.Amount
	for i, c := range coins {
		if !slices.Contains(taken, i) {
			rest = append(rest, c)
		}
	}
	return rest
}
