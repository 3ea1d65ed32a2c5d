package main

import (
	"context"
	"errors"
	"strings"

	"reduction/internal/aws/request"
	"reduction/internal/aws/s3"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/logline"
	"reduction/internal/shard"
)

// errSuperseded says that another object has replaced the one that was asked for.
var errSuperseded = errors.New("superseded")

// outcome decides what it means that an object could not be read. Either it is a failure, or the
// object was replaced or deleted after the event was sent.
//
//	the GET answers             and a HEAD shows                 outcome
//	412, or another ETag        another ETag, not older          superseded
//	404 (405: of a version)     the same, where none was named   superseded
//	404 (405: of a version)     a delete marker                  not needed
//	any of these                nothing, and GONE=ignore is set  not needed
//	any of these                anything else                    the error stays
//
// Superseded is a success. S3 is strongly consistent: the object that replaced the event's was
// written after it, and has an event of its own, which does the work. The times are compared
// because other servers may not be consistent. There, an object that is older than the event may be
// the one that the event's object has replaced. Both times are the server's, and Last-Modified has
// whole seconds. For a multipart upload, Last-Modified is the time at which the upload began. An
// upload that began before the event and ended after it therefore looks older, and is an error. The
// event is then retried in vain, but nothing is lost.
//
// If an event names a version, that version is read, whatever the current one is. Somebody who
// invokes the function directly asked for this object, and no newer event will come: a replaced
// object is an error there.
func (f *function) outcome(ctx context.Context, of logline.Invocation, e *event.Event, o *event.Object, err error) (event.Outcome, error) {
	direct := e.Sender == event.Direct
	refusal, _ := errors.AsType[*request.Error](err)
	gone := errors.Is(err, s3.ErrNoSuchKey)
	switch {
	case err == nil:
		return event.Read, nil
	case o.Prefix != "":
		return event.Read, err // no other event does the work of this one
	case !direct && errors.Is(err, job.ErrEmpty) && strings.HasSuffix(o.Key, "/"):
		f.ignored(of, &event.Ignored{Event: event.FolderMarker, Bucket: o.Bucket, Key: o.Key})
		return event.NotNeeded, nil
	case f.deleted(of, direct, err):
		return event.NotNeeded, nil
	case refusal == nil, gone && direct, !gone && (o.ETag == "" || o.Versioned() || !errors.Is(err, s3.ErrChanged)):
		return event.Read, err
	}

	now, headErr := f.client.S3.Head(ctx, s3.ObjectRef{Bucket: o.Bucket, Key: o.Key})
	switch {
	case f.deleted(of, direct, headErr):
		return event.NotNeeded, nil
	case headErr != nil && !gone:
		return event.Read, headErr // it is gone now, or its state is not known
	case headErr != nil || o.Versioned() || o.ETag == "" || s3.SameETag(now.ETag, o.ETag):
		return event.Read, err
	case direct:
		refusal.Err, refusal.Hint = errSuperseded, "the object has the ETag "+now.ETag+" now: list it again"
		return event.Read, err
	case o.Time.IsZero() || now.Modified.Unix() < o.Time.Unix():
		refusal.Hint = "the object has the ETag " + now.ETag + " now, which is not known to be newer than the event"
		return event.Read, err
	}
	f.count(of, logline.Warn, "superseded", "superseded: s3://"+o.Bucket+"/"+o.Key+": ETag \""+o.ETag+"\" of the event, "+now.ETag+" now")
	return event.Superseded, nil
}

// deleted reports whether a refusal means that nobody needs the object any more. It logs that.
func (f *function) deleted(of logline.Invocation, direct bool, err error) bool {
	e, ok := errors.AsType[*request.Error](err)
	if !ok || e.Err != s3.ErrNoSuchKey || !f.ignoreGone && (direct || !e.DeleteMarker) {
		return false
	}
	f.count(of, logline.Warn, "ignored", "ignored: "+err.Error())
	return true
}

// ignored logs a part of an event that names no object to read.
func (f *function) ignored(of logline.Invocation, i *event.Ignored) {
	f.count(of, logline.Info, "ignored", "ignored: "+i.Event+": s3://"+i.Bucket+"/"+i.Key)
}

// kept reports whether an object is one that a run in shards keeps. It logs that.
func (f *function) kept(of logline.Invocation, o *event.Object) bool {
	if !shard.IsKept(o.Key) {
		return false
	}
	f.ignored(of, &event.Ignored{Event: "kept by a run in shards", Bucket: o.Bucket, Key: o.Key})
	return true
}

// count logs a line with a counter of that name, whose value is 1.
func (f *function) count(of logline.Invocation, level logline.Level, what, message string) {
	f.line(of, level, message, logline.Count(what, 1))
}

// line logs a line with fields. With METRICS=on, the numbers among the fields are metrics.
func (f *function) line(of logline.Invocation, level logline.Level, message string, fields ...logline.Field) {
	if f.metrics {
		f.log.Metrics(of, message, fields...)
	} else {
		f.log.Log(level, of, message, fields...)
	}
}
