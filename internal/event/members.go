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

// Members of each group, but for ours. Those of listings are from Amazon S3 API Reference, Object
// and ObjectVersion, and from Amazon S3 User Guide, "Amazon S3 Inventory list".
const (
	inListings = " Size LastModified LastModifiedDate StorageClass ChecksumAlgorithm ChecksumType Owner RestoreStatus" +
		" IsLatest IsDeleteMarker IsMultipartUploaded ReplicationStatus EncryptionStatus ObjectLockRetainUntilDate" +
		" ObjectLockMode ObjectLockLegalHoldStatus IntelligentTieringAccessTier BucketKeyStatus" +
		" ObjectAccessControlList ObjectOwner LifecycleExpirationDate "
	inBatches   = " Items BatchInput "
	inAWSEvents = " Records detail detail-type source time Event Type TopicArn Message "
)

// members is what decides of what shape a JSON object is, and what is read of it then.
type members struct {
	names  string            // to be shown, see describe
	has    [groups]bool      // whether there are members of a group
	first  []string          // and the first of them
	near   string            // the first that is strange and looks like a misspelled one of ours
	prefix bool              // "prefix" is one of ours
	object Object            // of ours
	of     map[string][]byte // the other groups', see value
}

// readMembers reads an object of whatever shape.
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

// none says whether an object has no members.
func (m *members) none() bool { return m.has == [groups]bool{} }

// array returns a member that is an array, or nil.
func (m *members) array(name string) []byte {
	if a := m.of[name]; bytes.HasPrefix(a, []byte("[")) {
		return a
	}
	return nil
}

// only refuses an object that has members of other groups: one of them may be a misspelled member
// of ours, and the object that is read, or the table that is written, another than was meant.
func (m *members) only(allowed ...group) error {
	for _, g := range allowed {
		m.has[g] = false
	}
	if m.none() {
		return nil
	}
	return m.shape()
}

// shape is the error of an object that is none of the known ones. It names a member that is not
// known, or else one that is not known beside the others.
func (m *members) shape() error {
	name := ""
	for g, has := range m.has { // the last group is that of strangers
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
