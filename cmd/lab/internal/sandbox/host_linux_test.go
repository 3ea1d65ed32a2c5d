//go:build amd64 || arm64

package sandbox

import (
	"strings"
	"testing"
)

func TestShellLine(t *testing.T) {
	for _, test := range []struct{ words, want string }{
		{"lab cold --memory 128,512", "lab cold --memory 128,512"},
		{"lab --peer a=b/bootstrap", "lab --peer a=b/bootstrap"},
		{"lab |two words|", "lab 'two words'"},
		{"lab |it's|", `lab 'it'\''s'`},
		{"lab || $HOME *", "lab '' '$HOME' '*'"},
	} {
		var words []string
		for i, part := range strings.Split(test.words, "|") { // what is between bars is one word
			if i%2 == 1 {
				words = append(words, part)
			} else {
				words = append(words, strings.Fields(part)...)
			}
		}
		if got := shellLine(words); got != test.want {
			t.Errorf("%q: %s, want %s", words, got, test.want)
		}
	}
}

// Whoever runs it and whatever is installed, the remedy is a command.
func TestRemedy(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "")
	got := remedy([]string{"/bin/lab", "cold"})
	for _, want := range []string{"docker run --privileged", "sudo /bin/lab cold", "su -c '/bin/lab cold'"} {
		if strings.HasSuffix(got, want) {
			return
		}
	}
	t.Error(got)
}
