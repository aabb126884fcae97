package primitive

import "testing"

func TestSelfTest(t *testing.T) {
	if err := SelfTest(Verify); err != nil {
		t.Error(err)
	}
	for _, verdict := range []bool{true, false} {
		if SelfTest(func(uint64, []byte, []byte, []byte) bool { return verdict }) == nil {
			t.Errorf("a verifier that always says %v passes", verdict)
		}
	}
}
