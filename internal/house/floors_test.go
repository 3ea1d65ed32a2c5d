package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors lists each package and which packages of this module it may import. Imports go down:
// a package may import packages on lower floors, never one on its own floor or above, except
// where the table names it. A package that is missing here has no place yet: give it one.
var floors = []floor{
	// Floor 0: stands on nothing.
	{"reduction/internal/json", nil, pure},
	{"reduction/internal/logline", []string{"reduction/internal/json"}, pure},
	{"reduction/internal/http1", nil, socket},
	{"reduction/internal/env", nil, pure},
	{"reduction/internal/spelling", nil, pure},
	{"reduction/internal/rawio", nil, socket},
	{"reduction/internal/crc64nvme", nil, pure},
	{"reduction/runtime/prefetch", nil, pure},

	// Floor 1: knows formats.
	{"reduction/csvfast", nil, pure},
	{"reduction/aggregate", nil, pure},
	{"reduction/sigv4", nil, pure},
	{"reduction/sigv4/sigv4http", []string{"reduction/sigv4"}, tool},
	{"reduction/ddbwire", []string{"reduction/internal/json"}, pure},

	// Floor 2: knows services, or the job; never both.
	{"reduction/runtime", []string{"reduction/internal/http1", "reduction/internal/json", "reduction/internal/logline", "reduction/internal/rawio"}, socket},
	{"reduction/internal/event", []string{"reduction/internal/json", "reduction/internal/env", "reduction/internal/spelling"}, pure},
	{awsRoom + "endpoint", nil, pure},
	{awsRoom + "retry", []string{"reduction/internal/http1"}, pure},
	{awsRoom + "transport", []string{awsRoom + "endpoint", awsRoom + "retry", "reduction/internal/http1", "reduction/internal/rawio", "reduction/internal/env"}, socket},
	{awsRoom + "credentials", []string{awsRoom + "endpoint", awsRoom + "retry", awsRoom + "transport", "reduction/internal/http1", "reduction/internal/json", "reduction/sigv4"}, socket},
	{awsRoom + "request", []string{awsRoom + "endpoint", awsRoom + "retry", awsRoom + "transport", awsRoom + "credentials", "reduction/internal/http1", "reduction/sigv4"}, socket},
	{awsRoom + "s3", []string{awsRoom + "endpoint", awsRoom + "retry", awsRoom + "transport", awsRoom + "credentials", awsRoom + "request",
		"reduction/internal/http1", "reduction/internal/crc64nvme", "reduction/sigv4"}, socket},
	{awsRoom + "dynamodb", []string{awsRoom + "endpoint", awsRoom + "retry", awsRoom + "transport", awsRoom + "credentials", awsRoom + "request",
		"reduction/internal/http1", "reduction/sigv4", "reduction/ddbwire"}, socket},
	{"reduction/internal/aws", []string{awsRoom + "...", "reduction/internal/crc64nvme", "reduction/internal/env", "reduction/sigv4"}, socket},
	{"reduction/internal/job", []string{"reduction/csvfast", "reduction/aggregate", "reduction/ddbwire", "reduction/internal/env", "reduction/internal/spelling"}, pure},

	// Stands on the job.
	{"reduction/internal/shard", []string{"reduction/csvfast", "reduction/aggregate", "reduction/internal/crc64nvme", "reduction/internal/job"}, pure},
	{"reduction/internal/stores", []string{"reduction/internal/aws", awsRoom + "s3", awsRoom + "dynamodb", "reduction/internal/shard", "reduction/internal/job", "reduction/ddbwire"}, socket},
	{"reduction/internal/steps", []string{"reduction/internal/stores", "reduction/internal/event", "reduction/internal/aws", awsRoom + "s3", awsRoom + "dynamodb", "reduction/internal/shard", "reduction/internal/job", "reduction/aggregate", "reduction/ddbwire"}, socket},

	// Floor 3: ties together.
	{"reduction/bootstrap", anything, socket},
	{"reduction/cmd/lab", anything, tool},
	{"reduction/cmd/pack", anything, tool},
	{"reduction/runtime/examples/...", []string{"reduction/runtime", "reduction/runtime/prefetch", "reduction/sigv4/..."}, tool},

	// Inside the lab: main calls what decides the order of measurements, which stands on the
	// bench, which stands on the sandbox; charts read reports and nothing else of it.
	{lab + "cli", nil, tool},
	{lab + "stats", nil, tool},
	{lab + "split", nil, tool},
	{lab + "sandbox", nil, tool},
	{lab + "powertuning", nil, tool},
	{lab + "reportline", nil, tool},
	{lab + "account", []string{awsRoom + "endpoint", "reduction/internal/env", "reduction/sigv4/..."}, tool},
	{lab + "pricing", []string{"reduction/ddbwire", "reduction/runtime/lambdatest"}, tool},
	{lab + "lambdaapi", []string{lab + "account"}, tool},
	{lab + "published", []string{lab + "pricing"}, tool},
	{lab + "report", append(data, lab+"cli", lab+"stats", lab+"pricing", lab+"powertuning", lab+"published"), tool},
	{lab + "chart", []string{lab + "report", lab + "cli", lab + "stats", lab + "pricing", lab + "powertuning", lab + "published"}, tool},
	{lab + "measure", append(data, lab+"sandbox", lab+"report", lab+"cli", lab+"stats", lab+"pricing", "reduction/runtime/lambdatest", "reduction/sigv4/..."), tool},
	{lab + "cold", []string{lab + "measure", lab + "report", lab + "cli"}, tool},
	{lab + "tune", []string{lab + "measure", lab + "sandbox", lab + "report", lab + "cli", lab + "stats", lab + "pricing", lab + "powertuning"}, tool},
	{lab + "onaws", []string{lab + "account", lab + "lambdaapi", lab + "reportline", lab + "report", lab + "pricing", lab + "powertuning",
		lab + "sandbox", lab + "stats", lab + "cli", "reduction/internal/machine"}, tool},
	{lab + "compare", append(data, lab+"measure", lab+"report", lab+"cli", lab+"stats", lab+"published"), tool},
	{lab + "ladder", []string{lab + "cold", lab + "measure", lab + "report", lab + "cli"}, tool},
	{lab + "run", append(data, lab+"measure", lab+"sandbox", lab+"report", lab+"cli", "reduction/runtime/lambdatest"), tool},
	{lab + "serve", append(data, lab+"measure", lab+"cli", "reduction/runtime/lambdatest"), tool},
	{lab + "reduce", []string{lab + "split", lab + "cli", "reduction/internal/env", "reduction/csvfast", "reduction/aggregate", "reduction/internal/job", "reduction/internal/json"}, tool},
	{lab + "scale", []string{lab + "reduce", lab + "pricing", "reduction/internal/workflow", "reduction/runtime/lambdatest", "reduction/internal/shard", "reduction/internal/stores", "reduction/internal/aws", "reduction/internal/job", "reduction/aggregate"}, tool},
	{lab + "scaffold", []string{lab + "cli", "reduction/runtime/examples"}, tool},
	{lab + "labtest", []string{lab + "sandbox"}, tool},

	// Apart: the judge and the data, which import nothing that they judge, and tests. In the
	// judge, the services don't know each other, nor the server in front of them.
	{"reduction/runtime/lambdatest/internal/signature", nil, tool},
	{"reduction/runtime/lambdatest/internal/client", []string{"reduction/runtime/lambdatest/internal/signature"}, tool},
	{"reduction/runtime/lambdatest/internal/front", []string{"reduction/runtime/lambdatest/internal/signature"}, tool},
	{"reduction/runtime/lambdatest/s3", []string{"reduction/runtime/lambdatest/internal/..."}, tool},
	{"reduction/runtime/lambdatest/dynamodb", []string{"reduction/runtime/lambdatest/internal/..."}, tool},
	{"reduction/runtime/lambdatest/lambda", []string{"reduction/runtime/lambdatest/internal/..."}, tool},
	{"reduction/runtime/lambdatest", []string{"reduction/runtime/lambdatest/..."}, tool},
	{"reduction/internal/dataset", nil, tool},
	{"reduction/internal/workflow", nil, tool},
	{"reduction/internal/shardtest", []string{"reduction/internal/job", "reduction/aggregate"}, tool},
	{awsRoom + "awstest", []string{awsRoom + "...", "reduction/internal/env", "reduction/runtime/lambdatest", "reduction/sigv4"}, tool},
	{"reduction", anything, tool},
	{"reduction/internal/bench", []string{"reduction/internal/machine"}, tool},
	{"reduction/internal/machine", nil, tool},
	{"reduction/internal/faults", anything, tool},
	{"reduction/internal/netbench", anything, tool},
	{"reduction/internal/house", nil, tool},
}

