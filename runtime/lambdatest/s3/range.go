package s3

import (
	"net/http"
	"strconv"
	"strings"
)

// A byteRange is the part of an object that a request asks for.
type byteRange struct {
	off, n  int64
	partial bool // the answer has status 206 and a Content-Range
}

// rangeOf returns what the request asks for: a range of an object, one of its parts, or all.
func (c *call) rangeOf(o *object) (byteRange, *apiError) {
	size := o.content.Size()
	header := c.r.Header.Get("Range")
	number := c.query.Get("partNumber")
	if number == "" {
		if cond := c.r.Header.Get("If-Range"); cond != "" && !matches(cond, o.etag) {
			header = ""
		}
		return parseRange(header, size)
	}
	if header != "" {
		return byteRange{}, fail(400, "InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxParts {
		return byteRange{}, errPartNumber(number)
	}
	parts := o.parts
	if parts == nil {
		parts = []int64{size}
	} else {
		c.w.Header().Set("X-Amz-Mp-Parts-Count", strconv.Itoa(len(parts)))
	}
	if n > len(parts) {
		return byteRange{}, fail(416, "InvalidPartNumber", "The requested partnumber is not satisfiable",
			field{"PartNumberRequested", number}, field{"ActualPartCount", strconv.Itoa(len(parts))})
	}
	var off int64
	for _, p := range parts[:n-1] {
		off += p
	}
	return byteRange{off, parts[n-1], size > 0}, nil
}

// parseRange reads a Range header. API Reference, GetObject: S3 doesn't support several ranges
// in one request. It then sends the whole object, as it does for a header it can't parse.
func parseRange(header string, size int64) (byteRange, *apiError) {
	whole := byteRange{0, size, false}
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return whole, nil
	}
	from, errFrom := strconv.ParseInt(first, 10, 64)
	to, errTo := strconv.ParseInt(last, 10, 64)
	switch {
	case first == "" && errTo == nil: // RFC 9110 §14.1.2: the last to bytes
		from, to = max(0, size-to), size-1
	case errFrom == nil && last == "":
		to = size - 1
	case errFrom != nil || errTo != nil || to < from:
		return whole, nil
	}
	if from >= size || to < from {
		err := fail(416, "InvalidRange", "The requested range is not satisfiable",
			field{"RangeRequested", header}, field{"ActualObjectSize", strconv.FormatInt(size, 10)})
		err.Header = http.Header{"Content-Range": {"bytes */" + strconv.FormatInt(size, 10)}}
		return whole, err
	}
	return byteRange{from, min(to, size-1) - from + 1, true}, nil
}
