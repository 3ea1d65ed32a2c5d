package shard

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"reduction/csvfast"
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
	object *Object
	from   int64 // where it begins
	at     int64 // offset of the next byte
	until  int64 // what body goes up to
	more   int64 // how much to open next
	body   io.ReadCloser
}

// overrun is how much is read beyond a shard at first: the end of its last record.
const overrun = 64 << 10

func (p *Plan) reader(ctx context.Context, source Source, object int, from, until int64) *reader {
	o := p.object(object)
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
		body, err := r.source.Open(r.ctx, *r.object, r.at, r.until)
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

// edge watches the bytes of a piece go by. It finds where the first line begins that begins in the
// piece: where the piece begins outside quotes, and where it begins inside. And it keeps what is
// read behind the piece.
type edge struct {
	src    io.Reader
	at     int64 // offset of the next byte, first that before the piece
	piece  Piece
	starts [2]int64 // outside and inside quotes; none where there is no such line
	quoted [2]bool  // the state of both at at
	behind []byte   // the bytes from piece.To on
}

// none is no offset.
const none = -1

// window is how far the starts are looked for: no record is longer.
const window = csvfast.DefaultMaxRecord

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
	if stop := min(e.piece.To, e.piece.From+window); e.at < stop {
		e.look(b[:min(int64(len(b)), stop-e.at)])
	}
	e.at += int64(len(b))
	if behind := e.at - e.piece.To; behind > 0 {
		e.behind = append(e.behind, b[max(0, int64(len(b))-behind):]...)
	}
	return n, err
}

// look looks for the starts in bytes at e.at.
func (e *edge) look(b []byte) {
	for i := range e.starts {
		for rest, from := b, e.at; e.starts[i] == none; {
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

// odd says whether the number of quotes is.
func odd(b []byte) bool { return bytes.Count(b, []byte{'"'})%2 == 1 }

// guess reads up to the first line that begins in the piece, quotes or not, and returns where that
// is; where there is no line any more, the object's end. quotes says whether their number up to
// there, from the beginning of the piece on, is odd.
func guess(in *bufio.Reader, p Piece, size int64) (start int64, quotes bool, err error) {
	at := p.From - 1
	for {
		line, err := in.ReadSlice('\n')
		passed := line
		if at < p.From && len(line) > 0 {
			passed = line[1:]
		}
		quotes = quotes != odd(passed)
		at += int64(len(line))
		switch err {
		case nil:
			return at, quotes, nil
		case io.EOF:
			return size, quotes, nil
		case bufio.ErrBufferFull:
		default:
			return 0, false, err
		}
	}
}

// count reads the piece, and says whether its number of quotes is odd.
func (e *edge) count(buffer []byte) (quotes bool, err error) {
	for e.at < e.piece.To {
		at := e.at
		n, err := e.Read(buffer[:min(int64(len(buffer)), e.piece.To-at)])
		b := buffer[:n]
		if n > 0 && at < e.piece.From {
			b = b[1:]
		}
		quotes = quotes != odd(b)
		if err != nil {
			return false, err
		}
	}
	return quotes, nil
}
