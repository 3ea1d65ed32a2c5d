package sigv4

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"time"
)

// A Template signs a request that is sent many times, each time with another payload. It writes
// everything except the time and the payload's hash once, with holes for these two. It signs as
// [Signer.Sign] does, without an allocation. It belongs to one goroutine.
type Template struct {
	signer Signer
	second int64 // the Unix time in the holes
	mac    hash.Hash
	sum    [sha256.Size]byte // of mac

	canonical holes
	toSign    holes
	fields    holes
}

// holes is a text of which some parts change.
type holes struct {
	text                               []byte
	date, day, hash, header, signature int // where each begins; 0: the text has no such hole
}

// NewTemplate returns a Template for requests like r. It ignores r's PayloadHash.
func (s *Signer) NewTemplate(r *Request) *Template {
	const (
		noDate = "00000000T000000Z"
		noHash = "0000000000000000000000000000000000000000000000000000000000000000"
	)
	t := &Template{signer: Signer{Credentials: s.Credentials, Region: s.Region, Service: s.Service}}
	like := *r
	like.Header, like.PayloadHash = slices.Clone(r.Header), noHash
	like.set(headerDate, noDate)
	like.set(headerToken, s.SessionToken)
	if s.isS3() {
		like.set(headerPayload, noHash)
	}

	c := &t.canonical
	c.text = s.AppendCanonicalRequest(nil, &like)
	c.date = behind(c.text, "\nx-amz-date:")
	c.header = behind(c.text, "\nx-amz-content-sha256:")
	c.hash = len(c.text) - len(noHash)

	scope := noDate[:len(dateFormat)] + "/" + s.Region + "/" + s.Service + "/aws4_request"
	t.toSign.text = []byte(algorithm + "\n" + noDate + "\n" + scope + "\n" + noHash)
	t.toSign.date = len(algorithm) + 1
	t.toSign.day = t.toSign.date + len(noDate) + 1
	t.toSign.hash = len(t.toSign.text) - len(noHash)

	f := &t.fields
	for _, h := range like.Header {
		if equalFold(h.Name, headerDate) || equalFold(h.Name, headerToken) || equalFold(h.Name, headerPayload) {
			f.text = append(f.text, h.Name+": "+h.Value+"\r\n"...)
		}
	}
	f.date = behind(f.text, headerDate+": ")
	f.header = behind(f.text, headerPayload+": ")
	f.text = append(f.text, headerAuthorization+": "+algorithm+" Credential="+s.AccessKeyID+"/"...)
	f.day = len(f.text)
	f.text = append(f.text, scope+", SignedHeaders="...)
	f.text = appendSignedHeaders(f.text, like.Header)
	f.text = append(f.text, ", Signature="...)
	f.signature = len(f.text)
	f.text = append(f.text, noHash+"\r\n"...)
	return t
}

// behind returns the index after mark in text, or 0 if text does not contain mark.
func behind(text []byte, mark string) int {
	i := strings.Index(string(text), mark)
	if i < 0 {
		return 0
	}
	return i + len(mark)
}

// AppendFields appends the header fields that sign a request with this payload at time at, each
// on a line of its own, as they go over the wire: X-Amz-Date, X-Amz-Security-Token if the
// credentials have one, X-Amz-Content-Sha256 for S3, and Authorization.
func (t *Template) AppendFields(dst, payload []byte, at time.Time) []byte {
	if second := at.Unix(); second != t.second || t.mac == nil {
		t.setTime(at)
		t.second = second
	}
	var hash [2 * sha256.Size]byte
	sum := sha256.Sum256(payload)
	hex.Encode(hash[:], sum[:])
	copy(t.canonical.text[t.canonical.hash:], hash[:])
	if t.canonical.header > 0 {
		copy(t.canonical.text[t.canonical.header:], hash[:])
		copy(t.fields.text[t.fields.header:], hash[:])
	}
	sum = sha256.Sum256(t.canonical.text)
	hex.Encode(t.toSign.text[t.toSign.hash:], sum[:])
	t.mac.Reset()
	t.mac.Write(t.toSign.text)
	hex.Encode(t.fields.text[t.fields.signature:], t.mac.Sum(t.sum[:0]))
	return append(dst, t.fields.text...)
}

// setTime fills the holes for the time.
func (t *Template) setTime(at time.Time) {
	var buf [len(timeFormat)]byte
	date := AppendTime(buf[:0], at)
	day := date[:len(dateFormat)]
	if t.mac == nil || !bytes.Equal(day, t.toSign.text[t.toSign.day:][:len(day)]) {
		t.mac = hmac.New(sha256.New, t.signer.signingKey(at))
	}
	copy(t.canonical.text[t.canonical.date:], date)
	copy(t.toSign.text[t.toSign.date:], date)
	copy(t.toSign.text[t.toSign.day:], day)
	copy(t.fields.text[t.fields.date:], date)
	copy(t.fields.text[t.fields.day:], day)
}
