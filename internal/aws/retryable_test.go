package aws

import (
	"encoding/json"
	"os"
	"testing"
)

// TestRetryable holds the errors that are tried again against botocore's, which is AWS's model and
// the tables of its SDKs: testdata/retryable.json says of which version and date.
func TestRetryable(t *testing.T) {
	data, err := os.ReadFile("testdata/retryable.json")
	if err != nil {
		t.Fatal(err)
	}
	var theirs struct {
		TransientCodes     []string `json:"transient_codes"`
		TransientStatuses  []int    `json:"transient_statuses"`
		ThrottlingCodes    []string `json:"throttling_codes"`
		ThrottlingStatuses []int    `json:"throttling_statuses"`
		Modeled            []struct {
			Operation, Code       string
			Status                int
			Retryable, Throttling bool
		}
	}
	if err := json.Unmarshal(data, &theirs); err != nil {
		t.Fatal(err)
	}

	codes, statuses := make(map[string]fault), make(map[int]fault)
	for _, code := range theirs.TransientCodes {
		codes[code] = transient
	}
	for _, code := range theirs.ThrottlingCodes {
		codes[code] = throttled
	}
	for _, status := range theirs.TransientStatuses {
		statuses[status] = transient
	}
	for _, status := range theirs.ThrottlingStatuses {
		statuses[status] = throttled
	}
	for code, want := range codes {
		if got := faultOf(400, code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	for status, want := range statuses {
		if got := faultOf(status, ""); got != want {
			t.Errorf("%d: %d, want %d", status, got, want)
		}
	}
	if len(theirs.Modeled) == 0 {
		t.Error("no modeled errors")
	}
	for _, e := range theirs.Modeled {
		want, ok := codes[e.Code]
		switch {
		case e.Retryable && e.Throttling:
			want = throttled
		case e.Retryable:
			want = transient
		case !ok:
			want = statuses[e.Status]
		}
		if got := faultOf(e.Status, e.Code); got != want {
			t.Errorf("%s: %d %s: %d, want %d", e.Operation, e.Status, e.Code, got, want)
		}
	}
}
