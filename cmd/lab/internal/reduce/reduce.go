// Package reduce does the function's job on this machine: on a file, on several cores, or on a
// stream. It prints the groups instead of storing them.
package reduce

import (
	"errors"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"reduction/aggregate"
	"reduction/cmd/lab/internal/split"
	"reduction/internal/job"
)

// A Reduction says how to reduce, and holds the outcome.
type Reduction struct {
	Options job.Options // as the function has them
	Jobs    int         // the number of cores to use

	chunk int // bytes that a core takes at a time; 0 is split.Chunk

	*job.Reducer                   // rows, and bad rows that were left out
	Sorted       []aggregate.Group // by sort key
	Bytes        int64             // of CSV
	Cores        int               // that took part
	Took         time.Duration     // until sorting began
}

// File reduces a file. A regular file is read on several cores. A pipe, and a file that is
// compressed, are read on one.
func (r *Reduction) File(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return errors.Unwrap(err) // the caller names the file
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("is a directory")
	}
	if !info.Mode().IsRegular() {
		return r.Stream(f)
	}
	return r.readerAt(f, info.Size())
}

// Stream reduces a stream, on one core.
func (r *Reduction) Stream(src io.Reader) error { return r.alone(src, time.Now()) }

// readerAt reduces a file whose size is known.
func (r *Reduction) readerAt(f io.ReaderAt, size int64) error {
	start := time.Now()
	if r.Jobs > 1 && r.together(f, size, start) {
		return nil
	}
	// One reader reads it from the start: the file is small, or a part of it is bad, and
	// the error must name the exact place.
	return r.alone(io.NewSectionReader(f, 0, math.MaxInt64), start)
}

// alone reduces on one core.
func (r *Reduction) alone(src io.Reader, start time.Time) (err error) {
	r.Reducer, r.Cores = job.NewReducer(r.Options), 1
	r.Bytes, err = r.ReadFrom(src)
	r.Took = time.Since(start)
	if err == nil {
		err = r.Verdict()
	}
	if err != nil {
		return err
	}
	return r.SetGroups(r.Groups())
}

// together reduces on several cores. It returns false if anything is wrong with the file, or
// if the file is too small to share: then alone decides.
func (r *Reduction) together(f io.ReaderAt, size int64, start time.Time) bool {
	var magic [2]byte
	if n, _ := f.ReadAt(magic[:], 0); job.IsGzip(magic[:n]) {
		return false
	}
	header := job.NewReducer(r.Options)
	body, err := header.ReadHeader(io.NewSectionReader(f, 0, size))
	if err != nil {
		return false
	}
	chunk := r.chunk
	if chunk == 0 {
		chunk = split.Chunk
	}
	cores := min(int64(r.Jobs), (size-body+int64(chunk)-1)/int64(chunk))
	if cores < 2 {
		return false
	}
	shared := split.New(f, size, body, chunk)
	parts := make([]*job.Reducer, cores)
	var wg sync.WaitGroup
	for i := range parts {
		parts[i] = header.Part()
		wg.Go(func() {
			_, err := parts[i].ReadFrom(shared.Reader())
			if err == nil && parts[i].Skipped > 0 {
				err = errSkipped
			}
			if err != nil {
				shared.Fail(err)
			}
		})
	}
	wg.Wait()
	if shared.Err() != nil {
		return false
	}
	for _, p := range parts[1:] {
		if parts[0].Merge(p) != nil {
			return false
		}
	}
	if parts[0].Verdict() != nil {
		return false
	}
	r.Took = time.Since(start)
	r.Reducer, r.Bytes, r.Cores = parts[0], size, int(cores)
	return r.SetGroups(r.Groups()) == nil
}

// errSkipped ends the parts if one left a row out: a malformed quote may have moved cuts.
var errSkipped = errors.New("a bad row")
