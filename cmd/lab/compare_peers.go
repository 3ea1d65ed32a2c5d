package main

import (
	"archive/zip"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"reduction/cmd/lab/internal/report"
)

// rivals are the folders of peers that hold one. Others hold something else.
var rivals = []string{"go-sdk", "llrt", "node", "python-pandas", "python-polars", "rust", "rust-bare"}

// findPeers looks for rivals: peers/rust/dist/bootstrap is rust,
// peers/rust/dist-original/bootstrap rust-original.
func findPeers(dir string) (found []report.Program, left []report.LeftOut, err error) {
	if dir == "" {
		return nil, nil, nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, fmt.Errorf("%w; --peers '' is for none", err)
	}
	for _, name := range rivals {
		folder := filepath.Join(dir, name)
		programs, _ := filepath.Glob(filepath.Join(folder, "dist*", "bootstrap"))
		programs = slices.DeleteFunc(programs, func(path string) bool { _, _, err := findProgram(path); return err != nil })
		if len(programs) == 0 {
			left = append(left, report.LeftOut{Name: name, Why: "not built: there is no " + filepath.Join(folder, "dist", "bootstrap"), Build: filepath.Join(folder, "build.sh")})
		}
		for _, path := range programs {
			mode := strings.TrimPrefix(filepath.Base(filepath.Dir(path)), "dist")
			found = append(found, report.Program{Name: name + mode, Path: path})
		}
	}
	return found, left, nil
}

// weigh fills in the sums of the functions' deployment packages and their sizes. Compressing
// takes a while: what is known already, by name and sum, is not weighed again.
func weigh(functions, known []report.Program) error {
	errs := make([]error, len(functions))
	var all sync.WaitGroup
	for i := range functions {
		if functions[i].Name != report.OursAgain {
			all.Go(func() { errs[i] = weighOne(&functions[i], known) })
		}
	}
	all.Wait()
	for i := range functions {
		if functions[i].Name == report.OursAgain { // the one before it, a second time
			functions[i].Sum, functions[i].Zip = functions[i-1].Sum, functions[i-1].Zip
		}
	}
	return errors.Join(errs...)
}

// weighOne takes our package to be the one file; that of others is their folder. What was packed
// when it was built is taken as it is: bootstrap.zip beside ours, dist.zip beside dist.
func weighOne(p *report.Program, known []report.Program) error {
	dir, files, err := filepath.Dir(p.Path), []string{p.Path}, error(nil)
	if p.Name != report.Ours {
		if files, err = deployed(dir); err != nil {
			return err
		}
	}
	if p.Sum, err = sumOf(dir, files); err != nil {
		return err
	}
	for _, k := range known {
		if k.Name == p.Name && k.Sum == p.Sum {
			p.Zip = k.Zip
			return nil
		}
	}
	if p.Zip = packed(p.Path, dir+".zip", p.Path+".zip"); p.Zip == 0 {
		p.Zip, err = zipSize(dir, files)
	}
	return err
}

// packed returns the size of the first package that is there and no older than the program; 0
// when none is.
func packed(program string, packages ...string) int64 {
	built, err := os.Stat(program)
	if err != nil {
		return 0
	}
	for _, name := range packages {
		if info, err := os.Stat(name); err == nil && !info.ModTime().Before(built.ModTime()) {
			return info.Size()
		}
	}
	return 0
}

// sumOf returns the SHA-256 of files' names below dir, sizes and contents.
func sumOf(dir string, files []string) (string, error) {
	h := sha256.New()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		info, err := f.Stat()
		if err == nil {
			fmt.Fprintf(h, "%s\x00%d\x00", strings.TrimPrefix(name, dir), info.Size())
			_, err = io.Copy(h, f)
		}
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// zipSize returns how large a deployment package of the files is, compressed as far as
// deflate goes.
func zipSize(dir string, files []string) (int64, error) {
	var n countingWriter
	z := zip.NewWriter(&n)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, name := range files {
		below, err := filepath.Rel(dir, name)
		if err != nil {
			return 0, err
		}
		header := &zip.FileHeader{Name: filepath.ToSlash(below), Method: zip.Deflate}
		header.SetMode(0o755)
		w, err := z.CreateHeader(header)
		if err != nil {
			return 0, err
		}
		f, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(w, f)
		f.Close()
		if err != nil {
			return 0, err
		}
	}
	err := z.Close()
	return int64(n), err
}

type countingWriter int64

func (n *countingWriter) Write(p []byte) (int, error) {
	*n += countingWriter(len(p))
	return len(p), nil
}
