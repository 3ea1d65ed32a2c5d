package retry

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

	codes, statuses := make(map[string]Fault), make(map[int]Fault)
	for _, code := range theirs.TransientCodes {
		codes[code] = Transient
	}
	for _, code := range theirs.ThrottlingCodes {
		codes[code] = Throttled
	}
	for _, status := range theirs.TransientStatuses {
		statuses[status] = Transient
	}
	for _, status := range theirs.ThrottlingStatuses {
		statuses[status] = Throttled
	}
	for code, want := range codes {
		if got := FaultOf(400, code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	for status, want := range statuses {
		if got := FaultOf(status, ""); got != want {
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
			want = Throttled
		case e.Retryable:
			want = Transient
		case !ok:
			want = statuses[e.Status]
		}
		if got := FaultOf(e.Status, e.Code); got != want {
			t.Errorf("%s: %d %s: %d, want %d", e.Operation, e.Status, e.Code, got, want)
		}
	}
}
