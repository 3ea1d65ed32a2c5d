package main

import (
	"context"
	"errors"
	"strings"

	"reduction/internal/aws"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/logline"
)

// errSuperseded says that another object stands where the one asked for was.
var errSuperseded = errors.New("superseded")

// outcome decides what became of an object that could not be read: whether that is a failure, or
// follows from what has happened to the object since the event was sent.
//
//	the GET answers             and a HEAD shows                 outcome
//	412, or another ETag        another ETag, not older          superseded
//	404 (405: of a version)     the same, where none was named   superseded
//	404 (405: of a version)     a delete marker                  not needed
//	any of these                nothing, and GONE=ignore is set  not needed
//	any of these                anything else                    the error stays
//
// Superseded is a success: S3 is strongly consistent, so whatever replaced the object was written
// after it and has sent an event of its own, which does the work. The time guards against servers
// that are not: another object that is older than the event may be what the event's object has
// replaced. Both times are the server's, and Last-Modified has whole seconds. Of a multipart upload
// it is the time of its beginning: one that began before the event and ended after it looks older,
// and is an error, which is retried for nothing but loses nothing.
//
// The version that an event names is read, whatever the current one is. Somebody who invokes the
// function directly asked for this object, and no newer event will come: that is an error.
func (f *function) outcome(ctx context.Context, of logline.Invocation, e *event.Event, o *event.Object, err error) (event.Outcome, error) {
	direct := e.Sender == event.Direct
	refusal, _ := errors.AsType[*aws.Error](err)
	gone := errors.Is(err, aws.ErrNoSuchKey)
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
	case refusal == nil, gone && direct, !gone && (o.ETag == "" || o.Versioned() || !errors.Is(err, aws.ErrChanged)):
		return event.Read, err
	}

	now, headErr := f.client.Head(ctx, aws.ObjectRef{Bucket: o.Bucket, Key: o.Key})
	switch {
	case f.deleted(of, direct, headErr):
		return event.NotNeeded, nil
	case headErr != nil && !gone:
		return event.Read, headErr // it is gone now, or nobody knows what became of it
	case headErr != nil || o.Versioned() || o.ETag == "" || aws.SameETag(now.ETag, o.ETag):
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

// deleted says whether a refusal means that nobody needs the object any more, and logs that.
func (f *function) deleted(of logline.Invocation, direct bool, err error) bool {
	e, ok := errors.AsType[*aws.Error](err)
	if !ok || e.Err != aws.ErrNoSuchKey || !f.ignoreGone && (direct || !e.DeleteMarker) {
		return false
	}
	f.count(of, logline.Warn, "ignored", "ignored: "+err.Error())
	return true
}

// ignored logs a part of an event that names nothing to read.
func (f *function) ignored(of logline.Invocation, i *event.Ignored) {
	f.count(of, logline.Info, "ignored", "ignored: "+i.Event+": s3://"+i.Bucket+"/"+i.Key)
}

// count logs a line that counts as one of something.
func (f *function) count(of logline.Invocation, level logline.Level, what, message string) {
	f.line(of, level, message, logline.Count(what, 1))
}

// line logs a line whose numbers are metrics, where METRICS=on asks for them.
func (f *function) line(of logline.Invocation, level logline.Level, message string, fields ...logline.Field) {
	if f.metrics {
		f.log.Metrics(of, message, fields...)
	} else {
		f.log.Log(level, of, message, fields...)
	}
}
