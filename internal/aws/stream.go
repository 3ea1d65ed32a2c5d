package aws

import (
	"context"
	"errors"
	"io"
	"strconv"
)

// stream reads a span of an object, in order, and resumes where a connection breaks off.
type stream struct {
	client *Client
	watch  *watcher
	ref    *ObjectRef // with the ETag that every resumption demands
	span              // what is left to read; an end of -1: as far as the answer goes
	size   int64      // the object's, which every resumption has to confirm; -1: not known
	x      *exchange  // nil: to be opened
	xEnd   int64      // the end of what x brings, which the span's may lie before or beyond
	try    try
	part   bool  // the whole object is of no use: it would come once for each part
	again  int64 // what x brings again: so much has been read before

	// verified says that the reader holds a checksum against all of the object's bytes, from
	// whichever answers they come.
	verified bool
}

// Read reads the next bytes. io.EOF comes at the span's end, and only there.
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
			if s.try.attempt > 0 {
				s.try.succeeded()
			}
			return n, nil // an error stays, and is met again
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
		// The server has ignored Range: what has been read comes again.
		s.x, s.xEnd, s.again = x, s.size, s.off
	}
	return nil
}

// skip reads what has been read before.
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

// broken decides whether a broken connection is the end.
func (s *stream) broken(err error) error {
	s.Close()
	over := s.watch.ctx.Err() != nil
	if over {
		err = context.Cause(s.watch.ctx)
	}
	fail := &Error{Op: "GetObject", Place: s.ref.place(), Err: &cutError{s.off, err}}
	if over || s.end < 0 || !isStrong(s.ref.ETag) && !s.verified {
		return fail // the rest might be another object's
	}
	pause, again := s.try.failed(transportFault(err), 0, s.client.config.Random())
	fail.Attempts = s.try.attempt
	if !again || s.client.pause(s.watch.ctx, pause) != nil {
		return fail
	}
	return nil
}

// finish returns io.EOF at the span's end. Where the answer did not announce its length, its end
// is read, too: the last chunk, which has no bytes, or the connection's end.
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

// Close lets go of the connection.
func (s *stream) Close() {
	if s.x == nil {
		return
	}
	s.x.Close()
	s.x, s.again = nil, 0
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
