package compare

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
	"strings"
	"sync"

	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// weigh sets the sums and the sizes of the functions' deployment packages. Compressing takes a
// while, so the size of a package whose name and sum are known is taken over.
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
		if functions[i].Name == report.OursAgain { // the same program as the one before it
			functions[i].Sum, functions[i].Zip = functions[i-1].Sum, functions[i-1].Zip
		}
	}
	return errors.Join(errs...)
}

// weighOne weighs a package: ours is the one file, that of others is their folder. A package that
// was made with the program is used as it is: bootstrap.zip beside ours, dist.zip beside dist.
func weighOne(p *report.Program, known []report.Program) error {
	dir, files, err := filepath.Dir(p.Path), []string{p.Path}, error(nil)
	if p.Name != report.Ours {
		if files, err = measure.PackageFiles(dir); err != nil {
			return err
		}
	}
	if p.Sum, err = sum(dir, files); err != nil {
		return err
	}
	for _, k := range known {
		if k.Name == p.Name && k.Sum == p.Sum {
			p.Zip = k.Zip
			return nil
		}
	}
	if p.Zip = packedSize(p.Path, dir+".zip", p.Path+".zip"); p.Zip == 0 {
		p.Zip, err = zipSize(dir, files)
	}
	return err
}

// packedSize returns the size of the first package that exists and is no older than the program;
// 0 if there is none.
func packedSize(program string, packages ...string) int64 {
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

// sum returns the SHA-256 of the files' names below dir, sizes and contents.
func sum(dir string, files []string) (string, error) {
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

// zipSize returns the size of a deployment package of the files, compressed as well as package
// flate can.
func zipSize(dir string, files []string) (int64, error) {
	var n countingWriter
	z := zip.NewWriter(&n)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, name := range files {
		if err := addToZip(z, dir, name); err != nil {
			return 0, err
		}
	}
	err := z.Close()
	return int64(n), err
}

func addToZip(z *zip.Writer, dir, name string) error {
	below, err := filepath.Rel(dir, name)
	if err != nil {
		return err
	}
	header := &zip.FileHeader{Name: filepath.ToSlash(below), Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

type countingWriter int64

func (n *countingWriter) Write(p []byte) (int, error) {
	*n += countingWriter(len(p))
	return len(p), nil
}
