package lambdatest

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A chunkedBody reads an aws-chunked body:
//
//	10000;chunk-signature=ad80...\r\n  65536 bytes \r\n
//	...
//	0;chunk-signature=b6c6...\r\n
//	x-amz-checksum-crc32c:sOO8/Q==\r\n
//	x-amz-trailer-signature:63bd...\r\n
//	\r\n
//
// Unsigned, it has neither kind of signature. S3 API Reference, "Transferring Payload in
// Multiple Chunks" and "Including Trailing Headers". Each signature covers the one before,
// so that no chunk can be left out or moved.
type chunkedBody struct {
	br       *bufio.Reader
	v        *verified
	signed   bool
	declared []string // trailers
	trailer  http.Header

	prev  string // signature before this one
	want  string // this chunk's
	sum   hash.Hash
	chunk int64 // bytes left of this chunk
	small bool  // this chunk was below the minimum: it must be the last
	left  int64 // bytes left of the object
	begun bool
	err   error
}

// minChunk is the smallest chunk that others may follow.
const minChunk = 8 << 10

var (
	errMalformedTrailer = s3Fail(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
	errChunkSize        = s3Fail(403, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes")
	errChunkSignature   = s3Fail(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
)

func (b *chunkedBody) Read(p []byte) (int, error) {
	if b.err == nil && b.chunk == 0 {
		b.err = b.next()
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.br.Read(p[:min(int64(len(p)), b.chunk)])
	if b.signed {
		b.sum.Write(p[:n])
	}
	b.chunk -= int64(n)
	b.left -= int64(n)
	if err != nil {
		b.err = errIncompleteBody
	}
	return n, b.err
}

// next finishes the chunk that was read and reads the line before the next. After the last
// it returns io.EOF.
func (b *chunkedBody) next() error {
	if b.begun {
		if line, err := b.br.ReadSlice('\n'); err != nil || string(line) != "\r\n" {
			return errIncompleteBody
		}
		if err := b.verifyChunk(); err != nil {
			return err
		}
	}
	b.begun = true
	line, err := b.br.ReadSlice('\n')
	head, ok := strings.CutSuffix(string(line), "\r\n")
	if err != nil || !ok {
		return errIncompleteBody
	}
	digits, extension, _ := strings.Cut(head, ";")
	size, err := strconv.ParseInt(digits, 16, 63)
	if err != nil || size < 0 || size > b.left {
		return errIncompleteBody
	}
	if b.signed {
		b.want, _ = strings.CutPrefix(extension, "chunk-signature=")
		b.sum = sha256.New()
	}
	if size > 0 {
		if b.small {
			return errChunkSize
		}
		b.chunk, b.small = size, size < minChunk
		return nil
	}
	if b.left != 0 {
		return errIncompleteBody
	}
	if err := b.verifyChunk(); err != nil {
		return err
	}
	return b.readTrailer()
}

func (b *chunkedBody) verifyChunk() error {
	if !b.signed {
		return nil
	}
	return b.verifySignature("AWS4-HMAC-SHA256-PAYLOAD", b.want, sha256Hex(nil), hexSum(b.sum))
}

// verifySignature checks one link of the chain.
func (b *chunkedBody) verifySignature(algorithm, want string, hashes ...string) error {
	rest := append([]string{b.prev}, hashes...)
	b.prev = hexMAC(b.v.key, stringToSign(algorithm, b.v.amzDate, b.v.scope, rest...))
	if !hmac.Equal([]byte(b.prev), []byte(want)) {
		return errChunkSignature
	}
	return nil
}

const trailerSignature = "x-amz-trailer-signature"

// readTrailer reads what follows the last chunk: the trailers that were declared, all of
// them and no others.
func (b *chunkedBody) readTrailer() error {
	var signed bytes.Buffer
	for {
		line, err := b.line()
		if err != nil && err != io.EOF {
			return errIncompleteBody
		}
		if line == "" {
			if next, _ := b.br.Peek(len(trailerSignature)); string(next) == trailerSignature {
				continue // minio-go ends each trailer with \n and all of them with \r\n
			}
			break
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok:
			return errMalformedTrailer
		case b.signed && strings.EqualFold(name, trailerSignature):
			if err := b.verifySignature("AWS4-HMAC-SHA256-TRAILER", value, sha256Hex(signed.Bytes())); err != nil {
				return err
			}
			signed.Reset()
			continue
		case !slices.Contains(b.declared, name) || b.trailer.Get(name) != "":
			return errMalformedTrailer
		}
		signed.WriteString(strings.ToLower(name) + ":" + value + "\n")
		b.trailer.Set(name, value)
	}
	if len(b.trailer) != len(b.declared) {
		return errMalformedTrailer
	}
	if b.signed && signed.Len() > 0 {
		return errChunkSignature // trailers without their signature
	}
	for { // an empty line more is let pass: minio-go sends one
		switch c, err := b.br.ReadByte(); {
		case err == io.EOF:
			return io.EOF
		case err != nil || c != '\r' && c != '\n':
			return errIncompleteBody
		}
	}
}

// line reads a line of the trailer, without its end.
func (b *chunkedBody) line() (string, error) {
	line, err := b.br.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}
