package main

import (
	"crypto/md5"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
	"reduction/sigv4/sigv4http"
)

const (
	oldRows = header + "Old,D,T,5\n"
	newRows = header + "New,D,T,5\n"
)

// notification is S3's event for an object; a version and a time are left out where they are "".
func notification(key, etag, version, at string) string {
	return `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"` + at + `","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"records"},` +
		`"object":{"key":"` + key + `","size":51,"eTag":"` + strings.Trim(etag, `"`) + `","versionId":"` + version + `"}}}]}`
}

// md5Of is an object's ETag.
func md5Of(rows string) string { return fmt.Sprintf("\"%x\"", md5.Sum([]byte(rows))) }

// call is what EventBridge sends of CloudTrail's record of a PutObject.
func call(key, version string) string {
	return `{"detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":{"eventSource":"s3.amazonaws.com","eventName":"PutObject",` +
		`"requestParameters":{"bucketName":"records","key":"` + key + `"},"responseElements":{"x-amz-version-id":"` + version + `"}}}`
}

// ask has S3 do something to the bucket, or to an object in it.
func (w *world) ask(t *testing.T, method, key, query, body string) {
	t.Helper()
	req, err := http.NewRequest(method, w.URL+"/records/"+key+"?"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	signer := sigv4.Signer{Credentials: sigv4.Credentials(w.Credentials), Region: w.Region, Service: "s3"}
	sigv4http.Sign(&signer, req, []byte(body), time.Now())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s", method, key, resp.Status)
	}
}

// deleteObject deletes an object, or a version of it.
func (w *world) deleteObject(t *testing.T, key, version string) {
	t.Helper()
	query := ""
	if version != "" {
		query = "versionId=" + version
	}
	w.ask(t, "DELETE", key, query, "")
}

