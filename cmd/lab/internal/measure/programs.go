package measure

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/report"
)

// BuiltBootstrap returns where make bootstrap puts the function for this machine.
func BuiltBootstrap() string {
	return filepath.Join("dist", runtime.GOOS+"-"+runtime.GOARCH, "bootstrap")
}

// FindBootstrap returns the absolute path of our function, and its size.
func FindBootstrap(path string) (string, int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", 0, fmt.Errorf("%s: no such file; make bootstrap builds it", path)
	case err != nil:
		return "", 0, err
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("%s: not a program", path)
	}
	abs, err := filepath.Abs(path)
	return abs, info.Size(), err
}

// FindProgram returns the absolute path of another function, and its size.
func FindProgram(path string) (string, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return "", 0, fmt.Errorf("%s: not a program", path)
	}
	abs, err := filepath.Abs(path)
	return abs, info.Size(), err
}

// PackageFiles returns the files of a function's folder, which are its deployment package.
func PackageFiles(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// Peers are functions that ours is compared with, as the value of a flag that may be repeated.
type Peers []report.Program

// Set adds NAME=PATH.
func (p *Peers) Set(s string) error {
	name, path, ok := strings.Cut(s, "=")
	if !ok || name == "" || path == "" {
		return errors.New("expected NAME=PATH")
	}
	if name == report.Ours || slices.ContainsFunc(*p, func(o report.Program) bool { return o.Name == name }) {
		return fmt.Errorf("the name %s is taken", name)
	}
	*p = append(*p, report.Program{Name: name, Path: path})
	return nil
}
