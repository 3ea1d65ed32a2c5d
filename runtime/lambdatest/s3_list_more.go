package lambdatest

import (
	"encoding/xml"
	"maps"
	"slices"
)

func (c *s3Call) listBuckets() *s3Error {
	type listed struct{ Name, CreationDate, BucketRegion string }
	result := struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Owner   *s3Owner
		Buckets struct{ Bucket []listed }
	}{Owner: owner}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(c.s.buckets)) {
		b := c.s.buckets[name]
		result.Buckets.Bucket = append(result.Buckets.Bucket, listed{name, xmlTimeOf(b.created), b.region})
	}
	writeXML(c.w, 200, result)
	return nil
}

type listedVersion struct {
	XMLName      xml.Name // Version or DeleteMarker
	Key          string
	VersionId    string
	IsLatest     bool
	LastModified string
	ETag         string `xml:",omitempty"`
	Size         *int64
	StorageClass string `xml:",omitempty"`
	Owner        *s3Owner
}

// listVersions answers ListObjectVersions. A page ends between two keys, never between the
// versions of one, so that it can have more than max-keys entries.
func (c *s3Call) listVersions() *s3Error {
	l, err := c.listing()
	if err != nil {
		return err
	}
	l.after = c.query.Get("key-marker")
	result := struct {
		XMLName             xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListVersionsResult"`
		Name                string
		Prefix              string
		KeyMarker           string
		VersionIdMarker     string
		NextKeyMarker       string `xml:",omitempty"`
		NextVersionIdMarker string `xml:",omitempty"`
		MaxKeys             int
		Delimiter           string `xml:",omitempty"`
		EncodingType        string `xml:",omitempty"`
		IsTruncated         bool
		Versions            []listedVersion
		CommonPrefixes      []commonPrefix
	}{Name: c.bucket, Prefix: l.encode(l.prefix), KeyMarker: l.encode(l.after), VersionIdMarker: c.query.Get("version-id-marker"),
		MaxKeys: l.max, Delimiter: l.encode(l.delimiter), EncodingType: c.query.Get("encoding-type")}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	b := c.s.buckets[c.bucket]
	keys, prefixes, next := l.page(b.keys(), func(string) bool { return true })
	for _, key := range keys {
		for i, o := range slices.Backward(b.objects[key]) {
			v := listedVersion{xml.Name{Local: "DeleteMarker"}, l.encode(key), o.versionID(), i == len(b.objects[key])-1,
				xmlTimeOf(o.modified), "", nil, "", owner}
			if !o.deleted {
				size := o.content.Size()
				v.XMLName.Local, v.ETag, v.Size, v.StorageClass = "Version", o.etag, &size, o.storageClass()
			}
			result.Versions = append(result.Versions, v)
			result.NextVersionIdMarker = v.VersionId
		}
	}
	for _, p := range prefixes {
		result.CommonPrefixes = append(result.CommonPrefixes, commonPrefix{l.encode(p)})
	}
	if next == "" {
		result.NextVersionIdMarker = ""
	}
	result.IsTruncated, result.NextKeyMarker = next != "", l.encode(next)
	writeXML(c.w, 200, result)
	return nil
}
