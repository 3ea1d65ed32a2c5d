package report

import (
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
)

// A function that fails at every size has no figures, no choice, and no link.
func TestTuneFailed(t *testing.T) {
	r := &Tune{Function: Program{Name: Ours}, Sizes: []TunedSize{{MemoryMB: 128, Failed: "failed: it did"}, {MemoryMB: 5000, Failed: "skipped: no CPU is free"}}}
	r.Choose()
	if r.PowerTuning != nil || r.Best != (Best{}) {
		t.Errorf("%+v", r)
	}
	var out strings.Builder
	if err := r.Print(cli.NewPage(&out, true)); err != nil || !strings.Contains(out.String(), "ours, 128 MB: failed: it did") {
		t.Errorf("%v: %s", err, &out)
	}
}
