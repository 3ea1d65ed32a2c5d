package main

import (
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
)

// found summarises a cell. One that failed at last has no times, whatever came before.
func (x *cell) found() report.Result {
	f := report.Result{Function: x.function.Name, MemoryMB: x.memory, Rows: x.object.rows, RoundTrip: report.Ms(x.trip), Failed: x.failed, Samples: []report.Sample{}}
	if x.rig.host.Limited() {
		f.VCPUs = sandbox.VCPUs(x.memory)
	}
	if x.failed != "" || len(x.samples) == 0 {
		return f
	}
	f.Samples = x.samples
	f.Summarise()
	return f
}
