package event

import (
	"strings"

	"reduction/internal/json"
)

// members is what decides of what shape a JSON object is, and what is read of it then.
type members struct {
	count          int
	names          string // to be shown, see describe
	unknown        string // the same, of those not known at all
	object         Object // from "bucket", "key" and so on
	records        []byte // "Records", as it stands there; so the next three
	items          []byte
	batchInput     Object
	detail         []byte
	detailType     string
	source         string
	event          string // "Event" of S3's test message
	kind           string // "Type" of an SNS envelope, and its "TopicArn", "Message"
	topic, message string
}

// readMembers reads an object of whatever shape.
func readMembers(s *json.Scanner) (*members, error) {
	m := new(members)
	for member := range s.Object() {
		name := string(member)
		m.count++
		m.names = describe(m.names, name)
		switch name {
		case "Records":
			m.records = array(s)
		case "Items":
			m.items = array(s)
		case "BatchInput":
			m.batchInput = readItem(s)
		case "detail":
			m.detail = s.Raw()
		case "detail-type":
			m.detailType = text(s)
		case "source":
			m.source = text(s)
		case "Event":
			m.event = text(s)
		case "Type":
			m.kind = text(s)
		case "TopicArn":
			m.topic = text(s)
		case "Message":
			m.message = text(s)
		default:
			if !m.object.read(s, name) && !listed(name) {
				m.unknown = describe(m.unknown, name)
			}
		}
	}
	if err := s.Err(); err != nil {
		return nil, &PlaceError{"payload", err}
	}
	return m, nil
}

// readItem reads an object of which only "bucket", "key" and so on are of interest.
func readItem(s *json.Scanner) (o Object) {
	if s.Peek() == json.Object {
		for name := range s.Object() {
			o.read(s, string(name))
		}
	}
	return o
}

// read takes the value of a member, if its name is one of an object to read. They are
// spelled as our own event has them, or as S3's listings and inventories have them, which
// Step Functions passes on (Step Functions Developer Guide, "ItemReader (Map)").
func (o *Object) read(s *json.Scanner, name string) bool {
	var to *string
	switch {
	case strings.EqualFold(name, "bucket"):
		to = &o.Bucket
	case strings.EqualFold(name, "key"):
		to = &o.Key
	case strings.EqualFold(name, "table"):
		to = &o.Table
	case strings.EqualFold(name, "versionId"):
		to = &o.VersionID
	case strings.EqualFold(name, "etag"):
		to = &o.ETag
	default:
		return false
	}
	if !s.Null() {
		*to = string(s.Text())
	}
	if to == &o.ETag {
		o.ETag = strings.Trim(o.ETag, `"`) // in listings, an ETag has quotes
	}
	return true
}

// listed says whether a name is one that S3 gives an object in listings and inventories,
// beside those that Object.read takes.
func listed(name string) bool {
	switch name {
	case "LastModified", "LastModifiedDate", "Size", "StorageClass", "ChecksumAlgorithm", "ChecksumType",
		"Owner", "RestoreStatus", "IsLatest", "IsDeleteMarker", "IsMultipartUploaded", "ReplicationStatus",
		"EncryptionStatus":
		return true
	}
	return false
}

// text takes a string; of any other value it makes nothing.
func text(s *json.Scanner) string {
	if s.Peek() != json.String {
		return ""
	}
	return string(s.Text())
}

// array takes an array as it stands there; of any other value it makes nothing.
func array(s *json.Scanner) []byte {
	if s.Peek() != json.Array {
		return nil
	}
	return s.Raw()
}
