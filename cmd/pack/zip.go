package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// zipFile packs an executable, or what it builds of a package.
func zipFile(t target, what, out string) error {
	executable := what
	if info, err := os.Stat(what); err != nil || !info.Mode().IsRegular() {
		path, remove, err := temporary()
		if err != nil {
			return err
		}
		defer remove()
		if err := build(target{"linux", t.arch}, what, path); err != nil {
			return err
		}
		executable = path
	}
	binary, err := os.ReadFile(executable)
	if err != nil {
		return err
	}
	if err := runnable(binary, t.arch); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	archive, err := pack(binary)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(out, archive, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, of an executable of %d\n", out, len(archive), len(binary))
	return nil
}

// runnable returns an error unless Lambda can run the executable: on arch or, if that is "", on one
// of its two architectures. Otherwise the first to notice would be the deployed function.
func runnable(executable []byte, arch string) error {
	f, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		return errors.New("no executable for Linux: give one, or the folder of a program's package")
	}
	is, ok := map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}[f.Machine]
	switch {
	case !ok:
		return fmt.Errorf("an executable for %v: Lambda runs amd64 and arm64", f.Machine)
	case arch != "" && arch != is:
		return fmt.Errorf("an executable for %s, not for -arch %s", is, arch)
	}
	return nil
}

// pack returns an archive of one file, "bootstrap", executable. It carries no time and no owner:
// the same executable gives the same bytes.
func pack(executable []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(executable); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
