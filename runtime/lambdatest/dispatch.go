package lambdatest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxJSONBody is a little above what any JSON service takes: DynamoDB's 16 MB. The services
// hold a body to their own limits.
const maxJSONBody = 17 << 20

// ServeHTTP answers one request: told apart, verified, perhaps made to fail, served, logged.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, rawQuery := wireTarget(r)
	query, _ := url.ParseQuery(rawQuery) // what can't be read is not there, and spoils the signature
	switch service := serviceOf(r, query); service {
	case serviceS3:
		s.S3.serve(w, r, query)
	default:
		s.serveJSON(w, r, query, service)
	}
}

// serviceOf tells the services apart. A signature's scope is asked before the path because a
// bucket may be called 2015-03-31; X-Amz-Target before the scope because a signature for the
// wrong service is to be refused by the right one.
func serviceOf(r *http.Request, query url.Values) string {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB") {
		return serviceDynamoDB
	}
	switch scoped := scopeService(r, query); scoped {
	case serviceS3, serviceDynamoDB, serviceLambda:
		return scoped
	}
	if strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/") {
		return serviceLambda
	}
	return serviceS3
}

// serveJSON serves DynamoDB and Lambda, whose bodies are read whole and always signed.
func (s *Server) serveJSON(w http.ResponseWriter, r *http.Request, query url.Values, service string) {
	call := Call{Service: service, Operation: jsonOperation(r, service)}
	lw := s.logged(w, r, call)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSONBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		lw.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // the client went away
	}
	if _, ref := s.verify(r, query, service, sha256Hex(body)); ref != nil {
		ref.write(lw, service)
		return
	}
	s.serveFaulty(lw, r, call, body, func(w http.ResponseWriter, r *http.Request) {
		if service == serviceDynamoDB {
			s.DynamoDB.serve(w, r, body)
		} else {
			s.Lambda.serve(w, r, body)
		}
	})
}

// jsonOperation returns the name of an operation as the API Reference has it.
func jsonOperation(r *http.Request, service string) string {
	if service == serviceDynamoDB {
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		return op
	}
	if strings.HasSuffix(r.URL.Path, "/invocations") {
		return "Invoke"
	}
	return r.Method
}
