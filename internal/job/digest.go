package job

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// resultFormat is part of every Run. Raise it with a change by which the same object and the same
// settings make other items: otherwise items of both kinds would have the same Run.
const resultFormat = 1

// ErrNoVersion says that nothing tells one version of an object from the next.
var ErrNoVersion = errors.New("S3 names neither a version nor an ETag of the object, without which its result cannot be told from an older one")

// digest collects what a Run is made of. Each part has its length before it, so that no two lists
// of parts are the same bytes.
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

// runOf returns the Run of an object's result: the digest of the version that is being read, of
// every setting that changes the result, and of resultFormat. Results of one Run have the same
// items, whoever writes them and however often.
func runOf(o Object, body Body, s *Options) (string, error) {
	version, etag := versionOf(body.VersionID()), body.ETag()
	if strings.HasPrefix(etag, "W/") {
		etag = "" // RFC 9110 §8.8.1: a weak one may be that of other bytes, too
	}
	if version == "" && etag == "" {
		return "", ErrNoVersion
	}
	var d digest
	d.number(resultFormat)
	s.addTo(&d)
	for _, part := range [...]string{o.Bucket, o.Key, version, etag} {
		d.text(part)
	}
	return d.run(), nil
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
	d.flag(o.Manifest)
	d.number(o.TTLDays)
}
