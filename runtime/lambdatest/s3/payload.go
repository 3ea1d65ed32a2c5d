package s3

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

	"reduction/runtime/lambdatest/internal/signature"
)

// What x-amz-content-sha256 may say instead of a hash. S3 API Reference, "Authenticating
// Requests: Using the Authorization Header".
const (
	unsignedPayload          = "UNSIGNED-PAYLOAD"
	streamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	streamingSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
)

// A payload is the body of a request without its aws-chunked encoding. Reading it ends in an
// error if it is not what was signed.
type payload struct {
	io.Reader
	size    int64       // as the request's headers have it; -1 if they don't
	trailer http.Header // complete at the end of the body
}

// open verifies the request's signature and opens its body.
func (c *call) open() *apiError {
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
			return fail(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
		}
	default:
		sum, err := hex.DecodeString(content)
		if err != nil || len(sum) != sha256.Size {
			return errInvalidArgument("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "+streamingUnsignedTrailer+", "+streamingSigned+", "+
				streamingSignedTrailer+", or a valid sha256 value.", "x-amz-content-sha256", content)
		}
		hashed = true
	}
	chain, refusal := c.s.server.Verify(c.r, serviceName, content)
	if refusal != nil {
		return refused(refusal)
	}
	c.body = &payload{Reader: c.r.Body, size: c.r.ContentLength}
	if strings.HasPrefix(content, "STREAMING-") {
		return c.openChunked(content, chain)
	}
	if hashed {
		c.body.Reader = &hashedBody{c.r.Body, sha256.New(), content}
	}
	if c.r.Method != http.MethodPut && c.r.Method != http.MethodPost {
		// The operation does not read the body. Read it here, so that its hash is compared.
		_, err := c.readBody(maxXMLBody)
		return err
	}
	return nil
}

func (c *call) openChunked(content string, chain *signature.Chain) *apiError {
	size, err := strconv.ParseInt(c.r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || size < 0 {
		return errMissingLength
	}
	b := &chunkedBody{br: bufio.NewReaderSize(c.r.Body, 64<<10), left: size, trailer: make(http.Header)}
	if content != streamingUnsignedTrailer {
		b.chain = chain
	}
	if content != streamingSigned {
		for name := range strings.SplitSeq(c.r.Header.Get("X-Amz-Trailer"), ",") {
			if name = strings.TrimSpace(name); name != "" {
				b.declared = append(b.declared, http.CanonicalHeaderKey(name))
			}
		}
	}
	c.body = &payload{Reader: b, size: size, trailer: b.trailer}
	return nil
}

// A hashedBody compares the SHA-256 of a body with the request's once all of it has been read.
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
			return n, fail(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
				field{"ClientComputedContentSHA256", b.want}, field{"S3ComputedContentSHA256", got})
		}
	}
	return n, err
}

const (
	maxXMLBody  = 8 << 20 // more than DeleteObjects and CompleteMultipartUpload can need
	maxPutBytes = 5 << 30 // S3 User Guide, "Uploading objects": 5 GB in a single PUT
)

// readBody reads the whole body.
func (c *call) readBody(limit int64) ([]byte, *apiError) {
	size := c.body.size
	if size < 0 && c.r.TransferEncoding == nil {
		size = 0
	}
	if size > limit {
		return nil, errTooLarge(field{"ProposedSize", strconv.FormatInt(size, 10)}, field{"MaxSizeAllowed", strconv.FormatInt(limit, 10)})
	}
	data := make([]byte, 0, max(size, 0)+1) // one byte more: the end is met without growing
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := c.body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if e, ok := errors.AsType[*apiError](err); ok {
			return nil, e
		}
		if err != nil {
			return nil, errIncompleteBody
		}
		if int64(len(data)) > limit {
			return nil, errTooLarge()
		}
	}
}
