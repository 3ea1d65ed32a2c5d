package lambda

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The largest responses. Developer Guide, Lambda quotas: 200 MB if streamed, 6 MB if not. The
// Runtime API accepts 100 bytes more than 6 MB, as its error message says.
const (
	maxResponse = 6<<20 + 100
	maxStream   = 200 << 20
)

// claim returns the invocation that a request answers. It returns each invocation once, and
// refuses all other requests.
func (s *session) claim(w http.ResponseWriter, r *http.Request) *invocation {
	id, echoed := r.PathValue("id"), r.Header.Get("Lambda-Runtime-Invocation-Id")
	s.mu.Lock()
	defer s.mu.Unlock()
	inv := s.active[id]
	switch {
	case s.late[echoed], inv != nil && echoed != "" && echoed != inv.invocationID:
		// Since July 2026 Lambda tells attempts apart by this header: the answer is to an
		// attempt that has timed out, or to none.
		refuseRequest(w, http.StatusGone, "ErrorRuntimeInvokeTimeout", "The invocation has timed out")
	case inv != nil && !inv.claimed:
		inv.claimed = true
		return inv
	case inv != nil, s.answered[id] != nil:
		to := "InvocationResponse"
		if strings.HasSuffix(r.URL.Path, "/error") {
			to = "InvocationErrorResponse"
		}
		refuseState(w, "RuntimeResponseSentState", to)
	default:
		refuseRequest(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
	}
	return nil
}

// accept takes an answer, unless the invocation has timed out in the meantime.
func (s *session) accept(w http.ResponseWriter, inv *invocation, a outcome) {
	if !s.settle(inv, a) {
		refuseRequest(w, http.StatusGone, "ErrorRuntimeInvokeTimeout", "The invocation has timed out")
		return
	}
	writeAccepted(w)
}

func (s *session) response(w http.ResponseWriter, r *http.Request) {
	inv := s.claim(w, r)
	if inv == nil {
		return
	}
	mode, limit := r.Header.Get("Lambda-Runtime-Function-Response-Mode"), maxResponse
	switch mode {
	case "":
	case "streaming":
		limit = maxStream
	default:
		s.settle(inv, failure("Runtime.InvalidResponseModeHeader", "Invalid function response mode"))
		refuseRequest(w, http.StatusBadRequest, "InvalidFunctionResponseMode", "Invalid function response mode")
		return
	}
	var announced []string // the names in the Trailer header, which net/http moves to r.Trailer
	for name := range r.Trailer {
		announced = append(announced, name)
	}
	body, ok := s.body(w, r, inv, limit)
	if !ok {
		return
	}
	a := outcome{payload: body, contentType: r.Header.Get("Content-Type"), streamed: mode != ""}
	a.trailers(r.Trailer, announced)
	s.accept(w, inv, a)
}

// trailers reads the error of a response that failed after it had begun. Developer Guide,
// Building a custom runtime, Implementing response streaming. AWS's Go client sends it without
// the header for streaming, so it counts in either mode. Trailers that the Trailer header
// doesn't announce don't count.
func (a *outcome) trailers(trailer http.Header, announced []string) {
	const errorType, errorBody = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
	if trailer.Get(errorType) == "" || !slices.Contains(announced, errorType) {
		return
	}
	a.functionError, a.errorType = "Unhandled", knownErrorType(trailer.Get(errorType))
	if slices.Contains(announced, errorBody) {
		a.errorBody, _ = base64.StdEncoding.DecodeString(trailer.Get(errorBody))
	}
}

// body reads the answer to an invocation. It refuses one that is cut off or too large.
func (s *session) body(w http.ResponseWriter, r *http.Request, inv *invocation, limit int) (body []byte, ok bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	rest, _ := io.Copy(io.Discard, r.Body) // a client that still sends would not read the answer
	switch {
	case err != nil:
		s.settle(inv, failure("Runtime.TruncatedResponse", "HTTP request detected as truncated"))
		refuseTruncated(w)
	case len(body) > limit:
		s.settle(inv, failure("Function.ResponseSizeTooLarge", fmt.Sprintf(
			"Response payload size (%d bytes) exceeded maximum allowed payload size (%d bytes).", int64(len(body))+rest, limit)))
		refuseRequest(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", limit))
	default:
		return body, true
	}
	return nil, false
}

func refuseTruncated(w http.ResponseWriter) {
	refuseRequest(w, http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
}

// invocationError takes the report that an invocation has failed. AWS documents no limit of its
// size. Here it has that of a response, and a longer report is refused.
func (s *session) invocationError(w http.ResponseWriter, r *http.Request) {
	inv := s.claim(w, r)
	if inv == nil {
		return
	}
	body, ok := s.body(w, r, inv, maxResponse)
	if !ok {
		return
	}
	s.accept(w, inv, outcome{
		functionError: "Unhandled",
		errorType:     knownErrorType(r.Header.Get("Lambda-Runtime-Function-Error-Type")),
		contentType:   r.Header.Get("Content-Type"),
		payload:       body,
	})
}

// initErrorReport takes the report that INIT has failed.
func (s *session) initErrorReport(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResponse))
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.firstNext.IsZero() || s.initError != nil {
		refuseState(w, "Running", "InitError")
		return
	}
	if err != nil {
		refuseTruncated(w)
		return
	}
	s.initError = &outcome{
		functionError: "Unhandled",
		errorType:     knownErrorType(r.Header.Get("Lambda-Runtime-Function-Error-Type")),
		contentType:   "application/json",
		payload:       body,
	}
	writeAccepted(w)
	close(s.failed)
}

var errorTypePattern = regexp.MustCompile(`^(Runtime|Function)\.[A-Z][a-zA-Z]+$`)

// knownErrorType returns an error type of the documented form as it is, and Lambda's
// replacement for any other.
func knownErrorType(t string) string {
	switch {
	case errorTypePattern.MatchString(t):
		return t
	case strings.HasPrefix(t, "Function."):
		return "Function.Unknown"
	}
	return "Runtime.Unknown"
}
