package main

import (
	"compress/gzip"
	"context"
	"errors"

	"reduction/aggregate"
	"reduction/ddbwire"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/dynamodb"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
	"reduction/internal/aws/s3"
	"reduction/internal/aws/transport"
	"reduction/internal/env"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shard"
	"reduction/internal/steps"
	"reduction/internal/stores"
)

// errorTypes names kinds of errors, so that a Retry or a Catch of Step Functions, a metric filter
// or an alarm can tell them apart. An error gets the name of the first kind in the table that it
// is. The package documentation lists the names and what they mean; a test compares the two.
//
// The kinds are pointers, whose values are known when the program is linked. A table of error
// values would be filled by code at every start.
var errorTypes = [...]struct {
	kind *error
	name string
}{
	{&errSuperseded, "Function.Superseded"},
	{&errNotNeeded, "Function.NotNeeded"},
	{&steps.ErrSplit, "Function.Split"},
	{&steps.ErrSettings, "Function.SettingsChanged"},
	{&steps.ErrRounds, "Function.Rounds"},
	{&steps.ErrVerify, "Function.Setting"},
	{&env.ErrSetting, "Function.Setting"},

	{&event.ErrUnknown, "Function.BadEvent"},
	{&event.ErrName, "Function.BadEvent"},
	{&event.ErrVersion, "Function.BadEvent"},
	{&event.ErrEscape, "Function.BadEvent"},
	{&event.ErrNoObject, "Function.BadEvent"},
	{&event.ErrStep, "Function.BadEvent"},
	{&steps.ErrTwice, "Function.BadEvent"},
	{&steps.ErrRun, "Function.BadEvent"},
	{&steps.ErrParts, "Function.BadEvent"},
	{&s3.ErrPlace, "Function.BadEvent"},
	{&job.ErrLatestKey, "Function.BadEvent"},

	{&s3.ErrNoSuchKey, "Function.NoSuchKey"},
	{&stores.ErrGone, "Function.NoSuchKey"},
	{&job.ErrNoObjects, "Function.NoSuchKey"},
	{&shard.ErrNoObjects, "Function.NoSuchKey"},
	{&s3.ErrNoSuchBucket, "Function.NoSuchBucket"},
	{&dynamodb.ErrNoSuchTable, "Function.NoSuchTable"},
	{&ddbwire.ErrTableKeys, "Function.TableKeys"},
	{&request.ErrAccessDenied, "Function.AccessDenied"},
	{&request.ErrKMS, "Function.EncryptionKey"},
	{&s3.ErrArchived, "Function.Archived"},
	{&request.ErrExpired, "Function.Credentials"},
	{&credentials.ErrInvalid, "Function.Credentials"},
	{&request.ErrThrottled, "Function.Throttled"},
	{&job.ErrLatestBusy, "Function.Throttled"},
	{&request.ErrUnavailable, "Function.Unavailable"},
	{&dynamodb.ErrDeadline, "Function.Timeout"},
	{&job.ErrDeadline, "Function.Timeout"},
	{&s3.ErrChanged, "Function.Changed"},
	{&job.ErrNoVersion, "Function.NoVersion"},
	{&s3.ErrSize, "Function.Changed"},
	{&s3.ErrRange, "Function.Changed"},
	{&s3.ErrChecksum, "Function.Checksum"},
	{&s3.ErrNoChecksum, "Function.Checksum"},
	{&s3.ErrChecksumAlgorithm, "Function.Checksum"},
	{&transport.ErrCertificate, "Function.Connection"},
	{&transport.ErrProxy, "Function.Connection"},
	{&endpoint.ErrInvalid, "Function.Connection"},
	{&s3.ErrUnconfirmed, "Function.Connection"},
	{&s3.ErrNoRanges, "Function.Connection"},
	{&request.ErrRefused, "Function.Refused"},

	{&job.ErrShardCompressed, "Function.Compressed"},
	{&s3.ErrEncoding, "Function.BadCompression"},
	{&gzip.ErrHeader, "Function.BadCompression"},
	{&gzip.ErrChecksum, "Function.BadCompression"},
	{&job.ErrEmpty, "Function.Empty"},
	{&job.ErrTrailing, "Function.BadCompression"},
	{&job.ErrFormat, "Function.BadFormat"},
	{&job.ErrHeader, "Function.BadHeader"},
	{&job.ErrSeparator, "Function.BadHeader"},
	{&job.ErrHeaderMoved, "Function.BadHeader"},
	{&job.ErrTooManyBad, "Function.TooManyBadRows"},
	{&job.ErrSameSortKey, "Function.BadRow"},
	{&ddbwire.ErrKeyTooLong, "Function.BadRow"},
	{&ddbwire.ErrItemTooLarge, "Function.BadRow"},
	{&job.ErrTooManyObjects, "Function.TooLarge"},
	{&shard.ErrTooManyObjects, "Function.TooLarge"},
	{&shard.ErrObjectTooLarge, "Function.TooLarge"},
	{&aggregate.ErrTooManyGroups, "Function.TooLarge"},
	{&aggregate.ErrTooManyNames, "Function.TooLarge"},
	{&aggregate.ErrTooManyCounters, "Function.TooLarge"},
	{&aggregate.ErrOverflow, "Function.TooLarge"},
	{&job.ErrTooLarge, "Function.TooLarge"},

	{&stores.ErrTwoPartials, "Function.Conflict"},
	{&shard.ErrPartial, "Function.BadPartial"},
	{&shard.ErrBroken, "Function.BadPartial"},
	{&shard.ErrTask, "Function.BadPartial"},
}

// typedError is an error and the name of its type, which package runtime sends to Lambda.
type typedError struct {
	error
	name string
}

func (e *typedError) ErrorType() string { return e.name }
func (e *typedError) Unwrap() error     { return e.error }

// errorType names an error of the invocation of ctx.
func errorType(ctx context.Context, err error) string {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return "Function.Timeout"
	}
	for _, t := range errorTypes {
		if errors.Is(err, *t.kind) {
			return t.name
		}
	}
	if is[*job.RowError](err) {
		return "Function.BadRow"
	}
	if is[*event.PlaceError](err) {
		return "Function.BadEvent"
	}
	if is[*request.Error](err) {
		return "Function.Unavailable" // there was no answer, or none that could be read
	}
	return "Function.Error"
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
