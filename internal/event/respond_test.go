package event

import (
	"errors"
	"strings"
	"testing"

	"reduction/internal/env"
)

var errFailed = errors.New("failed")

// results makes one a letter: '+' for a success, '-' for a failure, 's' for what is superseded, '0'
// for what is not needed.
func results(letters string) (all []Result) {
	for i, c := range letters {
		r := Result{Summary: []byte(`{"rows":` + string(rune('1'+i)) + `}`)}
		switch c {
		case '-':
			r.Err = errFailed
		case 's':
			r.Outcome = Superseded
		case '0':
			r.Outcome = NotNeeded
		}
		all = append(all, r)
	}
	return all
}

func TestRespond(t *testing.T) {
	two := s3("b", "1")
	two = strings.TrimSuffix(two, "]}") + "," + s3record("2.1", "ObjectCreated:Put", "b", "2") + "]}"
	fifo := strings.ReplaceAll(sqs(s3("b", "1"), s3("b", "2"), s3("b", "3")), ":q\"", ":q.fifo\"")
	for _, test := range []struct {
		payload string
		partial bool
		results string
		want    string // "" for an error
	}{
		{`{}`, false, "+", `{"rows":1}`},
		{`{}`, false, "-", ``},
		{`{}`, false, "", ``},
		{`[{"key":"1"},{"key":"2"}]`, false, "++", `{"objects":[{"rows":1},{"rows":2}],"ignored":0}`},
		{`[{"key":"1"},{"key":"2"}]`, true, "+-", ``},
		{testMessage, false, "", `{"objects":[],"ignored":1}`},
		{two, false, "++", `{"objects":[{"rows":1},{"rows":2}],"ignored":0}`},
		{two, true, "-+", ``},
		{sns(two), true, "-+", ``},

		// What was not read is counted, and has no summary.
		{s3("b", "1"), false, "s", `{"objects":[],"ignored":0,"superseded":1}`},
		{s3("b", "1"), false, "0", `{"objects":[],"ignored":1}`},
		{two, false, "s+", `{"objects":[{"rows":2}],"ignored":0,"superseded":1}`},
		{two, false, "+0", `{"objects":[{"rows":1}],"ignored":1}`},
		{two, false, "s0", `{"objects":[],"ignored":1,"superseded":1}`},
		{two, false, "s-", ``},
		{sqs(testMessage, s3("b", "1")), false, "0", `{"objects":[],"ignored":2}`},
		{sqs(s3("b", "1"), s3("b", "2")), true, "s0", `{"batchItemFailures":[]}`},
		{sqs(s3("b", "1"), s3("b", "2")), true, "s-", `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
		{fifo, true, "s0+", `{"batchItemFailures":[]}`},

		// EventBridge Pipes takes the same answer.
		{records(sqs(s3("b", "1"), s3("b", "2"))), true, "-+", `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`},
		{records(sqs(s3("b", "1"), "x")), true, "+", `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},

		// SQS that was promised nothing: one bad, all bad.
		{sqs(s3("b", "1"), s3("b", "2")), false, "++", `{"objects":[{"rows":1},{"rows":2}],"ignored":0}`},
		{sqs(s3("b", "1"), s3("b", "2")), false, "+-", ``},
		{sqs(s3("b", "1")), false, "+", `{"rows":1}`},

		// SQS that asks for the failed messages.
		{sqs(s3("b", "1"), s3("b", "2")), true, "++", `{"batchItemFailures":[]}`},
		{sqs(s3("b", "1"), s3("b", "2")), true, "+-", `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
		{sqs(s3("b", "1"), s3("b", "2")), true, "--", `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`},
		{sqs(s3("b", "1"), s3("b", "2")), true, "+", `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
		{sqs("hello", s3("b", "2")), true, "+", `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`},
		{sqs(testMessage, s3("b", "2")), true, "-", `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
		{sqs(two, s3("b", "2")), true, "+-+", `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`},
		{sqs(two[:len(two)-2]+",1]}", s3("b", "2")), true, "+", `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`},

		// A FIFO queue gets back all from the first failure on.
		{fifo, true, "+-+", `{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"}]}`},
		{fifo, true, "+++", `{"batchItemFailures":[]}`},
		{fifo, false, "+-+", ``},
	} {
		partial := testEnv
		partial.SQSPartial = test.partial
		e, err := Parse([]byte(test.payload), partial)
		if err != nil {
			t.Errorf("%s: %v", test.payload, err)
			continue
		}
		got, err := e.Respond([]byte("x"), results(test.results))
		if string(got) != "x"+test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", test.payload, got, err, test.want)
		}
		if err != nil && !errors.Is(err, errFailed) && !errors.Is(err, ErrNotRun) {
			t.Errorf("%s: %v", test.payload, err)
		}
	}
}

// records takes what is around records away.
func records(event string) string {
	return strings.TrimSuffix(strings.TrimPrefix(event, `{"Records":`), "}")
}

func TestFailedError(t *testing.T) {
	e, err := Parse([]byte(`[{"key":"1"},{"key":"2"},{"key":"3"}]`), testEnv)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Respond(nil, results("+--"))
	failed, ok := errors.AsType[*FailedError](err)
	if !ok || failed.Failed != 2 || failed.Of != 3 {
		t.Errorf("%v", err)
	}
}

func TestQueueSide(t *testing.T) {
	partial := testEnv
	partial.SQSPartial = true
	e, err := Parse([]byte(strings.ReplaceAll(sqs("hello", s3("b", "k")), ":q\"", ":q.fifo\"")), partial)
	if err != nil {
		t.Fatal(err)
	}
	refused := e.Refused()
	if len(refused) != 1 || !strings.Contains(refused[0].Error(), "SQS message m0") || !e.Ordered() {
		t.Errorf("%v, ordered %v", refused, e.Ordered())
	}
	// What follows in the queue waits for its turn.
	answer, err := e.Respond(nil, nil)
	if want := `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`; len(e.Objects) != 0 || string(answer) != want || err != nil {
		t.Errorf("%d objects, %s, %v", len(e.Objects), answer, err)
	}
}

func TestPartitionKey(t *testing.T) {
	for _, test := range []struct {
		policy  string
		sender  Sender
		objects int
		i       int
		want    string
	}{
		{"", Direct, 1, 0, "id"},
		{"", Direct, 2, 0, "id#0"},
		{"", Direct, 2, 1, "id#1"},
		{"", S3, 1, 0, ""},
		{"", EventBridge, 2, 0, ""},
		{"", SNS, 2, 1, ""},
		{"", SQS, 1, 0, ""},
		{"request", SQS, 1, 0, "id"},
		{"request", SQS, 2, 1, "id#1"},
		{"object", Direct, 1, 0, ""},
	} {
		policy, err := readPolicy(test.policy)
		if err != nil {
			t.Fatal(err)
		}
		e := &Event{Sender: test.sender, Objects: make([]Object, test.objects), env: Environment{PartitionKey: policy}}
		if got := e.PartitionKey("id", test.i); got != test.want {
			t.Errorf("%q, %v: %q, want %q", test.policy, test.sender, got, test.want)
		}
	}
	if _, err := readPolicy("both"); !errors.Is(err, env.ErrSetting) {
		t.Error(err)
	}
}

func readPolicy(pk string) (Policy, error) {
	r := env.New(func(string) string { return pk })
	return ReadPolicy(r), r.Err()
}
