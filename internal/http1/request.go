package http1

import (
	"io"
	"strconv"
	"strings"
)

// Request is what Do sends. Host, Content-Length, Transfer-Encoding, Trailer and Expect
// are written by Do and must not be in Header.
type Request struct {
	Method string
	Target string // as it goes on the wire: "/path?query", already escaped
	Host   string
	Header Header

	// Head replaces Target, Host and Header where it is set: the request line and the header
	// fields as they go over the wire, each with its CR LF, without those that Do writes. With
	// it, a request that is sent many times is rendered only once. Do does not check Head.
	Head []byte

	Body   []byte    // sent with its length
	Stream io.Reader // instead of Body: sent in chunks, to its end

	// Trailers names the fields that Trailer returns once Stream has ended.
	Trailers []string
	Trailer  func() Header

	// Expect100 holds the body back until the server says "100 Continue", or refuses. If the
	// server ignores the field, Do waits until the deadline.
	Expect100 bool
}

// waits reports whether the body is held back. RFC 9110 §10.1.1: never if there is none.
func (req *Request) waits() bool {
	return req.Expect100 && (len(req.Body) > 0 || req.Stream != nil)
}

// writeHead puts the request's head into the buffer.
func (c *Conn) writeHead(req *Request) error {
	b := append(c.out[:0], req.Head...)
	if req.Head == nil {
		var err error
		if b, err = appendHead(b, req); err != nil {
			return err
		}
	}
	switch {
	case req.Stream != nil:
		b = appendField(b, "Transfer-Encoding", "chunked")
		for _, name := range req.Trailers {
			if !isSendable(Field{Name: name}) {
				return refused("trailer " + strconv.Quote(name))
			}
			b = appendField(b, "Trailer", name)
		}
	// RFC 9110 §8.6: a POST or PUT without a body has a Content-Length of 0.
	case len(req.Body) > 0 || req.Method == "POST" || req.Method == "PUT":
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(req.Body)), 10)
		b = append(b, '\r', '\n')
	}
	if req.waits() {
		b = appendField(b, "Expect", "100-continue")
	}
	c.out = append(b, '\r', '\n')
	return nil
}

// appendHead appends the request line and the header fields.
func appendHead(b []byte, req *Request) ([]byte, error) {
	switch {
	case !isToken(req.Method):
		return b, refused("method")
	case !isTarget(req.Target):
		return b, refused("target")
	case !isHost(req.Host):
		return b, refused("host")
	}
	b = append(b, req.Method...)
	b = append(b, ' ')
	b = append(b, req.Target...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", req.Host)
	for _, f := range req.Header {
		if !isSendable(f) {
			return b, refused("field " + strconv.Quote(f.Name))
		}
		b = appendField(b, f.Name, f.Value)
	}
	return b, nil
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ':', ' ')
	b = append(b, value...)
	return append(b, '\r', '\n')
}

// flush writes the buffer.
func (c *Conn) flush() error {
	_, err := c.nc.Write(c.out)
	c.out = c.out[:0]
	return err
}

// smallBody is the longest body that is copied into the buffer after its head, so that one write
// sends both.
const smallBody = 16 << 10

// writeBody sends what is in the buffer and the body. It returns an error of the caller's stream
// apart from one of the connection.
func (c *Conn) writeBody(req *Request) (streamErr, err error) {
	switch {
	case req.Stream != nil:
		return c.writeChunks(req)
	case len(req.Body) <= smallBody:
		c.out = append(c.out, req.Body...)
		return nil, c.flush()
	}
	if err := c.flush(); err != nil {
		return nil, err
	}
	_, err = c.nc.Write(req.Body)
	return nil, err
}

// chunkSize is the longest chunk. Whatever one read of a stream returns is sent at once.
const chunkSize = 16 << 10

// writeChunks sends a stream. RFC 9112 §7.1.
func (c *Conn) writeChunks(req *Request) (streamErr, err error) {
	// Send the head first: the stream may be slow.
	if err := c.flush(); err != nil {
		return nil, err
	}
	for buf := make([]byte, chunkSize); ; {
		n, streamErr := req.Stream.Read(buf)
		if n > 0 {
			c.out = strconv.AppendInt(c.out, int64(n), 16)
			c.out = append(c.out, '\r', '\n')
			c.out = append(c.out, buf[:n]...)
			c.out = append(c.out, '\r', '\n')
			if err := c.flush(); err != nil {
				return nil, err
			}
		}
		if streamErr == io.EOF {
			break
		}
		if streamErr != nil {
			return streamErr, nil
		}
	}
	c.out = append(c.out, "0\r\n"...)
	if req.Trailer != nil {
		for _, f := range req.Trailer() {
			if !isSendable(f) {
				return refused("trailer " + strconv.Quote(f.Name)), nil
			}
			c.out = appendField(c.out, f.Name, f.Value)
		}
	}
	c.out = append(c.out, '\r', '\n')
	return nil, c.flush()
}

// isSendable reports whether a caller may send a header or trailer field.
func isSendable(f Field) bool { return isToken(f.Name) && isValue(f.Value) && !isFraming(f.Name) }

// isFraming reports whether a field says where a message ends, or which host it is for, or what
// becomes of the connection. Only Do writes these fields.
func isFraming(name string) bool {
	for _, f := range [...]string{"Host", "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Expect", "Connection", "Keep-Alive", "Upgrade"} {
		if strings.EqualFold(name, f) {
			return true
		}
	}
	return false
}

// isToken reports whether s is a token, as methods and field names are (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// isValue reports whether s may be a field's value: no CR, LF, NUL or other control
// character but the tab (RFC 9110 §5.5).
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isTarget reports whether s may be a request target: visible ASCII only (RFC 9112 §3.2).
func isTarget(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return s != ""
}

// isHost reports whether s may be a Host: the characters of a target, except those that end the
// host of a URL (RFC 3986 §3.2).
func isHost(s string) bool { return isTarget(s) && !strings.ContainsAny(s, `/?#@\,`) }
