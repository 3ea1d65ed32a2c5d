package scale

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"reduction/internal/shard"
)

// A file that changes is noticed before it is read and after.
func TestChanged(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"longer":  func(path string) error { return os.WriteFile(path, []byte("0123456789+"), 0o600) },
		"shorter": func(path string) error { return os.WriteFile(path, []byte("01234"), 0o600) },
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) },
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
			t.Fatal(err)
		}
		objects, err := Files{}.Objects(context.Background(), []string{path})
		if err != nil {
			t.Fatal(err)
		}
		part, err := Files{}.Open(context.Background(), objects[0], 2, 4)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(part); err != nil || string(got) != "23" {
			t.Errorf("%q, %v", got, err)
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		if err := part.Close(); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := (Files{}).Open(context.Background(), objects[0], 2, 4); !errors.Is(err, ErrChanged) {
			t.Errorf("%s, opened again: %v", name, err)
		}
	}
}

// A partial is stored once. The same one again is no error; another one is, and changes nothing.
func TestFolder(t *testing.T) {
	d, ctx := Folder(t.TempDir()), context.Background()
	for _, c := range []struct {
		data string
		want error
	}{{"one", nil}, {"one", nil}, {"two", errDiffers}} {
		if err := d.PutPartial(ctx, "run/00001.part", []byte(c.data)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.data, err, c.want)
		}
	}
	f, err := d.OpenPartial(ctx, "run/00001.part")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := io.ReadAll(f); string(got) != "one" {
		t.Errorf("%q", got)
	}
	if names, _ := filepath.Glob(filepath.Join(string(d), "run", "*")); len(names) != 1 {
		t.Errorf("%q", names)
	}
}

// Every fate meets some task, and none keeps a task from being done.
func TestFates(t *testing.T) {
	r := Run{Faults: true, Seed: 1}
	seen := map[fate]int{}
	for i := range 1000 {
		d := delivery{Task: shard.Task{Shard: i}}
		for ; r.fate(d) > slow; d.times++ {
			seen[r.fate(d)]++
		}
		seen[r.fate(d)]++
	}
	for f := range fates {
		if seen[f] == 0 {
			t.Errorf("no task meets fate %d", f)
		}
	}
}
