package event

import "reduction/internal/json"

// addItem adds the object of {"bucket": ..., "key": ..., "table": ...}, or the objects of
// {"bucket": ..., "prefix": ..., "table": ...}. It takes from rest what m leaves out.
func (e *Event) addItem(m *members, rest *Object) error {
	if !m.has[ours] {
		return m.shape()
	}
	if err := m.only(ours, listed); err != nil {
		return err
	}
	o := &m.object
	if o.Bucket == "" {
		o.Bucket = rest.Bucket
	}
	switch {
	case m.prefix && o.Prefix == "":
		// Perhaps a workflow has lost the value. Do not read all objects of the bucket.
		return &PlaceError{"an empty prefix", ErrNoObject}
	case m.prefix && o.Key+o.VersionID+o.ETag != "":
		return &PlaceError{"a prefix, and one object beside it", ErrNoObject}
	case !m.prefix && o.Key == "":
		o.Key, o.VersionID, o.ETag, o.Prefix = rest.Key, rest.VersionID, rest.ETag, rest.Prefix
	}
	if o.Table == "" {
		o.Table = rest.Table
	}
	return e.add(o)
}

// addBatch adds the objects of what Step Functions' ItemBatcher makes:
//
//	{"BatchInput": {"bucket": "b"}, "Items": [{"Key": "1.csv"}, {"Key": "2.csv"}]}
//
// BatchInput may have what the items leave out. The workflow defines BatchInput, so it may have any
// other member, unless its name looks like a misspelled member of ours. Step Functions Developer
// Guide, "ItemBatcher (Map)".
func (e *Event) addBatch(m *members, wraps int) error {
	if err := m.only(mapped); err != nil {
		return err
	}
	rest := new(members)
	if s := json.NewScanner(m.of["BatchInput"]); s.Peek() == json.Object {
		var err error
		if rest, err = readMembers(s); err != nil {
			return err
		}
		if near := rest.near; near != "" {
			rest.first[strange] = near
			return &PlaceError{"BatchInput", rest.shape()}
		}
	}
	return e.addArray("item", m.array("Items"), &rest.object, wraps)
}
