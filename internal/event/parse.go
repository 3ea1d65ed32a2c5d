package event

import (
	"bytes"

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

// add adds an object, with what the event leaves out taken from the environment.
func (e *Event) add(o Object) error {
	if o.Bucket == "" {
		o.Bucket = e.env.Bucket
	}
	if o.Key == "" {
		o.Key = e.env.Key
	}
	if o.Table == "" {
		o.Table = e.env.Table
	}
	switch {
	case o.Bucket == "":
		return &PlaceError{"no bucket, neither here nor in S3_BUCKET", ErrNoObject}
	case o.Key == "":
		return &PlaceError{"no key, neither here nor in FILE_NAME", ErrNoObject}
	case o.Table == "":
		return &PlaceError{"no table, neither here nor in DB_TABLE", ErrNoObject}
	}
	o.message = len(e.messages) - 1
	e.Objects = append(e.Objects, o)
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
		return e.addItems(payload, Object{})
	case json.Object:
		m, err := readMembers(s)
		if err != nil {
			return err
		}
		return e.parseObject(m, wraps)
	}
	return &ShapeError{"a string, number or boolean"}
}

// parseObject decides of what shape a JSON object is.
func (e *Event) parseObject(m *members, wraps int) error {
	switch {
	case m.records != nil:
		return e.addRecords(m.records, wraps)
	case m.event == testEvent:
		e.Ignored++
		return nil
	case m.detailType != "" && m.source != "":
		return e.addEventBridge(m, wraps)
	case m.kind == snsNotification && m.topic != "":
		// SNS in SQS without raw message delivery: the envelope is in the body.
		return e.parseMessage(m.message, wraps)
	case m.items != nil:
		return e.addItems(m.items, m.batchInput)
	case m.count == 0:
		return e.useEnvironment(wraps, "{}")
	}
	return e.addItem(m, Object{})
}

// parseMessage reads an event that is wrapped into another one, as text.
func (e *Event) parseMessage(text string, wraps int) error {
	if wraps == maxWraps {
		return &ShapeError{"messages in messages"}
	}
	return e.parse([]byte(text), wraps+1)
}

// useEnvironment adds the environment's object. A message that says nothing is not one
// that asks for it.
func (e *Event) useEnvironment(wraps int, got string) error {
	if wraps > 0 {
		return &ShapeError{"a message with " + got}
	}
	return e.add(Object{})
}
