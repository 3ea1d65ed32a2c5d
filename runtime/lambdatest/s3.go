package lambdatest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"sync"
)

// S3 is the S3 of a Server: buckets of objects in memory.
//
// It knows the operations that its routes name: on objects Get, Head, Put, Copy, Delete and
// DeleteObjects; on buckets List (1 and 2), ListObjectVersions, Create, Head, Delete,
// location and versioning; multipart uploads with all of theirs; ListBuckets; and of tags
// what copying needs. The rest of S3 is answered with NotImplemented.
type S3 struct {
	s       *Server
	mu      sync.RWMutex
	buckets map[string]*bucket
}

func newS3(s *Server) *S3 { return &S3{s: s, buckets: make(map[string]*bucket)} }

// CreateBucket makes a bucket. It panics when there is one of that name.
func (s *S3) CreateBucket(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		panic("lambdatest: bucket exists: " + name)
	}
	s.buckets[name] = newBucket(name, s.s.Region, s.s.Now())
}

// CreateBucketIn makes a bucket that lives in another region: requests for it are answered
// with a redirect there.
func (s *S3) CreateBucketIn(name, region string) {
	s.CreateBucket(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name].region = region
}

// SetVersioning has a bucket keep what is overwritten and deleted from then on.
func (s *S3) SetVersioning(bucket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(bucket).versioning = versioningEnabled
}

// Put stores an object and returns its ETag, quotes included. It keeps data, which must not
// change afterwards. It panics when there is no such bucket.
func (s *S3) Put(bucket, key string, data []byte) (etag string) {
	return s.PutObject(bucket, key, data, nil).ETag
}

// PutObject is Put with headers, such as Content-Encoding. It returns what was stored.
func (s *S3) PutObject(bucket, key string, data []byte, header http.Header) ObjectInfo {
	o := newObject(key, data, crc64NVME, s.s.Now())
	o.header = objectHeaders(header)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(bucket).put(o)
	return o.info()
}

// PutSynthetic makes an object of any size that is never stored: fill is called for the
// bytes at an offset whenever they are read, by several goroutines at once. It has no
// checksum.
func (s *S3) PutSynthetic(bucket, key string, size int64, fill func(off int64, p []byte)) (etag string) {
	o := &object{key: key, modified: s.s.Now(), content: &synthetic{size: size, fill: fill}}
	o.etag = fmt.Sprintf(`"%s"`, md5Hex(fmt.Appendf(nil, "%s/%s %d %s", bucket, key, size, rand.Text())))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(bucket).put(o)
	return o.etag
}

// Object returns the bytes of an object, false when there is none. They are the object's own:
// don't change them.
func (s *S3) Object(bucket, key string) ([]byte, bool) {
	s.mu.RLock()
	b := s.buckets[bucket]
	if b == nil {
		s.mu.RUnlock()
		return nil, false
	}
	o := b.latest(key)
	s.mu.RUnlock()
	if o == nil || o.deleted {
		return nil, false
	}
	return bytesOf(o.content), true
}

// Requests returns the log of the requests to S3, in the order they came in.
func (s *S3) Requests() []Request { return s.s.requests.where(serviceS3) }

func (s *S3) must(name string) *bucket {
	if b := s.buckets[name]; b != nil {
		return b
	}
	panic("lambdatest: no such bucket: " + name)
}

// serve answers one request.
func (s *S3) serve(w http.ResponseWriter, r *http.Request, query url.Values) {
	h := w.Header()
	h.Set("Server", "AmazonS3")
	h.Set("X-Amz-Request-Id", rand.Text()[:16])
	h.Set("X-Amz-Id-2", rand.Text()+rand.Text())
	c := &s3Call{s: s, r: r, query: query}
	c.bucket, c.key = s3Target(r, s.s.Region)
	route := c.route()
	call := Call{Service: serviceS3, Operation: route.name, Bucket: c.bucket, Key: c.key, Range: r.Header.Get("Range")}
	lw := s.s.logged(w, r, call)
	c.w = lw
	if err := c.open(); err != nil {
		err.write(lw)
		return
	}
	s.s.serveFaulty(lw, r, call, nil, func(w http.ResponseWriter, r *http.Request) {
		c.w, c.r = w, r
		if err := c.do(route); err != nil {
			err.write(w)
		}
	})
}
