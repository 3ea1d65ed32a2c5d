package job

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"reduction/ddbwire"
)

// origin is what a result is made of: an object, or all objects of a prefix.
type origin struct {
	Object // whose key is the prefix, of a prefix
	prefix bool
	source Source

	digest  *digest  // of what has been read; nil where the result needs no Run
	version Version  // of the object that was read last
	objects []Listed // of a prefix, in the order of their keys
}

// maxObjects is the most objects of a prefix: their list is held in memory, with keys of up to
// 1,024 bytes.
const maxObjects = 10_000

var (
	ErrNoObjects      = errors.New("no object has a key that begins with the prefix")
	ErrTooManyObjects = errors.New("more than 10,000 objects have keys that begin with the prefix: take a longer one")
)

func (in *origin) place() string { return "s3://" + in.Bucket + "/" + in.Key }

func (in *origin) failed(err error) error { return &Error{Bucket: in.Bucket, Key: in.Key, Err: err} }

// list finds the objects of a prefix.
func (in *origin) list(ctx context.Context) (err error) {
	in.objects, err = in.source.List(ctx, in.Bucket, in.Key, maxObjects)
	if err != nil {
		return err
	}
	if len(in.objects) > maxObjects {
		return in.failed(ErrTooManyObjects)
	}
	// The S3 console and other tools make objects that only show an empty folder.
	in.objects = slices.DeleteFunc(in.objects, func(o Listed) bool { return o.Size == 0 && strings.HasSuffix(o.Key, "/") })
	if len(in.objects) == 0 {
		return in.failed(ErrNoObjects)
	}
	return nil
}

// size is what the list takes in memory.
func (in *origin) size() (bytes int64) {
	const fields = 128
	for _, o := range in.objects {
		bytes += fields + int64(len(o.Key)+len(o.ETag))
	}
	return bytes
}

// current says whether what was read is what is there now, and when it was last modified: of a
// prefix, when the last of its objects was.
func (in *origin) current(ctx context.Context) (modified time.Time, is bool, err error) {
	if !in.prefix {
		now, err := in.source.Current(ctx, in.Object)
		return now.Modified, err == nil && now.is(in.version), err
	}
	now := &origin{Object: in.Object, source: in.source}
	if err := now.list(ctx); err != nil && !errors.Is(err, ErrNoObjects) {
		return modified, false, err
	}
	for _, o := range now.objects {
		if o.Modified.After(modified) {
			modified = o.Modified
		}
	}
	same := func(a, b Listed) bool { return a.Key == b.Key && a.ETag == b.ETag }
	return modified, slices.EqualFunc(in.objects, now.objects, same), nil
}

// put adds what a manifest and a pointer say of what was read.
func (in *origin) put(b *batch) {
	if in.prefix {
		b.String("Prefix", in.place())
		b.Number("Objects", strconv.AppendInt(nil, int64(len(in.objects)), 10))
		return
	}
	b.String("Object", in.place())
	b.String("ETag", in.version.ETag)
	b.String("VersionId", in.version.VersionID)
}

// partitionKey is the key under which a result never changes.
func (in *origin) partitionKey(run string) string {
	kind := "object#"
	if in.prefix {
		kind = "prefix#"
	}
	// Neither a bucket's name nor a Run contains '#'; a key may, and stands last.
	return kind + in.Bucket + "#" + run + "#" + in.Key
}

// sortKey returns the sort key of the pointer to the result.
func (in *origin) sortKey(l Latest) (string, error) {
	kind, name := "#object#", in.Key
	switch {
	case in.prefix:
		kind = "#prefix#"
	case l == LatestOfPrefix:
		name = name[:strings.LastIndexByte(name, '/')+1]
	}
	key := kind + in.Bucket + "#" + name
	if len(key) > ddbwire.MaxSortKey {
		return "", ErrLatestKey
	}
	return key, nil
}

// timestamp is a time as items have it. Of two, the later one is the greater text.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
