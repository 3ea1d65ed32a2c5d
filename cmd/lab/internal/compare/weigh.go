package compare

import (
	"archive/zip"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
)

// weigh sets the sums and the sizes of the functions' deployment packages. The second function is
// the first again. Compressing takes a while, so the size of a package whose name and sum are known
// is taken over.
func weigh(functions, known []report.Program) error {
	errs := make([]error, len(functions))
	var all sync.WaitGroup
	for i := range functions {
		if i != 1 {
			all.Go(func() { errs[i] = weighOne(&functions[i], known) })
		}
	}
	all.Wait()
	functions[1].Sum, functions[1].Zip, functions[1].Estimated = functions[0].Sum, functions[0].Zip, functions[0].Estimated
	return errors.Join(errs...)
}

// weighOne weighs a package: ours is the one file, that of others is their folder. The zip that was
// made of these files is the package: bootstrap.zip beside ours, dist.zip beside dist. Without one
// the files are compressed here, and the size is an estimate.
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
			p.Zip, p.Estimated = k.Zip, k.Estimated
			return nil
		}
	}
	for _, name := range []string{dir + ".zip", p.Path + ".zip"} {
		if holds(name, dir, files) {
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			p.Zip = info.Size()
			return nil
		}
	}
	p.Estimated = true
	p.Zip, err = zipSize(dir, files)
	return err
}

// holds reports whether a zip holds these files below dir, and no others.
func holds(name, dir string, files []string) bool {
	z, err := zip.OpenReader(name)
	if err != nil {
		return false
	}
	defer z.Close()
	packed := map[string]*zip.File{}
	for _, f := range z.File {
		if !f.FileInfo().IsDir() {
			packed[f.Name] = f
		}
	}
	if len(packed) != len(files) {
		return false
	}
	for _, file := range files {
		below, err := filepath.Rel(dir, file)
		if err != nil {
			return false
		}
		f := packed[filepath.ToSlash(below)]
		if f == nil || !isContent(f, file) {
			return false
		}
	}
	return true
}

// isContent reports whether a file of a zip has the size and the checksum of a file.
func isContent(f *zip.File, file string) bool {
	in, err := os.Open(file)
	if err != nil {
		return false
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || uint64(info.Size()) != f.UncompressedSize64 {
		return false
	}
	h := crc32.NewIEEE()
	_, err = io.Copy(h, in)
	return err == nil && h.Sum32() == f.CRC32
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
