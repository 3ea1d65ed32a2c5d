package s3

import (
	"context"
	"errors"
	"io"
	"strconv"

	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
)

// stream reads a span of an object, in order, and resumes where a connection breaks off.
type stream struct {
	client   *Client
	watch    *transport.Watcher
	ref      *ObjectRef          // with the ETag that every resumption demands
	span                         // what is left to read; an end of -1: to the end of the answer
	size     int64               // the object's, which every resumption has to confirm; -1: not known
	x        *transport.Exchange // nil: not open
	xEnd     int64               // where the answer x ends, which may be before or after the span's end
	attempts retry.Attempts
	part     bool  // refuse the whole object: the server would send it once for each part
	again    int64 // how many bytes of x have been read before, from another answer

	// verified says that the reader verifies a checksum of all bytes of the object, also if they
	// come from several answers.
	verified bool
}

// Read reads the next bytes. It returns io.EOF only at the span's end.
func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.off == s.end {
			return 0, s.finish()
		}
		if len(p) == 0 {
			return 0, nil
		}
		if s.x != nil && s.off == s.xEnd {
			s.Close()
		}
		if s.x == nil {
			if err := s.open(); err != nil {
				return 0, err
			}
		}
		if s.end >= 0 {
			p = p[:min(int64(len(p)), s.end-s.off)]
		}
		n, err := 0, s.skip(p)
		if err == nil {
			n, err = s.x.Read(p)
		}
		if n > 0 {
			s.off += int64(n)
			if s.attempts.Failed > 0 {
				s.attempts.Succeeded()
			}
			return n, nil // the next call meets the error again
		}
		switch {
		case err == nil:
		case err == io.EOF && s.end < 0:
			s.end = s.off
		default:
			if err := s.broken(err); err != nil {
				return 0, err
			}
		}
	}
}

// open asks for the rest of the span.
func (s *stream) open() error {
	x, err := s.client.get(s.watch, s.ref, s.span, s.size)
	switch {
	case err != nil:
		return err
	case x.Status == 206 || x.Header.Get("Content-Range") != "":
		s.x, s.xEnd = x, s.end
	case s.part:
		x.Close()
		return ErrNoRanges
	default:
		// The server has ignored Range: it sends the bytes that have been read again.
		s.x, s.xEnd, s.again = x, s.size, s.off
	}
	return nil
}

// skip reads, and throws away, the bytes that have been read before.
func (s *stream) skip(p []byte) error {
	for s.again > 0 {
		n, err := s.x.Read(p[:min(int64(len(p)), s.again)])
		if s.again -= int64(n); err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if n == 0 && err != nil {
			return err
		}
	}
	return nil
}

// broken returns nil if a broken connection may be replaced, after a pause, or else the error.
func (s *stream) broken(err error) error {
	s.Close()
	over := s.watch.Context.Err() != nil
	if over {
		err = context.Cause(s.watch.Context)
	}
	fail := &request.Error{Op: "GetObject", Place: s.ref.place(), Err: &cutError{s.off, err}}
	if over || s.end < 0 || !isStrong(s.ref.ETag) && !s.verified {
		return fail // the rest may be that of another version
	}
	again := s.attempts.Again(s.watch.Context, transport.Fault(err), 0)
	fail.Attempts = s.attempts.Failed
	if !again {
		return fail
	}
	return nil
}

// finish returns io.EOF at the span's end. If the answer did not announce its length, finish reads
// the answer's end first: the last chunk, which has no bytes, or the connection's end.
func (s *stream) finish() error {
	defer s.Close()
	if s.x != nil && s.x.ContentLength < 0 && s.off == s.xEnd {
		var more [1]byte
		if n, _ := s.x.Read(more[:]); n > 0 {
			return ErrSize
		}
	}
	return io.EOF
}

// Close gives up the connection.
func (s *stream) Close() {
	if s.x == nil {
		return
	}
	s.x.Close()
	s.x, s.again = nil, 0
}

// Part opens the bytes of an object from from up to to, of which size is all. ref has a strong
// ETag, which every answer has to have. A connection that breaks off is replaced, and reading goes
// on at the next byte. Nothing is sent before the first Read. What has been opened is to be closed.
func (c *Client) Part(ctx context.Context, ref ObjectRef, from, to, size int64) io.ReadCloser {
	p := &partOf{ref: ref, watch: transport.NewWatcher(ctx)}
	p.stream = c.stream(p.watch, &p.ref, span{from, to}, size)
	p.stream.part = true
	return p
}

// partOf is a part of an object that is being read.
type partOf struct {
	ref    ObjectRef
	watch  *transport.Watcher
	stream *stream
}

func (p *partOf) Read(b []byte) (int, error) {
	n, err := p.stream.Read(b)
	if err != nil && err != io.EOF {
		err = p.ref.placed(err)
	}
	return n, err
}

func (p *partOf) Close() error {
	p.stream.Close()
	p.watch.Stop()
	return nil
}

// cutError says at which byte of an object reading ended.
type cutError struct {
	off int64
	err error
}

func (e *cutError) Error() string {
	why := e.err.Error()
	if errors.Is(e.err, io.ErrUnexpectedEOF) || e.err == io.EOF {
		why = "the connection was cut"
	}
	return why + " at byte " + strconv.FormatInt(e.off, 10)
}

func (e *cutError) Unwrap() error {
	if e.err == io.EOF {
		return io.ErrUnexpectedEOF // io.EOF is for the object's true end
	}
	return e.err
}
