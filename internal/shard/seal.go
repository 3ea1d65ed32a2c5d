package shard

import (
	"encoding/hex"
	"hash"
	"io"

	"reduction/internal/crc64nvme"
)

// The last record of a partial, and of a chain, ends with a checksum of all bytes before it:
// CRC-64/NVME in 16 hexadecimal digits. S3 keeps what it is given. The checksum shows that this is
// what a function has written, and that nobody has changed it there.

// sealSize is what a checksum and the line end behind it take.
const sealSize = 2*crc64nvme.Size + 1

// seal appends the last record, which says how many records came before it. What is sealed begins
// at from.
func (w *writer) seal(from int, n int64) []byte {
	w.text("end")
	w.number(n)
	w.separate()
	sum := crc64nvme.New()
	sum.Write(w.b[from:])
	w.b = hex.AppendEncode(w.b, sum.Sum(nil))
	w.end()
	return w.b
}

// sealed computes the checksum of what is read, but for the last sealSize bytes.
type sealed struct {
	src  io.Reader
	sum  hash.Hash64
	last []byte // the bytes that may be the last ones
}

func (s *sealed) Read(dst []byte) (int, error) {
	n, err := s.src.Read(dst)
	s.last = append(s.last, dst[:n]...)
	if more := len(s.last) - sealSize; more > 0 {
		s.sum.Write(s.last[:more])
		s.last = append(s.last[:0], s.last[more:]...)
	}
	return n, err
}

// open begins to read what is sealed.
func (r *Reader) open(src io.Reader) {
	if r.src.sum == nil {
		r.src.sum = crc64nvme.New()
	}
	r.src.sum.Reset()
	r.src.src, r.src.last = src, r.src.last[:0]
	r.s.Reset(&r.src)
}

// ends says whether the record that the Reader is at is the last, behind n others, and all before
// it is as it was written.
func (r *Reader) ends(n int64) bool {
	var want int64
	if r.s.NumFields() != 3 || !r.numbers(1, &want) || want != n || r.s.Next() || r.s.Err() != nil {
		return false
	}
	return string(r.src.last) == hex.EncodeToString(r.src.sum.Sum(nil))+"\n"
}
