package house

import (
	"os"
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

// What the README tells people to run and to open is there.
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
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(readme, -1) {
		if _, err := os.Stat("../../" + m[1]); err != nil {
			t.Errorf("a link to %s, which is not there", m[1])
		}
	}
	if strings.Contains(readme, "@@") {
		t.Error("a figure is missing")
	}
}
