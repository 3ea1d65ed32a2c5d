// Command stream answers a function URL whose invoke mode is RESPONSE_STREAM: the numbers
// from 1 to 10 as CSV, one every tenth of a second, without holding them in memory.
//
//	curl --no-buffer "$FUNCTION_URL"
package main

import (
	"context"
	"io"
	"strconv"
	"time"

	"reduction/runtime"
)

// prelude gives a function URL the status and the headers: a JSON object and eight NUL bytes. The
// body follows.
const prelude = `{"statusCode":200,"headers":{"Content-Type":"text/csv"}}` + "\x00\x00\x00\x00\x00\x00\x00\x00"

// page is a stream with a Content-Type.
type page struct{ io.ReadCloser }

func (page) ContentType() string { return "application/vnd.awslambda.http-integration-response" }

func main() { runtime.StartStream(handle) }

func handle(ctx context.Context, inv *runtime.Invocation) (io.Reader, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(count(ctx, w)) }()
	return page{r}, nil
}

func count(ctx context.Context, w io.Writer) error {
	if _, err := io.WriteString(w, prelude+"n,square\n"); err != nil {
		return err
	}
	for n := 1; n <= 10; n++ {
		if _, err := io.WriteString(w, strconv.Itoa(n)+","+strconv.Itoa(n*n)+"\n"); err != nil {
			return err // the reader has been closed
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err() // the caller gets this error after the lines that were sent
		}
	}
	return nil
}
