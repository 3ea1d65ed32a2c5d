package main

import (
	"compress/gzip"
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/internal/aws/dynamodb"
	"reduction/internal/aws/request"
	"reduction/internal/aws/s3"
	"reduction/internal/env"
	"reduction/internal/event"
	"reduction/internal/job"
)

func TestErrorTypes(t *testing.T) {
	over, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	refused := func(kind error) error { return &request.Error{Op: "GetObject", Place: "s3://b/k", Err: kind} }
	in := func(err error) error { return &job.Error{Bucket: "b", Key: "k", Err: err} }
	for _, test := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{context.Background(), refused(s3.ErrNoSuchKey), "Function.NoSuchKey"},
		{context.Background(), refused(request.ErrThrottled), "Function.Throttled"},
		{context.Background(), refused(errors.New("connection refused")), "Function.Unavailable"},
		{context.Background(), &job.WriteError{Table: "t", Err: refused(request.ErrThrottled)}, "Function.Throttled"},
		{context.Background(), &job.WriteError{Table: "t", Err: refused(dynamodb.ErrDeadline)}, "Function.Timeout"},
		{context.Background(), in(refused(gzip.ErrHeader)), "Function.BadCompression"},
		{context.Background(), in(&job.RowError{Record: 2, Err: csvfast.ErrBareQuote}), "Function.BadRow"},
		{context.Background(), in(&job.RowError{Record: 2, Err: aggregate.ErrTooManyGroups}), "Function.TooLarge"},
		{context.Background(), in(&job.HeaderError{Missing: []string{"Hospital"}, Err: job.ErrHeader}), "Function.BadHeader"},
		{context.Background(), in(&job.HeaderError{Err: job.ErrSeparator}), "Function.BadHeader"},
		{context.Background(), in(&job.BadRowsError{First: &job.RowError{Record: 2, Err: csvfast.ErrBareQuote}}), "Function.TooManyBadRows"},
		{context.Background(), in(&job.FormatError{Is: "a PDF"}), "Function.BadFormat"},
		{context.Background(), in(job.ErrEmpty), "Function.Empty"},
		{context.Background(), &event.PlaceError{Place: "payload", Err: errors.New("invalid JSON")}, "Function.BadEvent"},
		{context.Background(), &event.FailedError{Failed: 1, Of: 2, First: refused(s3.ErrNoSuchBucket)}, "Function.NoSuchBucket"},
		{context.Background(), &env.Error{Name: "PK", Expected: "request or object"}, "Function.Setting"},
		{context.Background(), refused(errSuperseded), "Function.Superseded"},
		{context.Background(), errors.New("other"), "Function.Error"},
		{over, refused(context.DeadlineExceeded), "Function.Timeout"},
		{over, refused(s3.ErrNoSuchKey), "Function.NoSuchKey"},
		{context.Background(), refused(context.DeadlineExceeded), "Function.Unavailable"}, // of a dialer
	} {
		if got := errorType(test.ctx, test.err); got != test.want {
			t.Errorf("%v: %s, want %s", test.err, got, test.want)
		}
	}
}

// The package documentation lists the types that the code knows, no more and no fewer.
func TestErrorTypesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "// # Errors\n")
	section, _, _ = strings.Cut(section, "// # The map\n")
	var documented []string
	for line := range strings.Lines(section) {
		if row, ok := strings.CutPrefix(line, "//\tFunction."); ok {
			name, _, _ := strings.Cut(row, " ")
			documented = append(documented, "Function."+name)
		}
	}
	code := []string{"Function.Error", "Function.Unavailable", "Function.Timeout", "Function.BadRow", "Function.BadEvent"}
	for _, e := range errorTypes {
		code = append(code, e.name)
		// Lambda Developer Guide, "Using the Lambda runtime API": category.reason.
		if !regexp.MustCompile(`^Function\.[A-Z][A-Za-z]+$`).MatchString(e.name) {
			t.Errorf("%s is no name for Lambda", e.name)
		}
	}
	slices.Sort(documented)
	slices.Sort(code)
	if code = slices.Compact(code); !slices.Equal(documented, code) {
		t.Errorf("documented\n%v\nin the code\n%v", documented, code)
	}
}
