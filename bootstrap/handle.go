package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"reduction/ddbwire"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/json"
	"reduction/internal/logline"
	"reduction/runtime"
)

// of returns the invocation that a line of the log belongs to.
func of(inv *runtime.Invocation) logline.Invocation {
	return logline.Invocation{RequestID: inv.RequestID, TenantID: inv.TenantID}
}

// handle answers one event: each of its objects is a run of the job.
func (f *function) handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	answer, err := f.answer(ctx, inv)
	if err != nil {
		err = &typedError{err, errorType(ctx, err)}
	}
	return answer, err
}

func (f *function) answer(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	e, err := event.Parse(inv.Payload, f.env)
	if err != nil {
		return nil, err
	}
	if f.unready != nil {
		return nil, f.unready
	}
	for _, err := range e.Refused() {
		f.failed(ctx, of(inv), err)
	}
	for i := range e.Ignored {
		f.ignored(of(inv), &e.Ignored[i])
	}
	if e.Step != nil {
		return f.step(ctx, inv, e.Step)
	}
	var results []event.Result
	for i, o := range e.Objects {
		if e.Sender != event.Direct && f.kept(of(inv), &o) {
			results = append(results, event.Result{Outcome: event.NotNeeded})
			continue
		}
		sum, err := f.run(ctx, &o, e.PartitionKey(inv.RequestID, i))
		f.report(of(inv), &o, &sum, err)
		r := event.Result{Summary: appendSummary(nil, inv.RequestID, o.Table, &sum)}
		r.Outcome, r.Err = f.outcome(ctx, of(inv), e, &o, err)
		results = append(results, r)
		if r.Err != nil && e.Ordered() {
			break
		}
	}
	answer, err := e.Respond(nil, results)
	if err == nil || len(results) > 1 {
		// Log the errors that the runtime will not report: those whose messages SQS is told
		// to deliver again, and of several errors all but the first.
		for _, r := range results {
			if r.Err != nil {
				f.failed(ctx, of(inv), r.Err)
			}
		}
	}
	return answer, err
}

// run reduces an object, or all objects of a prefix.
func (f *function) run(ctx context.Context, o *event.Object, pk string) (job.Summary, error) {
	if o.Prefix != "" {
		return f.job.RunPrefix(ctx, o.Bucket, o.Prefix, o.Table, pk)
	}
	return f.job.Run(ctx, job.Object{Bucket: o.Bucket, Key: o.Key, VersionID: o.VersionID, ETag: o.ETag}, o.Table, pk)
}

// failed logs an error in the form in which the runtime logs a handler's error.
func (f *function) failed(ctx context.Context, of logline.Invocation, err error) {
	f.log.Log(logline.Error, of, err.Error(), logline.Text("errorType", errorType(ctx, err)))
}

// report logs a run: the places of its bad rows and, if it succeeded, a line of figures. Of the
// objects whose checksum is not verified, it logs only the first that this process reads.
func (f *function) report(of logline.Invocation, o *event.Object, sum *job.Summary, err error) {
	place := "s3://" + o.Bucket + "/" + o.Key + o.Prefix
	if sum.Unverified != "" {
		f.unverified.Do(func() {
			f.log.Log(logline.Warn, of, "not verified: "+place+": its checksum is "+sum.Unverified+
				", which is not supported; VERIFY=full refuses such objects; others like it are not logged")
		})
	}
	f.unchecked(of, o.Table, sum)
	f.skipped(of, place, sum.Bad)
	if err != nil {
		return
	}
	fields := []logline.Field{
		logline.Count("rows", sum.Rows), logline.Count("groups", int64(sum.Groups)), logline.Count("items", int64(sum.Items)),
		logline.Count("skipped", sum.Skipped), logline.Count("noValue", sum.NoValue), logline.Count("headers", sum.Headers),
		logline.Bytes("bytes", sum.Bytes),
		logline.Millis("open", sum.Open), logline.Millis("read", sum.Read), logline.Millis("write", sum.Write),
	}
	if sum.Run != "" {
		fields = append(fields, logline.Text("run", sum.Run))
	}
	if sum.Objects > 0 {
		fields = append(fields, logline.Count("objects", int64(sum.Objects)))
	}
	if f.job.Options.MinRecords > 1 {
		fields = append(fields, logline.Count("suppressed", int64(sum.Suppressed)))
	}
	if f.job.Options.Latest != job.NoLatest {
		fields = append(fields, logline.Text("latest", strconv.FormatBool(sum.Latest)))
	}
	fields = append(fields, logline.Text("table", o.Table), logline.Text("partitionKey", sum.PartitionKey),
		logline.JSON("query", ddbwire.AppendQuery(nil, o.Table, sum.PartitionKey)))
	f.line(of, logline.Info, "reduced", fields...)
}

// unchecked logs that the table's keys could not be checked.
func (f *function) unchecked(of logline.Invocation, table string, sum *job.Summary) {
	if sum.Unchecked != nil {
		f.log.Log(logline.Warn, of, "not checked: whether the table "+table+" has the keys PK and SK, without which it keeps one item of a result: "+sum.Unchecked.Error())
	}
}

// skipped logs the places of bad rows.
func (f *function) skipped(of logline.Invocation, place string, rows []error) {
	for _, bad := range rows {
		message := place + ": " + bad.Error()
		if e, ok := errors.AsType[*job.Error](bad); ok { // it names its object, one of several
			message = "s3://" + e.Bucket + "/" + e.Key + ": " + e.Err.Error()
		}
		f.log.Log(logline.Warn, of, "skipped: "+message)
	}
}

// appendSummary appends the response to a direct invocation. The package documentation shows one.
func appendSummary(dst []byte, requestID, table string, s *job.Summary) []byte {
	number := func(name string, n int64) {
		dst = append(dst, `,"`...)
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		dst = strconv.AppendInt(dst, n, 10)
	}
	millis := func(name string, d time.Duration) {
		dst = append(dst, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		dst = strconv.AppendFloat(dst, float64(d.Microseconds())/1000, 'f', -1, 64)
	}
	dst = append(dst, `{"requestId":`...)
	dst = json.AppendString(dst, requestID)
	if s.Objects > 0 {
		number("objects", int64(s.Objects))
	}
	number("rows", s.Rows)
	number("groups", int64(s.Groups))
	if s.Suppressed > 0 {
		number("suppressed", int64(s.Suppressed))
	}
	number("items", int64(s.Items))
	number("skipped", s.Skipped)
	dst = append(dst, `,"reasons":{`...)
	first := true
	for reason, n := range s.Reasons {
		if n == 0 {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(append(append(dst, '"'), job.Reason(reason).String()...), `":`...)
		dst = strconv.AppendInt(dst, n, 10)
	}
	dst = append(dst, '}')
	number("noValue", s.NoValue)
	number("headers", s.Headers)
	number("bytes", s.Bytes)
	dst = append(dst, `,"ms":{`...)
	millis("open", s.Open)
	dst = append(dst, ',')
	millis("read", s.Read)
	dst = append(dst, ',')
	millis("write", s.Write)
	dst = append(dst, '}')
	if s.Run != "" {
		dst = json.AppendString(append(dst, `,"run":`...), s.Run)
	}
	dst = json.AppendString(append(dst, `,"table":`...), table)
	dst = json.AppendString(append(dst, `,"partitionKey":`...), s.PartitionKey)
	dst = ddbwire.AppendQuery(append(dst, `,"query":`...), table, s.PartitionKey)
	return append(dst, '}')
}
