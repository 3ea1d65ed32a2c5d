// Package front is what a service does with a request before it carries it out: it enters the
// request in the log, verifies its signature, and lets it fail if the server's plan says so.
package front

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"reduction/runtime/lambdatest/internal/signature"
)

// A Server is a lambdatest.Server as its services see it.
type Server interface {
	URL() string
	Region() string
	Env() []string // the environment variables that point a client at the server
	Credentials() signature.Credentials
	Now() time.Time

	// Log enters a call in the request log. What is written to the writer that it returns
	// completes the entry.
	Log(w http.ResponseWriter, r *http.Request, c Call) http.ResponseWriter

	// Verify verifies a request's signature, as signature.Verify does.
	Verify(r *http.Request, service, payloadHash string) (*signature.Chain, *signature.Refusal)

	// Serve calls serve, or lets the request fail as planned. Calls are the same if c and body
	// are. refuse sends an error in the service's own words.
	Serve(w http.ResponseWriter, r *http.Request, c Call, body []byte, refuse Refuse, serve http.HandlerFunc)
}

// A Call is what a request asks for. Bucket, Key and Range are S3's.
type Call struct{ Service, Operation, Bucket, Key, Range string }

// Refuse sends a refusal in the words of a service.
type Refuse func(http.ResponseWriter, *signature.Refusal)

// Query returns a request's query. A parameter that can't be decoded is left out: no signature
// over it can be right.
func Query(r *http.Request) url.Values {
	_, raw := signature.Target(r)
	query, _ := url.ParseQuery(raw)
	return query
}

// maxJSONBody is a little more than what any JSON service accepts, which is DynamoDB's 16 MB.
// The services check their own limits.
const maxJSONBody = 17 << 20

// ServeJSON serves a call of a service whose bodies are JSON. They are read as a whole, and
// they are always signed.
func ServeJSON(s Server, w http.ResponseWriter, r *http.Request, c Call, refuse Refuse, serve func(http.ResponseWriter, *http.Request, []byte)) {
	lw := s.Log(w, r, c)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSONBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		lw.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // the client went away
	}
	if _, refusal := s.Verify(r, c.Service, signature.SHA256Hex(body)); refusal != nil {
		refuse(lw, refusal)
		return
	}
	s.Serve(lw, r, c, body, refuse, func(w http.ResponseWriter, r *http.Request) { serve(w, r, body) })
}
