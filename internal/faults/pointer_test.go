package faults

import (
	"testing"

	"reduction/internal/job"
	"reduction/runtime/lambdatest"
)

// TestReplacedBeforePointer replaces the object after S3 has said that it is there, and before the
// pointer is written. The function has done what it can. One that had not asked, or that had been told
// of the other object, would have failed.
func TestReplacedBeforePointer(t *testing.T) {
	for _, latest := range []job.Latest{job.LatestOfObject, job.LatestOfPrefix} {
		never := 1 << 30
		w := newWorld(&schedule{groups: 25, groups2: 25, manifest: true, byObject: true, latest: latest, change: never}, "")
		defer w.Close()
		w.Inject(func(c lambdatest.Call) lambdatest.Fault {
			if c.Operation == "PutItem" {
				w.replace()
			}
			return lambdatest.Fault{}
		})
		outcomes, err := w.run(1, patience, "")
		if err != nil {
			t.Fatal(err)
		}
		o, met := outcomes[0], w.meet(1, false)
		if met[changed] != 1 || !o.sum.Latest || o.there != w.versions[0].etag {
			t.Fatalf("met %v, outcome %+v", met, o)
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
