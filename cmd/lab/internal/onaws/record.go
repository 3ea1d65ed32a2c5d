package onaws

import (
	"encoding/json"
	"os"
)

// A record is the file of what Lambda has answered: a line of JSON for each invocation, written at
// once, with the REPORT line as it was logged.
type record struct{ file *os.File }

// An entry is one invocation.
type entry struct {
	Time      string  `json:"time"` // of its end
	Function  string  `json:"function"`
	Measured  string  `json:"measured"` // the function that was invoked: a copy, or itself
	MemoryMB  int     `json:"memoryMB"`
	Round     int     `json:"round"`
	RequestID string  `json:"requestId,omitempty"`
	Cold      bool    `json:"cold"`
	Counted   bool    `json:"counted"`
	Why       string  `json:"why,omitempty"` // it is not counted
	ClientMs  float64 `json:"clientSawMs,omitempty"`
	Line      string  `json:"line,omitempty"`
	Log       string  `json:"log,omitempty"` // the end of the log, if there is no line in it
}

// newRecord makes the file. An existing one is kept, and its lines stay.
func newRecord(path string) (*record, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	return &record{file}, err
}

func (r *record) write(e *entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = r.file.Write(append(line, '\n'))
	return err
}

func (r *record) close() error { return r.file.Close() }
