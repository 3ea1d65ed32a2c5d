package event

import "strings"

// addMessage reads a message of SQS. Lambda Developer Guide, "Using Lambda with Amazon SQS".
func (e *Event) addMessage(r *record) error {
	if strings.HasSuffix(r.queue, ".fifo") {
		e.fifo = true
	}
	objects := len(e.Objects)
	e.messages = append(e.messages, message{id: r.messageID})
	if e.stopped {
		return nil // goes back with the one before it, see appendFailures
	}
	err := e.parseMessage(r.body, 0)
	if err == nil {
		return nil
	}
	err = &PlaceError{"SQS message " + r.messageID, err}
	if !e.env.SQSPartial || r.messageID == "" {
		return err
	}
	e.Objects = e.Objects[:objects] // all of a message, or nothing
	e.messages[len(e.messages)-1].err = err
	e.stopped = e.fifo
	return nil
}
