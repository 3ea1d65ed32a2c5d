package measure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

// A Job is what functions are given, and what is expected of them before their times count. Without
// flags it is this project's: an empty event, and the items that the reference says.
type Job struct {
	Event  string   // the file with the event; "" is {}
	Env    []string // NAME=VALUE, added to each function's environment
	Expect string   // report.ExpectReference, ExpectStatus, ExpectNone, or a file with the answer

	event  []byte
	answer []byte
}

// Declare declares the flags.
func (j *Job) Declare(f *cli.Flags) {
	f.String(&j.Event, "event", "", "`FILE` the event to send, as JSON (default {}, for which ours takes its own bucket, key and table)")
	f.Variables(&j.Env, "env", "`NAME=VALUE` variable for the environment of every function; may be repeated")
	f.String(&j.Expect, "expect", "", "`WHAT` must be right before a time counts: reference, the items of this project's job; status, an answer that is no error; none; or the name of a FILE with the answer (default reference; with --event status)")
}

// ready reads the files.
func (j *Job) ready() error {
	if j.Event != "" {
		var err error
		if j.event, err = os.ReadFile(j.Event); err != nil {
			return fmt.Errorf("--event: %w", err)
		}
		if err := json.Unmarshal(j.event, new(json.RawMessage)); err != nil {
			return fmt.Errorf("--event %s: Lambda takes no event that is not JSON: %w", j.Event, err)
		}
	}
	switch j.Expect {
	case "":
		j.Expect = report.ExpectReference
		if j.Event != "" {
			j.Expect = report.ExpectStatus
		}
	case report.ExpectReference, report.ExpectStatus, report.ExpectNone:
	default:
		var err error
		if j.answer, err = os.ReadFile(j.Expect); errors.Is(err, fs.ErrNotExist) {
			return cli.Usagef("--expect %s: no such file; expected reference, status, none or the name of a file", j.Expect)
		} else if err != nil {
			return fmt.Errorf("--expect: %w", err)
		}
	}
	return nil
}

// Own reports whether the job is this project's, whose items are known.
func (j *Job) Own() bool {
	return j.Expect == report.ExpectReference || j.Expect == "" && j.Event == ""
}

// Sum returns a checksum of a job that is not this project's, "" of one that is.
func (j *Job) Sum() string {
	if j.Own() && j.Event == "" && len(j.Env) == 0 {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q", j.event, j.Env, j.Expect, j.answer)
	return hex.EncodeToString(h.Sum(nil))
}

// describe adds the job to the conditions of a report.
func (j *Job) describe(c *report.Conditions) {
	c.Event = j.Event
	if !j.Own() {
		c.Expect = j.Expect
	}
	for _, variable := range j.Env {
		name, _, _ := strings.Cut(variable, "=") // the value may be a secret
		if !slices.Contains(c.Env, name) {
			c.Env = append(c.Env, name)
		}
	}
}

// checkAnswer says how an answer differs from the expected one; "" if it does not. JSON is compared
// by its values.
func (j *Job) checkAnswer(got []byte) string {
	if j.answer == nil || sameJSON(got, j.answer) || bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(j.answer)) {
		return ""
	}
	return fmt.Sprintf("answered %s, not what %s says", shorten(got), j.Expect)
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// shorten writes text for a message of one line.
func shorten(text []byte) string {
	const most = 120
	s := strings.Join(strings.Fields(string(text)), " ")
	if s == "" {
		return "nothing"
	}
	if letters := []rune(s); len(letters) > most {
		s = string(letters[:most]) + "..."
	}
	return s
}
