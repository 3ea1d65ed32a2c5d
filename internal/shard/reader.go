package shard

import (
	"bufio"
	"bytes"
	"context"
	"io"
)

// Source opens parts of objects.
type Source interface {
	// Open returns the bytes of an object from from up to to. It fails where the object is no
	// longer there in the version that o names.
	Open(ctx context.Context, o Object, from, to int64) (io.ReadCloser, error)
}

// reader reads an object from a byte on, to its end if need be: what is likely to be needed first,
// and then a little more each time that all of it has been read.
type reader struct {
	ctx    context.Context
	source Source
	object Object
	from   int64 // where it begins
	at     int64 // offset of the next byte
	until  int64 // what body goes up to
	more   int64 // how much to open next
	body   io.ReadCloser
}

// overrun is how much is read beyond a shard at first: the end of its last record.
const overrun = 64 << 10

func (p *Plan) reader(ctx context.Context, source Source, object int, from, until int64) *reader {
	o := p.Objects[object]
	return &reader{ctx: ctx, source: source, object: o, from: from, at: from, until: min(until, o.Size), more: overrun}
}

func (r *reader) Read(dst []byte) (int, error) {
	if r.body == nil {
		if r.at == r.until {
			if r.at == r.object.Size {
				return 0, io.EOF
			}
			r.until = min(r.at+r.more, r.object.Size)
			r.more *= 2
		}
		body, err := r.source.Open(r.ctx, r.object, r.at, r.until)
		if err != nil {
			return 0, err
		}
		r.body = body
	}
	n, err := r.body.Read(dst[:min(int64(len(dst)), r.until-r.at)])
	r.at += int64(n)
	switch {
	case r.at == r.until:
		err = r.body.Close()
		r.body = nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (r *reader) Close() {
	if r.body != nil {
		r.body.Close()
		r.body = nil
	}
}

// edge watches the bytes of a piece go by. It counts quotes, and finds where the first line begins
// that begins in the piece: in a file without damage, where the piece begins outside quotes, and
// where it begins inside.
type edge struct {
	src    io.Reader
	at     int64 // offset of the next byte, first that before the piece
	piece  Piece
	odd    bool     // the quotes
	starts [2]int64 // outside and inside quotes; none where there is no such line
	quoted [2]bool  // the state of both at at
}

// none is no offset.
const none = -1

// watch watches a piece. src begins a byte before it, or with it where the object does.
func watch(src io.Reader, p Piece) *edge {
	return &edge{src: src, at: max(0, p.From-1), piece: p, starts: [2]int64{none, none}, quoted: [2]bool{false, true}}
}

func (e *edge) Read(dst []byte) (int, error) {
	n, err := e.src.Read(dst)
	b := dst[:n]
	if n > 0 && e.at < e.piece.From {
		if b[0] == '\n' {
			e.starts[0] = e.piece.From
		}
		b = b[1:]
		e.at++
	}
	if left := e.piece.To - e.at; left < int64(len(b)) {
		e.at += int64(len(b))
		b = b[:max(0, left)]
		e.look(b, e.piece.To-int64(len(b)))
	} else {
		e.look(b, e.at)
		e.at += int64(len(b))
	}
	return n, err
}

// look looks at bytes of the piece.
func (e *edge) look(b []byte, at int64) {
	quotes := bytes.Count(b, []byte{'"'})
	if quotes%2 == 1 {
		e.odd = !e.odd
	}
	if quotes == 0 && e.starts[0] != none && e.quoted[1] {
		return // all of it is inside quotes, or the other start is known
	}
	for i := range e.starts {
		for rest, from := b, at; e.starts[i] == none && len(rest) > 0; {
			k := bytes.IndexByte(rest, '"')
			stretch := rest
			if k >= 0 {
				stretch = rest[:k]
			}
			if line := bytes.IndexByte(stretch, '\n'); line >= 0 && !e.quoted[i] {
				if start := from + int64(line) + 1; start < e.piece.To {
					e.starts[i] = start
				}
				break
			}
			if k < 0 {
				break
			}
			e.quoted[i] = !e.quoted[i]
			rest, from = rest[k+1:], from+int64(k)+1
		}
	}
}

// guess reads up to the first line that begins in the piece, quotes or not, and returns where that
// is; where there is no line any more, the object's end.
func guess(in *bufio.Reader, p Piece, size int64) (int64, error) {
	at := p.From - 1
	for {
		line, err := in.ReadSlice('\n')
		at += int64(len(line))
		switch err {
		case nil:
			return at, nil
		case io.EOF:
			return size, nil
		case bufio.ErrBufferFull:
		default:
			return 0, err
		}
	}
}
