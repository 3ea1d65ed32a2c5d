package shard

import (
	"errors"
	"slices"

	"reduction/aggregate"
	"reduction/internal/job"
)

// ErrBroken says that a partial does not fit the plan: an error of this program.
var ErrBroken = errors.New("shard: partials that do not fit the plan")

// Chain is what the shards of a plan have found, once each begins where the one before it ends.
type Chain struct {
	job.Counts
	Bytes int64 // of CSV

	Links []Link // the partials that are the result, in the order of the plan

	Least, Greatest aggregate.Number
	Extremes        bool // these are known
}

// Link is a partial that is part of a result.
type Link struct {
	Task
	Before int64 // records of the object before those of the shard
}

// Check looks for a chain in the partials of which it is given the heads: for each shard one or
// more, from different starts, in any order. Where there is none yet, it returns the tasks to carry
// out next. Damage, and an object with too many bad rows for the settings, is an error when all that
// comes before it is known to be right.
//
// Each round either ends with a chain or an error, or proves one more shard at least.
func Check(p *Plan, o *job.Options, heads []*Head) (*Chain, []Task, error) {
	c := &checking{plan: p, options: o, heads: make([][]*Head, len(p.Shards))}
	for _, h := range heads {
		if !p.Fits(h) {
			return nil, nil, ErrPartial
		}
		c.heads[h.Shard] = append(c.heads[h.Shard], h)
	}
	for i := 0; i < len(p.Shards); {
		piece := p.Shards[i][0]
		if p.whole(piece) {
			if err := c.whole(i); err != nil {
				return nil, nil, err
			}
			i++
			continue
		}
		n := 1
		for p.Shards[i+n-1][0].To < p.Objects[piece.Object].Size {
			n++
		}
		if err := c.object(i, i+n); err != nil {
			return nil, nil, err
		}
		i += n
	}
	if len(c.again) > 0 {
		return nil, c.again, nil
	}
	return &c.chain, nil, nil
}

// Fits says whether a head is that of a partial of the plan.
func (p *Plan) Fits(h *Head) bool {
	if h.Run != p.Run || h.Settings != p.Settings || h.Shard < 0 || h.Shard >= len(p.Shards) {
		return false
	}
	s := p.Shards[h.Shard]
	if h.Damage == nil && len(h.Spans) != len(s) || len(h.Spans) == 0 || len(h.Spans) > len(s) {
		return false
	}
	for i := range h.Spans {
		if h.Spans[i].Piece != s[i] {
			return false
		}
	}
	for i := range h.Bad {
		if uint(h.Bad[i].Object) >= uint(len(p.Objects)) {
			return false
		}
	}
	return h.Damage == nil || uint(h.Damage.Object) < uint(len(p.Objects))
}

// checking is the state of a Check.
type checking struct {
	plan    *Plan
	options *job.Options
	heads   [][]*Head // by shard
	chain   Chain
	one     job.Counts // of the object that is looked at
	again   []Task
}

// whole adds a shard of whole objects.
func (c *checking) whole(shard int) error {
	if len(c.heads[shard]) == 0 {
		c.again = append(c.again, Task{shard, Guess})
		return nil
	}
	c.chain.Bytes += c.heads[shard][0].Bytes
	return c.add(c.heads[shard][0], 0)
}

// object follows the chain through the shards of one object.
func (c *checking) object(first, behind int) error {
	var (
		next   int64 // where the next shard's first record begins
		sure   bool  // that is proven; else it is a guess, or none
		inside bool  // the next shard begins inside quotes
		blind  bool  // that is not known, or damage makes it mean nothing
		before int64 // records
	)
	for i := first; i < behind; i++ {
		heads := c.heads[i]
		g := slices.IndexFunc(heads, func(h *Head) bool { return h.Start == Guess })
		if g < 0 {
			c.again = append(c.again, Task{i, Guess})
			next, sure, blind = none, false, true
			continue
		}
		span := &heads[g].Spans[0]
		begins := inside
		inside = begins != span.Odd
		if i == first {
			// Its start is the header's end, and needs no proof.
			next, sure, before = span.First, true, span.HeaderRecords
		}
		if next >= span.To {
			continue // a record, or the header, that began before this shard ends behind it
		}
		if !sure && !blind {
			next = span.Starts[0]
			if begins {
				next = span.Starts[1]
			}
		}
		if next == none {
			// Nothing tells where the shard begins, so its guess is as good as any.
			next = span.First
		}
		k := slices.IndexFunc(heads, func(h *Head) bool { return h.Spans[0].First == next })
		if k < 0 {
			c.again = append(c.again, Task{i, next})
			next, sure = none, false
			continue
		}
		h := heads[k]
		if sure {
			if h.Damage == nil && h.Spans[0].End < span.To {
				return ErrBroken
			}
			if err := c.add(h, before); err != nil {
				return err
			}
			before += h.Spans[0].Records
			inside = h.Spans[0].Inside
			blind = blind || h.Reasons[job.Quotes] > 0
			sure = h.Damage == nil
		}
		next = h.Spans[0].End
	}
	size := c.plan.Objects[c.plan.Shards[first][0].Object].Size
	if sure && next != size {
		return ErrBroken
	}
	c.chain.Bytes += size
	return c.verdict(c.plan.Shards[first][0].Object)
}

