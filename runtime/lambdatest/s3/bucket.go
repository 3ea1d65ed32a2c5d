package s3

import (
	"crypto/rand"
	"maps"
	"net/http"
	"slices"
	"time"
)

const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

// A bucket holds the versions of each of its objects, the latest one last. Service.mu guards it.
type bucket struct {
	name       string
	region     string
	created    time.Time
	versioning string // "" until it is enabled for the first time
	objects    map[string][]*object
	order      []string // the keys, sorted; nil after they have changed
	uploads    map[string]*upload
}

func newBucket(name, region string, now time.Time) *bucket {
	return &bucket{name: name, region: region, created: now,
		objects: make(map[string][]*object), uploads: make(map[string]*upload)}
}

// latest returns the current version of an object, which may be a delete marker, or nil.
func (b *bucket) latest(key string) *object {
	versions := b.objects[key]
	if len(versions) == 0 {
		return nil
	}
	return versions[len(versions)-1]
}

// get returns an object for reading: the latest version if version is "".
func (b *bucket) get(key, version string) (*object, *apiError) {
	if version == "" {
		switch o := b.latest(key); {
		case o == nil:
			return nil, errNoSuchKey(key)
		case o.deleted:
			err := errNoSuchKey(key)
			err.Header = http.Header{"X-Amz-Delete-Marker": {"true"}, "X-Amz-Version-Id": {o.versionID()}}
			return nil, err
		default:
			return o, nil
		}
	}
	i := b.find(key, version)
	if i < 0 {
		return nil, fail(404, "NoSuchVersion", "The specified version does not exist.", field{"Key", key}, field{"VersionId", version})
	}
	o := b.objects[key][i]
	if o.deleted {
		err := *errMethodNotAllowed
		err.Header = http.Header{"X-Amz-Delete-Marker": {"true"}, "X-Amz-Version-Id": {version}, "Allow": {"DELETE"}}
		return nil, &err
	}
	return o, nil
}

// find returns the index of a version among those of its key, -1 if it doesn't exist.
func (b *bucket) find(key, version string) int {
	return slices.IndexFunc(b.objects[key], func(o *object) bool { return o.versionID() == version })
}

// put makes o the latest version of its key.
func (b *bucket) put(o *object) {
	switch b.versioning {
	case versioningEnabled:
		o.version = rand.Text()
	default: // it replaces the version without ID, if there is one
		o.version = ""
		b.objects[o.key] = slices.DeleteFunc(b.objects[o.key], func(v *object) bool { return v.version == "" })
	}
	if len(b.objects[o.key]) == 0 {
		b.order = nil
	}
	b.objects[o.key] = append(b.objects[o.key], o)
}

// remove deletes an object. If version is not "", that version is gone for good. If it is "",
// the latest version is, or a delete marker hides it where versions are kept. remove returns
// what was deleted or the marker, nil if there was nothing to delete.
func (b *bucket) remove(key, version string, now time.Time) *object {
	if version == "" && b.versioning != "" {
		marker := &object{key: key, modified: now, deleted: true, content: stored(nil)}
		b.put(marker)
		return marker
	}
	versions := b.objects[key]
	i := len(versions) - 1
	if version != "" {
		i = b.find(key, version)
	}
	if i < 0 {
		return nil
	}
	removed := versions[i]
	b.objects[key] = slices.Delete(slices.Clone(versions), i, i+1)
	if len(b.objects[key]) == 0 {
		delete(b.objects, key)
		b.order = nil
	}
	return removed
}

// keys returns the keys in order. The caller holds the lock for writing.
func (b *bucket) keys() []string {
	if b.order == nil {
		b.order = slices.Sorted(maps.Keys(b.objects))
	}
	return b.order
}
