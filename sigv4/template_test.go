package sigv4

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A Template makes the fields that Sign makes, for any payloads and times in any order.
func TestTemplate(t *testing.T) {
	at := time.Date(2026, time.November, 23, 23, 59, 59, 0, time.UTC)
	for _, service := range []string{"dynamodb", "s3"} {
		for _, token := range []string{"", "a token/with+signs="} {
			s := &Signer{Credentials: Credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token}, Region: "us-east-1", Service: service}
			like := func() *Request {
				return &Request{Method: "POST", Path: "/a path/", Query: "b=2&a=1", Header: []Header{
					{"Content-Type", "application/x-amz-json-1.0"}, {"X-Amz-Target", "DynamoDB_20120810.BatchWriteItem"}, {"Host", "example.com"}}}
			}
			template := s.NewTemplate(like())
			for i, when := range []time.Time{at, at, at.Add(time.Second), at.Add(time.Hour), at, at.AddDate(1, 0, 0), time.Unix(0, 0)} {
				payload := []byte(strings.Repeat("x", i%3*1000))
				r := like()
				r.PayloadHash = string(AppendHash(nil, payload))
				s.Sign(r, when)
				var want strings.Builder
				for _, h := range r.Header[len(like().Header):] {
					fmt.Fprintf(&want, "%s: %s\r\n", h.Name, h.Value)
				}
				if got := string(template.AppendFields([]byte("before "), payload, when)); got != "before "+want.String() {
					t.Errorf("%s %q %d:\ngot  %q\nwant %q", service, token, i, got, want.String())
				}
			}
		}
	}
}

func TestTemplateAllocs(t *testing.T) {
	s := &Signer{Credentials: Credentials{"AKIDEXAMPLE", "secret", "token"}, Region: "us-east-1", Service: "dynamodb"}
	template := s.NewTemplate(&Request{Method: "POST", Path: "/", Header: []Header{{"Host", "example.com"}}})
	payload, buf, now := make([]byte, 7500), make([]byte, 0, 1024), time.Unix(1764460800, 0)
	if n := testing.AllocsPerRun(100, func() {
		now = now.Add(time.Second)
		buf = template.AppendFields(buf[:0], payload, now)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkTemplate(b *testing.B) {
	s := &Signer{Credentials: Credentials{"AKIDEXAMPLE", "secret", strings.Repeat("token", 80)}, Region: "us-east-1", Service: "dynamodb"}
	header := []Header{{"Host", "dynamodb.us-east-1.amazonaws.com"}, {"Content-Type", "application/x-amz-json-1.0"}, {"X-Amz-Target", "DynamoDB_20120810.BatchWriteItem"}}
	payload, now := make([]byte, 7500), time.Unix(1764460800, 0)
	b.Run("template", func(b *testing.B) {
		template, buf := s.NewTemplate(&Request{Method: "POST", Path: "/", Header: header}), make([]byte, 0, 1024)
		b.ReportAllocs()
		for b.Loop() {
			buf = template.AppendFields(buf[:0], payload, now)
		}
	})
	b.Run("sign", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Sign(&Request{Method: "POST", Path: "/", Header: header, PayloadHash: string(AppendHash(nil, payload))}, now)
		}
	})
}
