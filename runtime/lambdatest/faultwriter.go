package lambdatest

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// serveFaulty serves a request whose signature is right, or lets it fail as planned.
func (s *Server) serveFaulty(w http.ResponseWriter, r *http.Request, call Call, body []byte, refuse front.Refuse, serve http.HandlerFunc) {
	f := s.faults.next(call, body)
	if lw, ok := w.(*loggedWriter); ok {
		lw.setFault(f)
	}
	switch f.Kind {
	case None:
		serve(w, r)
	case Drop:
		hangUp(r, false)
	case Throttle, ServerError, ExpiredToken, Answer:
		refuse(w, f.refusal(call.Service))
	case HandBack:
		serve(w, front.WithHandBack(r, f.Share))
	default:
		fw := &faultWriter{ResponseWriter: w, r: r, fault: f}
		serve(fw, r)
		fw.finish()
	}
}

// hangUp ends the connection of a request. It doesn't return.
func hangUp(r *http.Request, reset bool) {
	if c := connOf(r); c != nil && reset {
		c.reset()
	} else if c != nil {
		c.Close() // the connection below TLS, without a close_notify
	}
	panic(http.ErrAbortHandler)
}

// A faultWriter spoils an answer while it is written.
type faultWriter struct {
	http.ResponseWriter
	r       *http.Request
	fault   Fault
	wrote   bool  // the head is written
	sent    int64 // bytes of the body
	limit   int64 // of the body, if Content-Length was made smaller; otherwise -1
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

// strike cuts or resets the connection, or stalls.
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
