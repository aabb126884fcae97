package judge_test

import (
	"testing"

	"github.com/assay-cbdc/assay/vectors"
	"github.com/assay-cbdc/assay/vectors/judge"
)

func TestReferenceAgrees(t *testing.T) {
	r := vectors.Check(judge.New())
	for _, p := range r.Problems {
		t.Error(p)
	}
	if r.Agreed != r.Vectors || r.Vectors < 150 {
		t.Errorf("%d of %d agreed", r.Agreed, r.Vectors)
	}
}
