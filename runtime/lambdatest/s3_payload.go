package lambdatest

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// What x-amz-content-sha256 may say in place of a hash. S3 API Reference, "Authenticating
// Requests: Using the Authorization Header".
const (
	unsignedPayload          = "UNSIGNED-PAYLOAD"
	streamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	streamingSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
)

// A payload is the body of a request as S3 understands it: out of its chunks, and an error
// at its end when it isn't what was signed.
type payload struct {
	io.Reader
	size    int64 // what the request says; -1 when it doesn't
	trailer func() http.Header
}

// open verifies the request and makes its body ready to be read.
func (c *s3Call) open() *s3Error {
	content := c.r.Header.Get("X-Amz-Content-Sha256")
	if content == "" && c.query.Has("X-Amz-Algorithm") {
		content = unsignedPayload
		if h := c.query.Get("X-Amz-Content-Sha256"); h != "" {
			content = h
		}
	}
	hashed := false
	switch content {
	case unsignedPayload, streamingUnsignedTrailer, streamingSigned, streamingSignedTrailer:
	case "":
		if c.r.Header.Get("Authorization") != "" {
			return s3Fail(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
		}
	default:
		sum, err := hex.DecodeString(content)
		if err != nil || len(sum) != sha256.Size {
			return errInvalidArgument("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "+streamingUnsignedTrailer+", "+streamingSigned+", "+
				streamingSignedTrailer+", or a valid sha256 value.", "x-amz-content-sha256", content)
		}
		hashed = true
	}
	v, ref := c.s.s.verify(c.r, c.query, serviceS3, content)
	if ref != nil {
		return ref.s3
	}
	c.body = &payload{Reader: c.r.Body, size: c.r.ContentLength, trailer: func() http.Header { return nil }}
	if strings.HasPrefix(content, "STREAMING-") {
		return c.openChunked(content, v)
	}
	if hashed {
		c.body.Reader = &hashedBody{c.r.Body, sha256.New(), content}
	}
	if c.r.Method != http.MethodPut && c.r.Method != http.MethodPost {
		_, err := c.readBody(maxXMLBody)
		return err
	}
	return nil
}

func (c *s3Call) openChunked(content string, v *verified) *s3Error {
	size, err := strconv.ParseInt(c.r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || size < 0 {
		return s3Fail(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	b := &chunkedBody{br: bufio.NewReaderSize(c.r.Body, 64<<10), v: v, left: size, trailer: make(http.Header)}
	if content != streamingUnsignedTrailer {
		b.signed, b.prev = true, v.seed
	}
	if content != streamingSigned {
		for name := range strings.SplitSeq(c.r.Header.Get("X-Amz-Trailer"), ",") {
			if name = strings.TrimSpace(name); name != "" {
				b.declared = append(b.declared, http.CanonicalHeaderKey(name))
			}
		}
	}
	c.body = &payload{Reader: b, size: size, trailer: func() http.Header { return b.trailer }}
	return nil
}

// A hashedBody compares the SHA-256 of a body with the request's at its end.
type hashedBody struct {
	r    io.Reader
	h    hash.Hash
	want string
}

func (b *hashedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.h.Write(p[:n])
	if err == io.EOF {
		if got := hex.EncodeToString(b.h.Sum(nil)); !hmac.Equal([]byte(got), []byte(b.want)) {
			return n, s3Fail(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
				xmlField{"ClientComputedContentSHA256", b.want}, xmlField{"S3ComputedContentSHA256", got})
		}
	}
	return n, err
}

const (
	maxXMLBody  = 8 << 20 // above what DeleteObjects and CompleteMultipartUpload can need
	maxPutBytes = 5 << 30 // S3 User Guide, "Uploading objects": 5 GB in a single PUT
)

var errIncompleteBody = s3Fail(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")

// readBody reads the whole body.
func (c *s3Call) readBody(limit int64) ([]byte, *s3Error) {
	size := c.body.size
	if size < 0 && c.r.TransferEncoding == nil {
		size = 0
	}
	if size > limit {
		return nil, s3Fail(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
			xmlField{"ProposedSize", strconv.FormatInt(size, 10)}, xmlField{"MaxSizeAllowed", strconv.FormatInt(limit, 10)})
	}
	data := make([]byte, 0, max(size, 0)+1) // one more, to meet the end without growing
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := c.body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if e, ok := errors.AsType[*s3Error](err); ok {
			return nil, e
		}
		if err != nil {
			return nil, errIncompleteBody
		}
		if int64(len(data)) > limit {
			return nil, s3Fail(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
		}
	}
}
