package http1

import (
	"bytes"
	"strconv"
	"strings"
)

// Response is an answer. Read reads its body; io.EOF means that it is whole.
type Response struct {
	Status        int
	Header        Header
	ContentLength int64  // of the body; -1 if it is not known
	Trailer       Header // once the body has been read to its end

	conn    *Conn
	kind    bodyKind
	left    int64 // of the body, or of the chunk
	inChunk bool  // a chunk has begun, whose CR LF has not been read
	done    bool  // the body has been read
	close   bool  // the connection ends with this answer
	old     bool  // HTTP/1.0
	err     error
}

// Delimited reports whether the message itself says where its body ends: by its length, or by a
// last chunk. Otherwise the body ends with the connection, and a body that was cut short looks
// whole (RFC 9112 §8).
func (r *Response) Delimited() bool { return r.kind != byClose }

// readHead reads the head of the final answer and skips interim answers (1xx). If want100 is set,
// it stops at an answer 100, too.
func (c *Conn) readHead(req *Request, want100 bool) error {
	r := &c.resp
	for range maxInterim {
		*r = Response{conn: c, Header: r.Header[:0]}
		if err := c.readFields(r); err != nil {
			return err
		}
		switch {
		case r.Status == 101:
			return malformed("an upgrade that nobody asked for")
		case r.Status == 100 && want100:
			return nil
		case r.Status >= 200:
			return r.frame(req.Method)
		}
	}
	return ErrTooLong
}

// readFields reads a status line and the fields below it.
func (c *Conn) readFields(r *Response) error {
	// Check the status line before reading on: a server of another protocol may send nothing
	// more.
	line, err := c.line()
	if err != nil {
		return err
	}
	if err := r.parseStatus(line); err != nil {
		return err
	}
	fields, err := c.section()
	if err != nil {
		return err
	}
	if r.Header, err = parseFields(r.Header, fields); err != nil {
		return err
	}
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, "Connection") && hasToken(f.Value, "close") {
			r.close = true
		}
	}
	return nil
}

// parseStatus reads "HTTP/1.1 200 OK". RFC 9112 §4.
func (r *Response) parseStatus(line []byte) error {
	version, rest, _ := bytes.Cut(line, []byte{' '})
	status, reason, _ := bytes.Cut(rest, []byte{' '})
	switch string(version) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		// RFC 9112 §9.3; what HTTP/1.0 called keep-alive is not trusted.
		r.old, r.close = true, true
	default:
		return malformed("version")
	}
	n, err := strconv.ParseUint(string(status), 10, 16)
	if err != nil || len(status) != 3 || n < 100 || !isValue(string(reason)) {
		return malformed("status line")
	}
	r.Status = int(n)
	return nil
}

// parseFields appends the fields of a section's lines. RFC 9112 §5.
func parseFields(h Header, lines string) (Header, error) {
	for lines != "" {
		var line string
		line, lines, _ = strings.Cut(lines, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		// isToken refuses a name with a blank before its colon, and a folded line.
		if !ok || !isToken(name) || !isValue(value) {
			return h, malformed("field")
		}
		if len(h) == maxFields {
			return h, ErrTooLong
		}
		h = append(h, Field{name, value})
	}
	return h, nil
}

// frame decides where the body ends. RFC 9112 §6.3.
func (r *Response) frame(method string) error {
	length, err := r.length()
	if err != nil {
		return err
	}
	chunked, err := r.chunked()
	if err != nil {
		return err
	}
	r.ContentLength = length
	switch {
	case method == "HEAD" || r.Status == 304: // the length is that of a GET
		r.done = true
	case r.Status == 204 || method == "CONNECT" && r.Status/100 == 2:
		r.ContentLength, r.done = 0, true
	case chunked:
		r.kind = byChunks
	case length >= 0:
		r.kind, r.left, r.done = byLength, length, length == 0
	default:
		r.kind, r.close = byClose, true
	}
	return nil
}

// length returns the Content-Length, or -1 if there is none. If there are several, they must agree.
func (r *Response) length() (int64, error) {
	length := int64(-1)
	for _, f := range r.Header {
		if !strings.EqualFold(f.Name, "Content-Length") {
			continue
		}
		n, err := strconv.ParseUint(f.Value, 10, 63)
		if err != nil || length >= 0 && length != int64(n) {
			return 0, malformed("Content-Length")
		}
		length = int64(n)
	}
	return length, nil
}

// chunked reports whether the body comes in chunks. Other codings are refused: no request asks for
// one. Chunks with a Content-Length, or from a server that speaks HTTP/1.0, are refused, too: they
// may be an attempt at request smuggling (RFC 9112 §6.1).
func (r *Response) chunked() (bool, error) {
	chunked := false
	for _, f := range r.Header {
		if !strings.EqualFold(f.Name, "Transfer-Encoding") {
			continue
		}
		if chunked || !strings.EqualFold(f.Value, "chunked") || r.old || r.Header.Get("Content-Length") != "" {
			return false, malformed("Transfer-Encoding")
		}
		chunked = true
	}
	return chunked, nil
}

// hasToken reports whether a comma-separated list has a token.
func hasToken(list, token string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}
