package house

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"testing"
)

// declarations returns the source of a file's declarations by their names; a method's is that of
// the method alone.
func declarations(t *testing.T, file string) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, read(t, file), parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, d := range parsed.Decls {
		name := ""
		switch d := d.(type) {
		case *ast.FuncDecl:
			name = d.Name.Name
		case *ast.GenDecl:
			if spec, ok := d.Specs[0].(*ast.TypeSpec); ok {
				name = spec.Name.Name
			}
		}
		var b bytes.Buffer
		if err := format.Node(&b, set, d); err != nil {
			t.Fatal(err)
		}
		out[name] = b.String()
	}
	return out
}

// The client of the example notes, which lab new copies, is the one that the example of package
// sigv4 shows, and that is tested on servers not written here.
func TestOneClient(t *testing.T) {
	shown := declarations(t, "sigv4/nethttp_example_test.go")
	for name, source := range declarations(t, "runtime/examples/notes/aws.go") {
		if name != "" && shown[name] != source {
			t.Errorf("%s differs:\n%s\n%s", name, source, shown[name])
		}
	}
}
