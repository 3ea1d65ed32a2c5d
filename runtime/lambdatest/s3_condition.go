package lambdatest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// failed returns the answer to a condition that doesn't hold.
func failed(condition string) *s3Error {
	err := *errPreconditionFailed
	err.Extra = []xmlField{{"Condition", condition}}
	return &err
}

// readConditions holds an object to a GET's or HEAD's conditions, or, under a prefix, to a
// copy's on its source. RFC 9110 §13.2.2: an ETag outweighs a date.
func readConditions(h http.Header, prefix string, o *object) *s3Error {
	since := func(name string) (time.Time, bool) {
		t, err := http.ParseTime(h.Get(prefix + name))
		return t, err == nil
	}
	modified := o.modified.Truncate(time.Second)
	if want := h.Get(prefix + "If-Match"); want != "" {
		if !matches(want, o.etag) {
			return failed("If-Match")
		}
	} else if t, ok := since("If-Unmodified-Since"); ok && modified.After(t) {
		return failed("If-Unmodified-Since")
	}
	unchanged, condition := false, "If-None-Match"
	if not := h.Get(prefix + condition); not != "" {
		unchanged = matches(not, o.etag)
	} else if t, ok := since("If-Modified-Since"); ok {
		condition = "If-Modified-Since"
		unchanged = !modified.After(t)
	}
	switch {
	case unchanged && prefix != "":
		return failed(condition)
	case unchanged:
		return errNotModified
	}
	return nil
}

// writeConditions holds the object that is about to be replaced or deleted, nil when there
// is none, to the request's conditions. S3 User Guide, "Conditional requests".
func writeConditions(h http.Header, key string, old *object) *s3Error {
	if old != nil && old.deleted {
		old = nil
	}
	if not := h.Get("If-None-Match"); not != "" {
		switch {
		case not != "*":
			return errNotImplemented("If-None-Match")
		case old != nil:
			return failed("If-None-Match")
		}
	}
	if want := h.Get("If-Match"); want != "" {
		switch {
		case old == nil:
			return errNoSuchKey(key)
		case !matches(want, old.etag):
			return failed("If-Match")
		}
	}
	return nil
}

// matches reports whether an ETag is in a list, which S3 takes with quotes or without.
func matches(list, etag string) bool {
	for e := range strings.SplitSeq(list, ",") {
		e = strings.TrimPrefix(strings.TrimSpace(e), "W/")
		if e == "*" || strings.Trim(e, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// A byteRange is the part of an object that a request asks for.
type byteRange struct {
	off, n  int64
	partial bool // 206, with Content-Range
}

// parseRange reads a Range header. What is not one range of bytes is no range, as it is for
// S3 (GetObject: no multiple ranges).
func parseRange(header string, size int64) (byteRange, *s3Error) {
	whole := byteRange{0, size, false}
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return whole, nil
	}
	from, errFrom := strconv.ParseInt(first, 10, 64)
	to, errTo := strconv.ParseInt(last, 10, 64)
	switch {
	case first == "" && errTo == nil: // the last so many bytes
		from, to = max(0, size-to), size-1
	case errFrom == nil && last == "":
		to = size - 1
	case errFrom != nil || errTo != nil || to < from:
		return whole, nil
	}
	if from >= size || to < from {
		err := s3Fail(416, "InvalidRange", "The requested range is not satisfiable",
			xmlField{"RangeRequested", header}, xmlField{"ActualObjectSize", strconv.FormatInt(size, 10)})
		err.Header = http.Header{"Content-Range": {"bytes */" + strconv.FormatInt(size, 10)}}
		return whole, err
	}
	return byteRange{from, min(to, size-1) - from + 1, true}, nil
}
