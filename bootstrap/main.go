// Command bootstrap is the function: medical records as CSV in S3 are reduced to the mean
// recovery time and the most used treatment of each diagnosis in each hospital, and stored
// in DynamoDB. Lambda's custom runtime (provided.al2023) starts it; nothing stands between
// the two.
//
// It is configured by its environment:
//
//	S3_BUCKET, FILE_NAME, DB_TABLE  what to read and where to write, unless the event says
//	BAD_ROWS=skip                   leave bad rows out, counted, rather than fail
//	RECORDS=on                      add Records to each item: the rows behind its mean
//	TTL_DAYS=n                      add TTL to each item, n days ahead
//	MANIFEST=on                     write #manifest last: the result is whole
//	PK=request|object               what the partition key is made of (default: by the event)
//	SQS_PARTIAL=on                  answer SQS with batchItemFailures
//	METRICS=on                      the summary line is an embedded metric
//	VERIFY=full                     demand a checksum of the whole object, and verify it
//	WARM=before|beside|off          connections are opened before the first event is asked
//	                                for (the default), while it is waited for, or with it
//
// and by the variables that Lambda sets and AWS's SDKs read (package aws).
package main

import (
	"context"
	"errors"
	"os"
	"time"

	"reduction/internal/logline"
	_ "reduction/prefetch" // the Makefile makes it the entry
	"reduction/runtime"
)

func main() {
	log := logline.New(os.Stdout, time.Now, os.Getenv)
	api := runtime.NewClient(os.Getenv)
	api.Log = func(inv *runtime.Invocation, err error) { logError(log, inv, err) }
	f, err := newFunction(os.Getenv, log)
	if err != nil {
		api.InitError(err)
		os.Exit(1)
	}
	limitHeap(f.memoryMB)
	f.begin()
	api.AfterRestore = f.restored
	err = api.Serve(context.Background(), f.handle)
	if panicked := (*runtime.PanicError)(nil); !errors.As(err, &panicked) { // that one is logged
		logError(log, nil, err)
	}
	os.Exit(1)
}
