package event

import "strings"

// addMessage reads a message of SQS. Lambda Developer Guide, "Using Lambda with Amazon SQS".
func (e *Event) addMessage(id string, body []byte, queue string) error {
	if strings.HasSuffix(queue, ".fifo") {
		e.fifo = true
	}
	objects, ignored := len(e.Objects), len(e.Ignored)
	e.messages = append(e.messages, message{id: id})
	if e.stopped {
		return nil // it must be delivered again with the one before it: see appendFailures
	}
	err := e.parseMessage(body, 0)
	if err == nil {
		return nil
	}
	err = &PlaceError{"SQS message " + id, err}
	if !e.env.SQSPartial || id == "" {
		return err
	}
	e.Objects, e.Ignored = e.Objects[:objects], e.Ignored[:ignored] // all of a message, or nothing
	e.messages[len(e.messages)-1].err = err
	e.stopped = e.fifo
	return nil
}
