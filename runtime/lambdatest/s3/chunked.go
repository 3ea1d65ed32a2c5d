package s3

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"reduction/runtime/lambdatest/internal/signature"
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
// An unsigned body has neither kind of signature. S3 API Reference, "Transferring Payload in
// Multiple Chunks" and "Including Trailing Headers".
type chunkedBody struct {
	br       *bufio.Reader
	chain    *signature.Chain // nil for an unsigned body
	declared []string         // names of the trailers
	trailer  http.Header

	want  string    // the signature of this chunk, as sent
	sum   hash.Hash // of this chunk
	chunk int64     // bytes left of this chunk
	small bool      // this chunk was smaller than minChunk: it must be the last one
	left  int64     // bytes left of the object
	begun bool
	err   error
}

// minChunk is the smallest chunk that another one may follow.
const minChunk = 8 << 10

var (
	errMalformedTrailer = fail(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
	errChunkSize        = fail(403, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes")
	errChunkSignature   = fail(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
)

func (b *chunkedBody) Read(p []byte) (int, error) {
	if b.err == nil && b.chunk == 0 {
		b.err = b.next()
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.br.Read(p[:min(int64(len(p)), b.chunk)])
	if b.chain != nil {
		b.sum.Write(p[:n])
	}
	b.chunk -= int64(n)
	b.left -= int64(n)
	if err != nil {
		b.err = errIncompleteBody
	}
	return n, b.err
}

// next ends the chunk that has been read and reads the first line of the next one. After the
// last chunk it returns io.EOF.
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
	if b.chain != nil {
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
	if b.chain == nil {
		return nil
	}
	const algorithm = "AWS4-HMAC-SHA256-PAYLOAD"
	if !b.chain.Continues(b.want, algorithm, signature.SHA256Hex(nil), hex.EncodeToString(b.sum.Sum(nil))) {
		return errChunkSignature
	}
	return nil
}

const trailerSignature = "x-amz-trailer-signature"

// readTrailer reads what follows the last chunk: all the trailers that were declared, and no
// others.
func (b *chunkedBody) readTrailer() error {
	var unverified bytes.Buffer // trailers whose signature is still to come
	for {
		line, err := b.line()
		if err != nil && err != io.EOF {
			return errIncompleteBody
		}
		if line == "" {
			// minio-go ends each trailer with \n and puts \r\n before the signature.
			if next, _ := b.br.Peek(len(trailerSignature)); string(next) == trailerSignature {
				continue
			}
			break
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok:
			return errMalformedTrailer
		case b.chain != nil && strings.EqualFold(name, trailerSignature):
			if !b.chain.Continues(value, "AWS4-HMAC-SHA256-TRAILER", signature.SHA256Hex(unverified.Bytes())) {
				return errChunkSignature
			}
			unverified.Reset()
			continue
		case !slices.Contains(b.declared, name) || b.trailer.Get(name) != "":
			return errMalformedTrailer
		}
		unverified.WriteString(strings.ToLower(name) + ":" + value + "\n")
		b.trailer.Set(name, value)
	}
	if len(b.trailer) != len(b.declared) {
		return errMalformedTrailer
	}
	if b.chain != nil && unverified.Len() > 0 {
		return errChunkSignature // the signature is missing
	}
	for { // minio-go sends one empty line more
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
