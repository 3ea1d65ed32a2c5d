package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	etag := ""
	if w.demand {
		etag = w.versions[0].etag
	}
	succeeded := false
	for left := w.runs; left > 0 && !succeeded; {
		functions := 1
		if w.twice && left == w.runs {
			functions = min(2, left)
		}
		left -= functions
		before := w.changed.Load()
		outcomes, err := w.run(functions, w.schedule.patience(), etag)
		if err != nil {
			return err
		}
		met := w.meet(functions, before)
		for _, o := range outcomes {
			w.tell(o)
			if bad := w.judge(o, met, functions > 1); bad != nil {
				return bad
			}
			succeeded = succeeded || o.err == nil
		}
	}
	if w.flat || succeeded && !w.again {
		return nil
	}
	w.Inject(nil)
	outcomes, err := w.run(1, patience, w.current().etag)
	if err != nil {
		return err
	}
	o := outcomes[0]
	w.tell(o)
	if o.err != nil {
		return fmt.Errorf("a clean run failed: %w", o.err)
	}
	if w.latest != job.NoLatest && o.sum.Latest != (o.sum.Groups > 0) {
		return fmt.Errorf("a clean run of %d groups has moved the pointer: %v", o.sum.Groups, o.sum.Latest)
	}
	return w.judgeSuccess(o, []*version{w.current()}, nil, false)
}

// meet returns what happened to the requests of some functions, and forgets them. The object may have
// been replaced before.
func (w *world) meet(functions int, before bool) map[lambdatest.FaultKind]int {
	met := map[lambdatest.FaultKind]int{}
	for _, r := range w.Requests() {
		if r.Operation == "GetObject" && r.Range != "" {
			w.tally.ranges++
		}
		if r.Fault.Kind == lambdatest.None ||
			r.Fault.Kind == lambdatest.HandBack && r.Operation != "BatchWriteItem" ||
			r.Fault.Kind == lambdatest.WrongETag && r.Operation != "GetObject" && r.Operation != "HeadObject" {
			continue
		}
		met[r.Fault.Kind]++
		fmt.Fprintf(&w.story, "\t%s %s: %v, status %d, %d bytes sent\n", r.Operation, r.Range, r.Fault, r.Status, r.Sent)
	}
	w.ForgetRequests()
	if w.changed.Load() && (!before || w.demand) {
		met[changed]++
	}
	if w.died.Swap(false) {
		met[died]++
		if w.before && functions == 1 {
			met[lambdatest.Drop]-- // that was it
		}
	}
	if w.flat {
		met[noSortKey]++
	}
	if w.schedule.patience() < patience {
		met[impatient]++
	}
	maps.DeleteFunc(met, func(_ lambdatest.FaultKind, n int) bool { return n == 0 })
	return met
}

func (w *world) tell(o outcome) {
	fmt.Fprintf(&w.story, "\trun: %v; summary %+v\n", o.err, o.sum)
	results, pointers := readTable(w.Server, table)
	for pk, got := range results {
		fmt.Fprintf(&w.story, "\t\tunder %s %d items, manifest %v\n", pk, len(got.items), got.manifest)
	}
	fmt.Fprintf(&w.story, "\t\tpointers %v; a reader found %d whole, %d unfinished\n", pointers, w.reader.whole, w.reader.unfinished)
}

