package onaws

import (
	"time"

	"reduction/cmd/lab/internal/report"
	"reduction/internal/machine"
)

// conditions returns what a reader needs to judge the figures.
func (r *run) conditions() report.Conditions {
	a := &report.Account{Region: r.client.Region, EventBytes: len(r.Event), Record: r.Record, Notes: r.notes}
	for _, s := range r.subjects {
		f := s.original.Configuration
		m := report.Measured{Name: s.label(), Runtime: packaging(f), Architecture: architecture(f), MemoryMB: f.MemorySize,
			TimeoutS: f.Timeout, CodeSHA256: f.CodeSha256, Live: s.live}
		a.Functions = append(a.Functions, m)
	}
	return report.Conditions{
		Where:   "AWS Lambda in " + r.client.Region,
		Date:    r.begun.UTC().Format(time.RFC3339),
		Machine: machine.Name(),
		Limited: true,
		Seed:    r.Seed,
		TLS:     true,
		AWS:     a,
	}
}

// program returns the function as reports name it.
func (s *subject) program() report.Program {
	return report.Program{Name: s.label(), Zip: s.original.Configuration.CodeSize}
}
