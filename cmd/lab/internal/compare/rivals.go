package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// rivals are the folders of peers that hold a rival. The others hold something else.
var rivals = []string{"go-sdk", "llrt", "node", "python-pandas", "python-polars", "rust", "rust-bare"}

// DefaultPeers is where the rivals are, unless --peers says otherwise.
const DefaultPeers = "peers"

// findRivals looks for rivals below a folder: peers/rust/dist/bootstrap is rust, and
// peers/rust/dist-original/bootstrap is rust-original.
func findRivals(dir string) (found []report.Program, leftOut []report.LeftOut, err error) {
	if dir == "" {
		return nil, nil, nil
	}
	if _, err := os.Stat(dir); err != nil {
		if dir == DefaultPeers && errors.Is(err, fs.ErrNotExist) {
			return nil, nil, nil // lab is used in another folder than this project's
		}
		return nil, nil, fmt.Errorf("%w; --peers '' is for none", err)
	}
	for _, name := range rivals {
		folder := filepath.Join(dir, name)
		var programs []string
		for _, dist := range distFolders(folder) {
			if path := filepath.Join(folder, dist, "bootstrap"); isProgram(path) {
				programs = append(programs, path)
			}
		}
		if len(programs) == 0 {
			leftOut = append(leftOut, report.LeftOut{
				Name: name, Why: "not built", Build: filepath.Join(folder, "build.sh"),
			})
		}
		for _, path := range programs {
			mode := strings.TrimPrefix(filepath.Base(filepath.Dir(path)), "dist")
			found = append(found, report.Program{Name: name + mode, Path: path})
		}
	}
	return found, leftOut, nil
}

// distFolders returns the names of the folders that hold a build of a rival, sorted.
func distFolders(dir string) []string {
	entries, _ := os.ReadDir(dir)
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !strings.HasPrefix(e.Name(), "dist") })
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func isProgram(path string) bool {
	_, _, err := measure.FindProgram(path)
	return err == nil
}
