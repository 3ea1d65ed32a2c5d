package lambdatest

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// An s3Call is one request to S3 being answered.
type s3Call struct {
	s      *S3
	w      http.ResponseWriter
	r      *http.Request
	query  url.Values
	bucket string
	key    string
	body   *payload
}

// An s3Route leads to an operation: a method, what the path names, a parameter of the query
// or a header that tells it from others. The first that fits is taken.
type s3Route struct {
	method string
	level  s3Level
	sub    string // query parameter; "header:" and a name for a header
	name   string // of the operation
	do     func(*s3Call) *s3Error
}

type s3Level int

const (
	levelService s3Level = iota
	levelBucket
	levelObject
)

const copySource = "header:X-Amz-Copy-Source"

var s3Routes = []s3Route{
	{"GET", levelService, "", "ListBuckets", (*s3Call).listBuckets},

	{"GET", levelBucket, "location", "GetBucketLocation", (*s3Call).getLocation},
	{"GET", levelBucket, "versioning", "GetBucketVersioning", (*s3Call).getVersioning},
	{"PUT", levelBucket, "versioning", "PutBucketVersioning", (*s3Call).putVersioning},
	{"GET", levelBucket, "versions", "ListObjectVersions", (*s3Call).listVersions},
	{"GET", levelBucket, "uploads", "ListMultipartUploads", (*s3Call).listUploads},
	{"GET", levelBucket, "list-type", "ListObjectsV2", (*s3Call).listObjects},
	{"GET", levelBucket, "", "ListObjects", (*s3Call).listObjects},
	{"HEAD", levelBucket, "", "HeadBucket", (*s3Call).headBucket},
	{"PUT", levelBucket, "", "CreateBucket", (*s3Call).createBucket},
	{"DELETE", levelBucket, "", "DeleteBucket", (*s3Call).deleteBucket},
	{"POST", levelBucket, "delete", "DeleteObjects", (*s3Call).deleteObjects},

	{"GET", levelObject, "uploadId", "ListParts", (*s3Call).listParts},
	{"PUT", levelObject, "uploadId", "UploadPart", (*s3Call).uploadPart},
	{"POST", levelObject, "uploadId", "CompleteMultipartUpload", (*s3Call).completeUpload},
	{"DELETE", levelObject, "uploadId", "AbortMultipartUpload", (*s3Call).abortUpload},
	{"POST", levelObject, "uploads", "CreateMultipartUpload", (*s3Call).createUpload},
	{"GET", levelObject, "tagging", "GetObjectTagging", (*s3Call).getTagging},
	{"GET", levelObject, "", "GetObject", (*s3Call).getObject},
	{"HEAD", levelObject, "", "HeadObject", (*s3Call).getObject},
	{"PUT", levelObject, copySource, "CopyObject", (*s3Call).copyObject},
	{"PUT", levelObject, "", "PutObject", (*s3Call).putObject},
	{"DELETE", levelObject, "", "DeleteObject", (*s3Call).deleteObject},
}

// Subresources of S3 that are not here. A request for one must not be taken for another.
var s3Missing = []string{"accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering",
	"inventory", "legal-hold", "lifecycle", "logging", "metadataTable", "metrics", "notification", "object-lock",
	"ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment",
	"restore", "retention", "select", "session", "tagging", "torrent", "website"}

// route finds the operation a request is for.
func (c *s3Call) route() s3Route {
	level := levelObject
	switch {
	case c.bucket == "":
		level = levelService
	case c.key == "":
		level = levelBucket
	}
	for _, rt := range s3Routes {
		if rt.method == c.r.Method && rt.level == level && c.has(rt.sub) {
			if rt.sub == "" || strings.HasPrefix(rt.sub, "header:") {
				if i := slices.IndexFunc(s3Missing, c.query.Has); i >= 0 {
					break
				}
			}
			return rt
		}
	}
	if i := slices.IndexFunc(s3Missing, c.query.Has); i >= 0 {
		sub := s3Missing[i]
		return s3Route{name: c.r.Method + "?" + sub, do: func(*s3Call) *s3Error { return errNotImplemented(sub) }}
	}
	return s3Route{name: c.r.Method, do: func(*s3Call) *s3Error { return errMethodNotAllowed }}
}

func (c *s3Call) has(sub string) bool {
	if name, ok := strings.CutPrefix(sub, "header:"); ok {
		return c.r.Header.Get(name) != ""
	}
	return sub == "" || c.query.Has(sub)
}

// do carries out an operation in a bucket of this region.
func (c *s3Call) do(route s3Route) *s3Error {
	if route.name != "CreateBucket" && c.bucket != "" {
		c.s.mu.RLock()
		b := c.s.buckets[c.bucket]
		c.s.mu.RUnlock()
		if b == nil {
			return errNoSuchBucket(c.bucket)
		}
		if b.region != c.s.s.Region && route.name != "GetBucketLocation" {
			return c.elsewhere(b)
		}
	}
	return route.do(c)
}

// elsewhere is the answer of one region about a bucket in another.
func (c *s3Call) elsewhere(b *bucket) *s3Error {
	err := s3Fail(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified "+
		"endpoint. Please send all future requests to this endpoint.",
		xmlField{"Endpoint", b.name + ".s3." + b.region + ".amazonaws.com"}, xmlField{"Bucket", b.name})
	err.Header = http.Header{"X-Amz-Bucket-Region": {b.region}}
	return err
}

// s3Target returns the bucket and key of a request, from its host and path. S3 User Guide,
// "Virtual hosting of general purpose buckets".
func s3Target(r *http.Request, region string) (bucket, key string) {
	p, _ := wireTarget(r)
	if name, err := url.PathUnescape(p); err == nil {
		p = name
	}
	p = strings.TrimPrefix(p, "/")
	if b := hostBucket(r.Host, region); b != "" {
		return b, p
	}
	bucket, key, _ = strings.Cut(p, "/")
	return bucket, key
}

// hostBucket returns the bucket that a host names, "" under path style.
func hostBucket(host, region string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(host)
	for _, domain := range []string{
		".s3.dualstack." + region + ".amazonaws.com", ".s3." + region + ".amazonaws.com", ".s3.amazonaws.com",
		".s3." + region + ".localhost", ".s3.localhost", ".localhost",
	} {
		if domain[1:] == host {
			return ""
		}
		if b, ok := strings.CutSuffix(host, domain); ok {
			return b
		}
	}
	return ""
}
