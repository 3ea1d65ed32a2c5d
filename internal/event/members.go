package event

import (
	"bytes"
	"strings"

	"reduction/internal/json"
)

// group is what a member of a JSON object belongs to.
type group int

const (
	ours     group = iota // an object to read: "bucket", "key" and so on
	listed                // S3's listings and inventories, beside these
	mapped                // Step Functions' ItemBatcher
	awsEvent              // an event of AWS
	strange               // nothing that is known here
	groups
)

// The members of each group but ours. Those of listings are from Amazon S3 API Reference, Object
// and ObjectVersion, and from Amazon S3 User Guide, "Amazon S3 Inventory list".
const (
	inListings = " Size LastModified LastModifiedDate StorageClass ChecksumAlgorithm ChecksumType Owner RestoreStatus" +
		" IsLatest IsDeleteMarker IsMultipartUploaded ReplicationStatus EncryptionStatus ObjectLockRetainUntilDate" +
		" ObjectLockMode ObjectLockLegalHoldStatus IntelligentTieringAccessTier BucketKeyStatus" +
		" ObjectAccessControlList ObjectOwner LifecycleExpirationDate "
	inBatches   = " Items BatchInput "
	inAWSEvents = " Records detail detail-type source time Event Type TopicArn Message "
)

// members are the members of a JSON object. They decide what kind of event it is.
type members struct {
	names  string            // for errors: see describe
	has    [groups]bool      // by group, whether there is a member of it
	first  []string          // by group, the name of its first member
	near   string            // the first strange member that looks like a misspelled one of ours
	prefix bool              // "prefix" is among the members
	step   bool              // "step" is, and names a step
	object Object            // the values of our members
	of     map[string][]byte // the values of the other known members: see value
}

// readMembers reads any JSON object.
func readMembers(s *json.Scanner) (*members, error) {
	m := &members{first: make([]string, groups), of: make(map[string][]byte)}
	for member := range s.Object() {
		name := string(member)
		m.names = describe(m.names, name)
		g := awsEvent
		switch {
		case m.object.read(s, name):
			g = ours
			m.prefix = m.prefix || strings.EqualFold(name, "prefix")
		case has(inListings, name):
			g = listed
		case has(inBatches, name):
			g = mapped
		case !has(inAWSEvents, name):
			g = strange
			if m.near == "" && nearest(name) != "" {
				m.near = name
			}
		}
		if g != ours && g != strange {
			m.of[name] = value(s)
		} else if name == "step" && isStep(value(s)) {
			m.step = true
		}
		if !m.has[g] {
			m.has[g], m.first[g] = true, name
		}
	}
	if err := s.Err(); err != nil {
		return nil, &PlaceError{"payload", err}
	}
	m.object.ETag = unquote(m.object.ETag)
	m.object.empty = string(m.of["Size"]) == "0" // a number, or a text of an inventory
	return m, nil
}

// none reports whether an object has no members.
func (m *members) none() bool { return m.has == [groups]bool{} }

// array returns a member's value if it is an array, and else nil.
func (m *members) array(name string) []byte {
	if a := m.of[name]; bytes.HasPrefix(a, []byte("[")) {
		return a
	}
	return nil
}

// only refuses an object that has members of other groups than those allowed. One of them may be a
// misspelled member of ours: then the wrong object would be read, or the wrong table written.
func (m *members) only(allowed ...group) error {
	for _, g := range allowed {
		m.has[g] = false
	}
	if m.none() {
		return nil
	}
	return m.shape()
}

// shape returns the error about an object that is not an event. It names an unknown member, or else
// a known one that must not be beside the others.
func (m *members) shape() error {
	name := ""
	for g, has := range m.has { // the last group, strange, goes before the others
		if has {
			name = m.first[g]
		}
	}
	err := &ShapeError{"an object with " + m.names, describe("", name), nearest(name)}
	switch {
	case m.none():
		err.Got = "an object without members"
	case err.Member == "":
		err.Got += " and a name that is not shown"
	}
	return err
}

// read reads the value of a member, if it is one of ours. Its name is spelled as in our own events,
// or as in S3's listings and inventories, which Step Functions passes on (Step Functions Developer
// Guide, "ItemReader (Map)").
func (o *Object) read(s *json.Scanner, name string) bool {
	var to *string
	switch {
	case strings.EqualFold(name, "bucket"):
		to = &o.Bucket
	case strings.EqualFold(name, "key"):
		to = &o.Key
	case strings.EqualFold(name, "prefix"):
		to = &o.Prefix
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
	return true
}
