package house

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The template sets every variable that the function reads, and no other: a setting that the function
// does not know would promise what it does not keep.
func TestTemplateSettings(t *testing.T) {
	documented := map[string]bool{}
	_, settings, _ := strings.Cut(read(t, "bootstrap/doc.go"), "// The environment configures it:")
	settings, _, _ = strings.Cut(settings, "// So do the variables")
	for _, m := range regexp.MustCompile(`(?m)^//\t([A-Z0-9_]+(?:, [A-Z0-9_]+)*)(?:=|  )`).FindAllStringSubmatch(settings, -1) {
		for name := range strings.SplitSeq(m[1], ", ") {
			documented[name] = true
		}
	}
	set := map[string]bool{}
	_, variables, _ := strings.Cut(read(t, "deploy/template.yaml"), "        Variables:\n")
	for _, m := range regexp.MustCompile(`(?m)^          ([A-Z0-9_]+): |^  \S`).FindAllStringSubmatch(variables, -1) {
		if m[1] == "" {
			break
		}
		set[m[1]] = true
	}
	a, b := slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(set))
	if len(a) < 10 || !slices.Equal(a, b) {
		t.Errorf("bootstrap/doc.go has %q,\ndeploy/template.yaml sets %q", a, b)
	}
}
