package faults

import (
	"testing"

	"reduction/internal/job"
	"reduction/runtime/lambdatest"
)

// runReplaced lets a function run, and replaces the object before a request of an operation.
func runReplaced(t *testing.T, operation string, s *schedule) (*world, outcome) {
	s.change = 1 << 30 // there is a second version, and no request for the object brings it
	w := newWorld(s, "")
	t.Cleanup(w.Close)
	if w.versions[0].etag == w.versions[1].etag {
		t.Fatal("both versions are the same")
	}
	w.Inject(func(c lambdatest.Call) lambdatest.Fault {
		if c.Operation == operation {
			w.replace()
		}
		return lambdatest.Fault{}
	})
	outcomes, err := w.run(1, patience, "")
	if err != nil {
		t.Fatal(err)
	}
	if !w.changed.Load() {
		t.Fatalf("no %s: %+v", operation, outcomes[0])
	}
	return w, outcomes[0]
}

// TestReplacedBeforePointer replaces the object after S3 has said that it is there, and before the
// pointer is written. The function has done what it can. One that had not asked, or that had been told
// of the other object, would have failed.
func TestReplacedBeforePointer(t *testing.T) {
	for _, latest := range []job.Latest{job.LatestOfObject, job.LatestOfPrefix} {
		w, o := runReplaced(t, "PutItem", &schedule{groups: 25, groups2: 25, manifest: true, byObject: true, latest: latest})
		met := w.meet(1, false)
		if !o.sum.Latest || o.there != w.versions[0].etag {
			t.Fatalf("LATEST %v: %+v", latest, o)
		}
		if err := w.judge(o, met, false); err != nil {
			t.Errorf("LATEST %v: %v", latest, err)
		}
		for _, there := range []string{"", w.versions[1].etag} {
			if o.there = there; w.judge(o, met, false) == nil {
				t.Errorf("LATEST %v: S3 said %q, and the judge is content", latest, there)
			}
		}
	}
}

// TestReplacedEmpty replaces an object without records by another one, whose columns are in another
// order. The two have the same items, none, and only the manifest tells them apart.
func TestReplacedEmpty(t *testing.T) {
	w, o := runReplaced(t, "BatchWriteItem", &schedule{manifest: true, byObject: true})
	if err := w.judge(o, w.meet(1, false), false); err != nil {
		t.Error(err)
	}
}
