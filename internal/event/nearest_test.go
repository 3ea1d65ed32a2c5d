package event

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{
		"tabel": "table", "tables": "table", "Table2": "table", "tab": "table", "tableName": "table",
		"kye": "key", "ky": "key", "keys": "key", "s3Key": "key", "objectKey": "key", "key1": "key",
		"bukcet": "bucket", "buckett": "bucket", "bucketName": "bucket", "S3_BUCKET": "bucket",
		"version": "versionId", "versionID2": "versionId", "version_id": "versionId", "version-id": "versionId", "verisonId": "versionId",
		"prefxi": "prefix", "keyPrefix": "key", "prefixes": "prefix", "pre": "prefix", "fix": "prefix",
		"tag": "etag", "eTags": "etag", "items": "Items", "Item": "Items", "batchinput": "BatchInput",
		"": "", "x": "", "id": "", "comment": "", "filename": "", "factor": "", "region": "",
		strings.Repeat("table", 10): "",
	} {
		if got := nearest(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// FuzzMembers: a direct event has known members only, in whatever case, and the error of another
// names it, where it looks like a name, and the nearest.
func FuzzMembers(f *testing.F) {
	for _, name := range []string{"tabel", "version", "VersionID", "ETAG", "Size", "size", "comment", "", "Jane Doe", "bucketé", "source", "Records", "Items", "BatchInput", "time"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if name != strings.ToValidUTF8(name, "") {
			return
		}
		if strings.EqualFold(name, "prefix") { // it goes without a key
			return
		}
		known := slices.Contains(strings.Fields(inListings), name)
		for _, k := range []string{"bucket", "key", "table", "versionId", "etag"} {
			known = known || strings.EqualFold(name, k)
		}
		if name == "Records" || name == "Items" { // an array would be another event
			known = false
		}
		for _, payload := range []string{`{"bucket":"b","key":"k",` + quote(name) + `:"v"}`, `[{` + quote(name) + `:"v","bucket":"b","key":"k"}]`} {
			_, err := Parse([]byte(payload), testEnv)
			shape, ok := errors.AsType[*ShapeError](err)
			switch {
			case known && err != nil, !known && !ok:
				t.Errorf("%s: %v", payload, err)
			case !known && (shape.Member != describe("", name) || shape.Nearest != nearest(name)):
				t.Errorf("%s: %+v", payload, shape)
			}
		}
	})
}

// What is beside an array of items is refused, and so is what looks misspelled in BatchInput.
func TestMembersOfABatch(t *testing.T) {
	for _, test := range []struct{ payload, member, nearest string }{
		{`{"Items":[{"key":"k"}],"bucket":"b"}`, "bucket", "bucket"},
		{`{"Items":[{"key":"k"}],"batchInput":{"bucket":"b"}}`, "batchInput", "BatchInput"},
		{`{"Items":[{"key":"k"}],"BatchInput":{"tabel":"t"}}`, "tabel", "table"},
		{`{"Items":[{"key":"k"},{"key":"k","tabel":"t"}]}`, "tabel", "table"},
		{`{"items":[{"key":"k"}]}`, "items", "Items"},
		{`{"BatchInput":{},"key":"k"}`, "BatchInput", "BatchInput"},
		{`{"tabel":"t"}`, "tabel", "table"},
		{`{"key":"k","a b":"t"}`, "", ""},
	} {
		_, err := Parse([]byte(test.payload), testEnv)
		shape, ok := errors.AsType[*ShapeError](err)
		if !ok || shape.Member != test.member || shape.Nearest != test.nearest {
			t.Errorf("%s: %+v, %v", test.payload, shape, err)
		}
	}
	for _, payload := range []string{
		`{"Items":[{"key":"k"}],"BatchInput":{"factCheck":"December 2022"}}`, `{"Items":[{"key":"k"}],"BatchInput":null}`,
	} {
		if e, err := Parse([]byte(payload), testEnv); err != nil || len(e.Objects) != 1 {
			t.Errorf("%s: %v", payload, err)
		}
	}
}
