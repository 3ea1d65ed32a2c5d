// Package s3 is Amazon S3 in memory, for tests. A lambdatest.Server has one as its field S3 and
// answers real clients with it: the AWS CLI, every SDK, a function under test. A test fills
// and reads it with the methods of Service.
//
// # What it knows
//
// Objects: GetObject, HeadObject, PutObject, CopyObject, DeleteObject and DeleteObjects, with
// ranges, conditions, versions, user metadata and checksums (CRC64NVME, CRC32, CRC32C, SHA-1
// and SHA-256; of the whole object and of its parts). Bodies may come in signed or unsigned
// chunks, with trailers. Tags are kept and copied, and GetObjectTagging returns them.
//
// Buckets: ListObjects 1 and 2, ListObjectVersions, CreateBucket, HeadBucket, DeleteBucket,
// ListBuckets, GetBucketLocation, GetBucketVersioning and PutBucketVersioning, in path style
// and in virtual-hosted style.
//
// Multipart uploads: all operations, and UploadPartCopy.
//
// Every other operation, subresource or header that would change a result is refused by name, with
// S3's error code NotImplemented. Policies and ACLs don't exist: whoever has the keys may do
// everything.
package s3

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"

	"reduction/runtime/lambdatest/internal/front"
)

// A Service holds buckets of objects. Its methods are safe for concurrent use.
type Service struct {
	server  front.Server
	mu      sync.RWMutex
	buckets map[string]*bucket
}

// New returns a Service without buckets. Package lambdatest calls it.
func New(server front.Server) *Service {
	return &Service{server: server, buckets: make(map[string]*bucket)}
}

// CreateBucket makes a bucket. It panics if a bucket of that name exists.
func (s *Service) CreateBucket(name string) { s.CreateBucketIn(name, s.server.Region()) }

// CreateBucketIn makes a bucket in another region. A request for it is answered with a
// redirect to that region, which lets a test see how a client takes it.
func (s *Service) CreateBucketIn(name, region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		panic("s3: bucket exists: " + name)
	}
	s.buckets[name] = newBucket(name, region, s.server.Now())
}

// Put stores an object and returns its ETag, quotes included. The object shares memory with
// data: don't change it afterwards. Put panics if the bucket doesn't exist.
func (s *Service) Put(bucket, key string, data []byte) (etag string) {
	return s.PutObject(bucket, key, data, nil).ETag
}

// PutObject is Put with the headers of a PutObject request, such as Content-Encoding. It
// returns what S3 says about the object.
func (s *Service) PutObject(bucket, key string, data []byte, header http.Header) ObjectInfo {
	o := newObject(key, data, s.server.Now())
	o.header = objectHeaders(header)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustHave(bucket).put(o)
	return o.info()
}

// PutSynthetic makes an object of any size that takes no memory. Whenever a client reads
// some of it, fill sets p to its bytes from offset off on. Several goroutines may call fill
// at the same time. A synthetic object has no checksum.
func (s *Service) PutSynthetic(bucket, key string, size int64, fill func(off int64, p []byte)) (etag string) {
	o := &object{key: key, modified: s.server.Now(), content: &synthetic{size: size, fill: fill}}
	o.etag = quoted(md5Hex(fmt.Appendf(nil, "%s/%s %d %s", bucket, key, size, rand.Text())))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustHave(bucket).put(o)
	return o.etag
}

// Object returns the bytes of an object, and false if there is none. The bytes are the
// object's own: don't change them.
func (s *Service) Object(bucket, key string) ([]byte, bool) {
	s.mu.RLock()
	var o *object
	if b := s.buckets[bucket]; b != nil {
		o = b.latest(key)
	}
	s.mu.RUnlock()
	if o == nil || o.deleted {
		return nil, false
	}
	return bytesOf(o.content), true
}

func (s *Service) mustHave(name string) *bucket {
	if b := s.buckets[name]; b != nil {
		return b
	}
	panic("s3: no such bucket: " + name)
}

// ServeHTTP answers one request, as S3 would.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Server", "AmazonS3")
	h.Set("X-Amz-Request-Id", rand.Text()[:16])
	h.Set("X-Amz-Id-2", rand.Text()+rand.Text())
	c := &call{s: s, r: r, query: front.Query(r)}
	c.bucket, c.key = address(r, s.server.Region())
	route := c.route()
	request := front.Call{Service: serviceName, Operation: route.name, Bucket: c.bucket, Key: c.key, Range: r.Header.Get("Range")}
	c.w = s.server.Log(w, r, request)
	if err := c.open(); err != nil {
		err.write(c.w)
		return
	}
	s.server.Serve(c.w, r, request, nil, refuse, func(w http.ResponseWriter, r *http.Request) {
		c.w, c.r = w, r
		if err := c.do(route); err != nil {
			err.write(w)
		}
	})
}
