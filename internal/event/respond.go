package event

import (
	"errors"
	"strconv"

	"reduction/internal/json"
)

// Result is what became of an object: a summary, which is a JSON object, where it was read; an
// error where that failed.
type Result struct {
	Outcome Outcome
	Summary []byte
	Err     error
}

// Outcome is what became of an object that was read without an error, or was not read because of
// what has happened to it since the event.
type Outcome int

const (
	Read       Outcome = iota
	Superseded         // a newer object stands there, which has an event of its own
	NotNeeded          // it was deleted, or is a folder marker: counted as ignored
)

// ErrNotRun is the error of an object that has no Result.
var ErrNotRun = errors.New("event: the object was not read")

// FailedError says that some objects of an event failed.
type FailedError struct {
	Failed, Of int
	First      error
}

func (e *FailedError) Error() string {
	return "event: " + strconv.Itoa(e.Failed) + " of " + strconv.Itoa(e.Of) + " objects failed: " + e.First.Error()
}

func (e *FailedError) Unwrap() error { return e.First }

// Refused returns why messages of SQS could not be read. They are among those that
// Respond hands back, and nowhere else reported.
func (e *Event) Refused() []error {
	var errs []error
	for _, m := range e.messages {
		if m.err != nil {
			errs = append(errs, m.err)
		}
	}
	return errs
}

// Ordered says that objects are to be read one after another and not at all after a
// failure: they came from a FIFO queue.
func (e *Event) Ordered() bool { return e.fifo }

// Respond appends the answer that the event's sender expects, given the results of Objects
// in their order; those that are missing count as failed. One object is answered with its
// summary, anything else with the summaries of what was read, and counts of the rest:
//
//	{"objects":[{"rows":2000},{"rows":1900}],"ignored":1,"superseded":1}
//
// An error is for the sender too: the invocation has failed, and is delivered again or not as the
// sender sees fit.
//
// SQS, where it was promised to understand that (Environment.SQSPartial), is told which
// messages to deliver again instead.
func (e *Event) Respond(dst []byte, results []Result) ([]byte, error) {
	if e.Sender == SQS && e.env.SQSPartial {
		return e.appendFailures(dst, results), nil
	}
	failed, first := 0, error(nil)
	var counts [NotNeeded + 1]int
	for i := range e.Objects {
		r := result(results, i)
		if r.Err == nil {
			counts[r.Outcome]++
		} else if failed++; first == nil {
			first = r.Err
		}
	}
	switch {
	case failed > 0 && len(e.Objects) == 1:
		return dst, first
	case failed > 0:
		return dst, &FailedError{failed, len(e.Objects), first}
	case len(e.Objects) == 1 && counts[Read] == 1:
		return append(dst, results[0].Summary...), nil
	}
	dst = append(dst, `{"objects":[`...)
	comma := false
	for i := range e.Objects {
		if results[i].Outcome != Read {
			continue
		}
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = append(dst, results[i].Summary...)
	}
	dst = append(dst, `],"ignored":`...)
	dst = strconv.AppendInt(dst, int64(len(e.Ignored)+counts[NotNeeded]), 10)
	if n := counts[Superseded]; n > 0 {
		dst = append(dst, `,"superseded":`...)
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return append(dst, '}'), nil
}

func result(results []Result, i int) Result {
	if i >= len(results) {
		return Result{Err: ErrNotRun}
	}
	return results[i]
}

// appendFailures appends the messages to be delivered again. Lambda Developer Guide,
// "Handling errors for an SQS event source in Lambda": of a FIFO queue, all after the first
// that failed go back too, or their order would be lost.
//
//	{"batchItemFailures":[{"itemIdentifier":"059f36b4-87a3-44ab-83d2-661975830a7d"}]}
func (e *Event) appendFailures(dst []byte, results []Result) []byte {
	failed := make([]bool, len(e.messages))
	for i, m := range e.messages {
		failed[i] = m.err != nil
	}
	for i, o := range e.Objects {
		if result(results, i).Err != nil {
			failed[o.message] = true
		}
	}
	dst = append(dst, `{"batchItemFailures":[`...)
	first := true
	for i, m := range e.messages {
		if e.fifo && i > 0 && failed[i-1] {
			failed[i] = true
		}
		if !failed[i] {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, `{"itemIdentifier":`...)
		dst = json.AppendString(dst, m.id)
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}
