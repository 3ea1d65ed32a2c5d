package scale

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"reduction/internal/job"
	"reduction/internal/shard"
)

// Files are local files in the place of S3's objects. A file's version is when it was modified.
type Files struct{}

// ErrChanged says that a file changed while it was read.
var ErrChanged = errors.New("the file has changed since the run began")

// Objects fixes the sizes and versions of files. Of a folder it takes all files below it.
func (Files) Objects(_ context.Context, names []string) (objects []shard.Object, err error) {
	for _, name := range names {
		err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := os.Stat(path)
			if err == nil && !info.Mode().IsRegular() {
				err = &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
			}
			if err != nil {
				return err
			}
			objects = append(objects, shard.Object{Object: job.Object{Key: path, ETag: version(info)}, Size: info.Size()})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return objects, nil
}

func version(info fs.FileInfo) string {
	return strconv.FormatInt(info.ModTime().UnixNano(), 10)
}

// Open opens a part of a file.
func (Files) Open(_ context.Context, o shard.Object, from, to int64) (io.ReadCloser, error) {
	f, err := os.Open(o.Key)
	if err != nil {
		return nil, errors.Unwrap(err) // package shard names the file
	}
	p := &part{Reader: io.NewSectionReader(f, from, to-from), file: f, object: o}
	if err := p.same(); err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// part is a part of a file.
type part struct {
	io.Reader
	file   *os.File
	object shard.Object
}

// same fails where the file is no longer the one of the plan.
func (p *part) same() error {
	info, err := p.file.Stat()
	if err == nil && (version(info) != p.object.ETag || info.Size() != p.object.Size) {
		err = ErrChanged
	}
	return err
}

func (p *part) Close() error {
	err := p.same()
	p.file.Close()
	return err
}

// Folder keeps partials as S3 keeps objects that are written on condition that there is none.
type Folder string

// errDiffers says that a task has two partials: an error of this program, or a file that changed
// without a trace.
var errDiffers = errors.New("a task was carried out twice with different results")

// PutPartial stores a partial, or finds the same one stored.
func (d Folder) PutPartial(_ context.Context, name string, data []byte) error {
	path := filepath.Join(string(d), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	whole, err := os.CreateTemp(filepath.Dir(path), "*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(whole.Name())
	_, err = whole.Write(data)
	if e := whole.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	err = os.Link(whole.Name(), path)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	have, err := os.ReadFile(path)
	if err == nil && string(have) != string(data) {
		err = errDiffers
	}
	return err
}

// OpenPartial opens a partial.
func (d Folder) OpenPartial(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), filepath.FromSlash(name)))
}
