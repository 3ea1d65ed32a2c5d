package event

import (
	"bytes"
	"strings"

	"reduction/internal/json"
)

// maxWraps is how deep events may be wrapped into each other: S3 in SNS in SQS has three levels.
const maxWraps = 3

// Parse reads a payload. After an error, the function must read none of its objects. If SQSPartial
// is set, bad messages of an SQS batch are no error: Parse returns the good ones, and Respond tells
// SQS to deliver the bad ones again.
func Parse(payload []byte, env Environment) (*Event, error) {
	e := &Event{env: env}
	if err := e.parse(payload, 0); err != nil {
		return nil, err
	}
	return e, nil
}

// FolderMarker is the Ignored.Event of an object without bytes whose key ends with a slash. The S3
// console and other tools make such objects to show an empty folder. An object with bytes is read,
// whatever its key.
const FolderMarker = "folder marker"

// add adds an object. It takes from the environment what the event leaves out.
func (e *Event) add(o *Object) error {
	if o.Bucket == "" {
		o.Bucket = e.env.Bucket
	}
	if o.Key == "" && o.Prefix == "" {
		o.Key = e.env.Key
	}
	if o.Table == "" {
		o.Table = e.env.Table
	}
	switch {
	case o.Bucket == "":
		return &PlaceError{"no bucket, neither here nor in S3_BUCKET", ErrNoObject}
	case o.Key+o.Prefix == "":
		return &PlaceError{"no key, neither here nor in FILE_NAME", ErrNoObject}
	case o.Table == "":
		return &PlaceError{"no table, neither here nor in DB_TABLE", ErrNoObject}
	}
	if o.empty && strings.HasSuffix(o.Key, "/") {
		e.ignore(FolderMarker, o)
		return nil
	}
	o.message = len(e.messages) - 1
	e.Objects = append(e.Objects, *o)
	return nil
}

// parse reads a payload that is wrapped into so many others.
func (e *Event) parse(payload []byte, wraps int) error {
	payload = bytes.TrimSpace(payload)
	if len(payload) == 0 {
		return e.useEnvironment(wraps, "nothing")
	}
	// After this check, reading a part of the payload can only fail because of a wrong type.
	if err := json.Check(payload); err != nil {
		return &PlaceError{"payload", err}
	}
	s := json.NewScanner(payload)
	switch s.Peek() {
	case json.Null:
		return e.useEnvironment(wraps, "null")
	case json.Array:
		return e.addArray("item", payload, new(Object), wraps)
	case json.Object:
		m, err := readMembers(s)
		if err != nil {
			return err
		}
		if m.step && wraps == 0 {
			return e.parseStep(payload)
		}
		return e.parseObject(m, wraps)
	}
	return &ShapeError{Got: "a string, number or boolean"}
}

// parseObject decides what kind of event a JSON object is, and adds its objects.
func (e *Event) parseObject(m *members, wraps int) error {
	is, err := e.addEvent(m, wraps)
	switch {
	case is:
		return err
	case m.array("Items") != nil:
		return e.addBatch(m, wraps)
	case m.none():
		return e.useEnvironment(wraps, "{}")
	}
	return e.addItem(m, new(Object))
}

// addEvent adds the objects of m if m is an event of AWS, and reports whether it is.
func (e *Event) addEvent(m *members, wraps int) (bool, error) {
	switch {
	case m.array("Records") != nil:
		return true, e.addArray("record", m.array("Records"), nil, wraps)
	case string(m.of["Event"]) == testEvent:
		e.ignore(testEvent, &m.object)
		return true, nil
	case len(m.of["detail-type"]) > 0 && len(m.of["source"]) > 0:
		return true, e.addEventBridge(m, wraps)
	case string(m.of["Type"]) == snsNotification && len(m.of["TopicArn"]) > 0:
		// SNS in SQS without raw message delivery: the envelope is in the body.
		return true, e.parseMessage(m.of["Message"], wraps)
	}
	return false, nil
}

// parseMessage reads an event that is text in another event.
func (e *Event) parseMessage(text []byte, wraps int) error {
	if wraps == maxWraps {
		return &ShapeError{Got: "messages in messages"}
	}
	return e.parse(text, wraps+1)
}

// useEnvironment adds the environment's object. An empty message in another event is an error: it
// does not ask for that object.
func (e *Event) useEnvironment(wraps int, got string) error {
	if wraps > 0 {
		return &ShapeError{Got: "a message with " + got}
	}
	return e.add(new(Object))
}
