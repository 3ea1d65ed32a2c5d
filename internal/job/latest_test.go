package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/ddbwire"
)

// shop is a bucket and a table for several runs at once. Each step that a run takes in it waits for
// its turn, where turns are given.
type shop struct {
	turn func(step string) // nil: at once

	mu       sync.Mutex
	objects  map[string]Version // by key; the ETag has the number of rows
	pointers map[string]map[string]string
	moves    []string // the Runs that pointers were moved to
	stored   map[string]int
	fail     map[string]error // by step
}

func newShop() *shop {
	return &shop{objects: map[string]Version{}, pointers: map[string]map[string]string{}, stored: map[string]int{}}
}

func (s *shop) step(name string) error {
	if s.turn != nil {
		s.turn(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fail[name]
}

func (s *shop) upload(key string, version int, modified time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = Version{ETag: `"` + strconv.Itoa(version) + `"`, Modified: modified}
}

// Object returns as many rows as the version's number.
func (s *shop) Object(_ context.Context, o Object) (Body, error) {
	if err := s.step("Object"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.objects[o.Key]
	n, _ := strconv.Atoi(strings.Trim(v.ETag, `"`))
	return body{strings.NewReader(manyGroups(n)), v.ETag, v.VersionID}, nil
}

func (s *shop) List(_ context.Context, _, prefix string, most int) (all []Listed, err error) {
	if err := s.step("List"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, v := range s.objects {
		if strings.HasPrefix(key, prefix) {
			rows, _ := strconv.ParseInt(strings.Trim(v.ETag, `"`), 10, 64)
			all = append(all, Listed{key, v.ETag, rows, v.Modified})
		}
	}
	slices.SortFunc(all, func(a, b Listed) int { return strings.Compare(a.Key, b.Key) })
	return all[:min(len(all), most+1)], nil
}

func (s *shop) Current(_ context.Context, o Object) (Version, error) {
	if err := s.step("Current"); err != nil {
		return Version{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[o.Key], nil
}

func (s *shop) Writer(context.Context) Writer            { return s }
func (s *shop) Close()                                   {}
func (s *shop) CheckTable(context.Context, string) error { return nil }

func (s *shop) BatchWrite(b *ddbwire.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored[b.Table()] += b.Len()
	return nil
}

func (s *shop) Item(_ context.Context, table, pk, sk string) (map[string]string, error) {
	if err := s.step("Item"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if table != "table" || pk != "latest" {
		return nil, fmt.Errorf("item %s of %s", pk, table)
	}
	return s.pointers[sk], nil
}

func (s *shop) PutItem(_ context.Context, b *ddbwire.Batch, condition string, number ddbwire.Attr) (bool, error) {
	if err := s.step("PutItem"); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var request struct {
		Item                      map[string]map[string]string
		ConditionExpression       string
		ExpressionAttributeValues map[string]map[string]string
	}
	if err := json.Unmarshal(b.AppendPutItem(nil, condition, number), &request); err != nil {
		return false, err
	}
	item := map[string]string{}
	for name, value := range request.Item {
		item[name] = value["S"] + value["N"]
	}
	old := s.pointers[item["SK"]]
	if request.ConditionExpression != "attribute_not_exists(PK) OR Revision = :revision" {
		return false, errors.New(request.ConditionExpression)
	}
	if old != nil && old["Revision"] != request.ExpressionAttributeValues[":revision"]["N"] {
		return false, nil
	}
	s.pointers[item["SK"]] = item
	s.moves = append(s.moves, item["ETag"])
	return true, nil
}

// run runs the job over an object.
func (s *shop) run(key string, o Options) (Summary, error) {
	if o.Latest == NoLatest {
		o.Latest = LatestOfObject
	}
	o.Manifest = true
	j := Job{Source: s, Sink: s, Options: o, Now: func() time.Time { return noon }}
	return j.Run(context.Background(), Object{Bucket: "b", Key: key}, "table", "ignored")
}

func TestLatest(t *testing.T) {
	s := newShop()
	s.upload("a/1.csv", 2, noon)
	sum, err := s.run("a/1.csv", Options{TTLDays: 2})
	if err != nil || !sum.Latest || sum.Items != 3 {
		t.Errorf("%+v, %v", sum, err)
	}
	want := map[string]string{"PK": "latest", "SK": "#object#b#a/1.csv", "PartitionKey": sum.PartitionKey, "Run": sum.Run, "Object": "s3://b/a/1.csv",
		"ETag": `"2"`, "VersionId": "", "Modified": "2026-11-23T12:00:00Z", "Rows": "2", "Groups": "2", "WrittenAt": "2026-11-23T12:00:00Z", "Revision": "1", "Expires": "1795608000"}
	if got := fmt.Sprint(s.pointers["#object#b#a/1.csv"]); got != fmt.Sprint(want) {
		t.Errorf("got  %s\nwant %v", got, want)
	}
	if sum.PartitionKey != "object#b#"+sum.Run+"#a/1.csv" {
		t.Errorf("partition key %s", sum.PartitionKey)
	}
	// Once more is no move; a later time of expiry is one.
	for days, revision := range map[int]string{2: "1"} {
		if sum, err := s.run("a/1.csv", Options{TTLDays: days}); err != nil || !sum.Latest || s.pointers["#object#b#a/1.csv"]["Revision"] != revision {
			t.Errorf("%d days: %+v, %v, pointer %v", days, sum, err, s.pointers)
		}
	}
}

// Only the newest result moves the pointer.
func TestLatestStays(t *testing.T) {
	for _, tt := range []struct {
		name   string
		latest Latest
		first  func(s *shop)
		change func(s *shop) // after the object was opened
		moved  bool
		want   string // the ETag that the pointer has
	}{
		{"the first", LatestOfObject, nil, nil, true, `"5"`},
		{"replaced while it was read", LatestOfObject, nil, func(s *shop) { s.upload("a/2.csv", 9, noon) }, false, ""},
		{"deleted while it was read", LatestOfObject, nil, func(s *shop) { delete(s.objects, "a/2.csv") }, false, ""},
		{"of a prefix, after an older one", LatestOfPrefix, func(s *shop) {
			s.upload("a/1.csv", 3, noon.Add(-time.Hour))
			s.run("a/1.csv", Options{Latest: LatestOfPrefix})
		}, nil, true, `"5"`},
		{"of a prefix, after a newer one", LatestOfPrefix, func(s *shop) {
			s.upload("a/1.csv", 3, noon.Add(time.Hour))
			s.run("a/1.csv", Options{Latest: LatestOfPrefix})
		}, nil, false, `"3"`},
		{"of a prefix, of the same second, a lesser key", LatestOfPrefix, func(s *shop) { s.upload("a/1.csv", 3, noon); s.run("a/1.csv", Options{Latest: LatestOfPrefix}) }, nil, true, `"5"`},
		{"of a prefix, of the same second, a greater key", LatestOfPrefix, func(s *shop) { s.upload("a/3.csv", 3, noon); s.run("a/3.csv", Options{Latest: LatestOfPrefix}) }, nil, false, `"3"`},
		{"of a prefix, the same key, which looks older", LatestOfPrefix, func(s *shop) {
			s.upload("a/2.csv", 3, noon.Add(time.Hour))
			s.run("a/2.csv", Options{Latest: LatestOfPrefix})
			s.upload("a/2.csv", 5, noon)
		}, nil, true, `"5"`},
		{"of another prefix", LatestOfPrefix, func(s *shop) {
			s.upload("b/1.csv", 3, noon.Add(time.Hour))
			s.run("b/1.csv", Options{Latest: LatestOfPrefix})
		}, nil, true, `"5"`},
		{"without rows", LatestOfObject, func(s *shop) { s.upload("a/2.csv", 0, noon) }, nil, false, ""},
	} {
		s := newShop()
		s.upload("a/2.csv", 5, noon)
		if tt.first != nil {
			tt.first(s)
		}
		if tt.change != nil {
			s.turn = func(step string) {
				if step == "Item" {
					tt.change(s)
				}
			}
		}
		sum, err := s.run("a/2.csv", Options{Latest: tt.latest})
		sk := map[Latest]string{LatestOfObject: "#object#b#a/2.csv", LatestOfPrefix: "#object#b#a/"}[tt.latest]
		if err != nil || sum.Latest != tt.moved || s.pointers[sk]["ETag"] != tt.want {
			t.Errorf("%s: moved %v, %v; pointer %v, want %s", tt.name, sum.Latest, err, s.pointers[sk], tt.want)
		}
	}
}

// The pointer never names a result without groups: here MinRecords has left out all of them.
func TestLatestOfSuppressed(t *testing.T) {
	s := newShop()
	s.upload("k", 2, noon)
	if sum, err := s.run("k", Options{MinRecords: 2}); err != nil || sum.Latest || sum.Suppressed != 2 || len(s.pointers) > 0 {
		t.Errorf("%+v, %v; pointers %v", sum, err, s.pointers)
	}
}

func TestLatestFails(t *testing.T) {
	broken := errors.New("broken")
	for _, step := range []string{"Item", "Current", "PutItem"} {
		s := newShop()
		s.upload("k", 1, noon)
		s.fail = map[string]error{step: broken}
		sum, err := s.run("k", Options{})
		w, ok := errors.AsType[*WriteError](err)
		if !errors.Is(err, broken) || !ok || w.Written != 2 || w.Missing != 1 || sum.Latest {
			t.Errorf("%s: %v", step, err)
		}
	}
	s := newShop()
	key := strings.Repeat("k", 1024)
	s.upload(key, 1, noon)
	if _, err := s.run(key, Options{}); !errors.Is(err, ErrLatestKey) || len(s.stored) > 0 {
		t.Errorf("a long key: %v, stored %v", err, s.stored)
	}
	s = newShop()
	s.upload("k", 1, noon)
	s.pointers["#object#b#k"] = map[string]string{"PK": "latest"}
	if _, err := s.run("k", Options{}); !errors.Is(err, errLatestItem) {
		t.Errorf("a foreign item: %v", err)
	}
	s = newShop()
	s.upload("k", 1, time.Time{})
	if _, err := s.run("k", Options{Latest: LatestOfPrefix}); !errors.Is(err, errNoTime) {
		t.Errorf("no time: %v", err)
	}
	// Somebody else moves the pointer each time.
	s = newShop()
	s.upload("k", 1, noon)
	n := 0
	s.turn = func(step string) {
		if step == "PutItem" {
			n++
			s.pointers["#object#b#k"] = map[string]string{"Revision": strconv.Itoa(n), "Object": "s3://b/k"}
		}
	}
	if _, err := s.run("k", Options{}); !errors.Is(err, ErrLatestBusy) || n != maxMoves {
		t.Errorf("busy: %v after %d", err, n)
	}
}

// actors take turns at steps, in an order that choose decides, given how many wait for theirs.
func actors(s *shop, choose func(n int) int, all ...func()) {
	type waiting struct{ proceed chan struct{} }
	ready, done := make(chan waiting), make(chan struct{})
	s.turn = func(string) {
		w := waiting{make(chan struct{})}
		ready <- w
		<-w.proceed
	}
	var queue []waiting
	// proceed waits until the one actor that is running waits for its next turn, or is done.
	proceed := func() {
		select {
		case w := <-ready:
			queue = append(queue, w)
		case <-done:
		}
	}
	for _, act := range all {
		go func() {
			s.turn("start")
			act()
			done <- struct{}{}
		}()
		proceed()
	}
	for len(queue) > 0 {
		i := choose(len(queue))
		w := queue[i]
		queue = slices.Delete(queue, i, i+1)
		close(w.proceed)
		proceed()
	}
}

// Whatever the order in which runs and uploads take their steps, the pointer ends at the result of
// the object that is there, and never goes back from a newer version to an older one.
func TestLatestInEveryOrder(t *testing.T) {
	seen := map[string]int{}
	play := func(choose func(int) int, runs int, back bool) error {
		s := newShop()
		s.upload("k", 1, noon)
		var failed error
		run := func() {
			if _, err := s.run("k", Options{}); err != nil {
				failed = err
			}
		}
		uploads := 1
		acts := []func(){}
		for v := range runs {
			acts = append(acts, func() {
				if v > 0 {
					uploads++ // only one actor runs at a time
					version := uploads
					if back && uploads == runs {
						version = 1 // what was there at first is put back
					}
					s.upload("k", version, noon)
					s.turn("uploaded")
				}
				run()
			})
		}
		actors(s, choose, acts...)
		s.turn = nil
		if got, want := s.pointers["#object#b#k"]["ETag"], s.objects["k"].ETag; got != want || failed != nil {
			return fmt.Errorf("the pointer names %s, the object is %s; moves %v, %v", got, want, s.moves, failed)
		}
		if !back && !slices.IsSorted(s.moves) {
			return fmt.Errorf("moves %v", s.moves)
		}
		seen[strings.Join(s.moves, " then ")]++
		return nil
	}
	// Two runs, in every order there is.
	var decisions, options []int
	orders := 0
	for more := true; more; orders++ {
		options = options[:0]
		err := play(func(n int) int {
			i := len(options)
			options = append(options, n)
			if i == len(decisions) {
				decisions = append(decisions, 0)
			}
			return decisions[i]
		}, 2, false)
		if err != nil {
			t.Fatalf("%v: %v", decisions, err)
		}
		decisions = decisions[:len(options)]
		more = false
		for i := len(decisions) - 1; i >= 0 && !more; i-- {
			if decisions[i]+1 < options[i] {
				decisions, more = append(decisions[:i], decisions[i]+1), true
			}
		}
	}
	// Three and four, and an object that is put back, in some orders.
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 0))
		if err := play(r.IntN, 3+int(seed%2), seed%3 == 0); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if seen[`"1" then "2"`] == 0 || seen[`"2"`] == 0 {
		t.Errorf("%d orders of two runs; all moves: %v", orders, seen)
	}
}

// If an object is replaced and put back while a run is about to move the pointer, the pointer has
// the same Run again. The run must notice nevertheless that the pointer was moved.
func TestLatestPutBack(t *testing.T) {
	s := newShop()
	s.upload("k", 1, noon)
	again := func() {
		if _, err := s.run("k", Options{}); err != nil {
			t.Error(err)
		}
	}
	again()
	s.upload("k", 2, noon)
	s.turn = func(step string) {
		if step == "PutItem" {
			s.turn = nil
			s.upload("k", 3, noon)
			again()
			s.upload("k", 1, noon)
			again()
		}
	}
	again()
	if got := strings.Join(s.moves, " "); got != `"1" "3" "1"` {
		t.Errorf("moves %s", got)
	}
}