// hospitals are those of the stored items.
func (w *world) hospitals() string {
	var names []string
	for _, item := range w.DynamoDB.Items("results") {
		names = append(names, item["Hospital"].Text())
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// operations are what S3 was asked for.
func (w *world) operations() string {
	var names []string
	for _, r := range w.S3.Requests() {
		names = append(names, r.Operation)
	}
	return strings.Join(names, " ")
}

// TestOutcome is about objects that have changed, or gone, since the event.
func TestOutcome(t *testing.T) {
	earlier := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	later := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	read := `"rows":1`
	const superseded, ignored = `{"objects":[],"ignored":0,"superseded":1}`, `{"objects":[],"ignored":1}`

	// put stores an object and returns its ETag and version, overwritten those of one that is not
	// the last.
	type object struct{ ETag, VersionID string }
	put := func(w *world, key, rows string) object {
		o := w.S3.PutObject("records", key, []byte(rows), nil)
		return object{o.ETag, o.VersionID}
	}
	overwritten := func(w *world) object {
		o := put(w, "in.csv", oldRows)
		put(w, "in.csv", newRows)
		return o
	}
	versions := func(t *testing.T, w *world) *world {
		w.ask(t, "PUT", "", "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
		return w
	}

	for _, c := range []struct {
		name    string
		setting string
		event   func(t *testing.T, w *world) string
		want    string // part of the answer, or an error's type
		stored  string
		asked   string
		log     []string
	}{
		{"overwritten", "", func(t *testing.T, w *world) string { return notification("in.csv", overwritten(w).ETag, "", earlier) },
			superseded, "", "GetObject HeadObject", []string{"\trequest-1\tWARN\tsuperseded: s3://records/in.csv: ETag " + md5Of(oldRows) + " of the event, " + md5Of(newRows) + " now\tsuperseded=1\n"}},
		{"overwritten, and the event says null", "", func(t *testing.T, w *world) string {
			return notification("in.csv", overwritten(w).ETag, "null", earlier)
		},
			superseded, "", "GetObject HeadObject", nil},
		{"overwritten by something older", "", func(t *testing.T, w *world) string { return notification("in.csv", overwritten(w).ETag, "", later) },
			"Function.Changed", "", "GetObject HeadObject", nil},
		{"overwritten, at a time that is not known", "", func(t *testing.T, w *world) string { return notification("in.csv", overwritten(w).ETag, "", "") },
			"Function.Changed", "", "GetObject HeadObject", nil},
		{"overwritten, of EventBridge", "", func(t *testing.T, w *world) string {
			return `{"detail-type":"Object Created","source":"aws.s3","time":"` + earlier + `","detail":{"bucket":{"name":"records"},"object":{"key":"in.csv","etag":"` +
				strings.Trim(overwritten(w).ETag, `"`) + `"}}}`
		}, superseded, "", "GetObject HeadObject", nil},
		{"overwritten, of CloudTrail, which names no ETag", "", func(t *testing.T, w *world) string { overwritten(w); return call("in.csv", "") },
			read, "New", "GetObject", nil},
		{"overwritten with the same", "", func(t *testing.T, w *world) string {
			o := put(w, "in.csv", oldRows)
			put(w, "in.csv", oldRows)
			return notification("in.csv", o.ETag, "", earlier)
		}, read, "Old", "GetObject", nil},
		{"overwritten while it is read", "", func(t *testing.T, w *world) string {
			o := put(w, "in.csv", oldRows)
			w.Inject(func(c lambdatest.Call) lambdatest.Fault {
				switch {
				case c.Operation == "GetObject" && c.Range == "":
					return lambdatest.Fault{Kind: lambdatest.Cut, Bytes: 10}
				case c.Operation == "GetObject":
					put(w, "in.csv", newRows)
				}
				return lambdatest.Fault{}
			})
			return notification("in.csv", o.ETag, "", earlier)
		}, superseded, "", "GetObject GetObject HeadObject", nil},
		{"overwritten while it is read, of CloudTrail", "", func(t *testing.T, w *world) string {
			put(w, "in.csv", oldRows)
			w.Inject(func(c lambdatest.Call) lambdatest.Fault {
				switch {
				case c.Operation == "GetObject" && c.Range == "":
					return lambdatest.Fault{Kind: lambdatest.Cut, Bytes: 10}
				case c.Operation == "GetObject":
					put(w, "in.csv", newRows)
				}
				return lambdatest.Fault{}
			})
			return call("in.csv", "")
		}, "Function.Changed", "", "GetObject GetObject", nil},
		{"overwritten, and nobody knows by what", "", func(t *testing.T, w *world) string {
			o := overwritten(w)
			w.Inject(func(c lambdatest.Call) lambdatest.Fault {
				if c.Operation == "HeadObject" {
					return lambdatest.Fault{Kind: lambdatest.ServerError}
				}
				return lambdatest.Fault{}
			})
			return notification("in.csv", o.ETag, "", earlier)
		}, "Function.Unavailable", "", "GetObject HeadObject HeadObject HeadObject", nil},
		{"overwritten, then deleted", "", func(t *testing.T, w *world) string {
			o := overwritten(w)
			w.Inject(func(c lambdatest.Call) lambdatest.Fault {
				if c.Operation == "HeadObject" {
					w.deleteObject(t, "in.csv", "")
				}
				return lambdatest.Fault{}
			})
			return notification("in.csv", o.ETag, "", earlier)
		}, "Function.NoSuchKey", "", "GetObject HeadObject DeleteObject", nil},
		{"overwritten, asked for directly", "", func(t *testing.T, w *world) string {
			return `{"key":"in.csv","etag":"` + strings.Trim(overwritten(w).ETag, `"`) + `"}`
		}, "Function.Superseded", "", "GetObject HeadObject", nil},
		{"overwritten, of versions", "", func(t *testing.T, w *world) string {
			o := overwritten(versions(t, w))
			return notification("in.csv", o.ETag, o.VersionID, earlier)
		}, read, "Old", "GetObject", nil},
		{"overwritten, of versions, and none is named", "", func(t *testing.T, w *world) string {
			return notification("in.csv", overwritten(versions(t, w)).ETag, "", earlier)
		},
			superseded, "", "GetObject HeadObject", nil},
		{"a version with another's ETag", "", func(t *testing.T, w *world) string {
			return notification("in.csv", "another", overwritten(versions(t, w)).VersionID, earlier)
		}, "Function.Changed", "", "GetObject", nil},

		{"gone", "", func(t *testing.T, w *world) string { return notification("in.csv", "e", "", earlier) },
			"Function.NoSuchKey", "", "GetObject HeadObject", nil},
		{"gone, asked for directly", "", func(t *testing.T, w *world) string { return `{}` }, "Function.NoSuchKey", "", "GetObject", nil},
		{"gone, ignored", "GONE=ignore", func(t *testing.T, w *world) string { return notification("in.csv", "e", "", earlier) },
			ignored, "", "GetObject", []string{"\tWARN\tignored: aws: GetObject s3://records/in.csv: no such key", "\tignored=1\n"}},
		{"gone, ignored, asked for directly", "GONE=ignore", func(t *testing.T, w *world) string { return `{}` }, ignored, "", "GetObject", []string{"\tWARN\tignored: "}},
		{"gone, and stored again as it was", "", func(t *testing.T, w *world) string {
			o := put(versions(t, w), "in.csv", oldRows)
			put(w, "in.csv", oldRows)
			w.deleteObject(t, "in.csv", o.VersionID)
			return notification("in.csv", o.ETag, o.VersionID, earlier)
		}, "Function.NoSuchKey", "", "GetObject HeadObject", nil},
		{"deleted", "", func(t *testing.T, w *world) string {
			o := put(versions(t, w), "in.csv", oldRows)
			w.deleteObject(t, "in.csv", "")
			return notification("in.csv", o.ETag, "", earlier)
		}, ignored, "", "GetObject", []string{"\tWARN\tignored: aws: GetObject s3://records/in.csv: no such key"}},
		{"deleted, but its version is kept", "", func(t *testing.T, w *world) string {
			o := put(versions(t, w), "in.csv", oldRows)
			w.deleteObject(t, "in.csv", "")
			return notification("in.csv", o.ETag, o.VersionID, earlier)
		}, read, "Old", "GetObject", nil},
		{"deleted, and its version too", "", func(t *testing.T, w *world) string {
			o := put(versions(t, w), "in.csv", oldRows)
			w.deleteObject(t, "in.csv", "")
			w.deleteObject(t, "in.csv", o.VersionID)
			return notification("in.csv", o.ETag, o.VersionID, earlier)
		}, ignored, "", "GetObject HeadObject", []string{"\tWARN\tignored: aws: HeadObject s3://records/in.csv: no such key"}},
		{"deleted, asked for directly", "", func(t *testing.T, w *world) string {
			put(versions(t, w), "in.csv", oldRows)
			w.deleteObject(t, "in.csv", "")
			return `{}`
		}, "Function.NoSuchKey", "", "GetObject", nil},
		{"no bucket", "", func(t *testing.T, w *world) string {
			return strings.Replace(notification("k", "e", "", earlier), "records", "other", 1)
		},
			"Function.NoSuchBucket", "", "GetObject", nil},

		{"a folder", "", func(t *testing.T, w *world) string {
			return strings.Replace(notification("incoming/", put(w, "incoming/", "").ETag, "", earlier), `"size":51`, `"size":0`, 1)
		}, ignored, "", "", []string{"\tINFO\tignored: folder marker: s3://records/incoming/\tignored=1\n"}},
		{"a folder, of an event without a size", "", func(t *testing.T, w *world) string { put(w, "incoming/", ""); return call("incoming/", "") },
			ignored, "", "GetObject", []string{"\tINFO\tignored: folder marker: s3://records/incoming/\tignored=1\n"}},
		{"a folder, asked for directly", "", func(t *testing.T, w *world) string { put(w, "incoming/", ""); return `{"key":"incoming/"}` },
			"Function.Empty", "", "GetObject", nil},
		{"no folder, though it is called so", "", func(t *testing.T, w *world) string { put(w, "incoming/", oldRows); return call("incoming/", "") },
			read, "Old", "GetObject", nil},
		{"empty", "", func(t *testing.T, w *world) string { put(w, "in.csv", ""); return call("in.csv", "") }, "Function.Empty", "", "GetObject", nil},

		{"a deletion", "", func(t *testing.T, w *world) string {
			return strings.Replace(notification("a+b.csv", "e", "", earlier), "ObjectCreated:Put", "s3:ObjectRemoved:Delete", 1)
		}, ignored, "", "", []string{"\trequest-1\tINFO\tignored: ObjectRemoved:Delete: s3://records/a b.csv\tignored=1\n"}},
		{"an unknown event", "", func(t *testing.T, w *world) string {
			return strings.Replace(notification("in.csv", "e", "", earlier), "ObjectCreated:Put", "ObjectCreated:Append", 1)
		}, "Function.BadEvent", "", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := lambdatest.NewServer()
			t.Cleanup(s.Close)
			w := newWorldOn(t, s, strings.Fields(c.setting)...)
			payload := c.event(t, w)
			w.ForgetRequests()
			answer, err := w.invoke("request-1", payload)
			got := answer
			if typed, ok := errors.AsType[*typedError](err); ok {
				got = typed.ErrorType()
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("%s, %v, want %s", answer, err, c.want)
			}
			if got := w.hospitals(); got != c.stored {
				t.Errorf("stored %q, want %q", got, c.stored)
			}
			if got := strings.Join(strings.Fields(strings.ReplaceAll(w.operations(), "BatchWriteItem", "")), " "); got != c.asked {
				t.Errorf("asked for %q, want %q", got, c.asked)
			}
			for _, line := range c.log {
				if !strings.Contains(w.log.String(), line) {
					t.Errorf("log %q lacks %q", w.log.String(), line)
				}
			}
			if c.log == nil && strings.Contains(c.want, "Function.") && w.log.Len() > 0 {
				t.Errorf("log %q, and the runtime logs the error, too", w.log.String())
			}
		})
	}
}

// Of several messages, each has what became of it: what is superseded or not needed does not come
// back, and each error has its line, with its type.
func TestSeveral(t *testing.T) {
	earlier := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	w := newWorldOn(t, s, "SQS_PARTIAL=on", "METRICS=on")
	old := w.S3.Put("records", "old.csv", []byte(oldRows))
	w.S3.Put("records", "old.csv", []byte(newRows))
	good := w.S3.Put("records", "good.csv", []byte(newRows))
	bad := w.S3.Put("records", "bad.csv", []byte(header+"H,D,T\n"))
	var messages []string
	for id, body := range []string{
		notification("old.csv", old, "", earlier), notification("good.csv", good, "", earlier), notification("bad.csv", bad, "", earlier),
		notification("missing.csv", "e", "", earlier), strings.Replace(notification("x.csv", "e", "", earlier), "Created:Put", "Removed:Delete", 1),
		strings.Replace(notification("x.csv", "e", "", earlier), "Created:Put", "Created:Append", 1),
	} {
		messages = append(messages, `{"messageId":"m`+strconv.Itoa(id)+`","eventSource":"aws:sqs","body":`+strconv.Quote(body)+`}`)
	}
	const want = `{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"},{"itemIdentifier":"m5"}]}`
	// The event source mapping's form, and that of EventBridge Pipes.
	for _, payload := range []string{`{"Records":[` + strings.Join(messages, ",") + `]}`, `[` + strings.Join(messages, ",") + `]`} {
		w.log.Reset()
		answer, err := w.invoke("request-1", payload)
		if answer != want || err != nil {
			t.Errorf("%s, %v", answer, err)
		}
		if w.hospitals() != "New" {
			t.Errorf("stored %q", w.hospitals())
		}
		log := w.log.String()
		for line, n := range map[string]int{
			"errorType=\"Function.BadRow\"\n": 1, "errorType=\"Function.NoSuchKey\"\n": 1, "errorType=\"Function.BadEvent\"\n": 1, "\tERROR\t": 3,
			`"message":"superseded: s3://records/old.csv: `: 1, `"message":"ignored: ObjectRemoved:Delete: s3://records/x.csv"`: 1, `{"Name":"superseded","Unit":"Count"}`: 1, `"superseded":1`: 1, `{"Name":"ignored","Unit":"Count"}`: 1, `"message":"reduced"`: 1,
		} {
			if got := strings.Count(log, line); got != n {
				t.Errorf("%d times %s in\n%s", got, line, log)
			}
		}
	}
}

// TestErrorTypeIsTold holds that Lambda, and so Step Functions, gets the type of an error.
func TestErrorTypeIsTold(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := lambdatest.NewTLSServer()
	t.Cleanup(s.Close)
	s.S3.CreateBucket("records")
	s.DynamoDB.CreateTable("results")
	for _, c := range []struct{ name, setting, payload, want string }{
		{"event", "PK=object", `{"tabel":"t"}`, "Function.BadEvent"},
		{"object", "PK=object", `{}`, "Function.NoSuchKey"},
		{"setting", "PK=neither", `{}`, "Function.Setting"},
	} {
		fn := s.Lambda.CreateFunction(lambdatest.FunctionConfig{Name: c.name, Timeout: 30 * time.Second, Exec: []string{exe},
			Env: []string{"S3_BUCKET=records", "FILE_NAME=in.csv", "DB_TABLE=results", c.setting, asFunction + "=1"}})
		res, err := fn.Invoke(t.Context(), []byte(c.payload))
		if err != nil {
			t.Fatal(err)
		}
		if res.ErrorType != c.want || !strings.Contains(string(res.Payload), `"errorType":"`+c.want+`"`) {
			t.Errorf("%s: %s, %s", c.name, res.ErrorType, res.Payload)
		}
		if !strings.Contains(string(res.LogTail), `errorType="`+c.want+`"`) {
			t.Errorf("%s: log %s", c.name, res.LogTail)
		}
	}
}
