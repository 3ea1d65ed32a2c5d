package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, w := range map[string]any{"null device": null, "file": file, "buffer": new(strings.Builder), "nothing": nil} {
		if IsTerminal(w) || terminalWidth(w) != 0 {
			t.Errorf("%s is taken for a terminal", name)
		}
	}
}
