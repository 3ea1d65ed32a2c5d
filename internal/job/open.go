package job

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// startSize is how many bytes of a file are examined before it is read: its header and some rows.
const startSize = 64 << 10

// Open returns the CSV in a file. If the file is compressed with gzip, Open decompresses it. It
// recognizes gzip by the content, not by the name. If the file is something else, Open returns a
// [*FormatError] that says what it is.
func Open(src io.Reader) (csv *bufio.Reader, compressed bool, err error) {
	return open(bufio.NewReaderSize(src, startSize))
}

func open(src *bufio.Reader) (csv *bufio.Reader, compressed bool, err error) {
	csv = src
	start, _ := csv.Peek(len(gzipMagic))
	if compressed = IsGzip(start); compressed {
		csv = bufio.NewReaderSize(&unzipper{in: csv}, startSize)
	}
	start, err = csv.Peek(startSize)
	if err != nil && err != io.EOF {
		return nil, compressed, err
	}
	return csv, compressed, recognise(start)
}

var gzipMagic = []byte{0x1f, 0x8b} // RFC 1952 §2.3.1

// IsGzip reports whether a file that begins with start is compressed with gzip.
func IsGzip(start []byte) bool { return bytes.HasPrefix(start, gzipMagic) }

// unzipper decompresses gzip. A file may have several members, one after the other (RFC 1952 §2.2),
// and zeros after the last, which tapes and block devices leave.
type unzipper struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (u *unzipper) Read(p []byte) (int, error) {
	for {
		if u.z == nil {
			z, err := gzip.NewReader(u.in)
			if err != nil {
				return 0, truncated(err)
			}
			u.z = z
			u.z.Multistream(false)
		}
		n, err := u.z.Read(p)
		if err != io.EOF {
			return n, truncated(err)
		}
		if n > 0 {
			return n, nil // the end of this member may not be that of the file
		}
		if err := u.next(); err != nil {
			return 0, err
		}
	}
}

// next goes on to the next member. It returns io.EOF after the last.
func (u *unzipper) next() error {
	for {
		c, err := u.in.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			u.in.UnreadByte()
			break
		}
	}
	if magic, err := u.in.Peek(2); err == io.EOF || err == nil && !bytes.Equal(magic, gzipMagic) {
		return ErrTrailing
	} else if err != nil {
		return err
	}
	err := u.z.Reset(u.in)
	u.z.Multistream(false)
	return truncated(err)
}

// truncated turns the error of a file that ends within a member into one that says so.
func truncated(err error) error {
	if err == io.EOF {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &cutShort{err}
	}
	return err
}

// cutShort is a compressed file without its end.
type cutShort struct{ err error }

func (e *cutShort) Error() string {
	return "the compressed file is cut short: upload it again (" + e.err.Error() + ")"
}
func (e *cutShort) Unwrap() error { return e.err }

// tarMagicAt is where a tar archive has the bytes "ustar" (POSIX.1-2017, pax, "ustar Interchange
// Format": magic).
const tarMagicAt = 257

// formats are files that people upload in place of CSV, by their first bytes.
var formats = []struct{ magic, name, advice string }{
	{"\xff\xfe", "UTF-16", "save it as UTF-8"},
	{"\xfe\xff", "UTF-16", "save it as UTF-8"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd", "compress it with gzip, or not at all"},
	{"BZh", "compressed with bzip2", "compress it with gzip, or not at all"},
	{"\xfd7zXZ\x00", "compressed with xz", "compress it with gzip, or not at all"},
	{"\x1f\x8b", "compressed with gzip twice", "decompress it once"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "upload the CSV file in it"},
	{"\x04\x22\x4d\x18", "compressed with lz4", "compress it with gzip, or not at all"},
	{"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind (xls)", "save it as CSV UTF-8"},
	{"PAR1", "a Parquet file", "export it as CSV"},
	{"%PDF", "a PDF", "upload the CSV file"},
}

// recognise returns an error if the first bytes of a file show that it is not CSV.
func recognise(start []byte) error {
	for _, f := range formats {
		if bytes.HasPrefix(start, []byte(f.magic)) {
			return &FormatError{Is: f.name, Advice: f.advice}
		}
	}
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) {
		if bytes.Contains(start, []byte("[Content_Types].xml")) || bytes.Contains(start, []byte("xl/")) {
			return &FormatError{Is: "an Excel workbook (xlsx)", Advice: "save it as CSV UTF-8"}
		}
		return &FormatError{Is: "a zip archive", Advice: "upload the CSV file in it, or compress it with gzip"}
	}
	if len(start) > tarMagicAt && bytes.HasPrefix(start[tarMagicAt:], []byte("ustar")) {
		return &FormatError{Is: "a tar archive", Advice: "upload the CSV file in it, or compress it with gzip"}
	}
	text := bytes.TrimPrefix(start, []byte(byteOrderMark))
	text = bytes.TrimLeft(text, " \t\r\n")
	switch {
	case len(text) == 0:
		return nil // empty or blank: the caller reports that
	case text[0] == '<':
		return &FormatError{Is: "an HTML or XML page", Advice: "perhaps an error page was saved in the file's place: fetch the file again"}
	case text[0] == '{' || text[0] == '[':
		return &FormatError{Is: "JSON", Advice: "perhaps an error message was saved in the file's place: fetch the file again"}
	case utf16(start):
		return &FormatError{Is: "UTF-16 without a byte order mark", Advice: "save it as UTF-8"}
	case bytes.IndexByte(start, '\n') < 0 && bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\r') < len(start)-1:
		return &FormatError{Is: "text whose lines end with CR alone", Advice: "convert its line ends to LF or CR LF"}
	}
	if line, _, ok := bytes.Cut(start, []byte("\n")); ok && bytes.HasSuffix(line, []byte("\r\r")) {
		return &FormatError{Is: "text whose lines end with CR CR LF", Advice: "convert its line ends to LF or CR LF"}
	}
	return nil
}

// utf16 reports whether every other byte at the beginning is zero, as in ASCII text in UTF-16.
func utf16(start []byte) bool {
	start = start[:min(len(start), 64)&^1]
	var zeros [2]int
	for i, c := range start {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(start) / 2
	return half >= 4 && (zeros[0] == half && zeros[1] == 0 || zeros[1] == half && zeros[0] == 0)
}
