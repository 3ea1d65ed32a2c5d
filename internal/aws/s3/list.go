package s3

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"reduction/internal/aws/request"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

const opList = "ListObjectsV2"

// Listed is an object in a listing: its ETag has quotes, and its version is not known.
type Listed struct {
	Key, ETag string
	Size      int64
	Modified  time.Time
}

// errListing says that an answer is no listing in the order of keys.
var errListing = errors.New("the answer is no listing of S3's in the order of keys")

// maxListing bounds a page: a thousand keys of 1,024 bytes, each escaped, and the XML around them.
const maxListing = 8 << 20

// List returns the objects whose keys begin with the prefix, in the order of their keys. It asks
// for page after page, until there are no more or it has more than most.
func (c *Client) List(ctx context.Context, bucket, prefix string, most int) ([]Listed, error) {
	place := "s3://" + bucket + "/" + prefix
	failed := func(err error) ([]Listed, error) { return nil, &request.Error{Op: opList, Place: place, Err: err} }
	if err := checkBucket(bucket); err != nil {
		return failed(err)
	}
	w := transport.NewWatcher(ctx)
	defer w.Stop()
	// Without encoding-type, a key with characters that XML 1.0 lacks would make the answer bad XML.
	query := string(sigv4.AppendEscaped([]byte("encoding-type=url&list-type=2&prefix="), prefix))
	r := &s3Request{op: opList, method: "GET", bucket: bucket, query: query, place: place}
	var all []Listed
	for token := ""; ; {
		var page []byte
		x, err := c.askS3(w, r, func(x *transport.Exchange) (err error) {
			page, err = http1.ReadAll(page[:0], x, maxListing)
			return err
		})
		if err != nil {
			return nil, err
		}
		x.Close()
		var next string
		var ok bool
		if all, next, ok = appendPage(all, prefix, string(page)); !ok || next != "" && next == token {
			return failed(errListing)
		}
		if next == "" || len(all) > most {
			return all, nil
		}
		token = next
		r.query = string(sigv4.AppendEscaped([]byte(query+"&continuation-token="), token))
	}
}

// appendPage appends the objects of a page. It returns the token that asks for the next page, or ""
// after the last. Keys that are not in order are an error: so no object is listed twice, even in
// different pages. Amazon S3 API Reference, ListObjectsV2:
//
//	<ListBucketResult>
//	  <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
//	  <NextContinuationToken>1ueGcxLPRx1Tr</NextContinuationToken>
//	  <Contents><Key>a+b.csv</Key><LastModified>2026-11-23T02:16:00.000Z</LastModified>
//	    <ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag><Size>11</Size></Contents>
//	</ListBucketResult>
func appendPage(all []Listed, prefix, page string) (_ []Listed, next string, ok bool) {
	const begin, end = "<Contents>", "</Contents>"
	about, _, _ := strings.Cut(page, begin) // what comes before the entries; behind is what comes after
	behind := page
	if i := strings.LastIndex(page, end); i >= 0 {
		behind = page[i+len(end):]
	}
	of := func(name string) string {
		if text := element([]byte(about), name); text != "" {
			return text
		}
		return element([]byte(behind), name)
	}
	encoded := of("EncodingType") == "url"
	switch of("IsTruncated") {
	case "false":
	case "true":
		if next = of("NextContinuationToken"); next == "" {
			return nil, "", false
		}
	default:
		return nil, "", false
	}
	for {
		_, rest, more := strings.Cut(page, begin)
		if !more {
			return all, next, true
		}
		entry, rest, whole := strings.Cut(rest, end)
		page = rest
		o := Listed{Key: element([]byte(entry), "Key"), ETag: element([]byte(entry), "ETag")}
		var err1, err2, err3 error
		if encoded {
			o.Key, err1 = url.QueryUnescape(o.Key)
		}
		o.Size, err2 = strconv.ParseInt(element([]byte(entry), "Size"), 10, 64)
		o.Modified, err3 = time.Parse(time.RFC3339, element([]byte(entry), "LastModified"))
		if !whole || err1 != nil || err2 != nil || err3 != nil || o.Key == "" || o.ETag == "" ||
			!strings.HasPrefix(o.Key, prefix) || len(all) > 0 && o.Key <= all[len(all)-1].Key {
			return nil, "", false
		}
		all = append(all, o)
	}
}
