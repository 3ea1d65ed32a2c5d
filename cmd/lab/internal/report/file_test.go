package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// A report is the same after it was written and read, compressed or not.
func TestSave(t *testing.T) {
	want := &Cold{}
	want.Kind = KindCold
	for _, name := range []string{"a.json", "a.json.gz"} {
		file := filepath.Join(t.TempDir(), name)
		if err := Save(file, want); err != nil {
			t.Fatal(err)
		}
		onDisk, err := os.ReadFile(file)
		if err != nil || bytes.HasPrefix(onDisk, []byte("{")) == (name == "a.json.gz") {
			t.Errorf("%s begins with %q, %v", name, onDisk[:2], err)
		}
		text, err := ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := new(Cold)
		if err := json.Unmarshal(text, got); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %s, written %s", name, b, a)
		}
	}
}