// judge holds a run under faults to what is promised, and what the reader has read meanwhile.
func (w *world) judge(o outcome, met map[lambdatest.FaultKind]int, others bool) error {
	if w.reader.wrong != nil {
		return w.reader.wrong
	}
	if err := w.judgeTable(); err != nil {
		return err
	}
	possible := []*version{&w.versions[0]}
	if w.changed.Load() && !w.demand {
		possible = append(possible, &w.versions[1])
	}
	if o.err == nil {
		if w.latest != job.NoLatest {
			moved := 0
			if o.sum.Latest {
				moved = 1
			}
			w.tally.moves[moved]++
		}
		w.tally.count(success, met)
		return w.judgeSuccess(o, possible, met, others)
	}
	cause, explained := causeOf(o.err, met)
	w.tally.count(cause, met)
	switch {
	case cause == "":
		return fmt.Errorf("names no cause: %w", o.err)
	case !explained:
		return fmt.Errorf("says %q, which was not so: %w", cause, o.err)
	case cause != "stalled" && w.survivable(met):
		return fmt.Errorf("gave up too soon: %w", o.err)
	}
	if bad := tells(o.err, w.key()); bad != "" {
		return fmt.Errorf("the error %s: %w", bad, o.err)
	}
	return w.judgeFailure(possible, o.err, others)
}

// judgeTable holds whatever is in the table, at any time between runs: nothing is under a key that
// is none of this event's, nothing is in it that no version's result has, one Run has the items of
// one version, and under PK=object one key has. There a manifest stands on a whole result, and a
// pointer leads to one.
func (w *world) judgeTable() error {
	results, pointers := readTable(w.Server, table)
	for pk, got := range results {
		run, ok := w.requestKey(), pk == w.requestKey()
		if w.byObject {
			run, ok = strings.CutPrefix(pk, "object#"+bucket+"#")
			run, _ = strings.CutSuffix(run, "#"+w.key())
		}
		if !ok {
			return fmt.Errorf("%d items under %s", len(got.items), pk)
		}
		if w.flat && len(got.items) > 1 {
			return fmt.Errorf("a table without sort key has %d items under one key", len(got.items))
		}
		for sk, item := range got.items {
			r := got.runs[sk]
			switch {
			case !slices.ContainsFunc(w.versions, func(v version) bool { return v.ref[sk] == item }):
				return fmt.Errorf("%s under %s is no version's item", sk, pk)
			case (r != "") != w.manifest, w.manifest && w.byObject && r != run:
				return fmt.Errorf("%s under %s has the Run %q", sk, pk, r)
			case !w.manifest && !w.byObject:
				continue // there is no promise
			case !slices.ContainsFunc(w.versions, func(v version) bool { return got.of(r).within(v.ref) }):
				return fmt.Errorf("items of several versions under %s, Run %s", pk, r)
			}
		}
		if got.manifest == nil || !w.byObject {
			continue
		}
		if !slices.ContainsFunc(w.versions, func(v version) bool { return got.items.equal(v.ref) }) {
			return fmt.Errorf("a manifest on %d items under %s: %v", len(got.items), pk, got.manifest)
		}
	}
	for _, p := range pointers {
		to := results[p["PartitionKey"].Text()]
		if w.latest == job.NoLatest || p["SK"].Text() != w.pointerKey() || to == nil || to.manifest == nil || to.manifest["Run"].Text() != p["Run"].Text() {
			return fmt.Errorf("the pointer %v", p)
		}
	}
	return nil
}

