package http1

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// Response is an answer. Read reads its body; io.EOF means that it is whole.
type Response struct {
	Status        int
	Header        Header
	ContentLength int64  // of the body; -1 where only its end will tell
	Trailer       Header // complete at the body's end

	conn  *Conn
	left  int64 // of the body, or of the chunk
	kind  bodyKind
	done  bool
	close bool // the connection ends with this answer
	err   error
}

type bodyKind byte

const (
	byLength bodyKind = iota
	byChunks
	byClose
)

// readHead reads an answer's head, passing over interim ones (1xx) unless they are waited
// for. RFC 9112 §6.3 says where the body then ends.
func (c *Conn) readHead(req *Request, want100 bool) error {
	r := &c.resp
	for {
		*r = Response{conn: c, Header: r.Header[:0]}
		if err := c.statusLine(r); err != nil {
			return err
		}
		var err error
		if r.Header, err = c.fields(r.Header); err != nil {
			return err
		}
		if r.Status == 101 {
			return malformed("an upgrade that nobody asked for")
		}
		if r.Status >= 200 || want100 && r.Status == 100 {
			break
		}
	}
	for _, v := range r.Header.Values("Connection") {
		if hasToken(v, "close") {
			r.close = true
		}
	}
	return r.frame(req)
}

// frame decides where the body ends.
func (r *Response) frame(req *Request) error {
	encoding, lengths := r.Header.Values("Transfer-Encoding"), r.Header.Values("Content-Length")
	length := int64(-1)
	for _, v := range lengths {
		n, err := strconv.ParseUint(v, 10, 63)
		if err != nil || v[0] == '+' || length >= 0 && length != int64(n) {
			return malformed("Content-Length")
		}
		length = int64(n)
	}
	switch {
	case req.Method == "HEAD" || r.Status == 204 || r.Status == 304 || r.Status/100 == 1 || req.Method == "CONNECT" && r.Status/100 == 2:
		r.ContentLength, r.done = max(length, 0), true
		if req.Method == "HEAD" {
			r.ContentLength = length
		}
	case len(encoding) > 0:
		// RFC 9112 §6.1: both at once smells of smuggling.
		if len(lengths) > 0 || len(encoding) > 1 || !strings.EqualFold(encoding[0], "chunked") {
			return malformed("Transfer-Encoding")
		}
		r.ContentLength, r.kind = -1, byChunks
	case length >= 0:
		r.ContentLength, r.left, r.done = length, length, length == 0
	default:
		r.ContentLength, r.kind, r.close = -1, byClose, true
	}
	return nil
}

// statusLine reads "HTTP/1.1 200 OK". RFC 9112 §4.
func (c *Conn) statusLine(r *Response) error {
	line, err := c.line()
	if err != nil {
		return err
	}
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || line[7] != '0' && line[7] != '1' || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return malformed("status line")
	}
	for _, d := range line[9:12] {
		if d < '0' || d > '9' {
			return malformed("status")
		}
		r.Status = r.Status*10 + int(d-'0')
	}
	if r.Status < 100 {
		return malformed("status")
	}
	r.close = line[7] == '0'
	return nil
}

// fields reads fields up to the empty line behind them. RFC 9112 §5.
func (c *Conn) fields(h Header) (Header, error) {
	total := 0
	for {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return h, err
		}
		if total += len(line); total > maxHead || len(h) == maxFields {
			return h, ErrTooLong
		}
		name, value, ok := bytes.Cut(line, []byte{':'})
		v := string(bytes.Trim(value, " \t"))
		// A name with a blank before the colon, and a folded line, are refused here too.
		if !ok || !isToken(string(name)) || !isValue(v) {
			return h, malformed("field")
		}
		h = append(h, Field{string(name), v})
	}
}

func hasToken(list, token string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}

// Read reads the body, of a known length directly into p.
func (r *Response) Read(p []byte) (int, error) {
	switch {
	case r.err != nil:
		return 0, r.err
	case r.done:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	n, err := r.read(p)
	if err != nil && err != io.EOF {
		r.err, r.conn.broken = err, true
	}
	return n, err
}

func (r *Response) read(p []byte) (int, error) {
	if r.kind == byChunks && r.left == 0 {
		if err := r.chunk(); err != nil {
			return 0, err
		}
		if r.done {
			return 0, io.EOF
		}
	}
	if r.kind != byClose && int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.conn.readSome(p)
	if r.kind == byClose {
		if err == io.EOF {
			r.done = true
		}
		return n, err
	}
	if r.left -= int64(n); n > 0 {
		if r.kind == byChunks && r.left == 0 {
			return n, r.chunkEnd()
		}
		r.done = r.left == 0
		return n, nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return 0, err
}

// readSome takes what the buffer holds, and else reads past it.
func (c *Conn) readSome(p []byte) (int, error) {
	if c.r < c.w {
		n := copy(p, c.in[c.r:c.w])
		c.r += n
		return n, nil
	}
	return c.nc.Read(p)
}

// chunk reads a chunk's first line, and the trailer behind the last one. RFC 9112 §7.1.
func (r *Response) chunk() error {
	line, err := r.conn.line()
	if err != nil {
		return err
	}
	size, _, _ := bytes.Cut(line, []byte{';'}) // extensions mean nothing to us
	n, err := strconv.ParseUint(string(bytes.TrimRight(size, " \t")), 16, 63)
	if err != nil || size[0] == '+' || size[0] == '-' {
		return malformed("chunk size")
	}
	if n > 0 {
		r.left = int64(n)
		return nil
	}
	r.done = true
	r.Trailer, err = r.conn.fields(nil)
	return err
}

func (r *Response) chunkEnd() error {
	line, err := r.conn.line()
	if err == nil && len(line) != 0 {
		err = malformed("chunk end")
	}
	return err
}