type floor struct {
	pkg  string
	may  []string
	kind kind
}

type kind int

const (
	pure   kind = iota // never a socket, never the environment; small
	socket             // may dial; small
	tool               // the standard library as it invites
)

var anything = []string{"reduction/..."}

// awsRoom begins the import paths of the packages that aws is made of.
const awsRoom = "reduction/internal/aws/"

// lab begins the import paths of the lab's packages.
const lab = "reduction/cmd/lab/internal/"

// data are what the measurements and their reports know of the job and of this machine.
var data = []string{"reduction/internal/dataset", "reduction/internal/machine"}

// Never in a package that the function is made of, and of those that are pure.
var (
	neverSmall = []string{"fmt", "reflect", "log", "log/slog", "encoding/json", "encoding/xml", "encoding/csv",
		"net/http", "os/exec", "text/template", "html/template", "regexp", "C"}
	neverPure = []string{"net", "os", "syscall", "crypto/tls", "log"}
	// Never anywhere below bootstrap, through whatever import: they are what the size of
	// other people's functions is made of.
	neverLinked = []string{"net/http", "encoding/json", "encoding/xml", "encoding/csv", "log", "log/slog", "os/exec", "text/template", "regexp"}
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
	CgoFiles     []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-buildvcs=false", "-json=ImportPath,Standard,Imports,TestImports,XTestImports,Deps,CgoFiles"}, args...)...).Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func matches(pattern, pkg string) bool {
	prefix, wild := strings.CutSuffix(pattern, "/...")
	return pkg == prefix || wild && strings.HasPrefix(pkg, prefix+"/")
}

