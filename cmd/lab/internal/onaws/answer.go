package onaws

import (
	"encoding/json"
	"fmt"
)

// An answer is that of our function. Those of other functions are not looked at.
type answer struct {
	RequestID             string `json:"requestId"`
	Rows, Groups, Skipped *int64
}

// checkAnswer says what is wrong with an answer of our function: it is to another request, or says
// something else than the first one did, though the event was the same. "" is nothing, or another
// function's answer.
func (s *subject) checkAnswer(payload []byte, requestID string) string {
	a := new(answer)
	if json.Unmarshal(payload, a) != nil || a.RequestID == "" || a.Rows == nil || a.Groups == nil || a.Skipped == nil {
		return ""
	}
	if a.RequestID != requestID {
		return fmt.Sprintf("wrong: the answer to request %s says that it is to %s", requestID, a.RequestID)
	}
	if s.first == nil {
		s.first = a
	}
	if first := s.first; *a.Rows != *first.Rows || *a.Groups != *first.Groups || *a.Skipped != *first.Skipped {
		return fmt.Sprintf("wrong: %d rows, %d groups and %d skipped rows, but %d, %d and %d the first time; was the file changed?",
			*a.Rows, *a.Groups, *a.Skipped, *first.Rows, *first.Groups, *first.Skipped)
	}
	return ""
}
