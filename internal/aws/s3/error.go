package s3

import (
	"errors"
	"strings"

	"reduction/internal/aws/request"
)

// Kinds of refusal, for errors.Is. Those that other services have, too, are in package request.
var (
	ErrNoSuchKey    = errors.New("no such key")
	ErrNoSuchBucket = errors.New("no such bucket")
	ErrArchived     = errors.New("the object is archived")
	ErrChanged      = errors.New("the object changed")
)

// ErrRange says that an answer is not the range that was asked for.
var ErrRange = errors.New("the answer is not the range asked for")

// ErrNoRanges says that a server answers a request for a part with the whole object, or refuses it.
var ErrNoRanges = errors.New("the server does not know ranges")

// ErrSize says that two answers have the same ETag and do not agree about the object's size. It is
// not known which of them is wrong. Reading again from the beginning may help.
var ErrSize = errors.New("two answers disagree about the object's size")

// final are what is wrong with a success and stays so: the object is another, or the server is odd.
var final = [...]error{ErrChanged, ErrRange, ErrSize}

const (
	hintGet = "the role needs s3:GetObject on the object (s3:GetObjectVersion where a version is named); " +
		"without s3:ListBucket on the bucket, S3 says the same of a key that does not exist, " +
		"and of a bucket whose requester pays, unless REQUEST_PAYER=requester is set"
	hintPayer = "the requester pays for this bucket: set REQUEST_PAYER=requester"
	hintSSEC  = "it is encrypted with a key that its reader has to send (SSE-C), which is not supported: " +
		"store it with SSE-S3 or SSE-KMS"
)

// refusal returns the kind of error that a code of S3 means, and a hint. Amazon S3 API Reference,
// Error responses.
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
		return request.ErrAccessDenied, hintGet
	case "AllAccessDisabled":
		return request.ErrAccessDenied, "the bucket's owner has disabled all access"
	}
	return nil, ""
}

// explain gives a refusal its kind and its hint, where S3 has its own.
func explain(e *request.Error, message string) {
	if e.Err != nil {
		return // the operation has set it
	}
	e.Err, e.Hint = refusal(e.Code)
	switch {
	case e.Code == "AccessDenied" && strings.Contains(message, "kms:"):
		e.Err, e.Hint = request.ErrKMS, request.HintKMS
	case strings.Contains(strings.ToLower(message), "requester pays"):
		e.Err, e.Hint = request.ErrAccessDenied, hintPayer
	case e.Code == "InvalidRequest" && strings.Contains(message, "Server Side Encryption"):
		e.Err, e.Hint = request.ErrKMS, hintSSEC
	case e.Code == "AccessDenied" && e.Op == opList:
		e.Hint = "the role needs s3:ListBucket on the bucket"
	case e.Err != nil:
	case e.Status/100 == 3:
		e.Err, e.Hint = request.ErrRefused, "the bucket is elsewhere: set AWS_REGION to its region"
	case e.Status == 412:
		e.Err, e.Hint = refusal("PreconditionFailed")
	case e.Status == 416:
		e.Err, e.Hint = refusal("InvalidRange") // the body, which has the code, was not received
	}
}
