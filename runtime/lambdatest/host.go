package lambdatest

import (
	"net/http"
	"strings"
	"time"

	"reduction/runtime/lambdatest/internal/front"
	"reduction/runtime/lambdatest/internal/signature"
)

// ServeHTTP answers one request. The server is the handler of its Config.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat))
	lw := &loggedWriter{ResponseWriter: w, log: &s.requests}
	defer s.answered(lw) // also after a planned fault, which panics
	switch service := serviceOf(r); service {
	case "dynamodb":
		s.DynamoDB.ServeHTTP(lw, r)
	case "lambda":
		s.Lambda.ServeHTTP(lw, r)
	case "monitoring":
		s.Lambda.ServeMetrics(lw, r)
	case "s3":
		s.S3.ServeHTTP(lw, r)
	default:
		s.serveNoService(lw, r, service)
	}
}

// serviceOf returns the service that a request is for. X-Amz-Target comes before the scope of
// the signature, because DynamoDB itself has to refuse a signature for another service. The
// scope comes before the path, because a bucket may be called 2015-03-31.
func serviceOf(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB") {
		return "dynamodb"
	}
	scoped := signature.ScopedService(r, front.Query(r))
	switch scoped {
	case "s3", "dynamodb", "lambda", "monitoring":
		return scoped
	}
	if strings.HasPrefix(r.URL.Path, "/2015-03-31/functions") {
		return "lambda"
	}
	if scoped != "" && isCall(r) {
		return scoped
	}
	return "s3" // which refuses a signature for another service
}

// A host is a Server as its services see it.
type host struct{ s *Server }

func (h host) URL() string    { return h.s.URL }
func (h host) Region() string { return h.s.Region }
func (h host) Env() []string  { return h.s.Env() }
func (h host) Now() time.Time { return h.s.Now() }

func (h host) Credentials() signature.Credentials {
	return signature.Credentials(h.s.currentCredentials())
}

func (h host) Verify(r *http.Request, service, payloadHash string) (*signature.Chain, *signature.Refusal) {
	return signature.Verify(r, front.Query(r), service, payloadHash,
		signature.Server{Region: h.s.Region, Credentials: h.Credentials(), Now: h.s.Now(), Expired: h.s.hasExpired})
}

func (h host) Log(w http.ResponseWriter, r *http.Request, c front.Call) http.ResponseWriter {
	return h.s.logged(w, r, newCall(c))
}

func (h host) Serve(w http.ResponseWriter, r *http.Request, c front.Call, body []byte, refuse front.Refuse, serve http.HandlerFunc) {
	h.s.serveFaulty(w, r, newCall(c), body, refuse, serve)
}

func newCall(c front.Call) Call {
	return Call{Service: c.Service, Operation: c.Operation, Bucket: c.Bucket, Key: c.Key, Range: c.Range}
}
