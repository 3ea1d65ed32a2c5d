package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What the README tells people to run is there.
func TestREADME(t *testing.T) {
	readme, makefile := read(t, "README.md"), read(t, "Makefile")
	targets := regexp.MustCompile("`make ([a-z]+)`|(?m)^make ([a-z]+)$|\\$ make ([a-z]+)").FindAllStringSubmatch(readme, -1)
	if len(targets) < 5 {
		t.Fatalf("%d make targets found", len(targets))
	}
	for _, m := range targets {
		if target := m[1] + m[2] + m[3]; !strings.Contains(makefile, "\n"+target+":") {
			t.Errorf("there is no make %s", target)
		}
	}
	if strings.Contains(readme, "@@") {
		t.Error("a figure is missing")
	}
}

// Every page's links to other files lead somewhere.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
	pages := 0
	for _, pattern := range []string{"*.md", "*/*.md", "*/*/*.md"} { // deeper is what rivals install
		paths, err := filepath.Glob("../../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			pages++
			for _, m := range link.FindAllStringSubmatch(read(t, path[len("../../"):]), -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
					t.Errorf("%s: a link to %s, which is not there", path, m[1])
				}
			}
		}
	}
	if pages < 10 {
		t.Errorf("%d pages found", pages)
	}
}
