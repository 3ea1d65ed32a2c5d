package job

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// resultFormat is part of every Run. Raise it with each change that makes other items from the same
// object and the same settings. Otherwise old and new items would have the same Run.
const resultFormat = 1

// ErrNoVersion says that one version of an object cannot be told from the next.
var ErrNoVersion = errors.New("S3 names neither a version nor an ETag of the object, without which its result cannot be told from an older one")

// digest collects the parts of which a Run is the hash. Each part has its length before it, so that
// no two lists of parts have the same bytes.
type digest []byte

func (d *digest) text(s string) {
	*d = strconv.AppendInt(*d, int64(len(s)), 10)
	*d = append(append(*d, ':'), s...)
}

func (d *digest) number(n int) { d.text(strconv.Itoa(n)) }

func (d *digest) flag(b bool) { d.text(strconv.FormatBool(b)) }

// runLength is how many bytes of a SHA-256 a Run has: enough that no two results ever share one.
const runLength = 16

// run returns the Run: the digest in hexadecimal.
func (d digest) run() string {
	sum := sha256.Sum256(d)
	return hex.EncodeToString(sum[:runLength])
}

// newDigest returns a digest that has resultFormat and every setting that changes the result. The
// caller adds what it reads, in this order: for an object, its bucket and its version; for a
// prefix, the bucket, the prefix, and the version of each object. Results with the same Run have
// the same items.
func newDigest(s *Options) *digest {
	d := new(digest)
	d.number(resultFormat)
	s.addTo(d)
	return d
}

// version adds the version of an object that is read.
func (d *digest) version(key string, v Version) error {
	version, etag := versionOf(v.VersionID), v.ETag
	if strings.HasPrefix(etag, "W/") {
		etag = "" // RFC 9110 §8.8.1: a weak one may be that of other bytes, too
	}
	if version == "" && etag == "" {
		return ErrNoVersion
	}
	for _, part := range [...]string{key, version, etag} {
		d.text(part)
	}
	return nil
}

// addTo adds every setting that changes the items of a result.
func (o *Options) addTo(d *digest) {
	d.flag(o.BadRows.Skip)
	d.number(int(o.BadRows.Share))
	d.number(int(o.NoValue))
	d.number(len(o.Missing))
	for _, s := range o.Missing {
		d.text(s)
	}
	d.flag(o.Range != nil)
	if o.Range != nil {
		d.text(string(o.Range.Least.Append(nil)))
		d.text(string(o.Range.Greatest.Append(nil)))
	}
	d.flag(o.Comma)
	d.number(int(o.Encoding))
	for _, s := range o.Columns.Names() {
		d.text(s)
	}
	d.flag(o.Records)
	d.number(o.MinRecords)
	d.flag(o.Manifest)
	d.number(o.TTLDays)
}
