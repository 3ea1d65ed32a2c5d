package account

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// An Error is a service's refusal.
type Error struct {
	Operation string
	Status    int    // of HTTP
	Code      string // the service's, as in ResourceNotFoundException
	Message   string
	Reason    string // of a throttle, as in ConcurrentInvocationLimitExceeded

	// Repeated says that there was an attempt before, which may have been carried out.
	Repeated bool
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %d %s", e.Operation, e.Status, cmp.Or(e.Code, http.StatusText(e.Status)))
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Expired() {
		s += " (the credentials have expired: renew them)"
	}
	return s
}

// Throttled reports whether the service did not carry the request out because there are too many.
func (e *Error) Throttled() bool {
	return e.Status == http.StatusTooManyRequests || strings.HasPrefix(e.Code, "Throttl") || e.Code == "RequestLimitExceeded"
}

// Expired reports whether the credentials are no longer good.
func (e *Error) Expired() bool {
	return strings.HasPrefix(e.Code, "ExpiredToken") || e.Status == http.StatusForbidden && strings.Contains(e.Message, "token included in the request is expired")
}

// newError reads a refusal: its code is in a header or in the body, which is JSON or XML.
func newError(operation string, response *http.Response, body []byte) *Error {
	var in struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"` // or Message: the names' case does not count
		Reason  string `json:"Reason"`
	}
	e := &Error{Operation: operation, Status: response.StatusCode}
	if json.Unmarshal(body, &in) == nil {
		e.Message, e.Reason = in.Message, in.Reason
	} else {
		var in2 struct {
			Code    string `xml:"Error>Code"`
			Message string `xml:"Error>Message"`
		}
		if xml.Unmarshal(body, &in2) == nil {
			in.Code, e.Message = in2.Code, in2.Message
		}
	}
	code := cmp.Or(response.Header.Get("X-Amzn-Errortype"), in.Type, in.Code)
	code, _, _ = strings.Cut(code, ":") // a link may follow
	e.Code = code[strings.LastIndexByte(code, '#')+1:]
	return e
}
