package main

import (
	"compress/gzip"
	"context"
	"errors"

	"reduction/aggregate"
	"reduction/ddbwire"
	"reduction/internal/aws"
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
	{&steps.ErrParts, "Function.BadEvent"},
	{&aws.ErrPlace, "Function.BadEvent"},
	{&job.ErrLatestKey, "Function.BadEvent"},

	{&aws.ErrNoSuchKey, "Function.NoSuchKey"},
	{&job.ErrNoObjects, "Function.NoSuchKey"},
	{&shard.ErrNoObjects, "Function.NoSuchKey"},
	{&aws.ErrNoSuchBucket, "Function.NoSuchBucket"},
	{&aws.ErrNoSuchTable, "Function.NoSuchTable"},
	{&ddbwire.ErrTableKeys, "Function.TableKeys"},
	{&aws.ErrAccessDenied, "Function.AccessDenied"},
	{&aws.ErrKMS, "Function.EncryptionKey"},
	{&aws.ErrArchived, "Function.Archived"},
	{&aws.ErrExpired, "Function.Credentials"},
	{&aws.ErrCredentials, "Function.Credentials"},
	{&aws.ErrThrottled, "Function.Throttled"},
	{&job.ErrLatestBusy, "Function.Throttled"},
	{&aws.ErrUnavailable, "Function.Unavailable"},
	{&aws.ErrDeadline, "Function.Timeout"},
	{&job.ErrDeadline, "Function.Timeout"},
	{&aws.ErrChanged, "Function.Changed"},
	{&job.ErrNoVersion, "Function.NoVersion"},
	{&aws.ErrSize, "Function.Changed"},
	{&aws.ErrRange, "Function.Changed"},
	{&aws.ErrChecksum, "Function.Checksum"},
	{&aws.ErrNoChecksum, "Function.Checksum"},
	{&aws.ErrChecksumAlgorithm, "Function.Checksum"},
	{&aws.ErrCertificate, "Function.Connection"},
	{&aws.ErrProxy, "Function.Connection"},
	{&aws.ErrEndpoint, "Function.Connection"},
	{&aws.ErrUnconfirmed, "Function.Connection"},
	{&aws.ErrNoRanges, "Function.Connection"},
	{&aws.ErrRefused, "Function.Refused"},

	{&job.ErrShardCompressed, "Function.Compressed"},
	{&aws.ErrEncoding, "Function.BadCompression"},
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
	{&steps.ErrStrange, "Function.BadPartial"},
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
	if is[*aws.Error](err) {
		return "Function.Unavailable" // there was no answer, or none that could be read
	}
	return "Function.Error"
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