// verdict fails where the settings allow no result of an object's rows. Each object has to be as
// good as one that is read alone.
func (c *checking) verdict(object int) error {
	one := c.one
	c.one = job.Counts{}
	if len(c.again) > 0 {
		return nil
	}
	if err := c.options.Verdict(&one); err != nil {
		return c.failed(object, err)
	}
	return nil
}

func (c *checking) failed(object int, err error) error {
	o := c.plan.Objects[object]
	return &job.Error{Bucket: o.Bucket, Key: o.Key, Err: err}
}

// add adds a partial that is proven. While another has to be mapped again before it, its damage
// waits: there may be other damage further in front.
func (c *checking) add(h *Head, before int64) error {
	if len(c.again) > 0 {
		return nil
	}
	bad := h.Bad
	for i := range h.Spans {
		s := &h.Spans[i]
		for ; len(bad) > 0 && bad[0].Object == s.Object; bad = bad[1:] {
			c.bad(&bad[0], before)
		}
		if h.Damage != nil && h.Damage.Object == s.Object {
			break
		}
		c.one.Rows += s.Rows
		c.one.Skipped += s.Skipped
		c.one.NoValue += s.NoValue
		if c.plan.whole(s.Piece) {
			if err := c.verdict(s.Object); err != nil {
				return err
			}
		}
	}
	if h.Damage != nil {
		return c.failed(h.Damage.Object, placed(h.Damage.RowError, before))
	}
	c.chain.Counts.Add(&h.Counts)
	c.chain.Links = append(c.chain.Links, Link{h.Task, before})
	if h.Extremes {
		c.chain.extremes(h)
	}
	return nil
}

// bad adds a bad row, if it is among the first.
func (c *checking) bad(b *Bad, before int64) {
	if len(c.chain.Bad) == job.MaxBad {
		return
	}
	err := placed(b.RowError, before)
	c.one.Bad = append(c.one.Bad, err)
	if len(c.plan.Objects) > 1 {
		err = c.failed(b.Object, err)
	}
	c.chain.Bad = append(c.chain.Bad, err)
}

// placed returns an error with its place in the object, or what it says about no place.
func placed(e *job.RowError, before int64) error {
	if e.Record == 0 {
		return e.Err
	}
	return &job.RowError{Record: e.Record + before, Offset: e.Offset, Column: e.Column, Err: e.Err}
}

func (c *Chain) extremes(h *Head) {
	if !c.Extremes {
		c.Least, c.Greatest, c.Extremes = h.Least, h.Greatest, true
	}
	if h.Least.Compare(c.Least) < 0 {
		c.Least = h.Least
	}
	if h.Greatest.Compare(c.Greatest) > 0 {
		c.Greatest = h.Greatest
	}
}

// Placed returns an error about groups of a table that Merger has filled with the names of their
// objects.
func (p *Plan) Placed(err error) error {
	groups, ok := errors.AsType[*job.GroupError](err)
	if !ok {
		return err
	}
	o, at := p.Place(groups.First.Offset)
	first := job.Place{Record: groups.First.Record, Offset: at}
	if groups.Other == (job.Place{}) {
		return &job.Error{Bucket: o.Bucket, Key: o.Key, Err: &job.GroupError{First: first, Err: groups.Err}}
	}
	other, at := p.Place(groups.Other.Offset)
	second := job.Place{Record: groups.Other.Record, Offset: at}
	if other.Key == o.Key && other.Bucket == o.Bucket {
		return &job.Error{Bucket: o.Bucket, Key: o.Key, Err: &job.GroupError{First: first, Other: second, Err: groups.Err}}
	}
	return &job.Error{Bucket: o.Bucket, Key: o.Key, Err: &job.GroupError{First: first,
		Err: &job.Error{Bucket: other.Bucket, Key: other.Key, Err: &job.GroupError{First: second, Err: groups.Err}}}}
}
