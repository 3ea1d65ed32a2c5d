package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

// Pages are read until the last, and keys as they are, whatever is in them.
func TestList(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("bucket")
	var want []string
	for i := range 2500 {
		want = append(want, fmt.Sprintf("days/%04d", i))
	}
	want = append(want, "days/a b+c%20!*'()~é/<&>\"", "days/\x01\x7f", "days/~", "days/")
	for i, key := range append([]string{"day", "days0", "Days/1"}, want...) {
		s.S3.Put("bucket", key, make([]byte, i%5))
	}
	slices.Sort(want)
	c := judged(t, s)
	got, err := c.List(context.Background(), "bucket", "days/", 10_000)
	var keys []string
	for _, o := range got {
		keys = append(keys, o.Key)
		head, err := c.Head(context.Background(), ObjectRef{Bucket: "bucket", Key: o.Key})
		if err != nil || head.ETag != o.ETag || !head.Modified.Equal(o.Modified.Truncate(time.Second)) || o.Size > 4 {
			t.Fatalf("%+v, the head says %+v, %v", o, head, err)
		}
	}
	if err != nil || !slices.Equal(keys, want) {
		t.Errorf("%d keys, want %d; %v", len(keys), len(want), err)
	}
	if got, err := c.List(context.Background(), "bucket", "none/", 10); len(got) > 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	s.ForgetRequests()
	if got, err := c.List(context.Background(), "bucket", "days/", 1500); len(got) != 2000 || err != nil || len(s.Requests()) != 2 {
		t.Errorf("no more than 1500: %d, %v, %d requests", len(got), err, len(s.Requests()))
	}
	for bucket, want := range map[string]error{"none": ErrNoSuchBucket, "a/b": ErrPlace, "": ErrPlace} {
		if _, err := c.List(context.Background(), bucket, "p", 10); !errors.Is(err, want) || !strings.Contains(err.Error(), "ListObjectsV2 s3://"+bucket+"/p") {
			t.Errorf("%q: %v", bucket, err)
		}
	}
}

// entry is an object of a listing, its ETag as S3 writes it.
func entry(key string) string {
	return "<Contents><Key>" + key + "</Key><LastModified>2026-11-23T02:16:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size>" +
		"<Owner><ID>x</ID></Owner></Contents>"
}

// What is no listing, or not in order, is never read as another one.
func TestListAnswers(t *testing.T) {
	const whole = "<IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
	more := func(token string) string {
		return "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>" + token + "</NextContinuationToken>"
	}
	for _, tt := range []struct {
		name  string
		pages []string
		want  string // "" for errListing
	}{
		{"nothing", []string{whole}, "[]"},
		{"one", []string{whole + entry("p1")}, "[p1]"},
		{"its end says that it is whole", []string{entry("p1") + entry("p2") + whole}, "[p1 p2]"},
		{"encoded", []string{whole + entry("p%2B+%C3%A9")}, "[p+ é]"},
		{"not encoded", []string{"<IsTruncated>false</IsTruncated>" + entry("p+%41 &amp;lt;")}, "[p+%41 &lt;]"},
		{"two pages", []string{more("a&amp;b c/") + entry("p1"), whole + entry("p2")}, "[p1 p2]"},
		{"an empty page between", []string{more("1") + entry("p1"), more("2"), whole + entry("p2")}, "[p1 p2]"},
		{"the same page again", []string{more("1"), more("1")}, ""},
		{"more without a token", []string{"<IsTruncated>true</IsTruncated>"}, ""},
		{"neither whole nor not", []string{entry("p1")}, ""},
		{"no order", []string{whole + entry("p2") + entry("p1")}, ""},
		{"twice", []string{more("1") + entry("p1"), whole + entry("p1")}, ""},
		{"another prefix", []string{whole + entry("q1")}, ""},
		{"a bad escape", []string{whole + entry("p%zz")}, ""},
		{"no key", []string{whole + entry("")}, ""},
		{"no ETag", []string{whole + strings.ReplaceAll(entry("p1"), "ETag", "Etag")}, ""},
		{"no size", []string{whole + strings.ReplaceAll(entry("p1"), "Size>1", "Size>x")}, ""},
		{"no time", []string{whole + strings.ReplaceAll(entry("p1"), "2026", "20")}, ""},
		{"an entry cut", []string{whole + entry("p1")[:30]}, ""},
		{"HTML", []string{"<html>"}, ""},
	} {
		var asked []string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			if r.URL.Path != "/bucket/" || q.Get("list-type") != "2" || q.Get("prefix") != "p" || q.Get("encoding-type") != "url" {
				t.Errorf("%s: %s", tt.name, r.URL)
			}
			asked = append(asked, q.Get("continuation-token"))
			fmt.Fprintf(w, "<?xml version=\"1.0\"?><ListBucketResult><Prefix>p</Prefix>%s</ListBucketResult>", tt.pages[len(asked)-1])
		}))
		var keys []string
		got, err := newTestClient(t, testConfig(s.URL, nil)).List(context.Background(), "bucket", "p", 10)
		s.Close()
		for _, o := range got {
			keys = append(keys, o.Key)
			if o.ETag != `"e"` || o.Size != 1 || !o.Modified.Equal(time.Date(2026, 11, 23, 2, 16, 0, 0, time.UTC)) {
				t.Errorf("%s: %+v", tt.name, o)
			}
		}
		if tt.want == "" && !errors.Is(err, errListing) || tt.want != "" && (err != nil || fmt.Sprint(keys) != tt.want) {
			t.Errorf("%s: %v, %v, want %s", tt.name, keys, err, tt.want)
		}
		if tt.name == "two pages" && !slices.Equal(asked, []string{"", "a&b c/"}) {
			t.Errorf("tokens %q", asked)
		}
	}
}
