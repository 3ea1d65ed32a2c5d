package front

import (
	"crypto/rand"
	"fmt"
)

// AccountID is the AWS account that everything belongs to: the one of AWS's documentation.
const AccountID = "123456789012"

// NewUUID returns a random UUID (RFC 9562 §5.4), the form of many of AWS's IDs.
func NewUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
