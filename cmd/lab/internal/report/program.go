package report

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// The names of our function. It takes part in a comparison twice: the second one shows the
// noise.
const (
	Ours      = "ours"
	OursAgain = "ours again"
)

// A Program is a function that is measured.
type Program struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`              // of the program's file alone
	Zip   int64  `json:"zipBytes,omitempty"` // of the deployment package
	Sum   string `json:"sha256,omitempty"`   // of the program
}

// MarshalJSON writes a path below the working folder relative to that folder: reports are
// published, and compared with those of other machines.
func (p Program) MarshalJSON() ([]byte, error) {
	type plain Program
	if here, err := os.Getwd(); err == nil {
		if below, err := filepath.Rel(here, p.Path); err == nil && filepath.IsLocal(below) {
			p.Path = filepath.ToSlash(below)
		}
	}
	return json.Marshal(plain(p))
}

// Save writes a report to a file as JSON. Without a name it does nothing.
func Save(file string, report any) error {
	if file == "" {
		return nil
	}
	out, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(out, '\n'), 0o644)
}
