package s3

import (
	"encoding/xml"
	"net/http"
)

func (c *call) deleteObject() *apiError {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if err := writeConditions(c.r.Header, c.key, c.b.latest(c.key)); err != nil {
		return err
	}
	if o := c.b.remove(c.key, c.query.Get("versionId"), c.s.server.Now()); o != nil && c.b.versioning != "" {
		c.w.Header().Set("X-Amz-Version-Id", o.versionID())
		if o.deleted {
			c.w.Header().Set("X-Amz-Delete-Marker", "true")
		}
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// maxDeletes is how many objects one request can delete. S3 API Reference, DeleteObjects.
const maxDeletes = 1000

type deletedObject struct {
	Key                   string
	VersionId             string `xml:",omitempty"`
	DeleteMarker          bool   `xml:",omitempty"`
	DeleteMarkerVersionId string `xml:",omitempty"`
}

func (c *call) deleteObjects() *apiError {
	body, sum, err := c.checkedBody(maxXMLBody)
	if err != nil {
		return err
	}
	if sum.kind == "" && c.r.Header.Get("Content-Md5") == "" {
		return fail(400, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	var request struct {
		Quiet  bool
		Object []struct{ Key, VersionId string }
	}
	if xml.Unmarshal(body, &request) != nil || len(request.Object) == 0 || len(request.Object) > maxDeletes {
		return errMalformedXML
	}
	result := struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
		Deleted []deletedObject
	}{}
	c.s.mu.Lock()
	for _, o := range request.Object {
		out := deletedObject{Key: o.Key, VersionId: o.VersionId}
		if removed := c.b.remove(o.Key, o.VersionId, c.s.server.Now()); removed != nil && removed.deleted {
			out.DeleteMarker, out.DeleteMarkerVersionId = true, removed.versionID()
		}
		if !request.Quiet {
			result.Deleted = append(result.Deleted, out)
		}
	}
	c.s.mu.Unlock()
	writeXML(c.w, 200, result)
	return nil
}
