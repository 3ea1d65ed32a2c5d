package lambdatest

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"testing"
	"testing/iotest"
)

func newChunked(r io.Reader, size int64) *chunkedBody {
	return &chunkedBody{br: bufio.NewReader(r), left: size, trailer: make(http.Header), declared: []string{"X-Amz-Checksum-Crc32"}}
}

// An unsigned body is HTTP's chunked coding (RFC 9112 §7.1): whatever is taken, net/http reads
// the same. The other way round does not hold: here sizes must add up, small chunks come
// last and trailers are those declared.
func FuzzChunkedBody(f *testing.F) {
	f.Add([]byte("b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"), int64(11))
	f.Add([]byte("0\r\nx-amz-checksum-crc32:AAAAAA==\n\r\n\r\n"), int64(0))
	f.Fuzz(func(t *testing.T, body []byte, size int64) {
		got, err := io.ReadAll(newChunked(bytes.NewReader(body), size))
		slow, slowErr := io.ReadAll(newChunked(iotest.OneByteReader(bytes.NewReader(body)), size))
		if !bytes.Equal(got, slow) || err != slowErr {
			t.Fatalf("%d bytes and %v at once, %d and %v byte by byte", len(got), err, len(slow), slowErr)
		}
		if err != nil {
			return
		}
		want, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body)))
		if int64(len(got)) != size || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes of %d; net/http has %d (%v)", len(got), size, len(want), err)
		}
	})
}