func TestImportsGoDown(t *testing.T) {
	for _, p := range list(t, "reduction/...") {
		i := slices.IndexFunc(floors, func(f floor) bool { return matches(f.pkg, p.ImportPath) })
		if i < 0 {
			t.Errorf("%s has no floor", p.ImportPath)
			continue
		}
		f := floors[i]
		if len(p.CgoFiles) > 0 {
			t.Errorf("%s uses cgo", p.ImportPath)
		}
		for _, imp := range p.Imports {
			ours := imp == "reduction" || strings.HasPrefix(imp, "reduction/")
			switch {
			case ours && !slices.ContainsFunc(f.may, func(m string) bool { return matches(m, imp) }):
				t.Errorf("%s imports %s: not below it", p.ImportPath, imp)
			case f.kind != tool && slices.Contains(neverSmall, imp),
				f.kind == pure && slices.Contains(neverPure, imp):
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// The tests of the judge are as independent as the judge: what it is compared with comes from
// AWS's documentation and from the standard library.
func TestJudgeIsIndependent(t *testing.T) {
	const judge = "reduction/runtime/lambdatest"
	for _, p := range list(t, judge+"/...") {
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.HasPrefix(imp, "reduction/") && !matches(judge+"/...", imp) {
				t.Errorf("%s imports %s, or its tests do", p.ImportPath, imp)
			}
		}
	}
}

func TestOnlyTheStandardLibrary(t *testing.T) {
	for _, p := range list(t, "-deps", "-test", "reduction/...") {
		// A test's variant of a package is listed as "path [path.test]", an external test
		// as "path_test [path.test]", the tests' main as "path.test".
		path, _, _ := strings.Cut(p.ImportPath, " ")
		path = strings.TrimSuffix(strings.TrimSuffix(path, "_test"), ".test")
		if !p.Standard && path != "reduction" && !strings.HasPrefix(path, "reduction/") {
			t.Errorf("%s is not in the standard library", p.ImportPath)
		}
	}
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct{ Require, Replace, Tool []any }
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	if len(mod.Require)+len(mod.Replace)+len(mod.Tool) > 0 {
		t.Errorf("go.mod requires, replaces or installs something: %s", out)
	}
}

func TestWhatBootstrapStandsOn(t *testing.T) {
	for _, p := range list(t, "reduction/bootstrap") {
		for _, never := range append(neverLinked, "reduction/runtime/lambdatest/...", "reduction/cmd/...") {
			if slices.ContainsFunc(p.Deps, func(dep string) bool { return matches(never, dep) }) {
				t.Errorf("bootstrap stands on %s", never)
			}
		}
	}
}
