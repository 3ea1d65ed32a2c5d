package s3

import (
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxKeys is the most entries of one page. S3 API Reference, ListObjectsV2.
const maxKeys = 1000

type ownerElement struct{ ID, DisplayName string }

// The canonical user ID is the one of AWS's documentation.
var owner = &ownerElement{"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "lambdatest"}

// A listing is the parameters that choose what is listed.
type listing struct {
	prefix, delimiter string
	after             string // the listing begins after this key or common prefix
	max               int
	encode            func(string) string
}

// page selects one page from the keys of a bucket, which are in order. It returns the keys on
// the page, the common prefixes that stand for other keys (S3 User Guide, "Organizing objects
// using prefixes"), and the last entry; next is "" if no page follows. listed says which keys
// are listed at all.
func (l *listing) page(keys []string, listed func(key string) bool) (page, prefixes []string, next string) {
	start, _ := slices.BinarySearch(keys, max(l.prefix, l.after))
	last := ""
	for _, key := range keys[start:] {
		rest, ok := strings.CutPrefix(key, l.prefix)
		if !ok {
			break
		}
		if key <= l.after || !listed(key) {
			continue
		}
		entry, common := key, false
		if before, _, ok := strings.Cut(rest, l.delimiter); ok && l.delimiter != "" {
			entry, common = l.prefix+before+l.delimiter, true
			if entry == l.after || entry == last {
				continue
			}
		}
		if len(page)+len(prefixes) == l.max {
			return page, prefixes, last
		}
		if last = entry; common {
			prefixes = append(prefixes, entry)
		} else {
			page = append(page, key)
		}
	}
	return page, prefixes, ""
}

// listing reads the parameters that all listings have in common.
func (c *call) listing() (*listing, *apiError) {
	l := &listing{prefix: c.query.Get("prefix"), delimiter: c.query.Get("delimiter"), max: maxKeys, encode: func(s string) string { return s }}
	if s := c.query.Get("max-keys"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return nil, errInvalidArgument("Provided max-keys not an integer or within integer range", "max-keys", s)
		}
		l.max = min(n, maxKeys)
	}
	switch e := c.query.Get("encoding-type"); e {
	case "":
	case "url":
		l.encode = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	default:
		return nil, errInvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", e)
	}
	return l, nil
}

type listedObject struct {
	Key               string
	LastModified      string
	ETag              string
	ChecksumAlgorithm string `xml:",omitempty"`
	ChecksumType      string `xml:",omitempty"`
	Size              int64
	StorageClass      string
	Owner             *ownerElement
}

type commonPrefix struct{ Prefix string }

type listResult struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name                  string
	Prefix                string
	Marker                *string
	NextMarker            string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	KeyCount              *int
	MaxKeys               int
	Delimiter             string `xml:",omitempty"`
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	Contents              []listedObject
	CommonPrefixes        []commonPrefix
}

// listObjects answers ListObjects and ListObjectsV2.
func (c *call) listObjects() *apiError {
	l, err := c.listing()
	if err != nil {
		return err
	}
	result := listResult{Name: c.bucket, MaxKeys: l.max, EncodingType: c.query.Get("encoding-type"),
		Prefix: l.encode(l.prefix), Delimiter: l.encode(l.delimiter)}
	v2 := c.query.Get("list-type") == "2"
	if v2 {
		l.after = c.query.Get("start-after")
		result.StartAfter = l.encode(l.after)
		if token := c.query.Get("continuation-token"); token != "" {
			after, err := base64.URLEncoding.DecodeString(token)
			if err != nil {
				return errInvalidArgument("The continuation token provided is incorrect", "continuation-token", token)
			}
			l.after, result.ContinuationToken = string(after), token
		}
	} else {
		l.after = c.query.Get("marker")
		marker := l.encode(l.after)
		result.Marker = &marker
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	keys, prefixes, next := l.page(c.b.keys(), func(key string) bool { return !c.b.latest(key).deleted })
	for _, key := range keys {
		o := c.b.latest(key)
		entry := listedObject{l.encode(key), formatTime(o.modified), o.etag, string(o.checksum.kind), o.checksum.typ, o.content.Size(), o.storageClass(), nil}
		if !v2 || c.query.Get("fetch-owner") == "true" {
			entry.Owner = owner
		}
		result.Contents = append(result.Contents, entry)
	}
	for _, p := range prefixes {
		result.CommonPrefixes = append(result.CommonPrefixes, commonPrefix{l.encode(p)})
	}
	result.IsTruncated = next != ""
	switch n := len(keys) + len(prefixes); {
	case v2:
		result.KeyCount = &n
		if next != "" {
			result.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(next))
		}
	case l.delimiter != "": // API Reference, ListObjects: NextMarker only with a delimiter
		result.NextMarker = l.encode(next)
	}
	writeXML(c.w, 200, result)
	return nil
}
