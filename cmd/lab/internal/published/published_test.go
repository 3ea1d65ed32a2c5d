package published

import (
	"slices"
	"testing"
)

// LLRT was tuned on x86, everything else on arm64.
func TestX86Priced(t *testing.T) {
	var x86 []string
	e := Results()
	for i := range e.PowerTuning {
		if t := &e.PowerTuning[i]; t.X86Priced() {
			x86 = append(x86, t.Strategy)
		}
	}
	if !slices.Equal(x86, []string{"llrt", "llrt"}) || len(e.PowerTuning) != 10 || len(e.ColdStarts) != 5 {
		t.Errorf("x86: %q, of %d runs and %d cold starts", x86, len(e.PowerTuning), len(e.ColdStarts))
	}
}
