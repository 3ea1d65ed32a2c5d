package s3

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"reduction/runtime/lambdatest/internal/signature"
)

// serviceName is the name in the scope of a signature.
const serviceName = "s3"

// A call is one request while it is being answered.
type call struct {
	s      *Service
	w      http.ResponseWriter
	r      *http.Request
	query  url.Values
	bucket string
	key    string
	b      *bucket // of that name; nil for ListBuckets and CreateBucket
	body   *payload
}

// A route leads from a request to an operation. The first route whose method, level and
// selector match is taken.
type route struct {
	method   string
	level    level
	selector string // a query parameter, or "header:" and the name of a header; "" matches always
	name     string // of the operation
	do       func(*call) *apiError
}

// A level says what a path names: nothing, a bucket, or an object.
type level int

const (
	levelService level = iota
	levelBucket
	levelObject
)

var routes = []route{
	{"GET", levelService, "", "ListBuckets", (*call).listBuckets},

	{"GET", levelBucket, "location", "GetBucketLocation", (*call).getLocation},
	{"GET", levelBucket, "versioning", "GetBucketVersioning", (*call).getVersioning},
	{"PUT", levelBucket, "versioning", "PutBucketVersioning", (*call).putVersioning},
	{"GET", levelBucket, "versions", "ListObjectVersions", (*call).listVersions},
	{"GET", levelBucket, "uploads", "ListMultipartUploads", (*call).listUploads},
	{"GET", levelBucket, "list-type", "ListObjectsV2", (*call).listObjects},
	{"GET", levelBucket, "", "ListObjects", (*call).listObjects},
	{"HEAD", levelBucket, "", "HeadBucket", (*call).headBucket},
	{"PUT", levelBucket, "", "CreateBucket", (*call).createBucket},
	{"DELETE", levelBucket, "", "DeleteBucket", (*call).deleteBucket},
	{"POST", levelBucket, "delete", "DeleteObjects", (*call).deleteObjects},

	{"GET", levelObject, "uploadId", "ListParts", (*call).listParts},
	{"PUT", levelObject, "uploadId", "UploadPart", (*call).uploadPart},
	{"POST", levelObject, "uploadId", "CompleteMultipartUpload", (*call).completeUpload},
	{"DELETE", levelObject, "uploadId", "AbortMultipartUpload", (*call).abortUpload},
	{"POST", levelObject, "uploads", "CreateMultipartUpload", (*call).createUpload},
	{"GET", levelObject, "tagging", "GetObjectTagging", (*call).getTagging},
	{"GET", levelObject, "", "GetObject", (*call).getObject},
	{"HEAD", levelObject, "", "HeadObject", (*call).getObject},
	{"PUT", levelObject, "header:X-Amz-Copy-Source", "CopyObject", (*call).copyObject},
	{"PUT", levelObject, "", "PutObject", (*call).putObject},
	{"DELETE", levelObject, "", "DeleteObject", (*call).deleteObject},
}

// notEmulated are the subresources of S3 that don't exist here. A request for one must not be
// taken for a request without it.
var notEmulated = []string{"accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering",
	"inventory", "legal-hold", "lifecycle", "logging", "metadataTable", "metrics", "notification", "object-lock",
	"ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment",
	"restore", "retention", "select", "session", "tagging", "torrent", "website"}

// route finds the operation that the request is for.
func (c *call) route() route {
	level := levelObject
	switch {
	case c.bucket == "":
		level = levelService
	case c.key == "":
		level = levelBucket
	}
	missing := slices.IndexFunc(notEmulated, c.query.Has)
	for _, rt := range routes {
		if rt.method != c.r.Method || rt.level != level || !c.selects(rt.selector) {
			continue
		}
		if byQuery := rt.selector != "" && !strings.HasPrefix(rt.selector, "header:"); byQuery || missing < 0 {
			return rt
		}
		break
	}
	if missing >= 0 {
		subresource := notEmulated[missing]
		return route{name: c.r.Method + "?" + subresource, do: func(*call) *apiError { return errUnsupported(subresource) }}
	}
	return route{name: c.r.Method, do: func(*call) *apiError { return errMethodNotAllowed }}
}

func (c *call) selects(selector string) bool {
	if name, ok := strings.CutPrefix(selector, "header:"); ok {
		return c.r.Header.Get(name) != ""
	}
	return selector == "" || c.query.Has(selector)
}

// do carries out an operation, if the bucket exists and is in this region.
func (c *call) do(rt route) *apiError {
	if rt.name != "CreateBucket" && c.bucket != "" {
		c.s.mu.RLock()
		c.b = c.s.buckets[c.bucket]
		c.s.mu.RUnlock()
		if c.b == nil {
			return errNoSuchBucket(c.bucket)
		}
		if c.b.region != c.s.server.Region() && rt.name != "GetBucketLocation" {
			return errOtherRegion(c.b)
		}
	}
	return rt.do(c)
}

// errOtherRegion is the redirect to a bucket's own region.
func errOtherRegion(b *bucket) *apiError {
	err := fail(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified "+
		"endpoint. Please send all future requests to this endpoint.",
		field{"Endpoint", b.name + ".s3." + b.region + ".amazonaws.com"}, field{"Bucket", b.name})
	err.Header = http.Header{"X-Amz-Bucket-Region": {b.region}}
	return err
}

// address returns the bucket and key that a request names, in its host or in its path. S3
// User Guide, "Virtual hosting of general purpose buckets".
func address(r *http.Request, region string) (bucket, key string) {
	path, _ := signature.Target(r)
	if name, err := url.PathUnescape(path); err == nil {
		path = name
	}
	path = strings.TrimPrefix(path, "/")
	if b := hostBucket(r.Host, region); b != "" {
		return b, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// hostBucket returns the bucket that a host names, "" in path style.
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
