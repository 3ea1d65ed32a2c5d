package request

import (
	"errors"
	"strconv"
	"strings"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
)

// Kinds of refusal that several services have, for errors.Is.
var (
	ErrAccessDenied = errors.New("access denied")
	ErrExpired      = errors.New("credentials expired")
	ErrKMS          = errors.New("the encryption key cannot be used")
	ErrThrottled    = errors.New("throttled")
	ErrUnavailable  = errors.New("the service is unavailable")
	ErrRefused      = errors.New("request refused")
)

// Error is a request that failed: at which place, how, and what can be done about it.
type Error struct {
	Op        string // GetObject, BatchWriteItem
	Place     string // s3://bucket/key, or the table's name
	Status    int    // of the answer; 0 where there was none
	Code      string // the service's error code
	Message   string // the service's explanation, if it is known not to quote an item
	Hint      string // what to do
	RequestID string // x-amz-request-id, x-amzn-RequestId
	HostID    string // x-amz-id-2, for which S3's support asks, too
	Attempts  int
	Err       error // the kind, or why there was no answer

	// DeleteMarker says that S3 has answered with x-amz-delete-marker: the object was deleted
	// in a bucket that keeps versions.
	DeleteMarker bool
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("aws: " + e.Op + " " + e.Place + ": " + e.Err.Error())
	if e.Status != 0 {
		b.WriteString(" (" + strconv.Itoa(e.Status))
		if e.Code != "" {
			b.WriteString(" " + e.Code)
		}
		b.WriteString(")")
	}
	if e.Message != "" {
		b.WriteString(": " + strings.TrimSuffix(e.Message, "."))
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	if e.Attempts > 1 {
		b.WriteString(" [" + strconv.Itoa(e.Attempts) + " attempts]")
	}
	if e.RequestID != "" {
		b.WriteString(" [request " + e.RequestID)
		if e.HostID != "" {
			b.WriteString(", " + e.HostID)
		}
		b.WriteString("]")
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// HintKMS goes with ErrKMS.
const HintKMS = "the role needs kms:Decrypt on the key, which must be enabled and in the object's region"

const (
	hintSession = "the function's credentials have run out: its next environment has others"
	hintSigning = "is the secret of this key, the session token of this secret? Is the region right, and the clock?"
)

// refusal returns the kind of error that a code means at every service, and a hint. Amazon S3 API
// Reference, Error responses; Amazon DynamoDB Developer Guide, Error handling.
func refusal(code string) (kind error, hint string) {
	switch code {
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return ErrExpired, hintSession
	case "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "RequestTimeTooSkewed",
		"UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignature",
		"IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException":
		return credentials.ErrInvalid, hintSigning
	case "KMSAccessDeniedException":
		return ErrKMS, HintKMS
	}
	if strings.HasPrefix(code, "KMS.") {
		return ErrKMS, HintKMS
	}
	return nil, ""
}

// explain gives a failed answer its kind and its hint.
func (e *Error) explain(f retry.Fault) {
	if e.Err != nil {
		return // the service has set it
	}
	e.Err, e.Hint = refusal(e.Code)
	switch {
	case e.Err != nil:
	case f == retry.Throttled:
		e.Err = ErrThrottled
	case f == retry.Transient:
		e.Err = ErrUnavailable
	case e.Status == 401 || e.Status == 403:
		e.Err = ErrAccessDenied
	case e.Code != "":
		e.Err = ErrRefused
	default:
		e.Err, e.Hint = ErrRefused, "is the endpoint right?"
	}
}

// Answered stores the status of an answer, and the IDs by which AWS finds the request.
func (e *Error) Answered(x *transport.Exchange) *Error {
	e.Status = x.Status
	id := x.Header.Get("x-amz-request-id")
	if id == "" {
		id = x.Header.Get("x-amzn-RequestId")
	}
	e.RequestID = Plain(id, "-")
	e.HostID = Plain(x.Header.Get("x-amz-id-2"), "+/=-_")
	return e
}

// Says stores the service's code, and its message if that is fit to be shown.
func (e *Error) Says(code, message string) {
	e.Code = Plain(code, ".")
	if quotable(message, e.Place) {
		e.Message = message
	}
}
