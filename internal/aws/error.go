package aws

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"reduction/ddbwire"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
)

// Kinds of refusal, for errors.Is.
var (
	ErrNoSuchKey    = errors.New("no such key")
	ErrNoSuchBucket = errors.New("no such bucket")
	ErrNoSuchTable  = errors.New("no such table")
	ErrAccessDenied = errors.New("access denied")
	ErrExpired      = errors.New("credentials expired")
	ErrArchived     = errors.New("the object is archived")
	ErrKMS          = errors.New("the encryption key cannot be used")
	ErrChanged      = errors.New("the object changed")
	ErrThrottled    = errors.New("throttled")
	ErrUnavailable  = errors.New("the service is unavailable")
	ErrRefused      = errors.New("request refused")
)

// Error is an operation that failed: at which place, how, and what can be done about it.
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

	said string // the service's explanation, which may quote an item: see says
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

const (
	hintSession = "the function's credentials have run out: its next environment has others"
	hintSigning = "is the secret of this key, the session token of this secret? Is the region right, and the clock?"
	hintKMS     = "the role needs kms:Decrypt on the key, which must be enabled and in the object's region"
	hintGet     = "the role needs s3:GetObject on the object (s3:GetObjectVersion where a version is named); " +
		"without s3:ListBucket on the bucket, S3 says the same of a key that does not exist, " +
		"and of a bucket whose requester pays, unless REQUEST_PAYER=requester is set"
	hintPayer = "the requester pays for this bucket: set REQUEST_PAYER=requester"
	hintSSEC  = "it is encrypted with a key that its reader has to send (SSE-C), which is not supported: " +
		"store it with SSE-S3 or SSE-KMS"
	hintKeys = "create the table with the partition key PK and the sort key SK, both of type S"
)

// refusal returns the kind of error that a code of S3 or DynamoDB means, and a hint. Amazon S3 API
// Reference, Error responses; Amazon DynamoDB Developer Guide, Error handling.
func refusal(code string) (kind error, hint string) {
	switch code {
	case "NoSuchKey":
		return ErrNoSuchKey, "check the key; in an event it is URL-encoded, in S3 it is not"
	case "NoSuchVersion":
		return ErrNoSuchKey, "this version of it is gone"
	case "MethodNotAllowed":
		return ErrNoSuchKey, "this version of it is a delete marker"
	case "NoSuchBucket", "InvalidBucketName":
		return ErrNoSuchBucket, "check the bucket's name"
	case "InvalidObjectState":
		return ErrArchived, "restore it (RestoreObject), and read it when that is done"
	case "InvalidRange":
		return ErrRange, "the object is shorter than an earlier answer has said"
	case "PreconditionFailed":
		return ErrChanged, "what the ETag named, or what was being read, is no longer there: read the new object from its beginning"
	case "AccessDenied":
		return ErrAccessDenied, hintGet
	case "AllAccessDisabled":
		return ErrAccessDenied, "the bucket's owner has disabled all access"
	case "AccessDeniedException":
		return ErrAccessDenied, "" // explain says which right is missing
	case "ResourceNotFoundException":
		return ErrNoSuchTable, "check the table's name, the region and the account"
	case "ResourceInUseException":
		return ErrUnavailable, "the table is being changed"
	case "ConditionalCheckFailedException":
		return ErrCondition, ""
	case "ValidationException":
		return ErrRefused, "do the table's keys match the items'?"
	case "ItemCollectionSizeLimitExceededException":
		return ErrRefused, "with a local secondary index, a partition key holds 10 GB at most"
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return ErrExpired, hintSession
	case "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "RequestTimeTooSkewed",
		"UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignature",
		"IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException":
		return credentials.ErrInvalid, hintSigning
	case "KMSAccessDeniedException":
		return ErrKMS, hintKMS
	}
	if strings.HasPrefix(code, "KMS.") {
		return ErrKMS, hintKMS
	}
	return nil, ""
}

// explain gives a failed answer its kind and its hint.
func (e *Error) explain(f retry.Fault) {
	if e.Err != nil {
		return // the operation has set it
	}
	e.Err, e.Hint = refusal(e.Code)
	switch {
	case e.Code == "AccessDenied" && strings.Contains(e.said, "kms:"):
		e.Err, e.Hint = ErrKMS, hintKMS
	case strings.Contains(strings.ToLower(e.said), "requester pays"):
		e.Err, e.Hint = ErrAccessDenied, hintPayer
	case e.Code == "InvalidRequest" && strings.Contains(e.said, "Server Side Encryption"):
		e.Err, e.Hint = ErrKMS, hintSSEC
	case e.Code == "AccessDenied" && e.Op == opList:
		e.Hint = "the role needs s3:ListBucket on the bucket"
	case e.Code == "AccessDeniedException":
		e.Hint = "the role needs dynamodb:" + e.Op + " on the table"
	case slices.Contains(otherKeys[:], e.said):
		e.Err, e.Hint = ddbwire.ErrTableKeys, hintKeys
	case e.Err != nil:
	case f == retry.Throttled:
		e.Err = ErrThrottled
	case f == retry.Transient:
		e.Err = ErrUnavailable
	case e.Status/100 == 3:
		e.Err, e.Hint = ErrRefused, "the bucket is elsewhere: set AWS_REGION to its region"
	case e.Status == 401 || e.Status == 403:
		e.Err = ErrAccessDenied
	case e.Status == 412:
		e.Err, e.Hint = refusal("PreconditionFailed")
	case e.Status == 416:
		e.Err, e.Hint = refusal("InvalidRange") // the body, which has the code, was not received
	case e.Code != "":
		e.Err = ErrRefused
	default:
		e.Err, e.Hint = ErrRefused, "is the endpoint right?"
	}
}

// answered stores the status of an answer, and the IDs by which AWS finds the request.
func (e *Error) answered(x *transport.Exchange) *Error {
	e.Status = x.Status
	id := x.Header.Get("x-amz-request-id")
	if id == "" {
		id = x.Header.Get("x-amzn-RequestId")
	}
	e.RequestID = plain(id, "-")
	e.HostID = plain(x.Header.Get("x-amz-id-2"), "+/=-_")
	return e
}

// says stores the service's code, and its message if that is fit to be shown.
func (e *Error) says(code, message string) {
	e.Code, e.said = plain(code, "."), message
	if quotable(message, e.Place) || slices.Contains(otherKeys[:], message) {
		e.Message = message
	}
}
