package main

import (
	"os"
	"path/filepath"
	"testing"

	"reduction/internal/dataset"
)

func TestGenerate(t *testing.T) {
	want := string(dataset.New(1500, 9).Bytes())
	status, out, err := shell(nil, "generate", "--seed", "9", "--rows", "1_500")
	if status != 0 || out != want || err != "" {
		t.Errorf("status %d, stderr %q", status, err)
	}
	path := filepath.Join(t.TempDir(), "x.csv")
	status, out, err = shell(nil, "generate", "--seed", "9", "--rows", "1500", "--out", path)
	if got, _ := os.ReadFile(path); status != 0 || out != "" || err != "" || string(got) != want {
		t.Errorf("--out: status %d, stdout %q, stderr %q", status, out, err)
	}
}