// judgeSuccess holds what a successful run says to what it has stored.
func (w *world) judgeSuccess(o outcome, possible []*version, met map[lambdatest.FaultKind]int, others bool) error {
	sum := o.sum
	results, pointers := readTable(w.Server, table)
	got := results[sum.PartitionKey]
	if got == nil {
		got = &stored{}
	}
	alone := !others
	// Runs of several versions, at once, under the same key: a reader finds that out, and waits.
	mixed := others && !w.byObject && (w.changed.Load() || met[lambdatest.WrongETag] > 0)
	var v *version
	for _, p := range possible {
		if sum.Rows != p.rows || sum.Groups != len(p.ref) {
			continue
		}
		run := ""
		if w.manifest {
			run = sum.Run
		}
		items := got.of(run)
		if !w.manifest && len(possible) > 1 || !w.manifest && w.changed.Load() {
			// Items of another version may be beside them.
			maps.DeleteFunc(items, func(sk, _ string) bool { return p.ref[sk] == "" })
		}
		// Two versions may have the same items. Only the manifest tells them apart.
		if (items.equal(p.ref) || mixed) && (v == nil || got.manifest["ETag"].Text() == p.etag) {
			v = p
		}
	}
	items := sum.Groups
	if w.manifest {
		items++
	}
	unchecked := w.flat && sum.Unchecked != nil
	switch {
	case w.flat && sum.Groups > 0 && !unchecked:
		return fmt.Errorf("a table without sort key has taken %d groups", sum.Groups)
	case v == nil:
		return fmt.Errorf("the table differs from the reference: %+v, %d items there", sum, len(got.items))
	case sum.Items != items || sum.Skipped != 0:
		return fmt.Errorf("summary %+v, want %d items", sum, items)
	case !w.manifest && got.manifest != nil:
		return fmt.Errorf("manifest: %v", got.manifest)
	case !w.manifest, mixed:
		return nil
	}
	want := lambdatest.Item{
		"PK": {"S": sum.PartitionKey}, "SK": {"S": job.ManifestSortKey}, "Run": {"S": sum.Run},
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
	if fmt.Sprint(got.manifest) != fmt.Sprint(want) {
		return fmt.Errorf("manifest %v, want %v", got.manifest, want)
	}
	// The object may be replaced after the function's last request for it, by one that the client gave
	// up before and that the server comes to late. The function cannot know, and the newer object has a
	// run of its own. So what counts is what the function was told. It does not ask where the pointer
	// names its Run already.
	if sum.Latest && o.there != want["ETag"].Text() && (o.there != "" || alone && o.named != sum.Run) {
		return fmt.Errorf("the pointer names a version that was not there, but %q: %v", o.there, pointers)
	}
	if sum.Latest && alone && (len(pointers) != 1 || pointers[0]["Run"].Text() != sum.Run && met[lambdatest.WrongETag] == 0) {
		return fmt.Errorf("the pointer %v is not at the Run %s", pointers, sum.Run)
	}
	if !w.flat && !w.reader.all(sum.PartitionKey) {
		return fmt.Errorf("a reader finds no whole result under %s: %v", sum.PartitionKey, w.reader.wrong)
	}
	return w.reader.wrong
}

// judgeFailure holds what a failed run says to what it has left.
func (w *world) judgeFailure(possible []*version, err error, others bool) error {
	results, _ := readTable(w.Server, table)
	items := 0
	for _, got := range results {
		items += len(got.items)
		if got.manifest != nil {
			items++
		}
	}
	failed, ok := errors.AsType[*job.WriteError](err)
	if !ok {
		if items > 0 && !w.wrote && !others {
			return fmt.Errorf("%d items were written although reading failed: %w", items, err)
		}
		return nil
	}
	w.wrote = true
	if failed.Written > items {
		return fmt.Errorf("%d items are called written, %d are there: %w", failed.Written, items, err)
	}
	all := failed.Written + failed.Missing
	of := func(v *version) bool {
		// Of one group that may be lost, the manifest is not counted; nor are those that follow.
		return all == len(v.ref) || w.manifest && all == len(v.ref)+1 || w.latest != job.NoLatest && all == len(v.ref)+2
	}
	if failed.Missing == 0 || !slices.ContainsFunc(possible, of) {
		return fmt.Errorf("of %d groups: %w", len(possible[0].ref), err)
	}
	return nil
}

// survivable says whether what was met has to be survived. A machine that is slow for a
// moment makes timeouts of its own: they are attempts, too.
func (w *world) survivable(met map[lambdatest.FaultKind]int) bool {
	times := max(0, int(w.timeouts.Load())-met[lambdatest.Stall])
	for kind, n := range met {
		switch {
		case kind == impatient:
		case !slices.Contains(survivable, kind):
			return false
		default:
			times += n
		}
	}
	return times <= spareAttempts
}
