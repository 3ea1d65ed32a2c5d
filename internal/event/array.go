package event

import "reduction/internal/json"

// addArray adds the objects of an array: "Records", which S3, SNS and SQS all have, the items of
// Step Functions, or an array alone. EventBridge Pipes sends the records of SQS in an array alone
// (EventBridge User Guide, "Amazon SQS as a source"). rest has what the items leave out. It is nil
// if the array must not have items.
func (e *Event) addArray(what string, array []byte, rest *Object, wraps int) error {
	s := json.NewScanner(array)
	none := true
	for i := range s.Array() {
		none = false
		err := e.addElement(s.Raw(), rest, wraps)
		if err == nil && wraps == 0 && len(e.messages) > 0 && len(e.messages) != i+1 {
			err = &ShapeError{Got: "messages of SQS among others"}
		}
		if err != nil {
			return at(what, i, err)
		}
	}
	if none {
		return &ShapeError{Got: "an array without any " + what}
	}
	return s.Err()
}

func (e *Event) addElement(raw []byte, rest *Object, wraps int) error {
	if is, err := e.addRecord(raw, wraps); is {
		return err
	}
	s := json.NewScanner(raw)
	if s.Peek() != json.Object {
		return &ShapeError{Got: "a value that is no object"}
	}
	m, err := readMembers(s)
	if err != nil {
		return err
	}
	if rest == nil {
		return &ShapeError{Got: "a record with " + m.names}
	}
	if is, err := e.addEvent(m, wraps); is {
		return err
	}
	return e.addItem(m, rest)
}
