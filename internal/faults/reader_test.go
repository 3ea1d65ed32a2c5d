package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"reduction/internal/job"
	"reduction/runtime/lambdatest"
	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

// reader reads the table beside the function, as docs/results.md says: a page at a time, while the
// function's requests are under way. It follows the pointer, where LATEST keeps one, and looks at any
// partition key otherwise. What it calls whole is the result of one version, or something is wrong.
type reader struct {
	w    *world
	rand *rand.Rand

	mu      sync.Mutex
	pointer lambdatest.Item // that has led to pk; or nil
	pk      string          // "": no read is under way
	start   any             // of the next page
	items   []lambdatest.Item
	newest  int // the last version that the pointer has named

	whole, unfinished int // reads
	wrong             error
}

func newReader(w *world) *reader {
	return &reader{w: w, rand: rand.New(rand.NewPCG(w.seed, 2))}
}

// steps reads some pages, unless somebody else is reading one.
func (r *reader) steps() {
	if !r.mu.TryLock() {
		return
	}
	defer r.mu.Unlock()
	for range r.rand.IntN(4) {
		r.step()
	}
}

// all reads to the end of a read that begins now, and says whether it found a whole result under a
// partition key.
func (r *reader) all(pk string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.whole
	r.pointer, r.pk, r.start, r.items = nil, pk, nil, nil
	for r.step(); r.pk != ""; r.step() {
	}
	return r.whole > before
}

// step reads a page.
func (r *reader) step() {
	if r.pk == "" {
		r.begin()
		return
	}
	request := map[string]any{"KeyConditionExpression": "PK = :pk", "ExpressionAttributeValues": map[string]any{":pk": lambdatest.Value{"S": r.pk}},
		"Limit": 1 + r.rand.IntN(60)}
	if r.start != nil {
		request["ExclusiveStartKey"] = r.start
	}
	page, ok := r.query(request)
	if !ok {
		r.pk = ""
		return
	}
	r.items = append(r.items, page.Items...)
	if r.start = page.LastEvaluatedKey; page.LastEvaluatedKey == nil {
		r.end()
		r.pk = ""
	}
}

// begin finds out what to read.
func (r *reader) begin() {
	r.pointer, r.start, r.items = nil, nil, nil
	if r.w.latest == job.NoLatest {
		keys := slices.Collect(func(yield func(string) bool) {
			for _, item := range r.w.DynamoDB.Items(table) {
				if !yield(item["PK"].Text()) {
					return
				}
			}
		})
		if len(keys) > 0 {
			r.pk = keys[r.rand.IntN(len(keys))]
		}
		return
	}
	page, ok := r.query(map[string]any{"KeyConditionExpression": "PK = :pk AND SK = :sk",
		"ExpressionAttributeValues": map[string]any{":pk": lambdatest.Value{"S": job.LatestPartitionKey}, ":sk": lambdatest.Value{"S": r.w.pointerKey()}}})
	if ok && len(page.Items) > 0 {
		r.pointer = page.Items[0]
		r.pk = r.pointer["PartitionKey"].Text()
	}
}

// end says what has been read. The manifest is the first item, or there is none.
func (r *reader) end() {
	var manifest lambdatest.Item
	if len(r.items) > 0 && r.items[0]["SK"].Text() == job.ManifestSortKey {
		manifest = r.items[0]
	}
	got := reference{}
	for _, item := range r.items {
		if item["SK"].Text() != job.ManifestSortKey && manifest != nil && item["Run"].Text() == manifest["Run"].Text() {
			got[item["SK"].Text()] = describe(item)
		}
	}
	if manifest == nil || manifest["Groups"].Text() != strconv.Itoa(len(got)) {
		r.unfinished++
		if r.pointer != nil || manifest != nil && r.w.byObject {
			r.wrong = fmt.Errorf("a reader found %d items, manifest %v, pointer %v", len(got), manifest, r.pointer)
		}
		return
	}
	r.whole++
	etag := manifest["ETag"].Text()
	version := slices.IndexFunc(r.w.versions, func(v version) bool { return got.equal(v.ref) && (v.etag == etag || etag == wrongETag) })
	switch {
	case version < 0:
		r.wrong = fmt.Errorf("a reader found %d items that are not the result of this version: %v", len(got), manifest)
	case r.pointer != nil && r.pointer["Run"].Text() != manifest["Run"].Text():
		r.wrong = fmt.Errorf("a reader came from %v to %v", r.pointer, manifest)
	case r.pointer != nil && version < r.newest:
		r.wrong = fmt.Errorf("the pointer went back to version %d", version)
	case r.pointer != nil:
		r.newest = version
	}
}

// wrongETag is what lambdatest's fault WrongETag says.
const wrongETag = `"00000000000000000000000000000000"`

type page struct {
	Items            []lambdatest.Item
	LastEvaluatedKey any
}

// query asks the server without a socket.
func (r *reader) query(request map[string]any) (p page, ok bool) {
	request["TableName"], request["ConsistentRead"] = table, true
	body, err := json.Marshal(request)
	if err != nil {
		r.wrong = err
		return p, false
	}
	env := map[string]string{}
	for _, kv := range r.w.Env() {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	signer := sigv4.Signer{Region: r.w.Region, Service: "dynamodb", Credentials: sigv4.Credentials{
		AccessKeyID: env["AWS_ACCESS_KEY_ID"], SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"], SessionToken: env["AWS_SESSION_TOKEN"]}}
	req := httptest.NewRequest(http.MethodPost, "http://reader/", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.Query")
	sigv4http.Sign(&signer, req, body, time.Now())
	answer := httptest.NewRecorder()
	r.w.DynamoDB.ServeHTTP(answer, req)
	if answer.Code != http.StatusOK {
		r.wrong = fmt.Errorf("a reader was refused: %d %s", answer.Code, answer.Body)
		return p, false
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &p); err != nil {
		r.wrong = err
	}
	return p, err == nil
}
