package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Fixed words of Signature Version 4, and its formats of dates.
const (
	Algorithm = "AWS4-HMAC-SHA256"
	timeStamp = "20060102T150405Z"
	dayStamp  = "20060102"
	scopeEnd  = "aws4_request"
)

// A scope is what a signature is valid for: a day, a region and a service.
type scope struct{ day, region, service string }

func (s scope) String() string {
	return s.day + "/" + s.region + "/" + s.service + "/" + scopeEnd
}

// signingKey derives the key for a scope from a secret access key.
func signingKey(secret string, s scope) []byte {
	key := hmacSHA256([]byte("AWS4"+secret), s.day)
	key = hmacSHA256(key, s.region)
	key = hmacSHA256(key, s.service)
	return hmacSHA256(key, scopeEnd)
}

// stringToSign returns the string to sign; hashes are its last lines.
func stringToSign(algorithm, date string, s scope, hashes ...string) string {
	return strings.Join(append([]string{algorithm, date, s.String()}, hashes...), "\n")
}

func hmacSHA256(key []byte, data string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(data))
	return m.Sum(nil)
}

func hexMAC(key []byte, data string) string { return hex.EncodeToString(hmacSHA256(key, data)) }

// SHA256Hex returns the SHA-256 of data in lower-case hexadecimal.
func SHA256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
