package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
)

// query sends a Query request to DynamoDB, and returns the sort keys of the items in the answer.
func (w *world) query(t *testing.T, body []byte) (keys []string) {
	t.Helper()
	status, text, err := askDynamoDB(w.URL, sigv4.Credentials(w.Credentials), w.Region, "Query", body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Items   []struct{ SK struct{ S string } }
		Message string
	}
	if err := json.Unmarshal(text, &answer); err != nil || status != 200 {
		t.Fatalf("%s: %d, %s, %v", body, status, answer.Message, err)
	}
	for _, item := range answer.Items {
		keys = append(keys, item.SK.S)
	}
	return keys
}

// The answer and the log name the table and the partition key. Their query, sent as it is, returns
// the items of the result, and no others.
func TestQuery(t *testing.T) {
	for _, settings := range [][]string{
		{"AWS_LAMBDA_LOG_FORMAT=JSON"},
		{"AWS_LAMBDA_LOG_FORMAT=JSON", "PK=object"},
		{"METRICS=on"},
	} {
		s := lambdatest.NewServer()
		t.Cleanup(s.Close)
		w := newWorldOn(t, s, settings...)
		const key = `in "quotes", 'apostrophes' and ümlauts.csv`
		w.S3.Put("records", "other.csv", []byte(header+"H,D0,T,5\n"))
		if _, err := w.invoke("request-0", `{"key":"other.csv"}`); err != nil {
			t.Fatal(err)
		}
		w.log.Reset()
		w.S3.Put("records", key, []byte(header+"H,D1,T,5\nH,D2,T,5\n"))
		payload, err := json.Marshal(map[string]string{"key": key})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := w.invoke("request-1", string(payload))
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range map[string]string{"answer": answer, "log": w.log.String()} {
			var got struct {
				Table, PartitionKey string
				Query               json.RawMessage
			}
			if err := json.Unmarshal([]byte(text), &got); err != nil || got.Table != "results" {
				t.Fatalf("%q, %s: %v, %s", settings, where, err, text)
			}
			if got.PartitionKey != "request-1" && !strings.HasSuffix(got.PartitionKey, "#"+key) {
				t.Errorf("%q, %s: the partition key is %q", settings, where, got.PartitionKey)
			}
			want := []string{"#diagnosis#D1#hospital#H", "#diagnosis#D2#hospital#H"}
			if keys := w.query(t, got.Query); !slices.Equal(keys, want) {
				t.Errorf("%q, %s: %q, want %q", settings, where, keys, want)
			}
		}
	}
}
