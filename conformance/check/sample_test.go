package check

import "testing"

func TestOnlyAnotherSampleHadItBefore(t *testing.T) {
	s := seen{}
	for _, c := range []struct {
		value        string
		sample, want int
	}{
		{"a", 1, 0}, {"a", 1, 0}, {"b", 2, 0}, {"a", 2, 1}, {"a", 2, 1}, {"b", 1, 2}, {"b", 2, 0},
	} {
		if got := s.before([]byte(c.value), c.sample); got != c.want {
			t.Errorf("%s of sample %d: before it %d, want %d", c.value, c.sample, got, c.want)
		}
	}
}
