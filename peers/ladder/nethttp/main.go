// The job without an SDK and without a runtime library: net/http, encoding/json and
// encoding/csv, requests signed by package sigv4.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"reduction/peers/ladder/plain"
	"reduction/sigv4"
)

type function struct {
	http               *http.Client
	s3, dynamodb       sigv4.Signer
	endpoint           string
	bucket, key, table string
	roots              sync.Once
}

func main() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = plain.Writers()
	if file := os.Getenv("AWS_CA_BUNDLE"); file != "" {
		pem, _ := os.ReadFile(file)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	c := sigv4.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN")}
	f := &function{
		http:     &http.Client{Transport: transport},
		s3:       sigv4.Signer{Credentials: c, Region: os.Getenv("AWS_REGION"), Service: "s3"},
		dynamodb: sigv4.Signer{Credentials: c, Region: os.Getenv("AWS_REGION"), Service: "dynamodb"},
		endpoint: os.Getenv("AWS_ENDPOINT_URL"),
		bucket:   os.Getenv("S3_BUCKET"),
		key:      os.Getenv("FILE_NAME"),
		table:    os.Getenv("DB_TABLE"),
	}
	if !plain.Habit("cold") && f.bucket != "" {
		f.warm()
	}
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		r, err := http.Get(api + "next")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
		id := r.Header.Get("Lambda-Runtime-Aws-Request-Id")
		verb := "/response"
		answer, err := f.handle(context.Background(), id)
		if err != nil {
			verb, answer = "/error", map[string]string{"errorType": "Function.Error", "errorMessage": err.Error()}
		}
		text, _ := json.Marshal(answer)
		if r, err = http.Post(api+id+verb, "application/json", bytes.NewReader(text)); err == nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
	}
}

func (f *function) warm() {
	f.roots.Do(plain.Roots)
	var wg sync.WaitGroup
	wg.Go(func() {
		if r, err := f.send(context.Background(), &f.s3, "HEAD", "/"+f.bucket+"/"+f.key, "", nil); err == nil {
			r.Body.Close()
		}
	})
	wg.Go(func() { f.call(context.Background(), "DescribeTable", map[string]string{"TableName": f.table}, nil) })
	wg.Wait()
}

// send signs a request and sends it.
func (f *function) send(ctx context.Context, s *sigv4.Signer, method, path, target string, body []byte) (*http.Response, error) {
	u, err := url.Parse(f.endpoint)
	if err != nil {
		return nil, err
	}
	sign := sigv4.Request{Method: method, Path: path, Header: []sigv4.Header{{Name: "host", Value: u.Host}}, PayloadHash: sigv4.EmptyPayload}
	if body != nil {
		sign.PayloadHash = string(sigv4.AppendHash(nil, body))
		sign.Header = append(sign.Header, sigv4.Header{Name: "content-type", Value: "application/x-amz-json-1.0"}, sigv4.Header{Name: "x-amz-target", Value: target})
	}
	s.Sign(&sign, time.Now())
	r, err := http.NewRequestWithContext(ctx, method, f.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for _, h := range sign.Header {
		if h.Name != "host" {
			r.Header.Set(h.Name, h.Value)
		}
	}
	answer, err := f.http.Do(r)
	if err == nil && answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		return nil, fmt.Errorf("%s: %s", answer.Status, text)
	}
	return answer, err
}

// call calls DynamoDB.
func (f *function) call(ctx context.Context, op string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := f.send(ctx, &f.dynamodb, "POST", "/", "DynamoDB_20120810."+op, body)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}

type value struct {
	S string `json:",omitempty"`
	N string `json:",omitempty"`
}

type put struct {
	PutRequest struct{ Item map[string]value }
}

func (f *function) handle(ctx context.Context, id string) (any, error) {
	f.roots.Do(plain.Roots)
	r, err := f.send(ctx, &f.s3, "GET", "/"+f.bucket+"/"+f.key, "", nil)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	groups, rows, err := plain.Reduce(r.Body)
	if err != nil {
		return nil, err
	}
	var items []put
	for k, g := range groups {
		var p put
		p.PutRequest.Item = map[string]value{
			"PK": {S: id}, "SK": {S: k.SortKey()}, "Diagnosis": {S: k.Diagnosis}, "Hospital": {S: k.Hospital},
			"AverageRecoveryTime": {N: g.Mean()}, "MostUsedTreatment": {S: g.Mode()},
		}
		items = append(items, p)
	}
	var (
		wg    sync.WaitGroup
		slots = make(chan bool, plain.Writers())
		errs  = make(chan error, len(items)+1)
	)
	for batch := range slices.Chunk(items, 25) {
		slots <- true
		wg.Go(func() {
			errs <- f.write(ctx, batch)
			<-slots
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return map[string]any{"rows": rows, "groups": len(groups), "items": len(items), "bytes": r.ContentLength}, nil
}

// write sends a batch until nothing comes back unprocessed.
func (f *function) write(ctx context.Context, batch []put) error {
	type requests struct{ RequestItems map[string][]put }
	pending := map[string][]put{f.table: batch}
	for delay := 50 * time.Millisecond; ; delay *= 2 {
		var out struct{ UnprocessedItems map[string][]put }
		if err := f.call(ctx, "BatchWriteItem", requests{pending}, &out); err != nil {
			return err
		}
		if pending = out.UnprocessedItems; len(pending) == 0 {
			return nil
		}
		time.Sleep(delay)
	}
}
