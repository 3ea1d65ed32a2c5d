package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"reduction/internal/job"
	"reduction/runtime/lambdatest"
)

// patience is how long a connection may be silent where nothing goes wrong, however slow
// the machine is.
const patience = time.Minute

// hold runs the schedule and returns what does not hold, or nil.
func (w *world) hold() error {
	fmt.Fprintf(&w.story, "%+v\n", *w.schedule)
	w.Inject(w.plan())
	var err error
	for range w.runs {
		etag := ""
		if w.demand {
			etag = w.versions[0].etag
		}
		var sum job.Summary
		sum, err = w.run(stall, etag)
		met := w.meet()
		w.tell(sum, err)
		if bad := w.judge(sum, err, met); bad != nil {
			return bad
		}
		if err == nil {
			break
		}
	}
	if err == nil && !w.again {
		return nil
	}
	w.Inject(nil)
	sum, err := w.run(patience, w.current().etag)
	w.tell(sum, err)
	if err != nil {
		return fmt.Errorf("a clean run failed: %w", err)
	}
	return w.judgeTable(sum, w.current(), nil)
}

// meet returns what happened to the requests of a run, and forgets them.
func (w *world) meet() map[lambdatest.FaultKind]int {
	met := map[lambdatest.FaultKind]int{}
	for _, r := range w.Requests() {
		if r.Operation == "GetObject" && r.Range != "" {
			w.tally.ranges++
		}
		if r.Fault.Kind == lambdatest.None ||
			r.Fault.Kind == lambdatest.HandBack && r.Operation != "BatchWriteItem" ||
			r.Fault.Kind == lambdatest.WrongETag && r.Operation != "GetObject" {
			continue
		}
		met[r.Fault.Kind]++
		fmt.Fprintf(&w.story, "\t%s %s: %v, status %d, %d bytes sent\n", r.Operation, r.Range, r.Fault, r.Status, r.Sent)
	}
	w.ForgetRequests()
	if w.changed.Load() {
		met[changed]++
	}
	if w.died.Swap(false) {
		met[died]++
		if w.before {
			met[lambdatest.Drop]-- // that was it
		}
	}
	maps.DeleteFunc(met, func(_ lambdatest.FaultKind, n int) bool { return n == 0 })
	return met
}

func (w *world) tell(sum job.Summary, err error) {
	got := readTable(w.Server, table, w.partitionKey())
	fmt.Fprintf(&w.story, "\trun: %v; summary %+v; in the table %d items, manifest %v\n", err, sum, len(got.items), got.manifest != nil)
}

// judge holds a run under faults to what is promised.
func (w *world) judge(sum job.Summary, err error, met map[lambdatest.FaultKind]int) error {
	if w.premature.Load() {
		return errors.New("a manifest stood on half a result")
	}
	if err == nil {
		w.tally.count(success, met)
		return w.judgeSuccess(sum, met)
	}
	cause, explained := causeOf(err, met)
	w.tally.count(cause, met)
	switch {
	case cause == "":
		return fmt.Errorf("names no cause: %w", err)
	case !explained:
		return fmt.Errorf("says %q, which was not so: %w", cause, err)
	case cause != "stalled" && w.survivable(met):
		return fmt.Errorf("gave up too soon: %w", err)
	}
	if bad := tells(err, w.key()); bad != "" {
		return fmt.Errorf("the error %s: %w", bad, err)
	}
	return w.judgeFailure(sum, err)
}

func (w *world) judgeSuccess(sum job.Summary, met map[lambdatest.FaultKind]int) error {
	// Which of two versions was read is for the table to say; but for one of them.
	got := readTable(w.Server, table, w.partitionKey())
	for _, v := range w.possible()[1:] {
		if got.items.equal(v.ref) {
			return w.judgeTable(sum, &v, met)
		}
	}
	return w.judgeTable(sum, &w.versions[0], met)
}

// judgeTable says in what the table differs from one version's result.
func (w *world) judgeTable(sum job.Summary, v *version, met map[lambdatest.FaultKind]int) error {
	got := readTable(w.Server, table, w.partitionKey())
	items := len(v.ref)
	if w.manifest {
		items++
	}
	switch {
	case got.alien > 0:
		return fmt.Errorf("%d items under another partition key", got.alien)
	case !got.items.equal(v.ref):
		return fmt.Errorf("the table differs from the reference: %d items, want %d", len(got.items), len(v.ref))
	case (got.manifest != nil) != w.manifest:
		return fmt.Errorf("manifest: %v", got.manifest)
	case sum.Rows != v.rows || sum.Groups != len(v.ref) || sum.Items != items || sum.Skipped != 0:
		return fmt.Errorf("summary %+v, want %d rows, %d groups, %d items", sum, v.rows, len(v.ref), items)
	case !w.manifest:
		return nil
	}
	want := lambdatest.Item{
		"PK": {"S": w.partitionKey()}, "SK": {"S": job.ManifestSortKey}, "Run": {"S": sum.Run},
		"Object": {"S": "s3://" + bucket + "/" + w.key()}, "ETag": {"S": v.etag}, "VersionId": {"S": ""},
		"Rows": {"N": strconv.FormatInt(v.rows, 10)}, "Skipped": {"N": "0"}, "Groups": {"N": strconv.Itoa(len(v.ref))},
		"WrittenAt": {"S": noon.Format(time.RFC3339)},
	}
	if v.rows > 0 {
		want["LeastRecoveryTime"], want["GreatestRecoveryTime"] = lambdatest.Value{"N": v.least}, lambdatest.Value{"N": v.greatest}
	}
	if met[lambdatest.WrongETag] > 0 {
		want["ETag"] = got.manifest["ETag"] // what S3 said
	}
	if describe(got.manifest) != describe(want) {
		return fmt.Errorf("manifest %v, want %v", got.manifest, want)
	}
	return nil
}

// judgeFailure holds what a failed run has left to what is promised of one.
func (w *world) judgeFailure(sum job.Summary, err error) error {
	got := readTable(w.Server, table, w.partitionKey())
	if got.alien > 0 {
		return fmt.Errorf("%d items under another partition key", got.alien)
	}
	if !w.manifestHolds() || got.manifest != nil && !w.manifest {
		return fmt.Errorf("a manifest on %d items after %w", len(got.items), err)
	}
	if !slices.ContainsFunc(w.possible(), func(v version) bool { return got.items.within(v.ref) }) {
		return fmt.Errorf("wrong items after %w", err)
	}
	var failed *job.WriteError
	if !errors.As(err, &failed) {
		if len(got.items) > 0 && !w.wrote {
			return fmt.Errorf("%d items were written although reading failed: %w", len(got.items), err)
		}
		return nil
	}
	w.wrote = true
	if failed.Written > len(got.items) {
		return fmt.Errorf("%d items are called written, %d are there: %w", failed.Written, len(got.items), err)
	}
	groups := len(w.versions[0].ref)
	if all := failed.Written + failed.Missing; failed.Missing == 0 || all != groups && all != groups+1 {
		return fmt.Errorf("of %d groups: %w", groups, err)
	}
	return nil
}

// survivable says whether what was met has to be survived. A machine that is slow for a
// moment makes timeouts of its own: they are attempts, too.
func (w *world) survivable(met map[lambdatest.FaultKind]int) bool {
	times := max(0, int(w.timeouts)-met[lambdatest.Stall])
	for kind, n := range met {
		if !slices.Contains(survivable, kind) {
			return false
		}
		times += n
	}
	return times <= spareAttempts
}
