package s3

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// getObject answers GetObject and HeadObject.
func (c *call) getObject() *apiError {
	c.s.mu.RLock()
	o, err := c.b.get(c.key, c.query.Get("versionId"))
	versioned := c.b.versioning != ""
	c.s.mu.RUnlock()
	if err != nil {
		return err
	}
	h := c.w.Header()
	c.describe(h, o, versioned)
	if err := readConditions(c.r.Header, "", o); err != nil {
		return err
	}
	rng, err := c.rangeOf(o)
	if err != nil {
		return err
	}
	if c.r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" && !rng.partial {
		o.checksum.set(h)
	}
	status := http.StatusOK
	if rng.partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", rng.off, rng.off+rng.n-1, o.content.Size()))
	}
	h.Set("Content-Length", strconv.FormatInt(rng.n, 10))
	c.w.WriteHeader(status)
	if c.r.Method == http.MethodGet {
		each(o.content, rng.off, rng.n, func(p []byte) error {
			_, err := c.w.Write(p)
			return err
		})
	}
	return nil
}

// describe sets the headers that say what an object is.
func (c *call) describe(h http.Header, o *object, versioned bool) {
	for name, values := range o.header {
		h[name] = values
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "binary/octet-stream")
	}
	for _, name := range []string{"Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"} {
		if v := c.query.Get("response-" + strings.ToLower(name)); v != "" {
			h.Set(name, v)
		}
	}
	h.Set("ETag", o.etag)
	h.Set("Last-Modified", o.modified.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	if versioned {
		h.Set("X-Amz-Version-Id", o.versionID())
	}
	if tags, err := url.ParseQuery(o.tags); err == nil && len(tags) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(tags)))
	}
}
