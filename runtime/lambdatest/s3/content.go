package s3

// content is the bytes of an object.
type content interface {
	Size() int64
	// read returns some of the bytes from off on: at least one, at most len(scratch). off is
	// below the size. The bytes may be in scratch or in memory of the content's own.
	read(off int64, scratch []byte) []byte
}

// stored content is in memory.
type stored []byte

func (s stored) Size() int64 { return int64(len(s)) }

func (s stored) read(off int64, scratch []byte) []byte {
	return s[off:][:min(int64(len(scratch)), s.Size()-off)]
}

// synthetic content is computed whenever it is read.
type synthetic struct {
	size int64
	fill func(off int64, p []byte)
}

func (s *synthetic) Size() int64 { return s.size }

func (s *synthetic) read(off int64, scratch []byte) []byte {
	p := scratch[:min(int64(len(scratch)), s.size-off)]
	s.fill(off, p)
	return p
}

// joined content is the content of several parts, one after another.
type joined struct {
	parts []content
	size  int64
}

func join(parts []content) *joined {
	j := &joined{parts: parts}
	for _, p := range parts {
		j.size += p.Size()
	}
	return j
}

func (j *joined) Size() int64 { return j.size }

func (j *joined) read(off int64, scratch []byte) []byte {
	for _, p := range j.parts {
		if off < p.Size() {
			return p.read(off, scratch)
		}
		off -= p.Size()
	}
	panic("s3: read beyond the end")
}

// slice is a range of other content.
type slice struct {
	content
	off, size int64
}

func (s *slice) Size() int64 { return s.size }

func (s *slice) read(off int64, scratch []byte) []byte {
	return s.content.read(s.off+off, scratch[:min(int64(len(scratch)), s.size-off)])
}

// pieceSize is the largest piece of an object that is handled at once.
const pieceSize = 256 << 10

// each calls yield with the bytes of a range, piece by piece, until yield returns an error.
func each(c content, off, n int64, yield func([]byte) error) error {
	scratch := make([]byte, min(pieceSize, n))
	for n > 0 {
		p := c.read(off, scratch[:min(int64(len(scratch)), n)])
		if err := yield(p); err != nil {
			return err
		}
		off += int64(len(p))
		n -= int64(len(p))
	}
	return nil
}

// bytesOf returns all of some content.
func bytesOf(c content) []byte {
	if s, ok := c.(stored); ok {
		return s
	}
	data := make([]byte, 0, c.Size())
	each(c, 0, c.Size(), func(p []byte) error {
		data = append(data, p...)
		return nil
	})
	return data
}
