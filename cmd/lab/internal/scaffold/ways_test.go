package scaffold

import (
	"debug/elf"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"reduction/runtime/examples"
)

// documented returns the commands of each block under a heading of package runtime's documentation.
func documented(t *testing.T, heading string) (blocks []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), root+"/runtime/runtime.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(file.Doc.Text(), "# "+heading+"\n")
	if !found {
		t.Fatalf("package runtime has no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n# ")
	for block := range strings.SplitSeq(section, "\n\n") {
		if strings.HasPrefix(block, "\t") {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// root is the folder of this module.
const root = "../../../.."

// copySources copies this module's sources, as a clone has them.
func copySources(t *testing.T, to string) {
	t.Helper()
	for _, dir := range []string{"aggregate", "bootstrap", "cmd", "csvfast", "ddbwire", "internal", "runtime", "sigv4"} {
		if err := os.CopyFS(filepath.Join(to, dir), os.DirFS(filepath.Join(root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "LICENSE"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, file), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The four ways that package runtime documents to use the packages from another module. Each begins
// with a module that imports them, runs the documented commands as they are, and is then tested and
// packed, without a network.
func TestWays(t *testing.T) {
	for _, program := range []string{"sh", "cp", "rm", "mkdir", "find", "sed"} {
		needs(t, program)
	}
	blocks := documented(t, "A module of your own")
	if len(blocks) != 5 {
		t.Fatalf("%d blocks are documented: %q", len(blocks), blocks)
	}
	replace, vendor, submodule, copied, pack := blocks[0], blocks[1], blocks[2], blocks[3], blocks[4]
	const add = "git submodule add URL reduction"
	if !strings.Contains(submodule, add) || !strings.Contains(pack, "-arch arm64") {
		t.Fatalf("%s\n%s", submodule, pack)
	}
	// What git would do, without a repository.
	submodule = strings.Replace(submodule, add, "cp -R ../reduction reduction", 1)
	pack = strings.Replace(pack, "-arch arm64", "-arch "+runtime.GOARCH, 1)

	for _, way := range []struct {
		name, commands string
		flags          string // of the go command
		alone          bool   // the module no longer needs ../reduction
		pack           string
	}{
		{"replace", replace, "-mod=mod", false, pack},
		{"vendor", replace + "\n" + vendor, "", true, pack},
		{"submodule", submodule, "", true, pack},
		{"copy", copied, "-mod=mod", true, strings.Replace(pack, "tool ", "tool example.com/notes/", 1)},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			copySources(t, filepath.Join(dir, "reduction"))
			module := filepath.Join(dir, "notes")
			notes, err := fs.Sub(examples.Notes, "notes")
			if err == nil {
				err = os.CopyFS(module, notes)
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/notes\n\ngo 1.26\n"), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			run(t, module, offline(""), "sh", "-ec", way.commands)
			if way.alone {
				if err := os.RemoveAll(filepath.Join(dir, "reduction")); err != nil {
					t.Fatal(err)
				}
			}
			env := offline(way.flags)
			run(t, module, env, "go", "test", "./...")
			run(t, module, env, "sh", "-ec", way.pack)
			if machine := machines[runtime.GOARCH]; machine != 0 {
				checkZip(t, filepath.Join(module, "function.zip"), machine)
			}
		})
	}
}

// machines are the architectures that have an entry of package prefetch.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
