package report

import (
	"encoding/json"
	"os"
	"path/filepath"

	"reduction/cmd/lab/internal/cli"
)

// Ours is the name of our function.
const Ours = "ours"

// OursAgain is ours a second time in a comparison, which shows what chance does.
const OursAgain = Ours + again

const again = " again"

// Again returns the function under the name that it has the second time in a comparison.
func (p Program) Again() Program {
	p.Name += again
	return p
}

// A Program is a function that is measured.
type Program struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`              // of the program's file alone
	Zip   int64  `json:"zipBytes,omitempty"` // of the deployment package
	Sum   string `json:"sha256,omitempty"`   // of the program
	Built string `json:"built,omitempty"`    // how it was built, as its build says

	Estimated bool `json:"zipIsEstimate,omitempty"` // there is no package: lab compressed the files
}

// zipText writes the size of the deployment package.
func (p *Program) zipText() string {
	if p.Estimated {
		return "about " + cli.Size(p.Zip)
	}
	return cli.Size(p.Zip)
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
