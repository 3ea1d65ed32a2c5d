package event

import "reduction/internal/json"

// addItem adds the object of {"bucket": ..., "key": ..., "table": ...}, with what it leaves
// out taken from rest.
//
// An unknown member may be a misspelled one: as long as bucket or key would come from
// elsewhere, the wrong object could be read, so that is an error. An item that names both
// may carry what it likes.
func (e *Event) addItem(m *members, rest Object) error {
	o := m.object
	if o == (Object{}) || m.unknown != "" && (o.Bucket == "" || o.Key == "") {
		return &ShapeError{"an object with " + m.names}
	}
	if o.Bucket == "" {
		o.Bucket = rest.Bucket
	}
	if o.Key == "" {
		o.Key, o.VersionID, o.ETag = rest.Key, rest.VersionID, rest.ETag
	}
	if o.Table == "" {
		o.Table = rest.Table
	}
	return e.add(o)
}

// addItems adds the objects of an array, such as Step Functions' ItemBatcher makes:
//
//	{"BatchInput": {"bucket": "b"}, "Items": [{"Key": "1.csv"}, {"Key": "2.csv"}]}
//
// What the items leave out may be in BatchInput. Step Functions Developer Guide,
// "ItemBatcher (Map)".
func (e *Event) addItems(items []byte, batchInput Object) error {
	s := json.NewScanner(items)
	none := true
	for i := range s.Array() {
		none = false
		if s.Peek() != json.Object {
			return at("item", i, &ShapeError{"a value that is no object"})
		}
		m, err := readMembers(s)
		if err == nil {
			err = e.addItem(m, batchInput)
		}
		if err != nil {
			return at("item", i, err)
		}
	}
	if none {
		return &ShapeError{"an empty array"}
	}
	return s.Err()
}
