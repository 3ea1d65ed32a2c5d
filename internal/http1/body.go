package http1

import (
	"bytes"
	"io"
	"strconv"
)

// bodyKind says how a body's end is known.
type bodyKind byte

const (
	byLength bodyKind = iota
	byChunks
	byClose // of the connection
)

// Read reads the body. A large p is filled from the connection without a copy in between.
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
		if err := r.nextChunk(); err != nil {
			return 0, err
		}
	}
	if r.kind != byClose && int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.conn.readSome(p)
	if r.kind == byClose {
		r.done = err == io.EOF
		return n, err
	}
	r.left -= int64(n)
	if r.left == 0 {
		r.done = r.kind == byLength
		return n, nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// readSome copies from the buffer. If the buffer is empty, it reads first: into p, or into the
// buffer if p is smaller than bufferSize.
func (c *Conn) readSome(p []byte) (int, error) {
	if c.r == c.w {
		if len(p) >= bufferSize {
			return c.nc.Read(p)
		}
		n, err := c.nc.Read(c.in)
		c.r, c.w = 0, n
		if n == 0 {
			return 0, err
		}
	}
	n := copy(p, c.in[c.r:c.w])
	c.r += n
	return n, nil
}

// nextChunk reads up to the next chunk's data. After the last chunk it reads the trailer and
// returns io.EOF. RFC 9112 §7.1.
//
//	4\r\n
//	Wiki\r\n
//	0\r\n
//	trailer: field\r\n
//	\r\n
func (r *Response) nextChunk() error {
	if r.inChunk {
		line, err := r.conn.line()
		if err != nil {
			return err
		}
		if len(line) != 0 {
			return malformed("chunk end")
		}
	}
	line, err := r.conn.line()
	if err != nil {
		return err
	}
	size, _, _ := bytes.Cut(line, []byte{';'}) // chunk extensions are ignored
	n, err := strconv.ParseUint(string(bytes.TrimRight(size, " \t")), 16, 63)
	if err != nil {
		return malformed("chunk size")
	}
	if n > 0 {
		r.left, r.inChunk = int64(n), true
		return nil
	}
	lines, err := r.conn.section()
	if err != nil {
		return err
	}
	if r.Trailer, err = parseFields(nil, lines); err != nil {
		return err
	}
	r.done = true
	return io.EOF
}

// ReadAll appends a body to dst, which it grows if it must. A body of more than limit bytes is
// ErrLongBody.
func ReadAll(dst []byte, body io.Reader, limit int) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, make([]byte, max(512, len(dst)))...)[:len(dst)]
		}
		n, err := body.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, err
		case len(dst) > limit:
			return dst[:limit], ErrLongBody
		}
	}
}
