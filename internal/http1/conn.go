package http1

import (
	"bytes"
	"io"
	"net"
	"time"
)

// Limits of an answer's head and of its trailer. S3, DynamoDB and Lambda stay far below.
const (
	maxHead    = 64 << 10 // bytes in all
	maxLine    = 16 << 10 // bytes of a line
	maxFields  = 256
	maxInterim = 16 // answers before the final one
)

// bufferSize is the length of the buffer. A read goes into the buffer unless the caller's slice is
// at least as long.
const bufferSize = 4 << 10

// Conn is one connection, for one exchange at a time.
type Conn struct {
	nc   net.Conn
	in   []byte // what was read: in[r:w] is not yet used
	r, w int
	out  []byte // what is to be written

	resp   Response
	heard  bool // a byte of the answer has come
	broken bool // nothing more can be exchanged
}

// NewConn returns a Conn over nc. The Conn owns nc from then on.
func NewConn(nc net.Conn) *Conn { return &Conn{nc: nc, in: make([]byte, bufferSize)} }

// NetConn returns the connection below.
func (c *Conn) NetConn() net.Conn { return c.nc }

// SetDeadline sets the time after which reading and writing fail. Without a deadline, the Conn
// waits for a silent server without limit.
func (c *Conn) SetDeadline(t time.Time) error { return c.nc.SetDeadline(t) }

// Close closes the connection below.
func (c *Conn) Close() error {
	c.broken = true
	return c.nc.Close()
}

// Reusable reports whether another request may be sent: the last answer has been read to its
// end, neither side closes the connection, and no byte came after the answer.
func (c *Conn) Reusable() bool {
	return !c.broken && (c.resp.conn == nil || c.resp.done && !c.resp.close) && c.r == c.w
}

// Do sends req and reads the head of its answer. The answer is valid until the next Do.
// After an error, close the connection.
func (c *Conn) Do(req *Request) (*Response, error) {
	if !c.Reusable() {
		return nil, ErrBusy
	}
	if err := c.writeHead(req); err != nil {
		return nil, err
	}
	c.heard, c.broken = false, true // until the answer's head is understood
	if err := c.exchange(req); err != nil {
		if !c.heard {
			err = &unanswered{err}
		}
		return nil, err
	}
	c.broken = false
	return &c.resp, nil
}

// exchange sends a request, whose head is in the buffer, and reads the head of its answer.
func (c *Conn) exchange(req *Request) error {
	if req.waits() {
		if err := c.flush(); err != nil {
			return err
		}
		if err := c.readHead(req, true); err != nil || c.resp.Status != 100 {
			c.resp.close = true // the announced body is never sent
			return err
		}
	}
	if streamErr, err := c.writeBody(req); streamErr != nil {
		return streamErr
	} else if err != nil {
		// The server may have refused the body and closed. Its answer then says why.
		if c.readHead(req, false) == nil && c.resp.Status >= 400 {
			c.resp.close = true
			return nil
		}
		return err
	}
	return c.readHead(req, false)
}

// more reads once into the buffer.
func (c *Conn) more() error {
	if c.w == len(c.in) {
		if c.r == 0 {
			c.in = append(c.in, make([]byte, len(c.in))...)
		}
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	}
	n, err := c.nc.Read(c.in[c.w:])
	c.w += n
	switch {
	case n > 0:
		c.heard = true
		return nil
	case err == io.EOF:
		return io.ErrUnexpectedEOF // more is called only before the end of a message
	case err == nil:
		return io.ErrNoProgress
	}
	return err
}

// lineEnd finds the end of the line that starts at in[r+from]. It returns the start of the next
// line, relative to r. A line ends with CR LF. A bare LF is refused: RFC 9112 §2.2 lets a reader
// accept it, but then two readers may see different messages.
func (c *Conn) lineEnd(from int) (int, error) {
	for seen := from; ; {
		if i := bytes.IndexByte(c.in[c.r+seen:c.w], '\n'); i >= 0 {
			end := seen + i
			switch {
			case end == from || c.in[c.r+end-1] != '\r':
				return 0, malformed("line end")
			case end-from >= maxLine:
				return 0, ErrTooLong
			}
			return end + 1, nil
		}
		if seen = c.w - c.r; seen-from >= maxLine {
			return 0, ErrTooLong
		}
		if err := c.more(); err != nil {
			return 0, err
		}
	}
}

// line returns the next line without its end, valid until the next read.
func (c *Conn) line() ([]byte, error) {
	n, err := c.lineEnd(0)
	if err != nil {
		return nil, err
	}
	line := c.in[c.r : c.r+n-len("\r\n")]
	c.r += n
	return line, nil
}

// section returns the lines up to the next empty one, in one string: a head's or a
// trailer's fields are substrings of it.
func (c *Conn) section() (string, error) {
	for start := 0; ; {
		next, err := c.lineEnd(start)
		switch {
		case err != nil:
			return "", err
		case next > maxHead:
			return "", ErrTooLong
		case next == start+len("\r\n"):
			lines := string(c.in[c.r : c.r+start])
			c.r += next
			return lines, nil
		}
		start = next
	}
}
