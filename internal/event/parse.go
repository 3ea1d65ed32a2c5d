package event

import (
	"bytes"
	"strings"

	"reduction/internal/json"
)

// maxWraps is how deep events may be wrapped into each other: S3 in SNS in SQS is three.
const maxWraps = 3

// Parse reads a payload. An error means that nothing of it should be done; of an SQS batch
// whose bad messages may be sent back alone, the good ones are returned without an error.
func Parse(payload []byte, env Environment) (*Event, error) {
	e := &Event{env: env}
	if err := e.parse(payload, 0); err != nil {
		return nil, err
	}
	return e, nil
}

// FolderMarker is what Ignored.Event calls an object without bytes whose key ends with a slash: the
// S3 console and other tools make one to show an empty folder. One that has bytes is an object as
// any other.
const FolderMarker = "folder marker"

// add adds an object, with what the event leaves out taken from the environment.
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

// parse reads a payload that is wrapped into as many others.
func (e *Event) parse(payload []byte, wraps int) error {
	payload = bytes.TrimSpace(payload)
	if len(payload) == 0 {
		return e.useEnvironment(wraps, "nothing")
	}
	// Once the whole is known to be JSON, what reads a part can find wrong types only.
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
		return e.parseObject(m, wraps)
	}
	return &ShapeError{Got: "a string, number or boolean"}
}

// parseObject decides of what shape a JSON object is.
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

// addEvent adds the objects of an event of AWS, and says whether it is one.
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

// parseMessage reads an event that is wrapped into another one, as text.
func (e *Event) parseMessage(text []byte, wraps int) error {
	if wraps == maxWraps {
		return &ShapeError{Got: "messages in messages"}
	}
	return e.parse(text, wraps+1)
}

// useEnvironment adds the environment's object. A message that says nothing is not one
// that asks for it.
func (e *Event) useEnvironment(wraps int, got string) error {
	if wraps > 0 {
		return &ShapeError{Got: "a message with " + got}
	}
	return e.add(new(Object))
}
