package http1

import (
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// bufferSize is what one read may bring beside a body that is read into the caller's slice.
const bufferSize = 4 << 10

// Conn is one connection, for one exchange at a time.
type Conn struct {
	nc   net.Conn
	in   []byte // read and not yet used: in[r:w]
	r, w int
	out  []byte

	resp   Response
	heard  bool // something of the answer has come
	broken bool // nothing more can be exchanged
}

// NewConn returns a Conn over nc, which is then the Conn's.
func NewConn(nc net.Conn) *Conn { return &Conn{nc: nc, in: make([]byte, bufferSize)} }

// NetConn returns the connection below.
func (c *Conn) NetConn() net.Conn { return c.nc }

// SetDeadline sets the time after which reading and writing fail.
func (c *Conn) SetDeadline(t time.Time) error { return c.nc.SetDeadline(t) }

// Close closes the connection below.
func (c *Conn) Close() error {
	c.broken = true
	return c.nc.Close()
}

// Reusable reports whether another request may be sent: the last answer has been read to
// its end, neither side closes, and nothing came that nobody asked for.
func (c *Conn) Reusable() bool {
	return !c.broken && (c.resp.conn == nil || c.resp.done && !c.resp.close) && c.r == c.w
}

// Do sends req and reads the head of its answer. The answer is valid until the next Do.
// After an error the connection is to be closed.
func (c *Conn) Do(req *Request) (*Response, error) {
	if !c.Reusable() {
		return nil, ErrBusy
	}
	c.broken, c.heard = true, false // until the answer's head is understood
	if err := c.writeHead(req); err != nil {
		return nil, err
	}
	resp, err := c.exchange(req)
	if err != nil {
		if !c.heard {
			err = unanswered{err}
		}
		return nil, err
	}
	c.broken = false
	return resp, nil
}

// exchange sends a request whose head is in the buffer and reads its answer's.
func (c *Conn) exchange(req *Request) (*Response, error) {
	resp := &c.resp
	if req.Expect100 && (len(req.Body) > 0 || req.Stream != nil) {
		if err := c.flush(); err != nil {
			return nil, err
		}
		if err := c.readHead(req, true); err != nil {
			return nil, err
		}
		if resp.Status != 100 { // a final answer: the body is not wanted
			resp.close = true
			return resp, nil
		}
	}
	if err := c.writeBody(req); err != nil {
		// The server may have refused the body while it was sent, and said why.
		if c.readHead(req, false) == nil && resp.Status >= 400 {
			resp.close = true
			return resp, nil
		}
		return nil, err
	}
	return resp, c.readHead(req, false)
}

func (c *Conn) flush() error {
	_, err := c.nc.Write(c.out)
	c.out = c.out[:0]
	return err
}

// more reads once into the buffer, which must be empty or have room.
func (c *Conn) more() error {
	if c.r == c.w {
		c.r, c.w = 0, 0
	}
	if c.w == len(c.in) {
		if c.r > 0 {
			c.w = copy(c.in, c.in[c.r:c.w])
			c.r = 0
		} else if len(c.in) >= maxHead {
			return ErrTooLong
		} else {
			c.in = append(c.in, make([]byte, len(c.in))...)
		}
	}
	n, err := c.nc.Read(c.in[c.w:])
	c.w += n
	if n > 0 {
		c.heard = true
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// line returns the next line without its end, valid until the next read. RFC 9112 §2.2
// lets a reader take a bare LF for a line's end.
func (c *Conn) line() ([]byte, error) {
	for from := c.r; ; {
		if i := bytes.IndexByte(c.in[from:c.w], '\n'); i >= 0 {
			line := c.in[c.r : from+i]
			c.r = from + i + 1
			if n := len(line); n > 0 && line[n-1] == '\r' {
				line = line[:n-1]
			}
			return line, nil
		}
		seen := c.w - c.r
		if err := c.more(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		from = c.r + seen
	}
}

// writeHead puts the request's head into the buffer, with a small body behind it.
func (c *Conn) writeHead(req *Request) error {
	refused := func(what string) error { return &messageError{ErrRequest, what} }
	switch {
	case !isToken(req.Method):
		return refused("method")
	case !isTarget(req.Target):
		return refused("target")
	case !isValue(req.Host) || strings.ContainsAny(req.Host, " \t/"):
		return refused("host")
	}
	b := append(c.out[:0], req.Method...)
	b = append(b, ' ')
	b = append(b, req.Target...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, req.Host...)
	b = append(b, '\r', '\n')
	for _, f := range req.Header {
		if !isToken(f.Name) || !isValue(f.Value) || framing(f.Name) {
			return refused("field " + strconv.Quote(f.Name))
		}
		b = appendField(b, f.Name, f.Value)
	}
	switch {
	case req.Stream != nil:
		b = appendField(b, "Transfer-Encoding", "chunked")
		for _, name := range req.Trailers {
			if !isToken(name) {
				return refused("trailer name")
			}
			b = appendField(b, "Trailer", name)
		}
	case len(req.Body) > 0 || req.Method == "POST" || req.Method == "PUT":
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(req.Body)), 10)
		b = append(b, '\r', '\n')
	}
	if req.Expect100 {
		b = appendField(b, "Expect", "100-continue")
	}
	c.out = append(b, '\r', '\n')
	return nil
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ':', ' ')
	b = append(b, value...)
	return append(b, '\r', '\n')
}

// framing names the fields that say where a message ends: Do's alone to write.
func framing(name string) bool {
	for _, f := range []string{"Host", "Content-Length", "Transfer-Encoding", "Trailer", "Expect", "Connection", "Upgrade"} {
		if strings.EqualFold(name, f) {
			return true
		}
	}
	return false
}

// writeBody sends what is in the buffer and the body: small ones in one packet.
func (c *Conn) writeBody(req *Request) error {
	const small = 16 << 10
	if req.Stream != nil {
		return c.writeChunks(req)
	}
	if len(req.Body) <= small {
		c.out = append(c.out, req.Body...)
		return c.flush()
	}
	if err := c.flush(); err != nil {
		return err
	}
	_, err := c.nc.Write(req.Body)
	return err
}

// writeChunks sends a stream in chunks. RFC 9112 §7.1.
func (c *Conn) writeChunks(req *Request) error {
	buf := make([]byte, 16<<10)
	for {
		n, err := req.Stream.Read(buf)
		if n > 0 {
			c.out = strconv.AppendInt(c.out, int64(n), 16)
			c.out = append(c.out, '\r', '\n')
			c.out = append(c.out, buf[:n]...)
			c.out = append(c.out, '\r', '\n')
			if err := c.flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	c.out = append(c.out, "0\r\n"...)
	if req.Trailer != nil {
		for _, f := range req.Trailer() {
			if !isToken(f.Name) || !isValue(f.Value) {
				return &messageError{ErrRequest, "trailer"}
			}
			c.out = appendField(c.out, f.Name, f.Value)
		}
	}
	c.out = append(c.out, '\r', '\n')
	return c.flush()
}
