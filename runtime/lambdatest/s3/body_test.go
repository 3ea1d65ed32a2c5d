package s3

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httputil"
	"testing"
	"testing/iotest"
)

// The check values of the CRCs are those over "123456789" in the Catalogue of parametrised CRC
// algorithms by Greg Cook.
func TestChecksums(t *testing.T) {
	for kind, want := range map[checksumKind]string{
		crc64NVME: "ae8b14860a799888",
		crc32IEEE: "cbf43926",
		crc32C:    "e3069283",
	} {
		if got := hex.EncodeToString(kind.of([]byte("123456789"))); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

func newChunked(r io.Reader, size int64) *chunkedBody {
	return &chunkedBody{br: bufio.NewReader(r), left: size, trailer: make(http.Header), declared: []string{"X-Amz-Checksum-Crc32"}}
}

// FuzzChunkedBody compares an unsigned body with what net/http makes of it: such a body is HTTP's
// chunked coding (RFC 9112 §7.1). Permitted difference: net/http accepts more. Here the sizes have
// to add up, a small chunk has to be the last one, and the trailers have to be those declared.
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
