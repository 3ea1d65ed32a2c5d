package s3

import (
	"cmp"
	"encoding/xml"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// firstRegion was S3's only region once. There, S3 still behaves as it did then.
const firstRegion = "us-east-1"

// S3 User Guide, "General purpose bucket naming rules".
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (c *call) createBucket() *apiError {
	body, err := c.readBody(maxXMLBody)
	if err != nil {
		return err
	}
	var conf struct{ LocationConstraint string }
	if len(body) > 0 && xml.Unmarshal(body, &conf) != nil {
		return errMalformedXML
	}
	if !bucketName.MatchString(c.bucket) || strings.Contains(c.bucket, "..") || net.ParseIP(c.bucket) != nil {
		return fail(400, "InvalidBucketName", "The specified bucket is not valid.", field{"BucketName", c.bucket})
	}
	region := c.s.server.Region()
	if want := cmp.Or(conf.LocationConstraint, firstRegion); want != region {
		return fail(400, "IllegalLocationConstraintException", "The "+cmp.Or(conf.LocationConstraint, "unspecified")+
			" location constraint is incompatible for the region specific endpoint this request was sent to.")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	// API Reference, CreateBucket: only us-east-1 accepts a second creation of one's own bucket.
	if c.s.buckets[c.bucket] != nil && region != firstRegion {
		return fail(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.",
			field{"BucketName", c.bucket})
	}
	if c.s.buckets[c.bucket] == nil {
		c.s.buckets[c.bucket] = newBucket(c.bucket, region, c.s.server.Now())
	}
	c.w.Header().Set("Location", "/"+c.bucket)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func (c *call) headBucket() *apiError {
	c.w.Header().Set("X-Amz-Bucket-Region", c.s.server.Region())
	c.w.Header().Set("X-Amz-Access-Point-Alias", "false")
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func (c *call) deleteBucket() *apiError {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if len(c.b.objects) > 0 {
		return fail(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", field{"BucketName", c.bucket})
	}
	// The name may be another bucket's by now.
	maps.DeleteFunc(c.s.buckets, func(_ string, b *bucket) bool { return b == c.b })
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *call) listBuckets() *apiError {
	type listed struct{ Name, CreationDate, BucketRegion string }
	result := struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Owner   *ownerElement
		Buckets struct{ Bucket []listed }
	}{Owner: owner}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(c.s.buckets)) {
		b := c.s.buckets[name]
		result.Buckets.Bucket = append(result.Buckets.Bucket, listed{name, formatTime(b.created), b.region})
	}
	writeXML(c.w, 200, result)
	return nil
}

func (c *call) getLocation() *apiError {
	region := c.b.region
	if region == firstRegion {
		region = "" // API Reference, GetBucketLocation: null for us-east-1
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

func (c *call) getVersioning() *apiError {
	c.s.mu.RLock()
	status := c.b.versioning
	c.s.mu.RUnlock()
	writeXML(c.w, 200, versioningConfiguration{Status: status})
	return nil
}

func (c *call) putVersioning() *apiError {
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
	c.b.versioning = conf.Status
	c.w.WriteHeader(http.StatusOK)
	return nil
}
