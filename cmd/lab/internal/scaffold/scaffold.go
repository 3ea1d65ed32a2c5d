// Package scaffold writes a new module: a Lambda function that stands on this project's packages,
// with its test, its Makefile and its template.
package scaffold

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/runtime/examples"
)

//go:embed module
var module embed.FS

// A Module is what is written.
type Module struct {
	Dir       string // the new folder; its last element is the name of the function
	Reduction string // the folder of this project's sources; "" is where this program was built from
}

// The name is that of a function, a table and a stack. Lambda, CreateFunction: 1 to 64 letters,
// digits, '-' and '_'. DynamoDB, CreateTable: 3 characters or more. CloudFormation, CreateStack:
// no '_', and a letter first.
var validName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{2,63}$`)

// example is the name that the function has in the files that are copied.
const example = "notes"

// goMod is the go.mod of a module, given its name, the version of Go and the folder of the sources.
const goMod = `module example.com/%s

go %s

require reduction v0.0.0

replace reduction => %s

tool reduction/cmd/pack
`

// Write writes the module's files and returns their names. It refuses a folder that is not empty.
func (m *Module) Write() (names []string, err error) {
	name := filepath.Base(m.Dir)
	if !validName.MatchString(name) {
		return nil, cli.Usagef("the name is %q; expected 3 to 64 letters, digits and hyphens, with a letter first", name)
	}
	sources, version, err := findSources(m.Reduction)
	if err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(m.Dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s: the folder is not empty", m.Dir)
	}
	if err := os.MkdirAll(m.Dir, 0o755); err != nil {
		return nil, err
	}
	write := func(file, text string) error {
		names = append(names, file)
		return os.WriteFile(filepath.Join(m.Dir, file), []byte(text), 0o644)
	}
	if err := write("go.mod", fmt.Sprintf(goMod, name, version, quote(sources))); err != nil {
		return nil, err
	}
	for _, tree := range []embed.FS{examples.Notes, module} {
		err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := tree.ReadFile(path)
			if err != nil {
				return err
			}
			file := strings.Replace(entry.Name(), "gitignore", ".gitignore", 1) // embed leaves out dot files
			return write(file, strings.ReplaceAll(string(text), example, name))
		})
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// quote quotes a path where the syntax of go.mod demands it. Go Modules Reference, "Lexical
// elements".
func quote(path string) string {
	if strings.ContainsAny(path, " \t\"'`()[]{},;") || strings.Contains(path, "//") || strings.Contains(path, "/*") {
		return strconv.Quote(path)
	}
	return path
}

var ourGoMod = regexp.MustCompile(`^module reduction\n\ngo ([0-9.]+)\n`)

// findSources returns the absolute path of this project's sources, and the version of Go that they
// need.
func findSources(dir string) (path, version string, err error) {
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "../../../..")
	}
	path, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	text, _ := os.ReadFile(filepath.Join(path, "go.mod"))
	found := ourGoMod.FindSubmatch(text)
	if found == nil {
		return "", "", cli.Usagef("%s is not the folder of this project's sources; --reduction DIR says where it is", path)
	}
	return path, string(found[1]), nil
}
