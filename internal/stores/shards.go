package stores

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/internal/job"
	"reduction/internal/shard"
)

// Shards reads parts of objects from S3, and keeps the objects there whose keys begin with Partials
// and end with [shard.Suffix].
type Shards struct {
	Client   *aws.Client
	Bucket   string // of the partials
	Partials string // what their keys begin with
}

// Open opens a part of an object. It fails where the object has another ETag than in the plan.
func (s Shards) Open(ctx context.Context, o shard.Object, from, to int64) (io.ReadCloser, error) {
	return s.Client.S3.Part(ctx, s3.ObjectRef(o.Object), from, to, o.Size), nil
}

// List returns the objects of a bucket whose keys begin with a prefix, without partials.
func (s Shards) List(ctx context.Context, bucket, prefix string) (objects []shard.Object, err error) {
	listed, err := s.Client.S3.List(ctx, bucket, prefix, shard.MaxObjects)
	if err != nil {
		return nil, err
	}
	for _, l := range listed {
		switch {
		case strings.HasSuffix(l.Key, shard.Suffix):
			continue
		case strings.HasPrefix(l.ETag, "W/"):
			return nil, &job.Error{Bucket: bucket, Key: l.Key, Err: job.ErrNoVersion}
		}
		objects = append(objects, shard.Object{Object: job.Object{Bucket: bucket, Key: l.Key, ETag: l.ETag}, Size: l.Size})
	}
	return objects, nil
}

// ErrTwoPartials says that a task was carried out twice, with different results.
var ErrTwoPartials = errors.New("a task has two partials that differ: an object has changed without another ETag, or two versions of this program work on one run; start the run again")

// PutPartial stores a partial, or finds the same one stored.
func (s Shards) PutPartial(ctx context.Context, name string, data []byte) error {
	err := s.Client.S3.Create(ctx, s.Bucket, s.Partials+name, data)
	if !errors.Is(err, s3.ErrExists) {
		return err
	}
	there, err := s.OpenPartial(ctx, name)
	if err != nil {
		return err
	}
	defer there.Close()
	same, err := isSame(there, data)
	if err == nil && !same {
		err = &job.Error{Bucket: s.Bucket, Key: s.Partials + name, Err: ErrTwoPartials}
	}
	return err
}

// isSame reports whether src yields data, and nothing else.
func isSame(src io.Reader, data []byte) (bool, error) {
	var buffer [4 << 10]byte
	for {
		n, err := src.Read(buffer[:])
		if !bytes.HasPrefix(data, buffer[:n]) {
			return false, nil
		}
		data = data[n:]
		if err == io.EOF {
			return len(data) == 0, nil
		} else if err != nil {
			return false, err
		}
	}
}

// ReadPartial reads a small object that is kept beside partials. take is asked for memory before.
func (s Shards) ReadPartial(ctx context.Context, name string, take func(bytes int64) error) ([]byte, error) {
	src, err := s.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	if src.Size() < 0 {
		return nil, &job.Error{Bucket: s.Bucket, Key: s.Partials + name, Err: s3.ErrUnconfirmed}
	}
	if err := take(src.Size()); err != nil {
		return nil, err
	}
	data := make([]byte, src.Size()+1) // only at its end is it known that the object is whole
	n, err := io.ReadFull(src, data)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		err = nil
	}
	return data[:n], err
}

// OpenPartial opens a partial.
func (s Shards) OpenPartial(ctx context.Context, name string) (io.ReadCloser, error) {
	return s.open(ctx, name)
}

// ErrGone says that an object of a run is not there.
var ErrGone = errors.New("an object of the run is not there: start the run again")

func (s Shards) open(ctx context.Context, name string) (*s3.Object, error) {
	src, err := s.Client.S3.Object(ctx, s3.ObjectRef{Bucket: s.Bucket, Key: s.Partials + name})
	if errors.Is(err, s3.ErrNoSuchKey) {
		err = &job.Error{Bucket: s.Bucket, Key: s.Partials + name, Err: ErrGone}
	}
	return src, err
}
