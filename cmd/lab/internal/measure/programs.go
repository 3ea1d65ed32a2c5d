package measure

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

// BuiltBootstrap returns where make bootstrap puts the function for this machine.
func BuiltBootstrap() string {
	return filepath.Join("dist", runtime.GOOS+"-"+runtime.GOARCH, "bootstrap")
}

// FindBootstrap returns the absolute path of our function, and its size.
func FindBootstrap(path string) (string, int64, error) {
	abs, bytes, err := FindProgram(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; make bootstrap builds it", err)
	}
	return abs, bytes, err
}

// FindProgram returns the absolute path of a program, and its size. A folder stands for the
// bootstrap in it.
func FindProgram(path string) (string, int64, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, "bootstrap")
		info, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", 0, &noFile{path}
	case err != nil:
		return "", 0, err
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("%s: not a program", path)
	case info.Mode()&0o111 == 0 && runtime.GOOS != "windows": // which knows no such mode
		return "", 0, fmt.Errorf("%s: not a program: chmod +x makes it one", path)
	}
	abs, err := filepath.Abs(path)
	return abs, info.Size(), err
}

// A noFile is the name of a file that does not exist.
type noFile struct{ name string }

func (e *noFile) Error() string { return e.name + ": no such file" }
func (e *noFile) Unwrap() error { return fs.ErrNotExist }

// find completes a program: its absolute path, its size, and how it was built.
func find(p *report.Program) (err error) {
	look := FindProgram
	if p.Path == BuiltBootstrap() {
		look = FindBootstrap
	}
	if p.Path, p.Bytes, err = look(p.Path); err == nil {
		p.Built = built(p.Path)
	}
	return err
}

// built says how a program was built: in the words that its build left in a file beside its folder
// (dist.built for dist/bootstrap), or by which Go; "" where neither says.
func built(path string) string {
	if text, err := os.ReadFile(filepath.Dir(path) + ".built"); err == nil {
		first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		return first
	}
	if info, err := buildinfo.ReadFile(path); err == nil {
		return info.GoVersion
	}
	return ""
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

// Functions are a function and its peers, which it is compared with.
type Functions struct {
	Path  string // of the first one's program
	Name  string // "" is to be found out
	Peers Peers
}

// Declare declares the flags.
func (f *Functions) Declare(flags *cli.Flags) {
	f.DeclareFirst(flags)
	flags.Func("peer", "`NAME=PATH` another function; may be repeated", f.Peers.Set)
}

// DeclareFirst declares the flags of the first function alone.
func (f *Functions) DeclareFirst(flags *cli.Flags) {
	flags.String(&f.Path, "bootstrap", BuiltBootstrap(), "`PATH` the function, a program in a folder of its own, or the folder (default "+BuiltBootstrap()+", which is ours)")
	flags.String(&f.Name, "name", "", "`NAME` of the function in the results (default ours, or for another program the name of its folder)")
}

// List returns the functions, the first one first.
func (f *Functions) List() ([]report.Program, error) {
	first := report.Program{Name: f.Name, Path: f.Path}
	if first.Name == "" {
		first.Name = nameOf(f.Path)
	}
	if slices.ContainsFunc(f.Peers, func(p report.Program) bool { return p.Name == first.Name }) {
		return nil, cli.Usagef("--peer %s: the name is taken by %s; --name gives that another", first.Name, f.Path)
	}
	return append([]report.Program{first}, f.Peers...), nil
}

// ourPackage is the package that our function is built from.
const ourPackage = "reduction/bootstrap"

// nameOf returns a name for a program: ours if it is, whatever its path; otherwise the name of the
// file, or of the folder if all functions' files have that name.
func nameOf(path string) string {
	if path == BuiltBootstrap() {
		return report.Ours
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "bootstrap")
	}
	if info, err := buildinfo.ReadFile(path); err == nil && info.Path == ourPackage {
		return report.Ours
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Base(path)
	}
	name := filepath.Base(abs)
	if name == "bootstrap" {
		dir := filepath.Dir(abs)
		if name = filepath.Base(dir); strings.HasPrefix(name, "dist") {
			name = filepath.Base(filepath.Dir(dir)) + strings.TrimPrefix(name, "dist")
		}
	}
	return name
}

// Peers are functions, as the value of a flag that may be repeated.
type Peers []report.Program

// Set adds NAME=PATH.
func (p *Peers) Set(s string) error {
	name, path, ok := strings.Cut(s, "=")
	if !ok || name == "" || path == "" {
		return errors.New("expected NAME=PATH")
	}
	if slices.ContainsFunc(*p, func(o report.Program) bool { return o.Name == name }) {
		return fmt.Errorf("the name %s is taken", name)
	}
	*p = append(*p, report.Program{Name: name, Path: path})
	return nil
}
