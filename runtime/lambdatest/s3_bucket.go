package lambdatest

import (
	"cmp"
	"crypto/rand"
	"encoding/xml"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

// A bucket holds the versions of its objects by key, the latest last. S3's lock guards it.
type bucket struct {
	name       string
	region     string
	created    time.Time
	versioning string // "" until it is first enabled
	objects    map[string][]*object
	order      []string // keys, sorted; nil when they have changed
	uploads    map[string]*upload
}

func newBucket(name, region string, now time.Time) *bucket {
	return &bucket{name: name, region: region, created: now,
		objects: make(map[string][]*object), uploads: make(map[string]*upload)}
}

// latest returns the current version of an object, which may be a delete marker, or nil.
func (b *bucket) latest(key string) *object {
	versions := b.objects[key]
	if len(versions) == 0 {
		return nil
	}
	return versions[len(versions)-1]
}

// get returns an object to be read: the latest or a certain version.
func (b *bucket) get(key, version string) (*object, *s3Error) {
	if version == "" {
		switch o := b.latest(key); {
		case o == nil:
			return nil, errNoSuchKey(key)
		case o.deleted:
			err := errNoSuchKey(key)
			err.Header = http.Header{"X-Amz-Delete-Marker": {"true"}, "X-Amz-Version-Id": {o.versionID()}}
			return nil, err
		default:
			return o, nil
		}
	}
	for _, o := range b.objects[key] {
		if o.versionID() == version {
			if o.deleted {
				err := *errMethodNotAllowed
				err.Header = http.Header{"X-Amz-Delete-Marker": {"true"}, "X-Amz-Version-Id": {version}, "Allow": {"DELETE"}}
				return nil, &err
			}
			return o, nil
		}
	}
	return nil, s3Fail(404, "NoSuchVersion", "The specified version does not exist.", xmlField{"Key", key}, xmlField{"VersionId", version})
}

// put makes o the latest version of its key.
func (b *bucket) put(o *object) {
	switch b.versioning {
	case versioningEnabled:
		o.version = rand.Text()
	default: // replaces the version that was put while versioning was not on
		o.version = ""
		b.objects[o.key] = slices.DeleteFunc(b.objects[o.key], func(v *object) bool { return v.version == "" })
	}
	if len(b.objects[o.key]) == 0 {
		b.order = nil
	}
	b.objects[o.key] = append(b.objects[o.key], o)
}

// remove deletes an object: a version for good, or the latest by a marker where versions are
// kept. It returns what was deleted or the marker made, nil when there was nothing.
func (b *bucket) remove(key, version string, now time.Time) *object {
	if version == "" && b.versioning != "" {
		marker := &object{key: key, modified: now, deleted: true, content: stored(nil)}
		b.put(marker)
		return marker
	}
	versions := b.objects[key]
	i := len(versions) - 1
	if version != "" {
		i = slices.IndexFunc(versions, func(o *object) bool { return o.versionID() == version })
	}
	if i < 0 {
		return nil
	}
	removed := versions[i]
	b.objects[key] = slices.Delete(slices.Clone(versions), i, i+1)
	if len(b.objects[key]) == 0 {
		delete(b.objects, key)
		b.order = nil
	}
	return removed
}

// keys returns the keys in order. The caller has the lock for writing.
func (b *bucket) keys() []string {
	if b.order == nil {
		b.order = slices.Sorted(maps.Keys(b.objects))
	}
	return b.order
}

// S3 User Guide, "General purpose bucket naming rules".
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (c *s3Call) createBucket() *s3Error {
	body, err := c.readBody(maxXMLBody)
	if err != nil {
		return err
	}
	var conf struct{ LocationConstraint string }
	if len(body) > 0 && xml.Unmarshal(body, &conf) != nil {
		return errMalformedXML
	}
	if !bucketName.MatchString(c.bucket) || strings.Contains(c.bucket, "..") || net.ParseIP(c.bucket) != nil {
		return s3Fail(400, "InvalidBucketName", "The specified bucket is not valid.", xmlField{"BucketName", c.bucket})
	}
	region := c.s.s.Region
	if want := cmp.Or(conf.LocationConstraint, defaultRegion); want != region {
		return s3Fail(400, "IllegalLocationConstraintException", "The "+cmp.Or(conf.LocationConstraint, "unspecified")+
			" location constraint is incompatible for the region specific endpoint this request was sent to.")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	// us-east-1 alone takes the second creation of one's own bucket for done (CreateBucket).
	if c.s.buckets[c.bucket] != nil && region != defaultRegion {
		return s3Fail(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.",
			xmlField{"BucketName", c.bucket})
	}
	if c.s.buckets[c.bucket] == nil {
		c.s.buckets[c.bucket] = newBucket(c.bucket, region, c.s.s.Now())
	}
	c.w.Header().Set("Location", "/"+c.bucket)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func (c *s3Call) headBucket() *s3Error {
	c.w.Header().Set("X-Amz-Bucket-Region", c.s.s.Region)
	c.w.Header().Set("X-Amz-Access-Point-Alias", "false")
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func (c *s3Call) deleteBucket() *s3Error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if b := c.s.buckets[c.bucket]; b != nil && len(b.objects) > 0 {
		return s3Fail(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", xmlField{"BucketName", c.bucket})
	}
	delete(c.s.buckets, c.bucket)
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *s3Call) getLocation() *s3Error {
	c.s.mu.RLock()
	region := c.s.buckets[c.bucket].region
	c.s.mu.RUnlock()
	if region == defaultRegion {
		region = "" // as it has been since before there were others
	}
	writeXML(c.w, 200, struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
		Region  string   `xml:",chardata"`
	}{Region: region})
	return nil
}

type versioningConfiguration struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ VersioningConfiguration"`
	Status  string   `xml:",omitempty"`
}

func (c *s3Call) getVersioning() *s3Error {
	c.s.mu.RLock()
	status := c.s.buckets[c.bucket].versioning
	c.s.mu.RUnlock()
	writeXML(c.w, 200, versioningConfiguration{Status: status})
	return nil
}

func (c *s3Call) putVersioning() *s3Error {
	body, _, err := c.checkedBody(maxXMLBody)
	if err != nil {
		return err
	}
	var conf struct{ Status string }
	if xml.Unmarshal(body, &conf) != nil || conf.Status != versioningEnabled && conf.Status != versioningSuspended {
		return errMalformedXML
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.buckets[c.bucket].versioning = conf.Status
	c.w.WriteHeader(http.StatusOK)
	return nil
}
