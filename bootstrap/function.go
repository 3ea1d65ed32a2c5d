package main

import (
	"context"
	"errors"
	"runtime/debug"
	"strconv"
	"time"

	"reduction/aws"
	"reduction/event"
	"reduction/internal/json"
	"reduction/internal/logline"
	"reduction/job"
	"reduction/runtime"
)

// function is what the environment makes of this program, for all invocations.
type function struct {
	env      event.Environment
	job      job.Job
	client   *aws.Client
	log      *logline.Logger
	metrics  bool
	memoryMB int
}

// newFunction reads the environment, so that a bad setting fails the start of the function
// and not its first event.
func newFunction(getenv func(string) string, log *logline.Logger) (*function, error) {
	config, err := aws.FromEnv(getenv)
	if err != nil {
		return nil, err
	}
	client, err := aws.New(config)
	if err != nil {
		return nil, err
	}
	options, err := job.OptionsFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	f := &function{
		env: event.Environment{
			Bucket: getenv("S3_BUCKET"),
			Key:    getenv("FILE_NAME"),
			Table:  getenv("DB_TABLE"),
		},
		job:      job.Job{Source: source{client}, Sink: client, Options: options, Now: time.Now},
		client:   client,
		log:      log,
		memoryMB: config.MemoryMB,
	}
	if f.env.PartitionKey, err = event.ParsePolicy(getenv("PK")); err != nil {
		return nil, err
	}
	if f.env.SQSPartial, err = onOff(getenv, "SQS_PARTIAL"); err != nil {
		return nil, err
	}
	if f.metrics, err = onOff(getenv, "METRICS"); err != nil {
		return nil, err
	}
	return f, nil
}

func onOff(getenv func(string) string, name string) (bool, error) {
	switch getenv(name) {
	case "", "off":
		return false, nil
	case "on":
		return true, nil
	}
	return false, errors.New("bootstrap: " + name + ": expected on or off")
}

// source is the client as the job sees it: the one place where both are known.
type source struct{ client *aws.Client }

func (s source) Object(ctx context.Context, o job.Object) (job.Body, error) {
	return s.client.Object(ctx, aws.ObjectRef{Bucket: o.Bucket, Key: o.Key, VersionID: o.VersionID, ETag: o.ETag})
}

// handle answers one event: each of its objects is a run of the job.
func (f *function) handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
	of := logline.Invocation{RequestID: inv.RequestID, TenantID: inv.TenantID}
	e, err := event.Parse(inv.Payload, f.env)
	if err != nil {
		f.log.Log(logline.Error, of, err.Error())
		return nil, err
	}
	for _, err := range e.Refused() {
		f.log.Log(logline.Error, of, err.Error())
	}
	var results []event.Result
	for i, o := range e.Objects {
		sum, err := f.job.Run(ctx, job.Object{Bucket: o.Bucket, Key: o.Key, VersionID: o.VersionID, ETag: o.ETag},
			o.Table, e.PartitionKey(inv.RequestID, i))
		f.report(of, &o, &sum, err)
		results = append(results, event.Result{Summary: appendSummary(nil, inv.RequestID, &sum), Err: err})
		if err != nil && e.Ordered() {
			break
		}
	}
	return e.Respond(nil, results)
}

// report logs a run: its bad rows' places, its error, and one line of figures.
func (f *function) report(of logline.Invocation, o *event.Object, sum *job.Summary, err error) {
	for _, bad := range sum.Bad {
		f.log.Log(logline.Warn, of, "skipped: s3://"+o.Bucket+"/"+o.Key+": "+bad.Error())
	}
	if err != nil {
		f.log.Log(logline.Error, of, err.Error())
		return
	}
	fields := []logline.Field{
		logline.Count("rows", sum.Rows), logline.Count("groups", int64(sum.Groups)), logline.Count("items", int64(sum.Items)),
		logline.Count("skipped", sum.Skipped), logline.Bytes("bytes", sum.Bytes),
		logline.Millis("open", sum.Open), logline.Millis("read", sum.Read), logline.Millis("write", sum.Write),
	}
	if f.metrics {
		f.log.Metrics(of, "reduced", fields...)
	} else {
		f.log.Log(logline.Info, of, "reduced", fields...)
	}
}

// appendSummary appends the response to a direct invocation:
//
//	{"requestId":"8286a188","rows":2000,"groups":398,"items":398,"skipped":0,"bytes":91827,
//	 "ms":{"open":12.3,"read":4.5,"write":21.7}}
func appendSummary(dst []byte, requestID string, s *job.Summary) []byte {
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
	number("rows", s.Rows)
	number("groups", int64(s.Groups))
	number("items", int64(s.Items))
	number("skipped", s.Skipped)
	number("bytes", s.Bytes)
	dst = append(dst, `,"ms":{`...)
	millis("open", s.Open)
	dst = append(dst, ',')
	millis("read", s.Read)
	dst = append(dst, ',')
	millis("write", s.Write)
	return append(dst, "}}"...)
}

// limitHeap makes the collector's limits follow the function's memory size: what the
// process needs beside the heap (text, stacks, socket buffers) is left to it, and a heap
// that nears the limit is collected sooner rather than killed.
func limitHeap(memoryMB int) {
	if memoryMB > 0 {
		debug.SetMemoryLimit(int64(max(memoryMB-besideHeapMB, memoryMB/2)) << 20)
	}
}

const besideHeapMB = 24
