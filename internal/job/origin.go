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

// origin is what a result is made from: an object, all objects of a prefix, or a list of objects.
type origin struct {
	Object  // if prefix is set, its key is the prefix
	prefix  bool
	list    bool // the objects are a list, and Key is ""
	sharded bool // the objects were read in shards: see [Sharded]
	source  Source
	ctx     context.Context // ends reading, a moment before the deadline

	digest  *digest  // of what has been read; nil if the result needs no Run
	version Version  // of the object that was read last
	objects []Listed // of a prefix, in the order of their keys; or of a list
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

// find finds the objects of a prefix.
func (in *origin) find() (err error) {
	most := maxObjects
	if in.sharded {
		most = MaxShardedObjects
	}
	in.objects, err = in.source.List(in.ctx, in.Bucket, in.Key, most)
	if err != nil {
		return err
	}
	if len(in.objects) > most {
		return in.failed(ErrTooManyObjects)
	}
	// The S3 console and other tools make such objects to show an empty folder. A run in shards
	// leaves out all objects without bytes.
	in.objects = slices.DeleteFunc(in.objects, func(o Listed) bool {
		return o.Size == 0 && (in.sharded || strings.HasSuffix(o.Key, "/"))
	})
	if len(in.objects) == 0 {
		return in.failed(ErrNoObjects)
	}
	return nil
}

// size returns the memory that the list takes.
func (in *origin) size() (bytes int64) {
	const fields = 128
	for _, o := range in.objects {
		bytes += fields + int64(len(o.Key)+len(o.ETag))
	}
	return bytes
}

// current reports whether the objects that were read are unchanged, and when they were last
// modified. For a prefix, that is the time of the object that was modified last.
func (in *origin) current() (modified time.Time, is bool, err error) {
	if !in.prefix {
		now, err := in.source.Current(in.ctx, in.Object)
		return now.Modified, err == nil && now.is(in.version), err
	}
	now := *in
	if err := now.find(); err != nil && !errors.Is(err, ErrNoObjects) {
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

// put adds the attributes by which a manifest or a pointer names what was read.
func (in *origin) put(b *batch) {
	if in.prefix {
		b.String("Prefix", in.place())
	}
	if in.prefix || in.list {
		b.Number("Objects", strconv.AppendInt(nil, int64(len(in.objects)), 10))
		return
	}
	b.String("Object", in.place())
	b.String("ETag", in.version.ETag)
	b.String("VersionId", in.version.VersionID)
}

// partitionKey returns the partition key that is made of the object, prefix or list and the Run. The
// items under it never change.
func (in *origin) partitionKey(run string) string {
	kind := "object#"
	switch {
	case in.prefix:
		kind = "prefix#"
	case in.list:
		kind = "list#"
	}
	// Neither a bucket's name nor a Run contains '#'. A key may, and so it is last.
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

// timestamp returns the text of a time in an item. A later time is a greater text.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
