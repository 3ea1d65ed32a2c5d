package s3

import (
	"encoding/xml"
	"slices"
)

type listedVersion struct {
	XMLName      xml.Name // Version or DeleteMarker
	Key          string
	VersionId    string
	IsLatest     bool
	LastModified string
	ETag         string `xml:",omitempty"`
	Size         *int64
	StorageClass string `xml:",omitempty"`
	Owner        *ownerElement
}

// listVersions answers ListObjectVersions. Unlike S3, it never ends a page between the versions
// of one key: a page can have more than max-keys entries.
func (c *call) listVersions() *apiError {
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
	keys, prefixes, next := l.page(c.b.keys(), func(string) bool { return true })
	for _, key := range keys {
		for i, o := range slices.Backward(c.b.objects[key]) {
			v := listedVersion{xml.Name{Local: "DeleteMarker"}, l.encode(key), o.versionID(), i == len(c.b.objects[key])-1,
				formatTime(o.modified), "", nil, "", owner}
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
