package lambdatest

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serveFaulty serves a request whose signature is good, or has it fail as planned.
func (s *Server) serveFaulty(w *loggedWriter, r *http.Request, call Call, body []byte, serve http.HandlerFunc) {
	f := s.faults.next(call, body)
	w.failed(f)
	switch f.Kind {
	case None:
		serve(w, r)
	case Drop:
		hangUp(r, false)
	case Throttle, ServerError, ExpiredToken, Answer:
		f.refusal(call.Service).write(w, call.Service)
	case HandBack:
		serve(w, r.WithContext(context.WithValue(r.Context(), handBackKey{}, f.Share)))
	default:
		fw := &faultWriter{ResponseWriter: w, r: r, fault: f}
		serve(fw, r)
		fw.finish()
	}
}

// refusal returns the error that a service answers with.
func (f Fault) refusal(service string) *refusal {
	switch f.Kind {
	case ExpiredToken:
		return refuseExpiredToken()
	case Answer:
		ref := newRefusal(f.Status, f.Code, f.Message, f.Code, f.Message)
		ref.status = f.Status
		return ref
	case ServerError:
		kind := "InternalServerError"
		if service == serviceLambda {
			kind = "ServiceException"
		}
		ref := newRefusal(500, "InternalError", "We encountered an internal error. Please try again.", kind, "Internal server error")
		ref.status = 500
		return ref
	}
	ref := newRefusal(503, "SlowDown", "Please reduce your request rate.", "ProvisionedThroughputExceededException",
		"The level of configured provisioned throughput for the table was exceeded. "+
			"Consider increasing your provisioning level with the UpdateTable API.")
	if service == serviceLambda {
		ref.status, ref.kind, ref.message = 429, "TooManyRequestsException", "Rate Exceeded."
	}
	return ref
}

type handBackKey struct{}

// handBack reports whether the i-th write of a request's batch comes back unprocessed: the
// planned share, spread evenly.
func handBack(r *http.Request, i int) bool {
	share, _ := r.Context().Value(handBackKey{}).(float64)
	return int(float64(i+1)*share) > int(float64(i)*share)
}

// hangUp ends the connection of a request; it doesn't return.
func hangUp(r *http.Request, reset bool) {
	if c := connOf(r); c != nil && reset {
		c.reset()
	} else if c != nil {
		c.Close() // under TLS, and without its farewell
	}
	panic(http.ErrAbortHandler)
}

// A faultWriter spoils an answer on its way.
type faultWriter struct {
	http.ResponseWriter
	r       *http.Request
	fault   Fault
	wrote   bool  // the head
	sent    int64 // bytes of the body
	limit   int64 // of the body, where Content-Length was made smaller; -1 is none
	stalled bool
}

func (w *faultWriter) WriteHeader(status int) {
	if w.wrote {
		return
	}
	w.wrote, w.limit = true, -1
	if w.fault.Bytes < 0 {
		w.strike()
	}
	h := w.Header()
	switch w.fault.Kind {
	case WrongLength:
		if n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil {
			n = max(0, n+w.fault.Bytes)
			h.Set("Content-Length", strconv.FormatInt(n, 10))
			w.limit = n
		}
	case WrongChecksum:
		spoilChecksums(h)
	case WrongETag:
		if h.Get("ETag") != "" {
			h.Set("ETag", `"00000000000000000000000000000000"`)
		}
	case TruncatedChunk:
		w.chunk(status)
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func spoilChecksums(h http.Header) {
	for name, values := range h {
		sum, err := base64.StdEncoding.DecodeString(values[0])
		switch {
		case name == "X-Amz-Crc32":
			n, _ := strconv.ParseUint(values[0], 10, 32)
			h.Set(name, strconv.FormatUint(n^1, 10))
		case strings.HasPrefix(name, "X-Amz-Checksum-") && err == nil && len(sum) > 0:
			sum[0] ^= 1
			h.Set(name, base64.StdEncoding.EncodeToString(sum))
		}
	}
}

// strike does what Cut, Reset and Stall are named for.
func (w *faultWriter) strike() {
	switch w.fault.Kind {
	case Cut, Reset, TruncatedChunk:
		hangUp(w.r, w.fault.Kind == Reset)
	case Stall:
		if w.stalled {
			return
		}
		w.stalled = true
		var over <-chan time.Time
		if w.fault.For > 0 {
			over = time.After(w.fault.For)
		}
		select {
		case <-over:
		case <-w.r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}

func (w *faultWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	all := len(p)
	switch w.fault.Kind {
	case Cut, Reset, Stall:
		if before := w.fault.Bytes - w.sent; before < int64(len(p)) && !w.stalled {
			if err := w.pass(p[:max(0, before)]); err != nil {
				return 0, err
			}
			http.NewResponseController(w.ResponseWriter).Flush()
			w.strike()
			p = p[max(0, before):]
		}
	case Corrupt:
		if at := w.fault.Bytes - w.sent; 0 <= at && at < int64(len(p)) {
			p = bytes.Clone(p)
			p[at] ^= 1
		}
	}
	if w.limit >= 0 {
		p = p[:min(int64(len(p)), max(0, w.limit-w.sent))]
	}
	if err := w.pass(p); err != nil {
		return 0, err
	}
	return all, nil
}

func (w *faultWriter) pass(p []byte) error {
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return err
}

// Unwrap is for http.ResponseController.
func (w *faultWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
