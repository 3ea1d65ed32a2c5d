package s3

import (
	"net/http"
	"strings"
	"time"
)

// readConditions checks the conditions of a GET or HEAD against an object. With a prefix, it
// checks the conditions of a copy against its source. RFC 9110 §13.2.2: a condition on the
// ETag replaces the one on the date.
func readConditions(h http.Header, prefix string, o *object) *apiError {
	since := func(name string) (time.Time, bool) {
		t, err := http.ParseTime(h.Get(prefix + name))
		return t, err == nil
	}
	modified := o.modified.Truncate(time.Second)
	if want := h.Get(prefix + "If-Match"); want != "" {
		if !matches(want, o.etag) {
			return errCondition("If-Match")
		}
	} else if t, ok := since("If-Unmodified-Since"); ok && modified.After(t) {
		return errCondition("If-Unmodified-Since")
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
		return errCondition(condition)
	case unchanged:
		return errNotModified
	}
	return nil
}

// writeConditions checks the request's conditions against the object that is about to be
// replaced or deleted; old is nil if there is none. S3 User Guide, "Conditional requests".
func writeConditions(h http.Header, key string, old *object) *apiError {
	if old != nil && old.deleted {
		old = nil
	}
	if not := h.Get("If-None-Match"); not != "" {
		switch {
		case not != "*": // S3 itself refuses it, in these words
			return fail(501, "NotImplemented", "A header you provided implies functionality that is not implemented", field{"Header", "If-None-Match"})
		case old != nil:
			return errCondition("If-None-Match")
		}
	}
	if want := h.Get("If-Match"); want != "" {
		switch {
		case old == nil:
			return errNoSuchKey(key)
		case !matches(want, old.etag):
			return errCondition("If-Match")
		}
	}
	return nil
}

// matches reports whether an ETag is in a list. S3 accepts ETags with quotes and without.
func matches(list, etag string) bool {
	for e := range strings.SplitSeq(list, ",") {
		e = strings.TrimPrefix(strings.TrimSpace(e), "W/")
		if e == "*" || strings.Trim(e, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}
