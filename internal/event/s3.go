package event

import (
	"strings"
	"time"

	"reduction/internal/json"
)

const (
	testEvent       = "s3:TestEvent"
	snsNotification = "Notification"
)

// addRecord adds the objects of a record of S3, SNS or SQS, and reports whether it is such a
// record.
func (e *Event) addRecord(raw []byte, wraps int) (bool, error) {
	r := fields(json.NewScanner(raw), " eventVersion eventName eventSource eventTime s3 Sns.Message messageId body eventSourceARN ")
	message, sns := r["Sns.Message"]
	switch {
	case r["s3"] != nil:
		e.sentBy(S3, wraps)
		return true, e.addNotification(r)
	case sns:
		e.sentBy(SNS, wraps)
		return true, e.parseMessage(message, wraps)
	case r["messageId"] != nil && wraps == 0:
		e.sentBy(SQS, wraps)
		return true, e.addMessage(string(r["messageId"]), r["body"], string(r["eventSourceARN"]))
	}
	return false, nil
}

// sentBy sets the sender, unless the event is wrapped into another.
func (e *Event) sentBy(s Sender, wraps int) {
	if wraps == 0 {
		e.Sender = s
	}
}

// ceph is the eventSource of Ceph's RADOS gateway, which does not encode keys (ceph/ceph,
// src/rgw/driver/rados/rgw_notify.cc, event.object_key).
const ceph = "ceph:s3"

// addNotification adds the object of a record of S3. Amazon S3 User Guide, "Event message
// structure": the major version must be equal to 2, and the key is URL-encoded as in a form.
func (e *Event) addNotification(r map[string][]byte) error {
	if !strings.HasPrefix(string(r["eventVersion"]), "2.") {
		return ErrVersion
	}
	o := readS3(r["s3"], r["eventTime"])
	if string(r["eventSource"]) != ceph {
		key, ok := queryUnescape(o.Key)
		if !ok {
			return ErrEscape
		}
		o.Key = key
	}
	return e.addNamed(&notifications, strings.TrimPrefix(string(r["eventName"]), "s3:"), o)
}

// addNamed adds the object of an S3 event, or ignores the event, depending on its name. Only the
// table comes from the environment.
func (e *Event) addNamed(n *names, name string, o *Object) error {
	read, known := n.does(name)
	switch {
	case !known:
		return &PlaceError{"s3://" + o.Bucket + "/" + o.Key, ErrName}
	case !read:
		e.ignore(name, o)
		return nil
	case o.Bucket == "" || o.Key == "":
		return ErrNoObject
	}
	return e.add(o)
}

func (e *Event) ignore(what string, o *Object) {
	e.Ignored = append(e.Ignored, Ignored{what, o.Bucket, o.Key})
}

// readS3 reads the part that notifications and EventBridge's events have in common. Only the
// spelling of "versionId" and "eTag" differs:
//
//	{"bucket": {"name": ...}, "object": {"key": ..., "size": ..., "versionId": ..., "eTag": ...}}
func readS3(part, when []byte) *Object {
	f := fields(json.NewScanner(part),
		" bucket.name object.key object.size object.versionId object.version-id object.eTag object.etag ")
	return &Object{
		Bucket: string(f["bucket.name"]), Key: string(f["object.key"]), empty: string(f["object.size"]) == "0",
		VersionID: string(f["object.versionId"]) + string(f["object.version-id"]),
		ETag:      unquote(string(f["object.eTag"]) + string(f["object.etag"])), Time: timeOf(when),
	}
}

// timeOf reads an event's time in ISO 8601. A time without a zone, as moto writes it, is in UTC. A
// text that is not a time gives the zero Time.
func timeOf(s []byte) time.Time {
	t, err := time.Parse(time.RFC3339, string(s))
	if err != nil {
		t, _ = time.Parse(time.RFC3339, string(s)+"Z")
	}
	return t
}

// unquote removes the quotes of an ETag. Listings and the events of some servers have quotes.
func unquote(etag string) string { return strings.Trim(etag, `"`) }
