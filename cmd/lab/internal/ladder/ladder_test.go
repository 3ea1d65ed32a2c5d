package ladder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// The rungs that are built take part, in their order; the others are named.
func TestPrepare(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"ours", "ladder/dist/sdk-together/bootstrap", "ladder/dist/asked/bootstrap", "rust/dist/bootstrap"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		job     bool
		only    string
		want    string
		leftOut int
	}{
		{true, "", "batches together/pages asked for/ours/rust, SDK", 9},
		{true, "ours, rust SDK,no SDK", "ours/rust, SDK", 1},
		{false, "", "ours/rust, SDK", 8},
	} {
		c := &Config{Job: test.job, Bootstrap: filepath.Join(dir, "ours"), PeersDir: dir, Only: test.only}
		c.Memory, c.Settings = []int{128}, measure.Settings{Certificates: measure.CertificatesECDSA, Roots: "bundle", Cache: measure.CacheWarm}
		c.Unlimited = true
		if err := c.Prepare(); err != nil {
			t.Fatal(err)
		}
		var names []string
		for i, f := range c.Functions {
			names = append(names, f.Name)
			if c.rungs[i].Name != f.Name || !filepath.IsAbs(f.Path) || f.Bytes == 0 {
				t.Errorf("%+v, %+v", c.rungs[i], f)
			}
		}
		if got := strings.Join(names, "/"); got != test.want || len(c.leftOut) != test.leftOut {
			t.Errorf("job %v, only %q: %s, %d left out; want %s, %d", test.job, test.only, got, len(c.leftOut), test.want, test.leftOut)
		}
	}
	c := &Config{Only: "nobody"}
	if err := c.Prepare(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// Every rung says what it is, and has a place in one table.
func TestRungs(t *testing.T) {
	for _, rungs := range [][]rung{jobRungs, helloRungs} {
		names := map[string]bool{}
		ours := 0
		for _, r := range rungs {
			if names[r.Name] || r.What == "" || (r.path == "") != (r.Name == report.Ours) {
				t.Errorf("%+v", r)
			}
			names[r.Name] = true
			if r.Name == report.Ours {
				ours++
			}
		}
		if ours != 1 {
			t.Errorf("ours is there %d times", ours)
		}
	}
}
