package event

import (
	"strings"

	"reduction/internal/json"
)

const (
	testEvent       = "s3:TestEvent"
	snsNotification = "Notification"
)

// record is an element of "Records": S3's, SNS's or SQS's.
type record struct {
	s3             bool
	version, event string // "eventVersion", "eventName"
	object         Object // its key still URL-encoded

	sns     bool
	message string // "Sns"."Message"

	sqs       bool
	messageID string
	body      string
	queue     string // "eventSourceARN"

	names string
}

// addRecords reads "Records", which S3, SNS and SQS all have.
func (e *Event) addRecords(records []byte, wraps int) error {
	s := json.NewScanner(records)
	none := true
	for i := range s.Array() {
		none = false
		r := readRecord(s)
		err := s.Err()
		if err == nil {
			err = e.addRecord(&r, i, wraps)
		}
		if err != nil {
			return at("record", i, err)
		}
	}
	if none {
		return &ShapeError{"Records without any"}
	}
	return s.Err()
}

func (e *Event) addRecord(r *record, i, wraps int) error {
	switch {
	case r.s3:
		e.sentBy(S3, wraps)
		return e.addNotification(r)
	case r.sns:
		e.sentBy(SNS, wraps)
		return e.parseMessage(r.message, wraps)
	case r.sqs && wraps == 0:
		e.sentBy(SQS, wraps)
		return e.addMessage(r)
	}
	return &ShapeError{"a record with " + r.names}
}

// sentBy notes the sender, unless the event came wrapped into another's.
func (e *Event) sentBy(s Sender, wraps int) {
	if wraps == 0 {
		e.Sender = s
	}
}

// addNotification adds the object of a record of S3. Amazon S3 User Guide, "Event message
// structure": the version's major number is to be compared for equality, and the key is
// URL-encoded as in a form.
func (e *Event) addNotification(r *record) error {
	if !strings.HasPrefix(r.version, "2.") {
		return ErrVersion
	}
	if !strings.HasPrefix(r.event, "ObjectCreated:") && r.event != "ObjectRestore:Completed" {
		e.Ignored++
		return nil
	}
	o := r.object
	key, ok := queryUnescape(o.Key)
	if !ok {
		return ErrEscape
	}
	o.Key = key
	return e.addObject(o)
}

// addEventBridge adds the object of an event of EventBridge. Amazon S3 User Guide,
// "EventBridge event message structure": the key is not encoded.
func (e *Event) addEventBridge(m *members, wraps int) error {
	switch m.source {
	case "aws.events":
		// EventBridge User Guide, "Creating an Amazon EventBridge rule that runs on a
		// schedule": the event says that it is time, and nothing more.
		if m.detailType == "Scheduled Event" {
			return e.useEnvironment(wraps, "the time")
		}
	case "aws.s3":
		e.sentBy(EventBridge, wraps)
		if m.detailType != "Object Created" && m.detailType != "Object Restore Completed" {
			e.Ignored++
			return nil
		}
		s := json.NewScanner(m.detail)
		o := readS3(s)
		if err := s.Err(); err != nil {
			return &PlaceError{"detail", err}
		}
		return e.addObject(o)
	}
	return &ShapeError{"an event of EventBridge that is not of S3"}
}

// addObject adds an object that an event of S3 names: nothing of it comes from the
// environment but the table.
func (e *Event) addObject(o Object) error {
	if o.Bucket == "" || o.Key == "" {
		return ErrNoObject
	}
	return e.add(o)
}

// readS3 reads the part that notifications and EventBridge's events have in common, but
// for the spelling of "versionId" and "eTag":
//
//	{"bucket": {"name": ...}, "object": {"key": ..., "versionId": ..., "eTag": ...}}
func readS3(s *json.Scanner) (o Object) {
	if s.Peek() != json.Object {
		return o
	}
	for part := range s.Object() {
		bucket, object := string(part) == "bucket", string(part) == "object"
		if !bucket && !object || s.Peek() != json.Object {
			continue
		}
		for name := range s.Object() {
			switch {
			case bucket && string(name) == "name":
				o.Bucket = text(s)
			case object && string(name) == "key":
				o.Key = text(s)
			case object && (string(name) == "versionId" || string(name) == "version-id"):
				o.VersionID = text(s)
			case object && (string(name) == "eTag" || string(name) == "etag"):
				o.ETag = text(s)
			}
		}
	}
	return o
}
